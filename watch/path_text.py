"""Paths as text that databases and JSON take, and back."""

import os
import re
from pathlib import Path
from urllib.parse import quote, unquote, unquote_to_bytes

_FILE_URL = "file://"

_ELSEWHERE = ("s3://", "gs://", "az://")

_FILE_OF_HOST = re.compile(r"file://([^/]+)(/.*)", re.DOTALL)


def write_path(path: Path) -> str:
    """An absolute path as text that any database takes, whatever the locale.

    A name whose bytes are no UTF-8 becomes a file URL: they would be lone surrogates.
    """
    try:
        return os.fsencode(path).decode("utf-8")
    except UnicodeDecodeError:
        return path.as_uri()


def is_in_bucket(text: str) -> bool:
    """Whether a text is the URL of an object in a bucket, and no path."""
    return text.startswith(_ELSEWHERE)


def is_elsewhere(text: str) -> bool:
    """Whether a text is the URL of a file in a bucket or on another machine, and no path here."""
    return is_in_bucket(text) or _FILE_OF_HOST.fullmatch(text) is not None


def write_path_of(host: str, path: Path) -> str:
    """An absolute path with the machine that it is on, as a file URL (RFC 8089)."""
    return f"{_FILE_URL}{quote(host, safe='')}{path.as_uri().removeprefix(_FILE_URL)}"


def host_and_path(url: str) -> tuple[str, Path] | None:
    """The machine and the path that `write_path_of` wrote; None for another URL."""
    found = _FILE_OF_HOST.fullmatch(url)
    if found is None:
        return None
    return unquote(found[1]), Path(os.fsdecode(unquote_to_bytes(found[2])))


def read_path(text: str) -> Path:
    """The path that `write_path` wrote; raises ValueError where it can be none."""
    if text.startswith(_FILE_URL):
        return Path(os.fsdecode(unquote_to_bytes(text.removeprefix(_FILE_URL))))
    return Path(os.fsdecode(text.encode("utf-8")))
