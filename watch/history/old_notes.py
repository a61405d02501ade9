"""What the notes meant that versions up to 7 of the database held of a download, in English.

A sentence that is known here becomes its reason; any other stays as it was told, so that nothing
is lost. Nobody writes such notes any more, except an older Rushes that was not closed meanwhile.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from rushes.providers.text_media import Page
from rushes.watch.reason_text import write_reasons
from rushes.watch.reasons import (
    AsksForLink,
    BytesMissing,
    CameInstead,
    Cause,
    GaveUp,
    HttpStatus,
    KeyRefused,
    NoAnswerYet,
    NoFileIds,
    NoSidecar,
    NotHonoured,
    NotThereYet,
    OtherDuration,
    PartUnder,
    Reason,
    Told,
    TooSlow,
)

_HALTS = MappingProxyType(
    {
        "paused": "paused",
        "canceled": "canceled",
        "not_there_yet": "not there yet",
        "no_room": "waits for room on the disk",
        "elsewhere": "another rushes is downloading this file",
        "not_anew": "not fetched anew",
    }
)
"""What was noted of each halt where there was nothing more to say."""

_ANEW = "not fetched anew: "

_CAUSES = MappingProxyType(
    {
        "length unverified": Cause.LENGTH_UNVERIFIED,
        "resumed without a version": Cause.UNVERSIONED,
        "type not known": Cause.TYPE_UNKNOWN,
        "the gzip that came is damaged": Cause.GZIP_DAMAGED,
        "the gzip that came is cut off": Cause.GZIP_CUT,
        "the store kept the frames of the upload (aws-chunked) around the file": (
            Cause.UPLOAD_FRAMES
        ),
        "several ranges came for one": Cause.SEVERAL_RANGES,
        "the range that came is unreadable": Cause.RANGE_UNREADABLE,
        "the range that came is impossible": Cause.RANGE_IMPOSSIBLE,
        "the range that came has another length than it says": Cause.RANGE_LENGTH,
        "the range came encoded": Cause.RANGE_ENCODED,
        "another range came than was asked for": Cause.OTHER_RANGE,
        "the file is another version now": Cause.OTHER_VERSION,
        "the file has another length now": Cause.OTHER_LENGTH,
        "the file is another one now": Cause.OTHER_BYTES,
        "the file is shorter now": Cause.SHORTER_NOW,
        "more bytes came than were announced": Cause.MORE_BYTES,
        "not all that is held came again": Cause.OVERLAP_MISSING,
        "a part of the file came for the whole": Cause.PART_FOR_WHOLE,
        "another rushes is downloading this file": Cause.PART_BUSY,
        "waits for room on the disk": Cause.WAITS_FOR_ROOM,
        "internal error, see the log": Cause.INTERNAL_ERROR,
    }
)
_PAGES = MappingProxyType(
    {
        "a web page": Page.WEB,
        "an XML document": Page.XML,
        "a JSON document": Page.JSON,
        "a JSON error": Page.JSON_ERROR,
        "plain text": Page.TEXT,
        "an empty file": Page.EMPTY,
    }
)

_PATTERNS: Mapping[str, Callable[[re.Match[str]], Reason]] = MappingProxyType(
    {
        r"HTTP (\d{3})": lambda m: HttpStatus(int(m[1])),
        r"HTTP (\d{3}): a part of the file came for the whole": lambda m: PartUnder(int(m[1])),
        r"the gateway refused the key \((\d{3})\)": lambda m: KeyRefused(int(m[1])),
        r"(.+); gave up after (\d{1,6}) tries": lambda m: GaveUp(_reason(m[1]), int(m[2])),
        r"asks for a new link \((.+)\)": lambda m: AsksForLink(_reason(m[1])),
        r"not there yet \((.+)\)": lambda m: NotThereYet(_reason(m[1])),
        r"no answer yet \((.+)\)": lambda m: NoAnswerYet(_reason(m[1])),
        r"the link is not honoured any more \((.+)\)": lambda m: NotHonoured(_reason(m[1])),
        r"no sidecar: (.+)": lambda m: NoSidecar(_reason(m[1])),
        r"(\d{1,15}) bytes are missing": lambda m: BytesMissing(int(m[1])),
        r"less than (\d{1,9}) bytes a second came": lambda m: TooSlow(float(m[1])),
        r"(\S+) does not say how its file ids are fetched": lambda m: NoFileIds(m[1]),
        r"lasts (\d{1,9}\.\d) s, (\d{1,9}(?:\.\d{1,5})?) s were promised": lambda m: OtherDuration(
            float(m[1]), float(m[2])
        ),
        rf"({'|'.join(_PAGES)}) came instead of a picture, a film or a sound": lambda m: (
            CameInstead(_PAGES[m[1]])
        ),
    }
)


def reasons_of_note(note: str, halt: str | None) -> tuple[Reason, ...]:
    """The reasons that an old note meant; `halt` is the value of its Halt, None for none."""
    if halt is not None and note == _HALTS.get(halt):
        return ()
    if halt == "not_anew":
        note = note.removeprefix(_ANEW)
    whole = _reason(note)
    if not isinstance(whole, Told):
        return (whole,)
    # What is odd about a saved file was noted in a row.
    parts = tuple(map(_reason, note.split("; ")))
    known = not any(isinstance(part, Told) for part in parts)
    return parts if known else (whole,) if note else ()


def stored_reasons(note: str, halt: str | None) -> str | None:
    """As `reasons_of_note`, as the database stores it."""
    return write_reasons(reasons_of_note(note, halt))


def _reason(sentence: str) -> Reason:
    if sentence in _CAUSES:
        return _CAUSES[sentence]
    for pattern, made in _PATTERNS.items():
        if match := re.fullmatch(pattern, sentence):
            return made(match)
    return Told(sentence)
