"""Run the command line as `python -m lynchpin`."""

from lynchpin.cli import main

if __name__ == "__main__":
    main()
