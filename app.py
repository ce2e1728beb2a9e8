"""Serve the page, as `mutualsl serve` does; a Hugging Face Space starts this file.

python app.py [--checkpoint DIR] [--device auto|cpu|cuda] [--host H] [--port P] [--data-root DIR]
"""

import sys

from mutualsl.cli import main

if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(arguments if arguments[:1] == ["serve"] else ["serve", *arguments])
