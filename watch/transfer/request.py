"""The request for one transfer, and the results and errors in which it may end."""

from collections.abc import Callable
from enum import Enum
from pathlib import Path, PurePosixPath

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.frozen import frozen
from rushes.watch.asset import Check
from rushes.watch.network.options import USUAL_NETWORK, Network
from rushes.watch.network.policy import Credential
from rushes.watch.reasoned import Reasoned
from rushes.watch.reasons import Reason
from rushes.watch.task import Ref


@frozen
class Remote:
    """A file behind a URL. `gateway` is the base URL of the provider that named it.

    `network` says which certificates are trusted on the way, and where it may lead.
    """

    url: str
    gateway: str
    credential: Credential | None = None
    network: Network = USUAL_NETWORK


@frozen(kw_only=True)
class TransferRequest:
    """What to fetch, and where it goes: `stem` below `directory`, without an extension.

    `named` makes that path of the file's SHA-256, where it is part of the name. `kind` is the
    provider's word for the output, `seconds` how long it says that a film lasts.
    """

    source: Remote | bytes
    directory: Path
    stem: PurePosixPath
    ref: Ref
    n: int
    kind: str = ""
    seconds: float | None = None
    named: Callable[[str], PurePosixPath] | None = None

    def stem_of(self, sha256: str) -> PurePosixPath:
        """The path below `directory`, without an extension, of a whole file with that digest."""
        return self.stem if self.named is None else self.named(sha256)


@frozen
class Saved:
    """A whole, verified file; `size` in bytes. `checked` is what that rests on.

    `reasons` say what is odd about it.
    """

    path: Path
    size: int
    sha256: str
    reasons: tuple[Reason, ...] = ()
    checked: tuple[Check, ...] = ()


class DownloadFailed(Reasoned):
    """The output was not saved; `reason` says why."""


class Worthless(DownloadFailed):
    """What arrived is not the output: there is nothing to keep."""


class LinkAnswer(Enum):
    """What kind of answer came in the place of a file."""

    BUSY = "busy"
    """The server cannot just now."""

    ABSENT = "absent"
    """Nothing is there yet, or any more, or not for this link."""

    PAGE = "page"
    """A page, or whatever else is no output, came in its place, as if it were the file."""

    NONE = "none"
    """None came, whatever was tried."""

    FINAL = "final"
    """Asking once more at the same link brings nothing else."""


class LinkRefused(DownloadFailed):
    """Something else than the file was answered; a later try may bring it, or another link.

    `after`: seconds that we were asked to wait; `key_refused`: it was asked for with the key, and
    that was refused.
    """

    def __init__(
        self, reason: Reason, answer: LinkAnswer, *, after: float = 0.0, key_refused: bool = False
    ) -> None:
        super().__init__(reason)
        self.answer = answer
        self.after = after
        self.key_refused = key_refused


class DiskFull(DownloadFailed):
    """There is no room; what arrived is kept. `needed`: bytes to come, as far as is known."""

    def __init__(self, reason: Reason, needed: int) -> None:
        super().__init__(reason)
        self.needed = needed


class Canceled(RushesError):
    """The transfer was told to end; what had arrived is kept."""

    code = ErrorCode.DOWNLOAD_FAILED
