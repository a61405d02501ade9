"""Names on disk are ours: whatever a template and a provider's words make, made safe (S3)."""

import re
import string
import sys
import unicodedata
from collections.abc import Iterator
from itertools import count
from pathlib import PurePosixPath

from rushes.providers.frozen import frozen
from rushes.providers.nearest import hint
from rushes.providers.text import COMBINING_LIMIT, clean

PART_BYTES = 120
"""Bytes of UTF-8 that one component of a path has at most."""

TEMPLATE_FIELDS = ("provider", "name", "kind", "n", "ext", "id")
"""What a template can speak of."""

_FIELD = re.compile(r"\{(provider|name|kind|n|ext|id)\}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=$|\.|\s)", re.IGNORECASE)
# Letters and marks by their category, but nothing is seen of them: two names would look the same.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


@frozen(kw_only=True)
class Fields:
    """What a template can speak of. `name` is the label or the id, `n` counts from 1."""

    provider: str
    name: str
    kind: str
    n: int
    id: str


def template_fault(template: str) -> str | None:
    """What is wrong with a template, as the end of a sentence; None where nothing is."""
    try:
        fields = list(string.Formatter().parse(template))
    except ValueError:
        return "expected every { to have its }"
    for _, name, spec, conversion in fields:
        if name is None:
            continue
        if name not in TEMPLATE_FIELDS:
            return f"unknown field {clean(name, 40)}; {hint(name, TEMPLATE_FIELDS)}"
        if spec or conversion:
            return f"expected a bare {{{name}}}"
    if template.startswith("/") or ".." in template.split("/"):
        return "expected a path inside the download folder"
    return None


def stem_for(
    template: str, fields: Fields, encoding: str = sys.getfilesystemencoding()
) -> PurePosixPath:
    """The path under the download folder that `template` makes, still without an extension.

    A name that file names cannot hold in `encoding` (a locale without UTF-8) gives way to the id.

    Each component is safe on its own, whatever the fields hold; there is at least one. `{ext}`
    stands for nothing here: the extension is always the last thing of a name, and from the file
    itself (`with_extension`).
    """
    words = {
        "provider": fields.provider,
        "name": fields.name if _fits(fields.name, encoding) else fields.id,
        "kind": fields.kind,
        "n": str(fields.n),
        "id": fields.id,
        "ext": "",
    }
    parts = [
        _FIELD.sub(lambda match: words[match.group(1)], part)
        for part in template.split("/")
        if part
    ]
    return PurePosixPath(*(safe(part, encoding) for part in parts or [""]))


def with_extension(stem: PurePosixPath, extension: str) -> Iterator[PurePosixPath]:
    """Names for a file in the order to be tried: the stem's own, then with -2, -3 and so on.

    `extension` begins with a dot and is one of `providers.media`.
    """
    for n in count(1):
        ending = extension if n == 1 else f"-{n}{extension}"
        yield stem.with_name(_cut(stem.name, PART_BYTES - len(ending)) + ending)


def safe(text: str, encoding: str = "utf-8") -> str:
    """`text` as one component of a path: visible, harmless to shells and file systems, bounded.

    Letters, digits and marks that `encoding` has, blanks and `._-` stay; no leading dot, dash or
    blank, no trailing dot or blank, no name that Windows reserves, at most PART_BYTES. Idempotent.
    """
    text = unicodedata.normalize("NFC", text[: PART_BYTES * 4])
    visible = _INVISIBLE.sub("\0", text)
    text = "".join(c if _welcome(c) and _fits(c, encoding) else "\0" for c in visible)
    text = _thin(re.sub("\0+", "_", re.sub(" {2,}", " ", text)))
    while text and (text[0] in " .-" or _is_mark(text[0])):
        text = text[1:]
    if _RESERVED.match(text):
        text = "_" + text
    return _cut(text, PART_BYTES) or "_"


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _welcome(char: str) -> bool:
    return char in " ._-" or unicodedata.category(char)[0] in "LNM"


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"


def _thin(text: str) -> str:
    """`text` with a few marks on any one letter at most."""
    kept: list[str] = []
    run = 0
    for char in text:
        run = run + 1 if _is_mark(char) else 0
        if run <= COMBINING_LIMIT:
            kept.append(char)
    return "".join(kept)


def _cut(text: str, size: int) -> str:
    """`text` in at most `size` bytes of UTF-8, whole characters, not ending in dot or blank."""
    return text.encode()[:size].decode(errors="ignore").rstrip(" .")
