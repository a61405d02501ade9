"""The JSON that the commands print has the fields that docs/interface.md names, and no others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from documents import codes, document, section, tables

if TYPE_CHECKING:
    from tests.cli.conftest import Play, Rushes

JSON = section(document("interface.md"), "JSON")


def named(heading: str) -> list[str]:
    """The fields in the table, or else in the words, below a heading."""
    text = section(JSON, heading)
    table = tables(text).get("field", [])
    return [code for row in table for code in codes(row[0])] or list(codes(text))


def test_what_is_saved_verified_and_exported(staged: Rushes, play: Play) -> None:
    play.offset = 400
    ref = play.ref("logo, gold")
    staged.watch(ref)
    with (staged.home / "config.toml").open("a") as config:
        config.write("[download]\nsidecar = true\n")
    saved = staged("get", ref)
    assert saved.code == 0
    (checked,) = staged("verify", "--json").json()["outputs"]
    assert named("CHECKED") == list(checked)
    with open(f"{saved.out.strip()}.json") as sidecar:  # noqa: PTH123 - a path that was printed
        assert named("SIDECAR")[1:] == list(json.load(sidecar))
    (exported,) = staged("export").out.splitlines()
    *always, where_it_flapped, model, prompt, ratings = named("EXPORTED")[2:]
    assert always == list(json.loads(exported))
    assert (where_it_flapped, model, prompt) == ("times", "model", "prompt")
    assert ratings == "ratings"


def test_the_accounts(rushes: Rushes) -> None:
    first = rushes("providers", "--json").json()["providers"][0]
    assert named("ACCOUNT") == list(first)


def test_what_parse_makes_of_a_body(rushes: Rushes) -> None:
    output = {"url": "https://cdn.example/a.mp4", "type": "video", "expireAt": 1}
    task = {"taskId": "tk", "status": "success", "output": [output]}
    body = json.dumps({"code": 200, "data": task}).encode()
    snapshot = rushes("parse", "hiapi", stdin=body).json()["snapshot"]
    own, _, of_outputs = section(JSON, "SNAPSHOT").partition("an output has")
    assert codes(own) == tuple(snapshot)
    assert codes(of_outputs) == tuple(snapshot["outputs"][0])
    refused = rushes("parse", "hiapi", "--http-status", "401", stdin=b"{}").json()
    assert named("PROBLEM") == list(refused["problem"])


def test_where_the_demo_gateway_is(rushes: Rushes) -> None:
    process = rushes.start("demo", "--serve")
    assert process.stdout
    try:
        assert named("SERVED")[1:] == list(json.loads(process.stdout.readline()))
    finally:
        process.terminate()
        process.communicate()
