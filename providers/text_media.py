"""Tells text files by their beginning, and the error pages that come in place of a file."""

import codecs
import re
from enum import Enum
from typing import cast

from rushes.providers.media import Family, Media

TEXT_HEAD = 4096
"""Bytes of a file's beginning by which text is told: comments may come before what counts."""

SVG = Media("image/svg+xml", ".svg", Family.IMAGE, is_text=True)
SRT = Media("application/x-subrip", ".srt", Family.FILE, is_text=True)
VTT = Media("text/vtt", ".vtt", Family.FILE, is_text=True)
JSON = Media("application/json", ".json", Family.FILE, is_text=True)
GLTF = Media("model/gltf+json", ".gltf", Family.FILE, is_text=True)
OBJ = Media("model/obj", ".obj", Family.FILE, is_text=True)
STL = Media("model/stl", ".stl", Family.FILE, is_text=True)

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_PROLOGUE = (("<?", "?>"), ("<!--", "-->"), ("<!DOCTYPE svg", ">"))

_TYPES = (
    (re.compile(r"<(\w+:)?svg[\s/>]"), SVG),
    (re.compile(r"\d+\s*\n\s*\d+:\d\d:\d\d[,.]\d+ *--> *\d+:\d\d"), SRT),
    (re.compile(r"WEBVTT([ \t\r\n]|\Z)"), VTT),
    (re.compile(r"\{\s*\"asset\"\s*:\s*\{"), GLTF),
    (re.compile(r"[{\[]"), JSON),
    (re.compile(r"solid\b[^\n]*\n\s*facet\s+normal\s"), STL),
    (re.compile(r"(?!#!)((#|mtllib |[og] )[^\n]*\n|\n)*v( +[-+.\deE]+){3}"), OBJ),
)


class Page(Enum):
    """What may come in the place of a file. The values are stored: they never change."""

    WEB = "web_page"
    XML = "xml"
    JSON = "json"
    JSON_ERROR = "json_error"
    TEXT = "text"
    EMPTY = "empty"


_PAGES = (
    (
        re.compile(r"<(!doctype html|html|head|body|title|script|meta|center|h1)", re.I),
        Page.WEB,
    ),
    (re.compile(r"<\?xml|<!--|<[a-z]", re.I), Page.XML),
    (re.compile(r"[{\[]"), Page.JSON),
)
_MARKUP = re.compile(rb"\s*<(!doctype html|html|head|body|title|script|\?xml)", re.I)
_XML_ERROR = re.compile(r"<(\w+:)?\w*(error|fault|exception)", re.I)

_ERROR_KEYS = ("error", "errors", "errorcode", "error_code", "errmsg", "error_msg", "fault")
_ERROR_WORDS = ("message", "msg", "detail", "reason")
_CODE_WORDS = ("code", "status", "statuscode", "status_code", "type", "success", "ok")
_MOST_ERROR_FIELDS = 8


def text_of(head: bytes) -> str | None:
    """The text at a file's beginning, without a byte order mark; None where it is no text."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            text = head.removeprefix(bom).decode(encoding, "ignore")
            break
    else:
        try:
            # The last character may be cut in two.
            text = codecs.getincrementaldecoder("utf-8")().decode(head)
        except UnicodeDecodeError:
            return None
    return None if _CONTROL.search(text) or not text else text


def text_media(text: str) -> Media | None:
    """The type of a file that begins with this text; None for any type that is not known."""
    text = _root(text.replace("\r\n", "\n"))
    return next((media for sign, media in _TYPES if sign.match(text)), None)


def is_page(head: bytes) -> bool:
    """Whether bytes begin as a web page or an XML document does."""
    return bool(_MARKUP.match(head.removeprefix(codecs.BOM_UTF8)))


def is_xml(head: bytes) -> bool:
    """Whether bytes begin as an XML document does that is no web page."""
    text = text_of(head)
    return text is not None and page(text) is Page.XML


def page(text: str) -> Page:
    """What a text of an unknown type seems to be."""
    text = text.lstrip()
    return next((found for sign, found in _PAGES if sign.match(text)), Page.TEXT)


def is_xml_error(text: str) -> bool:
    """Whether the root of an XML document calls itself an error, a fault or an exception."""
    return bool(_XML_ERROR.match(_root(text)))


def is_json_error(value: object) -> bool:
    """Whether a JSON value has the form of an error that services answer in place of a result."""
    if not isinstance(value, dict):
        return False
    fields = cast("dict[str, object]", value)
    said = {key.casefold(): held for key, held in fields.items()}
    if any(said.get(key) for key in _ERROR_KEYS):
        return True
    if len(said) > _MOST_ERROR_FIELDS or not any(
        isinstance(said.get(key), str) for key in _ERROR_WORDS
    ):
        return False
    return len(said) == 1 or any(key in said for key in _CODE_WORDS)


def _root(text: str) -> str:
    """An XML document from its root on, without declaration, comments and SVG's own DOCTYPE."""
    text = text.lstrip()
    while start := next((pair for pair in _PROLOGUE if text.startswith(pair[0])), None):
        _, found, rest = text.partition(start[1])
        if not found:
            return ""
        text = rest.lstrip().removeprefix("]>").lstrip()
    return text
