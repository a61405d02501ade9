"""The last edits of each watchlist, kept for a day so that they can be taken back.

A line of JSON for each edit, in a file for each list (0600), written before the list is saved: an
edit that then failed is one of which nothing is taken back. Who writes holds the list's lock.
"""

import contextlib
import hashlib
import json
import logging
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import Any

from rushes.providers.errors import RushesError
from rushes.watch.clock import Clock
from rushes.watch.disk.atomic import SaveFailed
from rushes.watch.disk.cache_file import read_cache
from rushes.watch.disk.descriptors import write_all
from rushes.watch.disk.paths import private_dir
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.entries import Edit, EntryAt, Extra, checked
from rushes.watch.watchlist.undo import EntryChange, Step

log = logging.getLogger(__name__)

DAY = 86_400.0
"""Seconds after which an edit can no longer be taken back."""

LIMIT = 4 << 20
"""Bytes to which a file is cut that is twice as long; the last step stays, however long it is."""

_READ_LIMIT = 128 << 20
_AT = b'{"at": '
_TOKEN = re.compile(rb'"token": "([\w.-]+)"')


class UndoLog:
    """The files of a home. Nothing here raises: an edit is not to fail for its undo."""

    def __init__(self, folder: Path, clock: Clock, *, one_step: bool = False) -> None:
        """`one_step`: all edits that are noted here are taken back together, as one command's."""
        self._folder = folder
        self._clock = clock
        self._own = f"{os.getpid()}-{clock.now().timestamp():.6f}"
        self._one_step = one_step
        self._numbers = count()

    def note(
        self, target: Path, edit: Edit, changes: Sequence[EntryChange], step: str | None = None
    ) -> None:
        """Keep an edit of the list at `target`, a further part of its `step` where it has one.

        What is too old is forgotten.
        """
        if not changes:
            return
        token = self._own if self._one_step else f"{self._own}-{step or next(self._numbers)}"
        line = _line(self._now, Step(edit, token, tuple(changes)))
        try:
            path = self._of(target)
            private_dir(self._folder, durable=False)
            if self._is_to_be_tidied(path):
                self._write(path, [*self._lines(path), line])
            else:
                self._append(path, line)
        except (OSError, SaveFailed) as error:
            log.warning("this edit cannot be undone: %s", error)

    def last(self, target: Path) -> Iterator[Step]:
        """The steps of the list at `target`, the last one first.

        A step is all of its edits, also where others came between them.
        """
        steps: dict[bytes, list[bytes]] = {}
        for line in reversed(self._lines(self._of(target))):
            steps.setdefault(_token(line), []).append(line)
        for lines in steps.values():
            edits = [edit for line in reversed(lines) if (edit := _step(line)) is not None]
            if edits:
                changes = chain.from_iterable(edit.changes for edit in edits)
                yield replace(edits[-1], changes=tuple(changes))

    def drop(self, target: Path, tokens: Iterable[str]) -> None:
        """Forget steps, which were taken back."""
        gone = {token.encode() for token in tokens}
        path = self._of(target)
        if gone:
            with contextlib.suppress(OSError):
                self._write(path, [n for n in self._lines(path) if _token(n) not in gone])

    # -- inside -------------------------------------------------------------------------------

    @property
    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _of(self, target: Path) -> Path:
        name = hashlib.sha256(os.fsencode(os.path.realpath(target))).hexdigest()[:32]
        return self._folder / f"{name}.jsonl"

    def _is_to_be_tidied(self, path: Path) -> bool:
        """Whether what was noted first is a day old, or it has become too much."""
        try:
            with path.open("rb") as file:
                first = file.read(64).lstrip(b"\n")
        except FileNotFoundError:
            return False
        return self._now - _written_at(first) >= DAY or path.stat().st_size > 2 * LIMIT

    def _lines(self, path: Path) -> list[bytes]:
        """The edits of the last day, the oldest first, as many as are kept."""
        body = read_cache(path, _READ_LIMIT) or b""
        found = [line + b"\n" for line in body.split(b"\n") if line.startswith(_AT)]
        fresh = [line for line in found if 0 <= self._now - _written_at(line) < DAY]
        size, kept = 0, list[bytes]()
        for line in reversed(fresh):
            size += len(line)
            if kept and size > LIMIT and _token(line) != _token(fresh[-1]):
                break
            kept.append(line)
        return kept[::-1]

    @staticmethod
    def _append(path: Path, line: bytes) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(path, flags, 0o600)
        try:
            # What a killed process left unfinished is a line of its own, and means nothing.
            write_all(descriptor, b"\n" + line)
        finally:
            os.close(descriptor)

    @staticmethod
    def _write(path: Path, lines: Iterable[bytes]) -> None:
        import tempfile  # only where something is written: it takes a while to load

        descriptor, name = tempfile.mkstemp(".tmp", ".", path.parent)
        temp = Path(name)
        try:
            try:
                write_all(descriptor, b"".join(lines))
            finally:
                os.close(descriptor)
            temp.replace(path)
        except OSError:
            temp.unlink()
            raise


# -- lines ----------------------------------------------------------------------------------------


def _line(now: float, step: Step) -> bytes:
    record = {
        "at": round(now, 3),
        "edit": step.edit.value,
        "token": step.token,
        "changes": [
            (change.before and _kept_at(change.before), change.after and _kept(change.after))
            for change in step.changes
        ],
    }
    return json.dumps(record).encode() + b"\n"


def _written_at(line: bytes) -> float:
    """When a line was written; 0 for one that is none."""
    try:
        return float(line.removeprefix(_AT).partition(b",")[0])
    except ValueError:
        return 0.0


def _token(line: bytes) -> bytes:
    """Which step a line is of."""
    found = _TOKEN.search(line)
    return found[1] if found else b""


def _step(line: bytes) -> Step | None:
    """The step of a line; None for one that is torn, or of another Rushes."""
    try:
        record = json.loads(line)
        changes = tuple(
            EntryChange(before and _read_at(before), after and _entry(after))
            for before, after in record["changes"]
        )
        return Step(Edit(record["edit"]), record["token"], changes)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, RushesError):
        return None


def _kept(entry: Entry) -> dict[str, object]:
    return {
        "provider": entry.ref.provider,
        "id": entry.ref.id,
        "label": entry.label,
        "tags": entry.tags,
        "added": entry.added.isoformat(),
        "model": entry.model,
        "prompt": entry.prompt,
    }


def _kept_at(one: EntryAt) -> dict[str, object]:
    return {"at": one.position, "entry": _kept(one.entry), "extra": extra_text(one.extra)}


def _entry(kept: Mapping[str, Any]) -> Entry:
    return checked(
        Entry(
            ref=Ref(kept["provider"], kept["id"]),
            added=datetime.fromisoformat(kept["added"]),
            label=kept["label"],
            tags=tuple(kept["tags"]),
            model=kept["model"],
            prompt=kept["prompt"],
        )
    )


def _read_at(kept: Mapping[str, Any]) -> EntryAt:
    return EntryAt(int(kept["at"]), _entry(kept["entry"]), extra_in(kept["extra"]))


def extra_text(extra: Extra) -> str:
    """Keys that Rushes does not know, as TOML."""
    if not extra:
        return ""
    import tomli_w

    return tomli_w.dumps(extra)


def extra_in(text: str) -> Extra:
    """The keys that such a text spells."""
    if not text:
        return {}
    import tomllib

    return tomllib.loads(text)
