"""The console script. `--version` is answered before anything else is imported."""

import gc
import os
import sys

TYPE_CHECKING = False  # `typing` takes half as long to load as Python itself
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> "NoReturn":
    """Run `rushes` with this process' arguments, and end the process."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from rushes.watch.version import VERSION

        try:
            os.write(1, f"rushes {VERSION}\n".encode())
            gc.freeze()  # or the interpreter looks at its end for garbage among all there is
            sys.exit(0)
        except OSError:
            pass  # the whole program reports it, as it does for every command
    words = sys.argv[1:]
    if words and words[0] not in ("-w", "--watchlist"):
        _run(words)
    from rushes.tui.shell.first_frame import give_back, paint

    try:
        paint(words)
        _run(words)
    finally:
        give_back()


def _run(words: list[str]) -> "NoReturn":
    # What is imported stays: a tenth of the start would go into looking for garbage among it.
    gc.disable()
    from rushes.tui.shell.process import run

    run(words)


if __name__ == "__main__":
    main()
