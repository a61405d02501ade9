"""An expression that was compiled gives a value or an UnexpectedReply, whatever the reply holds."""

from random import Random
from typing import Any

import pytest

from rushes.providers.errors import UnexpectedReply
from rushes.providers.node import Json, Node
from rushes.providers.reading import Reading
from rushes.providers.toml_dialect.expressions import Expression, compiled
from rushes.providers.toml_dialect.table import Written

NAMES = ("a", "b", "c", '"x y"')
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -5, 1.5, 10**290, "t", "", "1e999", "nan", "9" * 4000, "inf"),
    *("https://h/b", '{"a": 1}', "\ud800"),
)
LITERALS = ("`1`", "'t'", "`null`", "`true`", "@", "`[1, 2]`", '`"1e999"`', "'https://h/b'")
OF_ONE = (
    *("abs", "avg", "ceil", "floor", "from_json", "find_urls", "keys", "length", "lower", "max"),
    *("merge", "min", "not_null", "reverse", "sort", "sum", "to_array", "to_number", "to_string"),
    *("type", "values"),
)
OF_TWO = ("contains", "join", "starts_with", "ends_with")
BY = ("sort_by", "min_by", "max_by")


def expression(chance: Random, depth: int) -> str:
    """A random expression that has the grammar of JMESPath and calls functions as they are."""
    if not depth:
        return chance.choice((*NAMES, *LITERALS))
    one, other = (expression(chance, depth - 1) for _ in range(2))
    forms = (
        f"{one}.{chance.choice(NAMES)}",
        f"{one}[{chance.choice(('', '0', '-1', '*', '::2', f'?{other}'))}]",
        f"{one}.*",
        f"({one} {chance.choice(('||', '&&', '|'))} {other})",
        f"({one} {chance.choice(('==', '!=', '<', '>', '<=', '>='))} {other})",
        f"!({one})",
        f"{chance.choice(OF_ONE)}({one})",
        f"{chance.choice(OF_TWO)}({one}, {other})",
        f"{chance.choice(BY)}({one}, &{other})",
        f"map(&{one}, {other})",
        f"{one}.[{other}, {one}]",
        f"{{a: {one}, b: {other}}}",
    )
    return chance.choice(forms)


def document(chance: Random, depth: int) -> Json:
    kind = chance.randrange(8 if depth else 6)
    if kind < 6:
        return chance.choice(VALUES)
    if kind == 6:
        return [document(chance, depth - 1) for _ in range(chance.randrange(4))]
    names = ("a", "b", "c", "x y")
    return {chance.choice(names): document(chance, depth - 1) for _ in range(chance.randrange(4))}


@pytest.mark.parametrize("seed", range(8))
def test_no_expression_raises_anything_else(seed: int) -> None:
    chance, given = Random(seed), 0
    for _ in range(60):
        written = Written(expression(chance, 3), "file: key")
        body = Node("$", {name: document(chance, 3) for name in "abc"}, Reading())
        try:
            value = compiled(written).of(body)
        except UnexpectedReply:
            continue
        given += 1
        for read in (value.text, value.percent, value.time, value.scalars, value.whole):
            read()
    assert given


def reads(text: str) -> set[str]:
    found: Expression = compiled(Written(text, "file: key"))
    return {".".join(path) for path in found.reads}


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a.b", {"a.b"}),
        ("a || b.c", {"a", "b.c"}),
        ("a[].b[0].c", {"a.b.c"}),
        ("a[?ok == `1`].url", {"a.ok", "a.url"}),
        ("a.*.b", {"a.*.b"}),
        ("(done && 'x') || !busy", {"done", "busy"}),
        ("length(a.b) > `0`", {"a.b"}),
        ("sort_by(a, &b.c)[0].d", {"a.d", "a.b.c"}),
        ("a.[b, c]", {"a.b", "a.c"}),
        ("{x: a, y: b}.x", {"a.x", "b.x"}),
        ("find_urls(@)", {""}),
        ("a | b", {"a.b"}),
        ("'words'", set[str]()),
    ],
)
def test_what_an_expression_reads_is_known(text: str, places: set[str]) -> None:
    assert reads(text) == places


def test_what_a_comparison_cannot_compare_is_said() -> None:
    """A text is less than a number nowhere, and the library raises Python's own error of it."""
    body = Node("$", {"a": "x", "b": 1}, Reading())
    with pytest.raises(UnexpectedReply, match="expected values that agree"):
        compiled(Written("a < b", "file: key")).of(body)
