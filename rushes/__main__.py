"""`python -m rushes`: the same as the command `rushes`."""

from rushes.tui.entry import main

if __name__ == "__main__":
    main()
