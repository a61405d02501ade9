"""Makes the tables of providers from the cards, for README.md and docs/providers.md.

`python -m rushes.providers.make_table < PAGE` prints the page anew: what stands between its two
marks is the table with the columns that the first one names.
"""

import re
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType

from rushes.providers.card import Card, Provider
from rushes.providers.model import Status
from rushes.providers.registry import all_providers

_MARKED = re.compile(
    r"(<!-- providers: ([\w, ]+) -->\n\n).*?(\n<!-- end of providers -->)", re.DOTALL
)

_UNITS = (("days", timedelta(days=2)), ("h", timedelta(hours=1)), ("min", timedelta(minutes=1)))


def _span(span: timedelta | None, otherwise: str) -> str:
    if span is None:
        return otherwise
    unit, least = next((unit, least) for unit, least in _UNITS if span >= least)
    each = timedelta(days=1) if unit == "days" else least
    return f"{span / each:g} {unit}"


def _asked_at(provider: Provider) -> str:
    card = provider.card
    route = card.route.replace("{task_id}", "{id}").replace("#", " ").replace("{+", "{")
    method = "GET" if card.body is None else "POST"
    return f"`{method} {card.base_url or '(yours)'}{route.replace(' {id}', '')}`"


def _key(provider: Provider) -> str:
    auth = provider.card.auth
    return f"`{auth.header}: {auth.scheme}…`" if auth.scheme else f"`{auth.header}`"


def _variable(provider: Provider) -> str:
    env = provider.card.auth.env
    return f"`{env}`" if env else "(yours)"


def _together(card: Card) -> str:
    return "" if card.batch is None else f"{card.batch.limit}"


def _code(text: str) -> str:
    """A text as code in a cell, in which a bar would begin the next one."""
    return f"`{text}`".replace("|", r"\|") if text else ""


def _words(status: Status) -> Callable[[Provider], str]:
    """The column of the words that the cards have for a status."""

    def cell(provider: Provider) -> str:
        words = sorted(word for word, means in provider.card.statuses.items() if means is status)
        return " ".join(map(_code, words))

    return cell


COLUMNS: Mapping[str, tuple[str, Callable[[Provider], str]]] = MappingProxyType(
    {
        "gateway": ("gateway", lambda it: f"`{it.card.id}` {it.card.name}"),
        "asked at": ("asked at", _asked_at),
        "header": ("its key goes as", _key),
        "variable": ("its key", _variable),
        "id": ("ids such as", lambda it: f"`{it.card.no_task}`"),
        "files": ("files are kept", lambda it: _span(it.card.output_lifetime, "as links say")),
        "record": ("and the record", lambda it: _span(it.card.record_lifetime, "not said")),
        "polled": ("asked every", lambda it: f"{it.card.poll.every:g} s"),
        "learned": ("at most", lambda it: "" if it.card.poll.stated else "yes"),
        "together": ("together", lambda it: _together(it.card)),
        "docs": ("documents", lambda it: f"[page]({it.card.docs})"),
        "form": ("form of its ids", lambda it: _code(it.card.id_pattern)),
        "own": ("nobody else's", lambda it: "yes" if it.card.own_ids else ""),
        "hosts": ("its hosts", lambda it: _code(it.card.hosts)),
        **{each.value: (each.value, _words(each)) for each in Status},
    }
)
"""The columns by the names that marks have, each with its head and its cell."""


def table(names: str) -> str:
    """The table of all built-in providers with these columns, parted by commas."""
    columns = [COLUMNS[name.strip()] for name in names.split(",")]
    rows = [[head for head, _ in columns], ["---"] * len(columns)]
    rows += [[cell(provider) for _, cell in columns] for provider in all_providers().values()]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def with_tables(text: str) -> str:
    """The text with its tables as they are to be."""
    return _MARKED.sub(lambda found: f"{found[1]}{table(found[2])}{found[3]}", text)


if __name__ == "__main__":
    print(with_tables(sys.stdin.read()), end="")
