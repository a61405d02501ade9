"""Providers that modules read are read alike from a page of TOML: in every row they have."""

import json
from pathlib import Path
from typing import Any

import pytest

from rushes.providers.as_json import result_json
from rushes.providers.card import Provider
from rushes.providers.model import Problem
from rushes.providers.registry import all_providers, find
from rushes.providers.reply import Ask, Reply
from rushes.providers.toml_dialect.provider import check, read_provider

Row = dict[str, Any]

TWINS = sorted(path.stem for path in (Path(__file__).parent / "twins").glob("*.toml"))


def twin(name: str) -> Provider:
    path = Path(__file__).parent / "twins" / f"{name}.toml"
    provider = read_provider(path.read_text("utf-8"), name, path.name, all_providers().get)
    check(provider)
    return provider


def reply_of(row: Row) -> Reply:
    body = row["body"]
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return Reply(row["status"], row.get("headers", {}), text.encode())


@pytest.mark.parametrize("name", TWINS)
def test_a_twin_reads_every_row_as_its_module_does(name: str, every_row: list[Row]) -> None:
    module, other = find(name), twin(name)
    rows = [row for row in every_row if row["provider"] == name and "call" not in row]
    assert len(rows) >= 25
    for row in rows:
        ask, reply = Ask(**row["ask"]), reply_of(row)
        expected, found = module.parse(reply, ask), other.parse(reply, ask)
        if isinstance(expected, Problem):
            assert isinstance(found, Problem), row["name"]
            assert (found.kind, found.code) == (expected.kind, expected.code), row["name"]
        else:
            assert result_json(found, ask.base) == result_json(expected, ask.base), row["name"]


@pytest.mark.parametrize("name", TWINS)
def test_a_twin_is_asked_as_its_module_is(name: str) -> None:
    module, other = find(name).card, twin(name).card
    assert (other.route, other.auth, other.base_url) == (module.route, module.auth, module.base_url)
    assert other.poll.every == module.poll.every
    assert (other.output_lifetime, other.record_lifetime) == (
        module.output_lifetime,
        module.record_lifetime,
    )
    assert other.statuses == module.statuses
    assert (other.batch is None) == (module.batch is None)
    if other.batch and module.batch:
        ids = ["cgt-1", "cgt-2"]
        assert other.batch.path(ids) == module.batch.path(ids)
        assert other.batch.limit == module.batch.limit
