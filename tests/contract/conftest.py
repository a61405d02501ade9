"""The contract: what each gateway's replies mean, as rows of JSON that name their source."""

import json
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, cast

import pytest
from sampling import sample


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


def some_answers() -> list[dict[str, Any]]:
    """A dozen of them of each provider, or all in a whole run."""
    by_provider = groupby(answers(), key=itemgetter("provider"))
    return [row for name, of_it in by_provider for row in sample(of_it, 12, name)]


BY_ROW = {"row": rows, "answer": answers, "some_answer": some_answers}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for a `row`, an `answer` or `some_answer` is made once for each provider.

    A test of pytest's own for each row costs more than what is tested: there are thousands.
    """
    for name in BY_ROW.keys() & set(metafunc.fixturenames):
        of: dict[str, list[dict[str, Any]]] = {}
        for row in BY_ROW[name]():
            of.setdefault(row["provider"], []).append(row)
        metafunc.parametrize(name, list(of.values()), ids=list(of))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Such a test is run on each row in turn; every row that it fails on is named."""
    name = next((name for name in BY_ROW if name in pyfuncitem.fixturenames), None)
    if name is None:
        return None
    failures: list[Exception] = []
    for row in cast("list[dict[str, Any]]", pyfuncitem.funcargs[name]):
        try:
            pyfuncitem.obj(**{name: row})
        except Exception as error:  # noqa: BLE001 - raised below, with those of the other rows
            error.add_note(f"in the row {row['provider']}: {row['name']}")
            failures.append(error)
    if failures:
        raise ExceptionGroup(f"{pyfuncitem.originalname}: {len(failures)} rows", failures)
    return True


@pytest.fixture(scope="session")
def every_row() -> list[dict[str, Any]]:
    return rows()
