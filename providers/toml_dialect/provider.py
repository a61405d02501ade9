"""Makes a provider of a TOML file, which gives the same guarantees as a module does.

The file's keys are checked when it is read. Its expressions are compiled when the first reply is
parsed, or when `check` is called: the language takes longer to load than a list takes to print.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from rushes.providers.answers import speaks
from rushes.providers.card import Card, Provider
from rushes.providers.fields import replace
from rushes.providers.model import Problem, ProblemKind, Snapshot
from rushes.providers.node import Json, Node
from rushes.providers.reply import Ask, Reply
from rushes.providers.text import clean
from rushes.providers.toml_dialect.card import (
    at_another_address,
    card_of,
    parts_of,
    question_together,
)
from rushes.providers.toml_dialect.description import Description, description_of
from rushes.providers.toml_dialect.table import BadDialect, Table

TYPE_CHECKING = False  # what only types need is not loaded
if TYPE_CHECKING:
    from rushes.providers.toml_dialect.reading import Reader

FindProvider = Callable[[str], Provider | None]
"""Finds the provider that a file extends, by its id."""

ID = r"[a-z0-9][a-z0-9-]{0,63}"
"""The form of a provider's id, which is the name of its file."""

_OF_CARD = ("name", "docs", "base_urls", "auth", "headers", "poll", "id_pattern", "own_ids")
"""What a file may say of a provider that a module describes: where, with which key, how often."""


class Described:
    """The `parse` of a provider in TOML; `tables` is what its file said, for those that extend it.

    A fault in an expression is a problem of each task, and never raised.
    """

    def __init__(self, card: Card, said: Description, tables: Mapping[str, Any]) -> None:
        self.tables = tables
        self._card = card
        self._said = said
        self._reader: Reader | BadDialect | None = None
        self._parse = speaks(card)(self._read)
        self.result = speaks(card)(self._read_result)

    def __call__(self, reply: Reply, ask: Ask) -> Snapshot | Problem:
        """What a reply says of its task."""
        return self._parse(reply, ask)

    def parts(self, body: Node) -> Iterator[tuple[str | None, Json]]:
        """The tasks in a reply about several; none where an expression has a fault."""
        with suppress(BadDialect):
            yield from self.reader().parts(body)

    def reader(self) -> "Reader":
        """The compiled expressions; raises BadDialect with a line for each fault."""
        if self._reader is None:
            from rushes.providers.toml_dialect.reading import Reader  # with the language

            try:
                self._reader = Reader(self._card, self._said)
            except BadDialect as error:
                self._reader = error
        if isinstance(self._reader, BadDialect):
            raise self._reader
        return self._reader

    def _read(self, body: Node, ask: Ask) -> Snapshot | Problem:
        try:
            reader = self.reader()
        except BadDialect as error:
            return _unusable(error)
        return reader.read(body, ask)

    def _read_result(self, body: Node, ask: Ask) -> Snapshot | Problem:
        try:
            reader = self.reader()
        except BadDialect as error:
            return _unusable(error)
        return reader.read_result(body, ask)


def _unusable(error: BadDialect) -> Problem:
    return Problem(kind=ProblemKind.REFUSED, message=str(error).partition("\n")[0])


def check(provider: Provider) -> None:
    """Check the expressions of a provider in TOML; raises BadDialect with a line for each fault."""
    if isinstance(provider.parse, Described):
        provider.parse.reader()


def read_provider(text: str, provider_id: str, file: str, find: FindProvider) -> Provider:
    """The provider that a TOML text describes; raises BadDialect with a line for each fault.

    `file` is what the faults call it. `find` finds what it may extend.
    """
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadDialect(f"{file}: {clean(str(error), 120)}") from None
    faults: list[str] = []
    table = Table(file, "", tables, faults)
    if not re.fullmatch(ID, provider_id):
        faults.append(f"{file}: expected a file name of small letters, digits and -")
    parent = _parent(table, find)
    if parent is not None and not isinstance(parent.parse, Described):
        made = _same_replies(parent, table, provider_id)
    else:
        if parent is not None and isinstance(parent.parse, Described):
            tables = {**parent.parse.tables, **tables}
            table = Table(file, "", tables, faults)
            table.plain("extends")
        made = _described(table, provider_id, tables)
    table.finish()
    if faults:
        raise BadDialect("\n".join(faults))
    return made


def _parent(table: Table, find: FindProvider) -> Provider | None:
    name = table.text("extends")
    if not name:
        return None
    if (parent := find(name)) is None:
        table.fault("extends", "the id of a built-in provider")
    return parent


def _described(table: Table, provider_id: str, tables: Mapping[str, Any]) -> Provider:
    card, said = card_of(table, provider_id, parts_of(table)), description_of(table)
    if "batch" in table:
        several = Described(card, said, tables)
        card = replace(card, batch=question_together(table.table("batch"), several.parts))
    described = Described(card, said, tables)
    return Provider(card=card, parse=described, result=described.result if said.resolve else None)


def _same_replies(parent: Provider, table: Table, provider_id: str) -> Provider:
    """A provider at another address whose replies a module reads."""
    for key in table:
        if key not in ("extends", *_OF_CARD):
            table.fault(
                key, f"none: {parent.card.id} says it; only {', '.join(_OF_CARD)} may differ"
            )
    return replace(parent, card=at_another_address(table, provider_id, parent.card))
