"""Tables of tasks: CSV or TSV with a head that names an `id` or a `ref`."""

import csv
import re
from collections.abc import Mapping, Sequence

from rushes.providers.frozen import frozen
from rushes.watch.watchlist.about import About, about_of

_COLUMNS = frozenset({"ref", "id", "provider", "label", "tags", "model", "prompt"})
_ALSO_CALLED = {"task_id": "id", "via": "provider", "account": "provider", "tag": "tags"}
_FORMULA = re.compile(r"'(?=[=+@-])")
"""The apostrophe that keeps a spreadsheet from running a value (`ls --csv`)."""

_LONGEST_RECORD = 256 << 10


@frozen
class Row:
    """A row: its line, what stands where its id is to be, and what it says of the task."""

    line: int
    name: str
    about: About


def head_of(text: str) -> "Table | None":
    """The table that a text begins with; None where its first line is no head."""
    first = text.lstrip("\ufeff \r\n").partition("\n")[0]
    for delimiter in ("\t", ",", ";"):
        names = [_name(cell) for cell in _cells(first, delimiter)]
        known = {name: place for place, name in reversed(list(enumerate(names))) if name}
        if ("id" in known or "ref" in known) and (len(names) > 1 or names == ["ref"]):
            return Table(delimiter, known)
    return None


class Table:
    """The columns of a table. It is given the text behind its head, in pieces of whole lines."""

    def __init__(self, delimiter: str, columns: Mapping[str, int]) -> None:
        self._delimiter = delimiter
        self._columns = columns
        self._begun: list[str] = []

    def rows(self, text: str, first_line: int) -> list[Row]:
        """The rows that end in this piece; a quoted cell may hold line ends."""
        found: list[Row] = []
        for number, line in enumerate(text.splitlines(), start=first_line):
            self._begun.append(line)
            record = "\n".join(self._begun)
            if not self._is_open(record) or len(record) > _LONGEST_RECORD:
                found += self._row(number - len(self._begun) + 1, record)
                self._begun.clear()
        return found

    def rest(self, last_line: int) -> list[Row]:
        """The row that is begun where nothing more comes."""
        record, lines = "\n".join(self._begun), len(self._begun)
        self._begun.clear()
        return self._row(last_line - lines + 1, record) if record.strip() else []

    def _is_open(self, record: str) -> bool:
        return self._delimiter != "\t" and record.count('"') % 2 == 1

    def _row(self, line: int, record: str) -> list[Row]:
        if not record.strip():
            return []
        cells = _cells(record, self._delimiter)
        said = {name: cells[at] for name, at in self._columns.items() if at < len(cells)}
        if self._delimiter != "\t":
            said = {name: _FORMULA.sub("", cell, count=1) for name, cell in said.items()}
        name = said.get("ref", "").strip() or said.get("id", "").strip()
        return [Row(line, name, about_of(said))]


def _name(cell: str) -> str:
    """What a head's cell names, "" for what is none of ours."""
    name = re.sub(r"[\s-]+", "_", cell.strip().casefold())
    name = _ALSO_CALLED.get(name, name)
    return name if name in _COLUMNS else ""


def _cells(record: str, delimiter: str) -> Sequence[str]:
    if delimiter == "\t":  # quotes stand in it as they are, unless they are around a whole cell
        return [_unquoted(cell) for cell in record.split("\t")]
    try:
        return next(csv.reader([record], delimiter=delimiter), list[str]())
    except csv.Error:
        return record.split(delimiter)


def _unquoted(cell: str) -> str:
    is_quoted = len(cell) > 1 and cell[0] == cell[-1] == '"'
    return cell[1:-1].replace('""', '"') if is_quoted else cell
