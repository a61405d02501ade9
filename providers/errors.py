"""The root of the one exception tree, and the tree: a class stands beside the code that raises it.

RushesError
├── UnexpectedReply         providers/errors.py
├── UnknownProvider         providers/errors.py
├── BadDialect              providers/toml_dialect/table.py
├── BadRate                 watch/byte_rates.py
├── BadValue                watch/codec.py
├── BadSetting              watch/config/kinds.py
├── BadPlugin               watch/config/plugins.py
├── BadSettings             watch/config/settings.py
├── SaveFailed              watch/disk/atomic.py
├── HeldElsewhere           watch/disk/locks.py
├── NoHome                  watch/disk/paths.py
├── BadFile                 watch/disk/tomlfile.py
│   ├── WrittenByOthers     watch/disk/ownership.py
│   └── BadWatchlist        watch/watchlist/entries.py
├── BadDuration             watch/durations.py
├── BadRate                 watch/byte_rates.py
├── StoreError              watch/store.py
│   └── StoreBusy           watch/store.py
│       └── StoreHolds      watch/store.py
├── BadAddress              watch/postgres/address.py
├── StoreUnusable           watch/team_faults.py
│   ├── StoreAway           watch/team_faults.py
│   └── StoreRefused        watch/team_faults.py
├── NoKey                   watch/keys/program.py
├── Unreachable             watch/network/unreachable.py
│   └── Untrusted           watch/network/unreachable.py
├── Refused                 watch/network/url.py
│   └── NotARoute           watch/network/policy.py
├── BadRecord               watch/portable.py
├── BadFilter               watch/filter_terms.py
├── Reasoned                watch/reasoned.py
│   ├── BucketFault         watch/bucket/faults.py
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
├── NoListing               watch/adopting.py
├── BadEntry                watch/watchlist/entries.py
├── BadName                 watch/watchlist/file.py
├── TooMuch                 watch/watchlist/paste.py
├── AmbiguousRef            watch/watchlist/refs.py
├── NoSuchTask              watch/watchlist/refs.py
├── BadKeys                 tui/actions/keymap.py
├── BadArguments            tui/shell/parser.py
├── NotPlaced               tui/command/no_account.py
├── NotConfigured           tui/command/desks.py
├── CannotServe             tui/command/metrics_server.py
├── TimedOut                tui/command/wait.py
├── NoSuchWatchlist         tui/shell/files.py
├── BadUsage                tui/shell/shell.py
│   └── NothingThere        tui/shell/files.py
└── CannotWrite             tui/shell/stream.py
"""

from rushes.providers.error_codes import ErrorCode
from rushes.providers.exits import Exit
from rushes.providers.language import _

TYPE_CHECKING = False  # `typing` is not loaded for a version or a help: see `tui/entry.py`
if TYPE_CHECKING:
    from typing import ClassVar


class RushesError(Exception):
    """Anything that Rushes itself raises; its text is one plain sentence fit to show.

    Each class below says which code it has, or has it from the one above it. `hint` is what the
    person can do about it, as far as that is not in the sentence; the text ends with it.
    """

    code: "ClassVar[ErrorCode]"

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def exit(self) -> Exit:
        """The exit code of a command that ends with it."""
        return self.code.exit

    def __str__(self) -> str:
        if not self.hint:
            return self.message
        return _("{message}; {hint}").format(message=self.message, hint=self.hint)


class UnexpectedReply(RushesError):
    """A reply is not of the documented form; the text says where, what was expected, what came."""

    code = ErrorCode.UNEXPECTED_REPLY

    def __init__(self, path: str, expected: str, got: str) -> None:
        super().__init__(f"{path}: expected {expected}, got {got}")
        self.path = path
        self.expected = expected
        self.got = got


class UnknownProvider(RushesError):
    """No provider has that name; `nearest` is the most similar one, None where none is similar."""

    code = ErrorCode.UNKNOWN_PROVIDER

    def __init__(self, name: str, known: tuple[str, ...], nearest: str | None) -> None:
        hint = _("did you mean {near}?").format(near=nearest) if nearest else ""
        super().__init__(
            _("unknown provider {name!r} (known: {names})").format(
                name=name, names=", ".join(known)
            ),
            hint=hint,
        )
        self.name = name
        self.known = known
        self.nearest = nearest
