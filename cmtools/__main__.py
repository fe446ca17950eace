"""`python -m cmtools`: the same program as the command `cmtools`."""

from cmtools.cli.app import main

if __name__ == "__main__":
    main()
