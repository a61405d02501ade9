"""The template that files are called by: its fields, their faults, and the path that it makes.

Foreign words are in it, so each part of the path is made safe on its own (`file_names.py`).
"""

import re
import string
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import PurePosixPath
from types import MappingProxyType

from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.providers.nearest import hint
from rushes.providers.text import clean
from rushes.watch.transfer.file_names import fits, safe

UNKNOWN = "unknown"
"""What stands for a model, a prompt, an upstream id or a time that nobody stated."""

UNTAGGED = "untagged"
"""What stands for the tag of a task that has none."""

DIGEST = "sha256"
"""The field whose value is known only once all bytes are there."""

_DATES = "YmdyjHMSBbAaGVu%"
"""The letters that may follow a % in the format of a date or a time."""


@frozen(kw_only=True)
class Fields:
    """What a template can speak of. `name` is the label or the id, `n` counts from 1.

    `ended` is the end of the task, in the zone that its date is to be of. `sha256` is "" before it
    is known.
    """

    provider: str
    name: str
    kind: str
    n: int
    id: str
    model: str = ""
    tag: str = ""
    watchlist: str = ""
    prompt: str = ""
    upstream_id: str = ""
    ended: datetime | None = None
    sha256: str = ""


_TEXTS: Mapping[str, Callable[[Fields], str]] = MappingProxyType(
    {
        "provider": lambda of: of.provider,
        "name": lambda of: of.name,
        "kind": lambda of: of.kind,
        "id": lambda of: of.id,
        "model": lambda of: of.model or UNKNOWN,
        "tag": lambda of: of.tag or UNTAGGED,
        "watchlist": lambda of: of.watchlist or UNKNOWN,
        "prompt": lambda of: of.prompt or UNKNOWN,
        "upstream_id": lambda of: of.upstream_id or UNKNOWN,
        DIGEST: lambda of: of.sha256 or DIGEST,
    }
)
"""The fields that are texts; a format is how many characters of it are taken."""

_MOMENTS: Mapping[str, str] = MappingProxyType({"date": "%Y-%m-%d", "time": "%H%M%S"})
"""The fields that are the end of the task, and their format where none is given."""

TEMPLATE_FIELDS = (*_TEXTS, *_MOMENTS, "n", "ext")
"""What a template can speak of."""

_FIELD = re.compile(rf"\{{({'|'.join(TEMPLATE_FIELDS)})(?::([^{{}}]*))?\}}")
_PART = re.compile(r"(?:\{[^{}]*\}|[^/])+")
"""A part of the path: a slash inside of a field's braces parts nothing."""


def template_fault(template: str) -> str | None:
    """What is wrong with a template, as the end of a sentence; None where nothing is."""
    try:
        fields = list(string.Formatter().parse(template))
    except ValueError:
        return _("expected every { to have its }")
    for _before, name, spec, conversion in fields:
        if name is None:
            continue
        if name not in TEMPLATE_FIELDS:
            return _("unknown field {name}; {hint}").format(
                name=clean(name, 40), hint=hint(name, TEMPLATE_FIELDS)
            )
        if conversion:
            return _("expected {{{name}}} without a !").format(name=name)
        if spec and (fault := _format_fault(name, spec)):
            return f"{{{name}:{clean(spec, 40)}}}: {fault}"
    if template.startswith("/") or ".." in template.split("/"):
        return _("expected a path inside the download folder")
    if any(field[1] == DIGEST for part in _parts(template)[:-1] for field in _FIELD.finditer(part)):
        return _(
            "expected {{{digest}}} in the file's name: a folder is made before it is known"
        ).format(digest=DIGEST)
    return None


def names_digest(template: str) -> bool:
    """Whether the name that it makes depends on all bytes of the file."""
    return any(field[1] == DIGEST for field in _FIELD.finditer(template))


def stem_for(
    template: str, fields: Fields, encoding: str = sys.getfilesystemencoding()
) -> PurePosixPath:
    """The path under the download folder that `template` makes, still without an extension.

    A name that file names cannot hold in `encoding` (a locale without UTF-8) gives way to the id.

    Each component is safe on its own, whatever the fields hold; there is at least one. `{ext}`
    stands for nothing here: the extension is always the last thing of a name, and from the file
    itself (`with_extension`).
    """
    parts = [
        _FIELD.sub(lambda field: _value(field[1], field[2] or "", fields, encoding), part)
        for part in _parts(template)
    ]
    return PurePosixPath(*(safe(part, encoding) for part in parts or [""]))


def _parts(template: str) -> list[str]:
    return _PART.findall(template)


def _value(name: str, spec: str, fields: Fields, encoding: str) -> str:
    if spec and _format_fault(name, spec):
        spec = ""
    if name == "ext":
        return ""
    if name == "n":
        return f"{fields.n:{spec}}"
    if name in _MOMENTS:
        return fields.ended.strftime(spec or _MOMENTS[name]) if fields.ended else UNKNOWN
    text = _TEXTS[name](fields)
    if name == "name" and not fits(text, encoding):
        text = fields.id
    return text[: int(spec)] if spec else text


def _format_fault(name: str, spec: str) -> str | None:
    """What is wrong with the format of a field; None where nothing is."""
    if name == "ext":
        return _("expected a bare {ext}")
    if name == "n":
        return None if re.fullmatch("0[1-9]", spec) else _("expected a width, such as {n:02}")
    if name in _MOMENTS:
        letters = re.findall(r"%(.?)", spec, re.DOTALL)
        if letters and all(letter and letter in _DATES for letter in letters):
            return None
        known = " ".join(f"%{letter}" for letter in _DATES)
        return _("expected a format of {known}").format(known=known)
    if re.fullmatch("[1-9][0-9]{0,2}", spec):
        return None
    return _("expected a number of characters, such as {{{name}:40}}").format(name=name)
