"""The project's own documents, read by their headings and tables."""

import re
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

Row = tuple[str, ...]


def document(name: str) -> str:
    """The text of a document in docs/."""
    return (DOCS / name).read_text("utf-8")


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one that is not below it."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert found, f"no heading {heading!r}"
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def tables(text: str) -> Mapping[str, list[Row]]:
    """The rows of each table by the head of its first column."""
    found: dict[str, list[Row]] = {}
    for block in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE):
        head, _rule, *rows = (_cells(line) for line in block.splitlines())
        found[head[0]] = rows
    return found


def codes(cell: str) -> Row:
    """What is set in backticks, in order."""
    return tuple(re.findall(r"`([^`]+)`", cell))


def _cells(line: str) -> Row:
    cells = re.split(r"(?<!\\)\|", line)[1:-1]
    return tuple(cell.strip().replace("\\|", "|") for cell in cells)
