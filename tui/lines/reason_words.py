"""The engine's reasons in words: why a download ended or waits, or what is odd about a file."""

from collections.abc import Mapping

from rushes.providers.errors import RushesError
from rushes.providers.language import Words, _
from rushes.providers.text_media import Page
from rushes.tui.lines.words import size
from rushes.watch.cuts import Cut
from rushes.watch.disk.atomic import plain_words
from rushes.watch.reasoned import Reasoned
from rushes.watch.reasons import (
    AsksForLink,
    BytesMissing,
    CameInstead,
    CannotPlace,
    CannotSave,
    Cause,
    DiskFault,
    Encoded,
    GaveUp,
    HttpStatus,
    Inflated,
    IsNow,
    KeyRefused,
    NoAnswerYet,
    NoFileIds,
    NoRoom,
    NoSidecar,
    NotHonoured,
    NotOurs,
    NotThereYet,
    NotWhole,
    OtherDuration,
    OtherSize,
    PartUnder,
    Reason,
    Told,
    TooLarge,
    TooSlow,
)

_CAUSES: Mapping[Cause, str] = Words(
    {
        Cause.LENGTH_UNVERIFIED: "length unverified",
        Cause.UNVERSIONED: "resumed without a version",
        Cause.TYPE_UNKNOWN: "type not known",
        Cause.SEVERAL_RANGES: "several ranges came for one",
        Cause.RANGE_UNREADABLE: "the range that came is unreadable",
        Cause.RANGE_IMPOSSIBLE: "the range that came is impossible",
        Cause.RANGE_LENGTH: "the range that came has another length than it says",
        Cause.RANGE_ENCODED: "the range came encoded",
        Cause.OTHER_RANGE: "another range came than was asked for",
        Cause.OTHER_VERSION: "the file is another version now",
        Cause.OTHER_LENGTH: "the file has another length now",
        Cause.OTHER_BYTES: "the file is another one now",
        Cause.SHORTER_NOW: "the file is shorter now",
        Cause.MORE_BYTES: "more bytes came than were announced",
        Cause.OVERLAP_MISSING: "not all that is held came again",
        Cause.PART_FOR_WHOLE: "a part of the file came for the whole",
        Cause.GZIP_DAMAGED: "the gzip that came is damaged",
        Cause.GZIP_CUT: "the gzip that came is cut off",
        Cause.UPLOAD_FRAMES: (
            "the store kept the frames of the upload (aws-chunked) around the file"
        ),
        Cause.PART_BUSY: "another rushes is downloading this file",
        Cause.WAITS_FOR_ROOM: "waits for room on the disk",
        Cause.PART_EXCHANGED: "the part file was exchanged for another while it was written",
        Cause.FILE_EXCHANGED: "the file was exchanged for another meanwhile",
        Cause.FILE_CHANGED: "the file was changed since it was saved",
        Cause.FILE_GONE: "the file is gone",
        Cause.INLINE_NOT_KEPT: "the inline output was saved and is no longer kept",
        Cause.NO_FILE: "it is no file any more",
        Cause.LINK_INSTEAD: "a link is in its place",
        Cause.OTHER_DIGEST: "its content changed: the sha256 is another",
        Cause.PATH_UNKNOWN: "history does not say where it is",
        Cause.ON_ANOTHER_MACHINE: "its file is on another machine",
        Cause.BUCKET_EXTRA: "a bucket needs an extra: pip install 'rushes[bucket]'",
        Cause.BUCKET_DENIED: "the bucket refuses these credentials",
        Cause.BUCKET_LACKS: "there is no such bucket, or it lacks the object",
        Cause.BUCKET_UNREACHABLE: "the bucket does not answer as a store does",
        Cause.BUCKET_DIFFERS: "the bucket gives back other bytes than were put",
        Cause.BUCKET_REPLACES: "its bucket lets objects be replaced: the name has a digest",
        Cause.NO_MEMORY: "no memory is left",
        Cause.NO_THREAD: "the system starts no more threads",
        Cause.INTERNAL_ERROR: "internal error, see the log",
    }
)

_CUTS: Mapping[Cut, str] = Words(
    {
        Cut.COMMENT: "its comment is not all there",
        Cut.DIRECTORY: "its directory is not all there",
        Cut.HEAD: "its head is not all there",
        Cut.LIST_OF_PARTS: "the list of its parts is not all there",
        Cut.NO_DIRECTORY: "its directory is missing",
        Cut.NO_END: "its end is missing",
        Cut.NO_END_MARKER: "its end marker is missing",
        Cut.NO_END_TAG: "its end tag is missing",
        Cut.NO_FIRST_PART: "its first part is missing",
        Cut.NO_HEAD: "its head is missing",
        Cut.NO_IEND: "its last part, IEND, is missing",
        Cut.NO_INDEX: "it has no index, so no player can play it",
        Cut.NO_LAST_PAGE: "its last page is missing",
        Cut.NO_LIST_OF_PARTS: "the list of its parts is missing",
        Cut.NO_PICTURE: "its picture is missing",
        Cut.NO_TRAILER: "its trailer is missing",
        Cut.ONLY_HEAD: "there is nothing behind its head",
        Cut.ONLY_INDEX: "there is nothing behind its index",
        Cut.ONLY_TAG: "there is nothing behind its tag",
        Cut.PARTS_APART: "its parts do not follow on one another",
        Cut.WITHIN_PAGE: "it ends within one of its pages",
        Cut.WITHIN_PART: "it ends within one of its parts",
        Cut.WITHIN_SEGMENT: "it ends within one of its segments",
        Cut.WITHIN_VALUE: "it ends within a value",
    }
)

_PAGES: Mapping[Page, str] = Words(
    {
        Page.WEB: "a web page",
        Page.XML: "an XML document",
        Page.JSON: "a JSON document",
        Page.JSON_ERROR: "a JSON error",
        Page.TEXT: "plain text",
        Page.EMPTY: "an empty file",
    }
)


def error_words(error: RushesError) -> str:
    """Why something failed."""
    return reason_words(error.reason) if isinstance(error, Reasoned) else str(error)


def reasons_words(reasons: tuple[Reason, ...]) -> str:
    """Reasons in a row; empty for none."""
    return "; ".join(map(reason_words, reasons))


def reason_words(reason: Reason) -> str:
    """One reason."""
    match reason:
        case Cause():
            return _CAUSES[reason]
        case Cut():
            return _CUTS[reason]
        case (
            GaveUp()
            | AsksForLink()
            | NotThereYet()
            | NoAnswerYet()
            | NotHonoured()
            | NoSidecar()
            | CannotSave()
            | CannotPlace()
        ):
            return _because(reason)
        case (
            DiskFault()
            | NoRoom()
            | NotOurs()
            | IsNow()
            | OtherSize()
            | OtherDuration()
            | NotWhole()
            | CameInstead()
        ):
            return _of_a_file(reason)
        case _:
            return _of_an_answer(reason)


def _because(
    reason: GaveUp
    | AsksForLink
    | NotThereYet
    | NoAnswerYet
    | NotHonoured
    | NoSidecar
    | CannotSave
    | CannotPlace,
) -> str:
    """A reason that another one is behind."""
    cause = reason_words(reason.cause)
    match reason:
        case GaveUp(_, tries):
            return _("{cause}; gave up after {tries} tries").format(cause=cause, tries=tries)
        case AsksForLink():
            return _("asks for a new link ({cause})").format(cause=cause)
        case NotThereYet():
            return _("not there yet ({cause})").format(cause=cause)
        case NoAnswerYet():
            return _("no answer yet ({cause})").format(cause=cause)
        case NotHonoured():
            return _("the link is not honoured any more ({cause})").format(cause=cause)
        case NoSidecar():
            return _("no sidecar: {cause}").format(cause=cause)
        case CannotSave(folder):
            return _("cannot save in {folder}: {cause}").format(folder=folder, cause=cause)
        case CannotPlace():
            return _("cannot be put there: {cause}").format(cause=cause)


_FileReason = (
    DiskFault | NoRoom | NotOurs | IsNow | OtherSize | OtherDuration | NotWhole | CameInstead
)


def _of_a_file(reason: _FileReason) -> str:
    """What is wrong with a file, or with the place where it is to be."""
    match reason:
        case DiskFault(number, said):
            return plain_words(OSError(number, said))
        case NoRoom(needed, free):
            return _("no room on the disk: {needed} to come, {free} free").format(
                needed=size(needed), free=size(free)
            )
        case NotOurs(name, True):
            return _("{name} in the download folder is no folder of ours").format(name=name)
        case NotOurs(name):
            return _("{name} is no file of ours").format(name=name)
        case IsNow(what):
            return _("it is {pages} now").format(pages=_PAGES[what])
        case OtherSize(count, saved):
            return _("it has {count} bytes, {saved} were saved").format(count=count, saved=saved)
        case OtherDuration(seconds, promised):
            return _("lasts {seconds:.1f} s, {promised:g} s were promised").format(
                seconds=seconds, promised=promised
            )
        case NotWhole(kind, cause):
            is_cut = isinstance(cause, Cut)
            why = (
                _CUTS[cause]
                if is_cut
                else _("{count} bytes of it are missing").format(count=cause.count)
            )
            return _("not a whole {kind}: {why}").format(kind=kind, why=why)
        case CameInstead(what):
            return _("{pages} came instead of a picture, a film or a sound").format(
                pages=_PAGES[what]
            )


_AnswerReason = (
    Told
    | HttpStatus
    | KeyRefused
    | PartUnder
    | Encoded
    | Inflated
    | BytesMissing
    | TooSlow
    | TooLarge
    | NoFileIds
)


def _of_an_answer(reason: _AnswerReason) -> str:
    """What was wrong with an answer."""
    match reason:
        case Told(text):
            return text
        case HttpStatus(status):
            return f"HTTP {status}"
        case KeyRefused(status):
            return _("the gateway refused the key ({status})").format(status=status)
        case PartUnder(status):
            return _("HTTP {status}: {causes}").format(
                status=status, causes=_CAUSES[Cause.PART_FOR_WHOLE]
            )
        case Encoded(codings):
            return _("the file came encoded as {names}, which was not asked for").format(
                names=", ".join(codings)
            )
        case Inflated(ratio):
            return _("a gzip came that grows to over {ratio} times its length").format(ratio=ratio)
        case BytesMissing(count):
            return _("{count} bytes are missing").format(count=count)
        case TooSlow(floor):
            return _("less than {floor:g} bytes a second came").format(floor=floor)
        case TooLarge(allowed, int() as count):
            return _("{size} is more than the {allowed} that are allowed").format(
                size=size(count), allowed=size(allowed)
            )
        case TooLarge(allowed):
            return _("the file is longer than the {size} allowed").format(size=size(allowed))
        case NoFileIds(provider):
            return _("{provider} does not say how its file ids are fetched").format(
                provider=provider
            )
