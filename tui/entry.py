"""The console script. What answers fast is answered before anything is imported."""

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run `rushes` with this process' arguments, and end the process."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from watch.version import VERSION

        print(f"rushes {VERSION}")
        sys.exit(0)
    from tui.process import run

    run(sys.argv[1:])


if __name__ == "__main__":
    main()
