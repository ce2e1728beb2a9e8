"""Serve the page, as `mutualsl serve` does; a Hugging Face Space starts this file.

python app.py [--checkpoint DIR] [--device auto|cpu|cuda] [--host H] [--port P] [--data-root DIR]
"""

import sys

from mutualsl.cli import main

if __name__ == "__main__":
    main(["serve", *sys.argv[1:]])
