"""Tells whether a downloaded file is the output, an error page, or a file that is cut.

The provider's word for an output and the reply's type say whether text may be one; the type and
the ending come from the bytes, and whether all of it is there is the format's own say.
"""

import re

from rushes.providers.frozen import frozen
from rushes.providers.media import UNKNOWN, Media, of_bytes, recognised
from rushes.providers.text_media import (
    GLTF,
    JSON,
    SRT,
    SVG,
    TEXT_HEAD,
    VTT,
    Page,
    is_json_error,
    is_page,
    is_xml,
    is_xml_error,
    page,
    text_media,
    text_of,
)
from rushes.watch.asset import Check
from rushes.watch.reasoned import Reasoned
from rushes.watch.reasons import CameInstead, Cause, NotWhole, OtherDuration, Reason
from rushes.watch.transfer.formats.documents import parsed
from rushes.watch.transfer.formats.finding import UNTOLD, FileReader, Finding, Wholeness
from rushes.watch.transfer.formats.walk import walked

_PICTURES = ("image", "first_frame", "last_frame", "thumbnail")
# A provider's own word for an output that may be text, or anything.
_ANYTHING = re.compile(
    r"(?<![a-z])(file|text|json|data|svg|srt|vtt|subtitle|caption|lyric|transcript|document|model"
    r"|mesh|3d|archive)s?(?![a-z])"
)
_SAID = {
    "image/svg+xml": SVG,
    "text/vtt": VTT,
    "application/x-subrip": SRT,
    "application/srt": SRT,
    "text/srt": SRT,
    "text/x-srt": SRT,
}


class NotTheOutput(Reasoned):
    """What came is recognisably something else: a page or a message in place of a file."""

    def __init__(self, what: Page) -> None:
        super().__init__(CameInstead(what))
        self.what = what


@frozen
class Promise:
    """What is known of an output before its bytes: its `kind`, and the `media_type` of the reply.

    `seconds` is how long the provider says that a film lasts.
    """

    kind: str = ""
    media_type: str = ""
    seconds: float | None = None

    @property
    def is_media(self) -> bool:
        """Whether a picture, a film or a sound was promised: then text is none."""
        return not _ANYTHING.search(self.kind.casefold())

    def allows(self, media: Media) -> bool:
        """Whether a type of text may be the output."""
        said = _SAID.get(self.media_type.partition(";")[0].strip().casefold())
        return not self.is_media or media is said or (media is SVG and self.kind in _PICTURES)


@frozen
class Verdict:
    """A file's type, what its format says of it, what is odd about it, and what was looked at."""

    media: Media
    finding: Finding
    reasons: tuple[Reason, ...] = ()
    checked: tuple[Check, ...] = ()

    @property
    def missing(self) -> NotWhole | None:
        """Why it is not whole; None where its format does not say that it is cut."""
        why = self.finding.why
        return NotWhole(self.media.extension[1:], why) if why is not None else None


def refuse_page(head: bytes, promise: Promise) -> None:
    """Raise NotTheOutput where a file that begins so can only be a page in place of it.

    An XML document may still turn out to be a picture.
    """
    if recognised(of_bytes(head)) is None and not is_xml(head):
        _text_or_unknown(head, promise)


def judge(file: FileReader, promise: Promise) -> Verdict:
    """What a whole answer turned out to be; raises NotTheOutput and OSError.

    Reads heads, a bounded number of them, and all of a text that has to hold as JSON.
    """
    head = file.read(0, TEXT_HEAD)
    if not head:
        raise NotTheOutput(Page.EMPTY)
    media = recognised(file.read) or _text_or_unknown(head, promise)
    if media in (JSON, GLTF):
        media, finding = _json(file, media)
    else:
        finding = walked(media, file)
    return Verdict(media, finding, _oddities(media, finding, promise), _checked(media, finding))


def _text_or_unknown(head: bytes, promise: Promise) -> Media:
    text = text_of(head)
    if text is None:
        if promise.is_media and is_page(head):
            raise NotTheOutput(page(head.decode("latin-1")))
        return UNKNOWN
    media = text_media(text)
    if media is not None and promise.allows(media):
        return media
    if promise.is_media or is_xml_error(text):
        raise NotTheOutput(page(text))
    return UNKNOWN


def _json(file: FileReader, media: Media) -> tuple[Media, Finding]:
    try:
        finding, value = parsed(file)
    except ValueError:
        return UNKNOWN, UNTOLD
    if is_json_error(value):
        raise NotTheOutput(Page.JSON_ERROR)
    return media, finding


def _oddities(media: Media, finding: Finding, promise: Promise) -> tuple[Reason, ...]:
    unknown = Cause.TYPE_UNKNOWN if media is UNKNOWN else None
    return tuple(filter(None, (unknown, disagreement(finding.seconds, promise.seconds))))


def _checked(media: Media, finding: Finding) -> tuple[Check, ...]:
    proved = (
        (Check.TYPE, media is not UNKNOWN),
        (Check.INDEX, finding.wholeness is Wholeness.WHOLE),
    )
    return tuple(check for check, held in proved if held)


def disagreement(seconds: float | None, promised: float | None) -> OtherDuration | None:
    """What is odd about a film that was to last `promised` seconds; None for nothing.

    Encoders end on whole frames and round: a twentieth, and half a second, are no oddity.
    """
    if promised is None or seconds is None:
        return None
    if abs(seconds - promised) <= max(0.5, promised / 20):
        return None
    return OtherDuration(seconds, promised)
