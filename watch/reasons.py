"""Why a download ended, waits, or is odd: typed values that code compares and history stores.

The engine puts no reason into words. `rushes.tui.lines.reason_words` does, for every reader.
Each reason has a code that never changes, as `history.db` holds it.
"""

from enum import Enum
from typing import ClassVar

from rushes.providers.frozen import frozen
from rushes.providers.text_media import Page
from rushes.watch.cuts import Cut


class Cause(Enum):
    """A reason without details. The values are stored: they never change."""

    # What is odd about a file that was saved.
    LENGTH_UNVERIFIED = "length_unverified"
    """Its server never said how long it is."""
    UNVERSIONED = "resumed_without_version"
    """No validator vouched for its pieces; what was read twice was equal."""
    TYPE_UNKNOWN = "type_unknown"
    """It is in no table of ours, and is named `.bin`."""

    # What an answer is worth.
    SEVERAL_RANGES = "several_ranges"
    RANGE_UNREADABLE = "range_unreadable"
    RANGE_IMPOSSIBLE = "range_impossible"
    RANGE_LENGTH = "range_length"
    RANGE_ENCODED = "range_encoded"
    OTHER_RANGE = "other_range"
    OTHER_VERSION = "other_version"
    OTHER_LENGTH = "other_length"
    OTHER_BYTES = "other_bytes"
    SHORTER_NOW = "shorter_now"
    MORE_BYTES = "more_bytes"
    OVERLAP_MISSING = "overlap_missing"
    PART_FOR_WHOLE = "part_for_whole"
    GZIP_DAMAGED = "gzip_damaged"
    GZIP_CUT = "gzip_cut"
    UPLOAD_FRAMES = "upload_frames"

    # What became of a file or its part on the disk.
    PART_BUSY = "part_busy"
    """Another process is writing the same file."""
    WAITS_FOR_ROOM = "waits_for_room"
    PART_EXCHANGED = "part_exchanged"
    FILE_EXCHANGED = "file_exchanged"
    FILE_CHANGED = "file_changed"
    FILE_GONE = "file_gone"
    NO_FILE = "no_file"
    LINK_INSTEAD = "link_instead"
    OTHER_DIGEST = "other_digest"
    PATH_UNKNOWN = "path_unknown"
    ON_ANOTHER_MACHINE = "on_another_machine"

    INLINE_NOT_KEPT = "inline_not_kept"
    """It came inside the reply and was saved; what is wanted again is not kept."""

    # What a bucket made of it.
    BUCKET_EXTRA = "bucket_extra"
    """What speaks to buckets is not installed."""
    BUCKET_DENIED = "bucket_denied"
    BUCKET_LACKS = "bucket_lacks"
    """There is no such bucket, or no such object in it."""
    BUCKET_UNREACHABLE = "bucket_unreachable"
    """It did not answer, or not as a store does."""
    BUCKET_DIFFERS = "bucket_differs"
    """What was read back is not what was put."""
    BUCKET_REPLACES = "bucket_replaces"
    """It lets a second object of a name take the place of the first."""

    NO_MEMORY = "no_memory"
    NO_THREAD = "no_thread"

    INTERNAL_ERROR = "internal_error"
    """A fault of ours; the log has it."""


@frozen
class Told:
    """What somebody else said in their own words, cleaned; or an old note that we do not know."""

    code: ClassVar[str] = "other"
    text: str


@frozen
class HttpStatus:
    """An answer with a status that is none of a file."""

    code: ClassVar[str] = "http_status"
    status: int


@frozen
class KeyRefused:
    """A gateway did not accept the key for a file."""

    code: ClassVar[str] = "key_refused"
    status: int


@frozen
class PartUnder:
    """A part of the file came for the whole, under this status."""

    code: ClassVar[str] = "part_under"
    status: int


@frozen
class Encoded:
    """The file came in content codings that were not asked for."""

    code: ClassVar[str] = "encoded"
    codings: tuple[str, ...]


@frozen
class Inflated:
    """A gzip grew to more than `ratio` times its length."""

    code: ClassVar[str] = "inflated"
    ratio: int


@frozen
class BytesMissing:
    """So many bytes of the file did not come."""

    code: ClassVar[str] = "bytes_missing"
    count: int


@frozen
class TooSlow:
    """Less than `floor` bytes a second came."""

    code: ClassVar[str] = "too_slow"
    floor: float


@frozen
class TooLarge:
    """The file is longer than `allowed` bytes; `size` is its length where that was announced."""

    code: ClassVar[str] = "too_large"
    allowed: int
    size: int | None = None


@frozen
class DiskFault:
    """An error of the operating system: its `errno`, 0 for none, and its own text, cleaned."""

    code: ClassVar[str] = "disk_fault"
    number: int
    said: str


@frozen
class NoRoom:
    """`needed` bytes are to come, and `free` may still be written."""

    code: ClassVar[str] = "no_room"
    needed: int
    free: int


@frozen
class CannotSave:
    """Nothing can be written in the folder."""

    code: ClassVar[str] = "cannot_save"
    folder: str
    cause: DiskFault


@frozen
class CannotPlace:
    """A saved file cannot be put in the other folder as well."""

    code: ClassVar[str] = "cannot_place"
    cause: DiskFault


@frozen
class NotOurs:
    """What has that name in the download folder is not ours to write to: a file, or a folder."""

    code: ClassVar[str] = "not_ours"
    name: str
    is_folder: bool = False


@frozen
class CameInstead:
    """A page came in the place of a picture, a film or a sound."""

    code: ClassVar[str] = "came_instead"
    what: Page


@frozen
class IsNow:
    """A saved file is a page now."""

    code: ClassVar[str] = "is_now"
    what: Page


@frozen
class OtherSize:
    """A saved file has `size` bytes now, and `saved` were saved."""

    code: ClassVar[str] = "other_size"
    size: int
    saved: int


@frozen
class NotWhole:
    """A file is cut, by its own format's say; `kind` is its ending without the dot."""

    code: ClassVar[str] = "not_whole"
    kind: str
    cause: Cut | BytesMissing


@frozen
class OtherDuration:
    """A film lasts `seconds`, and `promised` were promised."""

    code: ClassVar[str] = "other_duration"
    seconds: float
    promised: float


@frozen
class NoFileIds:
    """A provider does not say how its file ids are fetched."""

    code: ClassVar[str] = "no_file_ids"
    provider: str


@frozen
class GaveUp:
    """It was tried so often, each time in vain."""

    code: ClassVar[str] = "gave_up"
    cause: "Reason"
    tries: int


@frozen
class AsksForLink:
    """The task is asked for another link."""

    code: ClassVar[str] = "asks_for_link"
    cause: "Reason"


@frozen
class NotThereYet:
    """A link that is alive brings no file yet."""

    code: ClassVar[str] = "not_there_yet"
    cause: "Reason"


@frozen
class NoAnswerYet:
    """A link that is alive is not answered yet."""

    code: ClassVar[str] = "no_answer_yet"
    cause: "Reason"


@frozen
class NotHonoured:
    """The link's end is past, and it opens nothing any more."""

    code: ClassVar[str] = "not_honoured"
    cause: "Reason"


@frozen
class NoSidecar:
    """The file is saved; what describes it could not be."""

    code: ClassVar[str] = "no_sidecar"
    cause: "Reason"


Detailed = (
    Told
    | HttpStatus
    | KeyRefused
    | PartUnder
    | Encoded
    | Inflated
    | BytesMissing
    | TooSlow
    | TooLarge
    | DiskFault
    | NoRoom
    | CannotSave
    | CannotPlace
    | NotOurs
    | CameInstead
    | IsNow
    | OtherSize
    | NotWhole
    | OtherDuration
    | NoFileIds
    | GaveUp
    | AsksForLink
    | NotThereYet
    | NoAnswerYet
    | NotHonoured
    | NoSidecar
)
"""A reason with details."""

Reason = Cause | Cut | Detailed
"""Any reason."""
