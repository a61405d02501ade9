"""Errors of the database and its disk, in plain words."""

import sqlite3

from rushes.providers.text import clean
from rushes.watch.disk import atomic
from rushes.watch.disk.shortage import present_shortage
from rushes.watch.disk.system_fault import system_fault
from rushes.watch.history.schema import code_of

_WORDS = {
    sqlite3.SQLITE_FULL: "no space left",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_CORRUPT: "the file is damaged",
}


def plain_words(error: Exception) -> str:
    """An error in plain words; the library's own where it says what a person can act on."""
    if isinstance(error, OSError):
        where = f"{clean(str(error.filename))}: " if error.filename else ""
        return f"{where}{atomic.plain_words(error)}"
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_IOERR_SHMSIZE:
        return _WORDS[sqlite3.SQLITE_FULL]
    if code_of(error) == sqlite3.SQLITE_CANTOPEN and (lack := present_shortage()) is not None:
        return atomic.plain_words(lack)
    return _WORDS.get(code_of(error) or 0) or system_fault(error) or str(error)
