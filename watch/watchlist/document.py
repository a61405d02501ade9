"""A watchlist's TOML (interface.md, "Files"), read and written."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

from rushes.providers.language import _
from rushes.watch.disk.tomlfile import Toml, parse_toml
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.entries import BadEntry, BadWatchlist, Extra, Watchlist, checked

VERSION = 1

_TASK_KEYS = ("provider", "id", "label", "tags", "model", "prompt", "added")


def loads(path: Path, text: str, written_at: datetime) -> Watchlist:
    """The watchlist in a text; an entry without a time was added when the file was written.

    Raises BadFile, BadWatchlist with the line of the fault; `path` is for their sentences.
    """
    return _Document(path, text, written_at).watchlist(parse_toml(path, text))


def dumps(watchlist: Watchlist) -> str:
    """The watchlist as TOML, unknown keys included."""
    import tomli_w

    head = tomli_w.dumps({"version": VERSION, **watchlist.extra})
    return "\n".join(
        [head, *(_task(entry, watchlist.task_extras.get(entry.ref)) for entry in watchlist.entries)]
    )


def _task(entry: Entry, extra: Extra | None) -> str:
    # JSON's quoting is TOML's for cleaned text, and keeps lists on the line where people look.
    lines = ["[[task]]", f"provider = {_quoted(entry.ref.provider)}"]
    lines.append(f"id = {_quoted(entry.ref.id)}")
    if entry.label:
        lines.append(f"label = {_quoted(entry.label)}")
    if entry.tags:
        lines.append(f"tags = [{', '.join(map(_quoted, entry.tags))}]")
    if entry.model:
        lines.append(f"model = {_quoted(entry.model)}")
    if entry.prompt:
        lines.append(f"prompt = {_quoted(entry.prompt)}")
    lines.append(f"added = {entry.added.isoformat().replace('+00:00', 'Z')}\n")
    if not extra:
        return "\n".join(lines)
    import tomli_w

    return "\n".join(lines) + tomli_w.dumps({"task": extra}).removeprefix("[task]\n")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


class _Document:
    """Reads one TOML document; its errors give the line of the fault."""

    def __init__(self, path: Path, text: str, written_at: datetime) -> None:
        self._path = path
        self._text = text
        self._written_at = written_at

    def watchlist(self, document: dict[str, Toml]) -> Watchlist:
        """The whole list; raises BadWatchlist."""
        version = document.pop("version", VERSION)
        if version != VERSION or isinstance(version, bool):
            raise self._bad(
                "version",
                _("{version}: this was written by a newer Rushes").format(version=VERSION),
            )
        tasks = document.pop("task", [])
        if not isinstance(tasks, list):
            raise self._bad("task", _("tables, each headed [[task]]"))
        entries: dict[Ref, Entry] = {}
        extras: dict[Ref, Extra] = {}
        notes: list[str] = []
        for index, values in enumerate(tasks):
            if not isinstance(values, dict):
                raise self._bad("task", _("tables, each headed [[task]]"))
            entry = self._entry(index, values)
            if entry.ref in entries:
                line = self._line("id", index)
                notes.append(
                    _("line {line}: {ref} is there twice; the first one counts").format(
                        line=line, ref=entry.ref
                    )
                )
                continue
            entries[entry.ref] = entry
            if rest := {key: value for key, value in values.items() if key not in _TASK_KEYS}:
                extras[entry.ref] = rest
        return Watchlist(
            entries=tuple(entries.values()),
            extra=document,
            task_extras=extras,
            notes=tuple(notes),
        )

    def _entry(self, index: int, values: dict[str, Toml]) -> Entry:
        try:
            return checked(
                Entry(
                    ref=Ref(_text(values, "provider"), _text(values, "id")),
                    added=_moment(values.get("added", self._written_at)),
                    label=_text(values, "label", ""),
                    tags=_texts(values, "tags"),
                    model=_text(values, "model", ""),
                    prompt=_text(values, "prompt", ""),
                )
            )
        except BadEntry as error:
            raise self._bad(error.key, error.expected, index) from None

    def _bad(self, key: str, expected: str, index: int | None = None) -> BadWatchlist:
        return BadWatchlist(
            self._path,
            _("{key}: expected {expected}").format(key=key, expected=expected),
            self._line(key, index),
        )

    def _line(self, key: str, index: int | None) -> int:
        """The line of `key` in the task of that index; the task's first line if it is missing."""
        start, end = 0, len(self._text)
        if index is not None:
            heads = re.finditer(r"^[ \t]*\[\[[ \t]*task[ \t]*\]\]", self._text, re.MULTILINE)
            starts = [head.start() for head in heads]
            # Tasks in an inline list have no head each: then the file's first line must do.
            start = starts[index] if index < len(starts) else 0
            end = starts[index + 1] if index + 1 < len(starts) else end
        found = re.compile(rf"^[ \t\[]*{key}\b", re.MULTILINE).search(self._text, start, end)
        return self._text.count("\n", 0, found.start() if found else start) + 1


def _text(values: dict[str, Toml], key: str, default: str | None = None) -> str:
    value = values.get(key, default)
    if not isinstance(value, str):
        raise BadEntry(key, "text")
    return value


def _texts(values: dict[str, Toml], key: str) -> tuple[str, ...]:
    value = values.get(key, [])
    items = value if isinstance(value, list) else [None]
    found = tuple(item for item in items if isinstance(item, str))
    if len(found) != len(items):
        raise BadEntry(key, _("a list of texts"))
    return found


def _moment(value: Toml) -> datetime:
    """A date and time in UTC; one without a zone is taken as UTC."""
    try:
        if isinstance(value, datetime):
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
    except OverflowError:
        pass
    raise BadEntry("added", _("a date and time"))
