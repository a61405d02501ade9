"""The root of the one exception tree, and the tree: a class stands beside the code that raises it.

RushesError
├── UnexpectedReply         providers/errors.py
├── UnknownProvider         providers/errors.py
├── BadValue                watch/codec.py
├── BadSetting              watch/config/kinds.py
├── BadSettings             watch/config/settings.py
├── SaveFailed              watch/disk/atomic.py
├── HeldElsewhere           watch/disk/locks.py
├── NoHome                  watch/disk/paths.py
├── BadFile                 watch/disk/tomlfile.py
│   ├── WrittenByOthers     watch/disk/ownership.py
│   └── BadWatchlist        watch/watchlist/entries.py
├── BadDuration             watch/durations.py
├── StoreError              watch/store.py
│   └── StoreBusy           watch/store.py
├── NoKey                   watch/keys/program.py
├── Unreachable             watch/network/unreachable.py
│   └── Untrusted           watch/network/unreachable.py
├── Refused                 watch/network/url.py
│   └── NotARoute           watch/network/policy.py
├── BadRecord               watch/portable.py
├── BadFilter               watch/query.py
├── Reasoned                watch/reasoned.py
│   ├── PartRefused         watch/disk/folders.py
│   ├── NotTheOutput        watch/transfer/file_check.py
│   ├── Interrupted         watch/transfer/limits.py
│   │   └── Mismatch        watch/transfer/continuation.py
│   ├── PartBusy            watch/transfer/own_files.py
│   └── DownloadFailed      watch/transfer/request.py
│       ├── Undecodable     watch/transfer/content_coding.py
│       ├── DiskFull        watch/transfer/request.py
│       ├── LinkRefused     watch/transfer/request.py
│       └── Worthless       watch/transfer/request.py
├── Canceled                watch/transfer/request.py
├── BadEntry                watch/watchlist/entries.py
├── BadName                 watch/watchlist/file.py
├── TooMuch                 watch/watchlist/paste.py
├── AmbiguousRef            watch/watchlist/refs.py
├── NoSuchTask              watch/watchlist/refs.py
├── BadKeys                 tui/actions/catalogue.py
├── Asked                   tui/shell/parser.py
├── BadArguments            tui/shell/parser.py
├── NotConfigured           tui/command/desks.py
├── NoSuchWatchlist         tui/shell/files.py
├── BadUsage                tui/shell/shell.py
│   └── NothingThere        tui/shell/files.py
└── CannotWrite             tui/shell/stream.py
"""

from rushes.providers.exits import Exit

TYPE_CHECKING = False  # `typing` is not loaded for a version or a help: see `tui/entry.py`
if TYPE_CHECKING:
    from typing import ClassVar


class RushesError(Exception):
    """Anything that Rushes itself raises; its text is one plain sentence fit to show.

    Each class below says which exit code it ends a command with, or has it from the one above it.
    """

    exit: "ClassVar[Exit]"


class UnexpectedReply(RushesError):
    """A reply is not of the documented form; the text says where, what was expected, what came."""

    exit = Exit.INTERNAL

    def __init__(self, path: str, expected: str, got: str) -> None:
        super().__init__(f"{path}: expected {expected}, got {got}")
        self.path = path
        self.expected = expected
        self.got = got


class UnknownProvider(RushesError):
    """No provider has that name; `nearest` is the most similar one, None where none is similar."""

    exit = Exit.USAGE

    def __init__(self, name: str, known: tuple[str, ...], nearest: str | None) -> None:
        hint = f"; did you mean {nearest}?" if nearest else ""
        super().__init__(f"unknown provider {name!r} (known: {', '.join(known)}){hint}")
        self.name = name
        self.known = known
        self.nearest = nearest
