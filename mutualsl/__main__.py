"""`python -m mutualsl`."""

from mutualsl.cli import main

if __name__ == "__main__":
    main()
