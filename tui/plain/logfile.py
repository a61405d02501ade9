"""rushes.log: what went wrong inside, for whoever has to find out why."""

import contextlib
import logging
import re
from logging.handlers import RotatingFileHandler
from pathlib import Path

from watch.atomic import SaveFailed
from watch.paths import private_dir

LOG_LIMIT = 1 << 20
"""Bytes after which the log begins anew; the one before is kept."""

_QUERY = re.compile(r"(https?://[^\s?'\"<>]+)\?[^\s'\"<>]+")


class _WithoutQueries(logging.Formatter):
    """A presigned URL's query is a secret (S6), in a traceback as well."""

    def format(self, record: logging.LogRecord) -> str:
        return _QUERY.sub(r"\1?…", super().format(record))


def keep_log(path: Path) -> None:
    """Have warnings and worse written to `path`; the file appears with the first of them."""
    # Where nothing can be written the command goes on, and says so when it matters.
    with contextlib.suppress(SaveFailed):
        private_dir(path.parent)
        handler = RotatingFileHandler(
            path, maxBytes=LOG_LIMIT, backupCount=1, encoding="utf-8", delay=True
        )
        handler.setFormatter(_WithoutQueries("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
