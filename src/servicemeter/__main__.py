"""`python -m servicemeter` is the terminal command."""

from servicemeter.cli import main

if __name__ == "__main__":
    main()
