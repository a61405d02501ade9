"""The console script. What answers fast is answered before anything is imported."""

import os
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run `rushes` with this process' arguments, and end the process."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from rushes.watch.version import VERSION

        try:
            os.write(1, f"rushes {VERSION}\n".encode())
            sys.exit(0)
        except OSError:
            pass  # the whole program says so as it says it everywhere
    from rushes.tui.shell.process import run

    run(sys.argv[1:])


if __name__ == "__main__":
    main()
