"""The console script. `--version` is answered before anything else is imported."""

import gc
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
            pass  # the whole program reports it, as it does for every command
    # What is imported stays: a tenth of the start would go into looking for garbage among it.
    gc.disable()
    from rushes.tui.shell.process import run

    run(sys.argv[1:])


if __name__ == "__main__":
    main()
