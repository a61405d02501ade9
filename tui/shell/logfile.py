"""rushes.log: warnings and errors, with tracebacks, for finding out why something went wrong."""

import contextlib
import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from rushes.providers.text import clean, without_queries
from rushes.watch.disk.atomic import SaveFailed
from rushes.watch.disk.paths import private_dir
from rushes.watch.keys.known_keys import hide

LOG_LIMIT = 1 << 20
"""Bytes after which the log begins anew; the one before is kept."""


class _Discreet(logging.Formatter):
    """Removes keys and the signatures of links (S6), from tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        text = without_queries(hide(super().format(record)))
        return "\n".join(map(_harmless, text.splitlines()))


def _harmless(line: str) -> str:
    """The line without control characters: logs are read on terminals."""
    return " " * (len(line) - len(line.lstrip(" "))) + clean(line)


def keep_log(path: Path) -> None:
    """Have warnings and worse written to `path`; the file appears with the first of them."""
    # Where nothing can be written the command goes on, and says so when it matters.
    logging.raiseExceptions = False
    with contextlib.suppress(SaveFailed):
        private_dir(path.parent, durable=False)
        handler = RotatingFileHandler(
            path, maxBytes=LOG_LIMIT, backupCount=1, encoding="utf-8", delay=True
        )
        handler.setFormatter(_Discreet("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
