"""The contract: what each gateway's replies mean, as rows of JSON that name their source."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest


@cache
def rows() -> list[dict[str, Any]]:
    """Every row of every provider, with the name of its provider."""
    return [
        {**row, "provider": path.parent.name}
        for path in sorted(Path(__file__).parent.glob("*/*.json"))
        if path.parent.name != "schemas"
        for row in json.loads(path.read_text("utf-8"))
    ]


def answers() -> list[dict[str, Any]]:
    """The rows whose body is a JSON object under HTTP 200, so that its members can be changed."""
    return [
        row
        for row in rows()
        if isinstance(row["body"], dict) and row["status"] == 200 and "call" not in row
    ]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for a `row`, or an `answer`, is run on each of them."""
    for name, chosen in (("row", rows), ("answer", answers)):
        if name in metafunc.fixturenames:
            ids = [f"{row['provider']}: {row['name']}" for row in chosen()]
            metafunc.parametrize(name, chosen(), ids=ids)


@pytest.fixture(scope="session")
def every_row() -> list[dict[str, Any]]:
    return rows()
