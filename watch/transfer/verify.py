"""Compares a saved file with what history holds of it."""

import errno
import hashlib
import os
import stat
from pathlib import Path

from rushes.providers.frozen import frozen
from rushes.watch.asset import Check, Fetch
from rushes.watch.disk.descriptors import close
from rushes.watch.disk.folders import OPEN
from rushes.watch.path_text import host_and_path
from rushes.watch.reasoned import disk_fault
from rushes.watch.reasons import Cause, IsNow, OtherSize, Reason
from rushes.watch.transfer.file_check import NotTheOutput, Promise, judge
from rushes.watch.transfer.formats.finding import FileReader

_BLOCK = 1024 * 1024
_MAY_BE_TEXT = (".bin", ".srt", ".vtt", ".json", ".gltf", ".obj", ".stl")


@frozen
class Verified:
    """What is wrong with a saved file, None for nothing, and what was `checked` to say so."""

    fault: Reason | None
    checked: tuple[Check, ...] = ()


def verified(fetch: Fetch) -> Verified:
    """What is wrong with the file of a download that was saved, and what was looked at.

    That is the length, the type, the format's own say and the digest. Reads all of the file, so it
    may block for long.
    """
    if fetch.url is not None and host_and_path(fetch.url) is not None:
        return Verified(Cause.ON_ANOTHER_MACHINE)
    if fetch.url is not None:
        return _verified_in_bucket(fetch.url, fetch)
    if fetch.path is None:
        return Verified(Cause.PATH_UNKNOWN)
    try:
        return _verified(fetch.path, fetch)
    except NotTheOutput as found:
        return Verified(IsNow(found.what))
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            return Verified(Cause.FILE_GONE)
        is_link = error.errno == errno.ELOOP
        return Verified(Cause.LINK_INSTEAD if is_link else disk_fault(error))


def _verified(path: Path, fetch: Fetch) -> Verified:
    file = os.open(path, os.O_RDONLY | OPEN)
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode):
            return Verified(Cause.NO_FILE)
        if found.st_size != fetch.done:
            return Verified(OtherSize(found.st_size, fetch.done))
        source = FileReader(lambda at, count: os.pread(file, count, at), found.st_size)
        verdict = judge(source, Promise(_kind_of(path)))
        checked = (Check.LENGTH, *verdict.checked)
        if verdict.missing is not None:
            return Verified(verdict.missing, checked)
        if fetch.sha256 is None:
            return Verified(None, checked)
        is_same = _sha256(file) == fetch.sha256
        return Verified(None if is_same else Cause.OTHER_DIGEST, (*checked, Check.CHECKSUM))
    finally:
        close(file)


def _verified_in_bucket(url: str, fetch: Fetch) -> Verified:
    """The same of an object: its length and its digest, which say all that its format could."""
    from rushes.watch.bucket.faults import BucketFault
    from rushes.watch.bucket.store import blocks_of

    digest, size = hashlib.sha256(), 0
    try:
        for block in blocks_of(url):
            digest.update(block)
            size += len(block)
    except BucketFault as fault:
        return Verified(fault.reason)
    if size != fetch.done:
        return Verified(OtherSize(size, fetch.done))
    is_same = digest.hexdigest() == fetch.sha256
    return Verified(None if is_same else Cause.OTHER_DIGEST, (Check.LENGTH, Check.CHECKSUM))


def _kind_of(path: Path) -> str:
    """What to expect by the ending, which is ours: text is a page where a film was saved."""
    return "file" if path.suffix in _MAY_BE_TEXT else "image" if path.suffix == ".svg" else ""


def _sha256(file: int) -> str:
    digest = hashlib.sha256()
    while block := os.read(file, _BLOCK):
        digest.update(block)
    return digest.hexdigest()
