"""The JSON Schemas that come with the program, held against what the commands really print."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import jsonschema
import pytest

from rushes.demo.serve import serve
from rushes.tui.command.event_forms import KINDS
from rushes.tui.command.event_json import LINES, SUMMARY
from rushes.tui.command.schema_form import DRAFT, Form
from rushes.tui.command.schemas import FORMS, MEANINGS, schema
from rushes.watch.event_kinds import EventKind

if TYPE_CHECKING:
    from tests.cli.conftest import Play, Rushes


def closed(value: Any) -> Any:
    """A schema that lets no field pass that it does not name."""
    if isinstance(value, list):
        return [closed(each) for each in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    made = {name: closed(each) for name, each in cast("dict[str, Any]", value).items()}
    return made | {"additionalProperties": False} if "properties" in made else made


def check(name: str, document: Any) -> None:
    """Raise where a document is not of that form, or has a field that is in no schema."""
    validator: Any = jsonschema.Draft202012Validator(closed(schema(name)))
    faults = [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(document)]
    assert faults == []


@pytest.mark.parametrize("name", FORMS)
def test_each_is_a_schema_that_is_whole_by_itself(name: str, rushes: Rushes) -> None:
    printed = rushes("help", "schema", name.lower()).json()
    jsonschema.Draft202012Validator.check_schema(printed)
    assert (printed["$schema"], printed["title"]) == (DRAFT, name)
    assert {f"#/$defs/{held}" for held in printed.get("$defs", {})} == set(_refs(printed))


def _refs(value: Any) -> list[str]:
    if isinstance(value, list):
        return [ref for each in cast("list[Any]", value) for ref in _refs(each)]
    if not isinstance(value, dict):
        return []
    found = cast("dict[str, Any]", value)
    here = [found["$ref"]] if isinstance(found.get("$ref"), str) else []
    return here + [ref for each in found.values() for ref in _refs(each)]


def test_every_field_says_what_it_means() -> None:
    told_by_themselves = {"status", "raw_status", "ref", "started_at", "finished_at", "event",
                          "last_polled_at"}  # fmt: skip
    for name, form in FORMS.items():
        for field in form.fields(MEANINGS.get(name, {})):
            assert field.meaning or field.name in told_by_themselves, f"{name}.{field.name}"


def test_every_form_is_printed_or_held_by_one_that_is() -> None:
    held = {ref.rpartition("/")[2] for name in FORMS for ref in _refs(schema(name))}
    assert {name for name, form in FORMS.items() if not form.printed_by} <= held


@pytest.fixture
def cast_of(staged: Rushes, play: Play) -> Rushes:
    """The demo's whole cast, asked about at its beginning and at its end; its files are saved."""
    staged.configure(
        (staged.home / "config.toml").read_text() + "\n[download]\nsidecar = true\n"
        f'dir = "{staged.home}/files"\n'
    )
    staged.watch(*(f"{scene.provider}:{scene.id}" for scene in play.gateway.tasks))
    for offset in (20.0, 600.0):
        play.offset = offset
        staged("ls", "--poll")
    return staged


def test_tasks_and_files_are_as_their_schemas_have_them(cast_of: Rushes) -> None:
    refs = [task["ref"] for task in cast_of("ls", "--json").json()["tasks"]]
    cast_of("get", "--all")
    listed = cast_of("ls", "--json").json()
    check("LIST", listed)
    kinds = {task["status"] for task in listed["tasks"]}
    assert {"succeeded", "failed"} <= kinds
    assert any(output["sha256"] for task in listed["tasks"] for output in task["outputs"])
    for ref in refs[:3]:
        check("TASK", cast_of("show", ref, "--json").json())
    summed = cast_of("ls", "--summary", "--json").json()
    check("SUMS", summed)
    assert summed["lost"] + summed["unsaved"]
    lines = cast_of("wait", "--ndjson", "--timeout", "0.2s").out.splitlines()
    lines += cast_of("get", "--ndjson", "--force", refs[0]).out.splitlines()
    for line in lines:
        check("EVENT", json.loads(line))
    for line in cast_of("export").out.splitlines():
        check("EXPORTED", json.loads(line))
    check("VERIFIED", cast_of("verify", "--json").json())
    sidecars = list(Path(cast_of.home / "files").rglob("*.json"))
    assert sidecars
    for sidecar in sidecars:
        check("SIDECAR", json.loads(sidecar.read_text()))


def test_the_lines_of_watch_are(staged: Rushes, play: Play) -> None:
    play.offset = 600.0
    scenes = play.gateway.tasks[:8]
    staged.watch(*(f"{scene.provider}:{scene.id}" for scene in scenes))
    lines = staged("watch", "--until-idle", "--auto", "all", "--ndjson").out.splitlines()
    assert len(lines) > len(scenes)
    for line in lines:
        check("EVENT", json.loads(line))


def test_a_task_that_was_never_asked_about_is_so_too(rushes: Rushes) -> None:
    rushes.watch("ttapi:aa-1")
    check("LIST", rushes("ls", "--json").json())


@pytest.mark.parametrize("kind", LINES, ids=lambda kind: kind.value)
def test_each_kind_of_line_is_of_the_form_that_has_its_fields(kind: EventKind) -> None:
    (form,) = (FORMS[name] for name in KINDS if f'"{kind.value}"' in _first_type(FORMS[name]))
    assert [field.name for field in form.fields({})] == list(LINES[kind])


def test_the_last_line_has_the_fields_of_its_form() -> None:
    fields = [field.name for field in FORMS["SUMMARY"].fields({})]
    assert fields == [field.name for field in SUMMARY]


def _first_type(form: Form) -> str:
    return next(form.fields({})).type


@pytest.mark.parametrize("options", [(), ("--check",)], ids=" ".join)
def test_accounts_are(staged: Rushes, options: tuple[str, ...]) -> None:
    check("ACCOUNTS", staged("providers", "--json", *options).json())


def test_figures_and_what_was_fetched_are(staged: Rushes, play: Play) -> None:
    play.offset = 400
    staged.watch(play.ref("opening shot"))
    staged("wait")
    for by in ((), ("--by", "provider,model,tag,day")):
        check("FIGURES", staged("stats", "--json", *by).json())
    check("FETCHED", staged("get", "--all", "--dry-run", "--json").json())
    check("FETCHED", staged("get", "--all", "--json").json())


@pytest.mark.parametrize(
    "body",
    [
        b'{"code": 200, "data": {"taskId": "tk-hiapi-1", "status": "running"}}',
        b'{"code": 401, "message": "no"}',
        b"<html>",
    ],
)
def test_what_a_body_says_is(rushes: Rushes, body: bytes) -> None:
    check("PARSED", rushes("parse", "hiapi", stdin=body).json())


def test_errors_are(rushes: Rushes) -> None:
    check("FAILED", rushes("show", "nobody", "--json").json())
    check("ERROR_LINE", json.loads(rushes("wait", "nobody", "--ndjson").out))


def test_the_help_and_the_doctor_are(staged: Rushes) -> None:
    check("HELP", staged("help", "--json").json())
    check("DOCTOR", staged("doctor", "--json").json())


async def test_what_the_gateway_of_the_demo_says_of_itself_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    serving = asyncio.create_task(serve(1.0, 0))
    while not (out := capsys.readouterr().out):
        await asyncio.sleep(0)
    serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving
    check("SERVED", json.loads(out))


def test_a_field_that_is_not_there_or_of_another_type_is_found() -> None:
    """Or the tests above would hold whatever is printed."""
    right: Mapping[str, Any] = {"code": "usage", "message": "m", "hint": None, "retryable": False}
    check("ERROR", right)
    lacking = {name: value for name, value in right.items() if name != "hint"}
    for wrong in (
        lacking,
        {**right, "more": 1},
        {**right, "code": "nonsense"},
        {**right, "hint": 1},
    ):
        with pytest.raises(AssertionError):
            check("ERROR", wrong)
