"""Whether a saved file is still what history says was saved."""

import errno
import hashlib
import os
import stat
from pathlib import Path

from watch.atomic import plain_words
from watch.folders import OPEN
from watch.media import HEAD, instead, sniff
from watch.task import Fetch

_BLOCK = 1024 * 1024


def fault_of(fetch: Fetch) -> str:
    """What is wrong with the file of a download that was saved; empty where it is as it was.

    Reads all of it, so it may block for long.
    """
    if fetch.path is None:
        return "history does not say where it is"
    try:
        return _fault(fetch.path, fetch)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            return "the file is gone"
        return "a link is in its place" if error.errno == errno.ELOOP else plain_words(error)


def _fault(path: Path, fetch: Fetch) -> str:
    file = os.open(path, os.O_RDONLY | OPEN)
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode):
            return "it is no file any more"
        if found.st_size != fetch.done:
            return f"it has {found.st_size} bytes, {fetch.done} were saved"
        head = os.pread(file, HEAD, 0)
        if sniff(head) is None:
            return f"it is {instead(head)} now"
        if fetch.sha256 is not None and _sha256(file) != fetch.sha256:
            return "its content changed: the sha256 is another"
    finally:
        os.close(file)
    return ""


def _sha256(file: int) -> str:
    digest = hashlib.sha256()
    while block := os.read(file, _BLOCK):
        digest.update(block)
    return digest.hexdigest()
