"""Paths as text that databases and JSON take, and back."""

import os
from pathlib import Path
from urllib.parse import unquote_to_bytes

_FILE_URL = "file://"

_STORES = ("s3://", "gs://", "az://")


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
    return text.startswith(_STORES)


def read_path(text: str) -> Path:
    """The path that `write_path` wrote; raises ValueError where it can be none."""
    if text.startswith(_FILE_URL):
        return Path(os.fsdecode(unquote_to_bytes(text.removeprefix(_FILE_URL))))
    return Path(os.fsdecode(text.encode("utf-8")))
