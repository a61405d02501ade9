"""The validators that tell one version of a file from another (RFC 9110, 8.8)."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from rushes.providers.frozen import frozen
from rushes.watch.transfer.content_range import content_length

_ETAG = re.compile(r'(W/)?"[\x21\x23-\x7e]{1,200}"')
_DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} 2\d{3} \d\d:\d\d:\d\d GMT", re.ASCII)
_SETTLED = timedelta(seconds=1)


@frozen
class Version:
    """What a server says of a file, where it does: its ETag, weak or strong, its length in bytes.

    `modified` is its Last-Modified, and only where that is a strong validator.
    """

    etag: str | None = None
    total: int | None = None
    modified: str | None = None

    @property
    def strong_etag(self) -> str | None:
        """The ETag where it is strong: it changes with each byte."""
        return None if self.etag is None or self.etag.startswith("W/") else self.etag

    @property
    def validator(self) -> str | None:
        """What `If-Range` may say (RFC 9110, 13.1.5)."""
        return self.strong_etag or self.modified

    def agrees_with(self, headers: Mapping[str, str], *, conditional: bool) -> bool:
        """Whether a part that came under `headers` may be of this version.

        Whatever vouches for it has to be repeated. What does not, as the Last-Modified of an answer
        that no condition was asked of, must not be contradicted.
        """
        etag, modified = _etag(headers), headers.get("last-modified", "").strip() or None
        if self.strong_etag is not None:
            return etag == self.etag
        if self.etag is not None and etag is not None and _opaque(etag) != _opaque(self.etag):
            return False
        return modified == self.modified or (
            self.modified is None or (modified is None and not conditional)
        )


def version_of(headers: Mapping[str, str]) -> Version:
    """What the headers of a whole answer (200) say of the file; names are in lower case."""
    return Version(_etag(headers), content_length(headers), _strong_modified(headers))


def _etag(headers: Mapping[str, str]) -> str | None:
    etag = headers.get("etag", "").strip()
    return etag if _ETAG.fullmatch(etag) else None


def _opaque(etag: str) -> str:
    return etag.removeprefix("W/")


def _strong_modified(headers: Mapping[str, str]) -> str | None:
    """The Last-Modified where nothing newer can have it: the answer is a second younger (8.8.2.2).

    One before the year 2000 is what files have that nobody dated.
    """
    text = headers.get("last-modified", "").strip()
    modified, answered = _date(text), _date(headers.get("date", "").strip())
    if modified is None or answered is None or answered - modified < _SETTLED:
        return None
    return text


def _date(text: str) -> datetime | None:
    """A date in the one form that is sent today (RFC 9110, 5.6.7)."""
    try:
        return parsedate_to_datetime(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None
