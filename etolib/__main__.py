"""``python -m etolib`` is the command line."""

from etolib.cli import main

if __name__ == "__main__":
    main()
