"""The registry of error codes: what a script is told of an error beside its words.

A code is for ever: its name, its exit code and what it stands for. New ones are added, none is
taken away or given another meaning (docs/interface.md, "ERROR"). `rushes help --json` lists them.
"""

from enum import Enum

from rushes.providers.exits import Exit

TYPE_CHECKING = False  # `typing` is not loaded for a version or a help: see `tui/entry.py`
if TYPE_CHECKING:
    from typing import Self


class ErrorCode(Enum):
    """A code: its word, the exit code of a command that ends with it, and what it means, in a line.

    `mend` is what to do about it where the error itself knows nothing better, "" for nothing.
    `retryable`: the same command may well succeed later, without anybody changing anything.
    """

    exit: Exit
    meaning: str
    mend: str
    retryable: bool

    USAGE = "usage", Exit.USAGE, "the command line has no meaning", "see its --help"
    NOTHING_ON_STDIN = "nothing_on_stdin", Exit.USAGE, "stdin was to name tasks and named none"
    UNKNOWN_PROVIDER = "unknown_provider", Exit.USAGE, "no account has that name"
    NO_LISTING = "no_listing", Exit.USAGE, "a gateway documents no list of one's own tasks"
    BAD_FILTER = "bad_filter", Exit.USAGE, "a filter has no meaning", "rushes help filter"
    BAD_DURATION = "bad_duration", Exit.USAGE, "a text is no duration"
    BAD_RATE = "bad_rate", Exit.USAGE, "a text is no rate, or one that is too slow", "such as 5M"
    BAD_NAME = "bad_name", Exit.USAGE, "a text is no name or path of a watchlist"
    BAD_ENTRY = "bad_entry", Exit.USAGE, "a watchlist cannot hold that"
    BAD_RECORD = "bad_record", Exit.USAGE, "a line is none that rushes export wrote"
    TOO_MUCH = "too_much", Exit.USAGE, "a pasted text is too large"
    AMBIGUOUS_REF = "ambiguous_ref", Exit.USAGE, "several tasks are meant", "give more of the ref"
    NO_SUCH_TASK = "no_such_task", Exit.GONE, "no watched task is meant", "see: rushes ls"
    NO_SUCH_WATCHLIST = "no_such_watchlist", Exit.GONE, "there is no such watchlist"
    BAD_SETTINGS = (
        "bad_settings",
        Exit.CONFIGURATION,
        "config.toml has a fault",
        "every setting there is: rushes help config",
    )
    BAD_DIALECT = (
        "bad_dialect",
        Exit.CONFIGURATION,
        "a provider's description in TOML has a fault",
        "see docs/providers.md, A provider in TOML",
    )
    BAD_PLUGIN = (
        "bad_plugin",
        Exit.CONFIGURATION,
        "a distribution's provider cannot be used",
        "ask whoever made it, or uninstall it",
    )
    NOT_CONFIGURED = "not_configured", Exit.CONFIGURATION, "an account of a task is not configured"
    CANNOT_SERVE = "cannot_serve", Exit.CONFIGURATION, "metrics cannot be served", "", True
    NO_HOME = (
        "no_home",
        Exit.CONFIGURATION,
        "there is no home directory",
        "set RUSHES_HOME to a folder of yours",
    )
    BAD_FILE = "bad_file", Exit.CONFIGURATION, "a file cannot be read"
    WRITTEN_BY_OTHERS = (
        "written_by_others",
        Exit.CONFIGURATION,
        "somebody else could have written a file that was to be read or run",
        "see: rushes info --security",
    )
    BAD_WATCHLIST = "bad_watchlist", Exit.CONFIGURATION, "a watchlist cannot be read"
    SAVE_FAILED = "save_failed", Exit.CONFIGURATION, "a file could not be saved"
    HELD_ELSEWHERE = "held_elsewhere", Exit.CONFIGURATION, "another process has a lock", "", True
    HISTORY = "history", Exit.CONFIGURATION, "history.db cannot be opened, read or written"
    HISTORY_BUSY = "history_busy", Exit.CONFIGURATION, "another process is writing", "", True
    STORE = "store", Exit.CONFIGURATION, "the shared store cannot be used", "rushes store check"
    STORE_AWAY = "store_away", Exit.UNREACHABLE, "the shared store does not answer", "", True
    FORBIDDEN = "forbidden", Exit.CONFIGURATION, "an address must not be asked"
    SYSTEM = "system", Exit.CONFIGURATION, "the machine refuses: its disk, memory or permissions"
    NO_KEY = "no_key", Exit.KEY, "a command or the keyring gave no key"
    DOWNLOAD_FAILED = "download_failed", Exit.DOWNLOAD, "a file could not be fetched"
    UNREACHABLE = "unreachable", Exit.UNREACHABLE, "no whole answer came", "", True
    UNTRUSTED = "untrusted", Exit.UNREACHABLE, "a host's certificate is not trusted"
    TIMED_OUT = "timed_out", Exit.TIMED_OUT, "the time given ran out before anything was known"
    UNEXPECTED_REPLY = "unexpected_reply", Exit.INTERNAL, "a reply is not of the documented form"
    CANNOT_WRITE = "cannot_write", Exit.INTERNAL, "the output cannot be written"
    INTERNAL = "internal", Exit.INTERNAL, "a fault of our own"

    def __new__(
        cls, word: str, exit_: Exit, meaning: str, mend: str = "", retryable: bool = False
    ) -> "Self":
        """Make the member: its value is the word."""
        member = object.__new__(cls)
        member._value_ = word
        member.exit = exit_
        member.meaning = meaning
        member.mend = mend
        member.retryable = retryable
        return member
