"""The commands that explain: parse, providers, config check, info, completion, help."""

from __future__ import annotations

import asyncio
import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rushes.tui.shell.arguments import tree
from rushes.tui.shell.cli import ELSEWHERE
from rushes.watch.asked_every import AskedEvery, Pacing
from rushes.watch.clock import SystemClock
from rushes.watch.history.machine_starts import Starts
from rushes.watch.version import VERSION

if TYPE_CHECKING:
    from tests.cli.conftest import Rushes

BODY = json.dumps(
    {
        "code": 200,
        "message": "success",
        "data": {
            "taskId": "tk-hiapi-1",
            "status": "success",
            "created": 1777282000,
            "completed": 1777282099,
            "output": [
                {"url": "/files/v.mp4", "type": "video", "expireAt": 1777886899},
            ],
        },
    }
).encode()

SNAPSHOT = (
    "status raw_status progress model prompt created_at started_at finished_at request_id"
    " upstream_id usage error outputs"
)


def test_parse_prints_the_snapshot_of_a_body_on_stdin(rushes: Rushes) -> None:
    done = rushes("parse", "hiapi", "--base-url", "https://x.example/v1", stdin=BODY)
    assert done.code == 0
    snapshot = done.json()["snapshot"]
    assert list(snapshot) == SNAPSHOT.split()
    assert snapshot["finished_at"] == "2026-04-27T09:28:19Z"
    assert snapshot["outputs"][0]["url"] == "https://x.example/files/v.mp4"


def test_parse_reads_the_answer_to_a_second_question(rushes: Rushes) -> None:
    body = b'{"video": {"url": "https://v3.fal.media/files/b/clip.mp4"}, "seed": 42}'
    done = rushes("parse", "fal", stdin=body)
    assert [output["kind"] for output in done.json()["snapshot"]["outputs"]] == ["video"]
    strange = rushes("parse", "fal", stdin=b'{"seed": 42}').json()
    assert strange["problem"]["message"] == "$.status: expected text, got nothing"


def test_parse_reads_a_file_and_refuses_another_tasks_answer(
    rushes: Rushes, tmp_path: Path
) -> None:
    file = tmp_path / "answer.json"
    file.write_bytes(BODY)
    assert "snapshot" in rushes("parse", "hiapi", str(file)).json()
    problem = rushes("parse", "hiapi", str(file), "--id", "tk-hiapi-2").json()["problem"]
    assert problem["kind"] == "malformed"


def test_a_problem_is_an_answer_too(rushes: Rushes) -> None:
    argv = ["parse", "anyfast", "--http-status", "429", "--header", "Retry-After: 20"]
    done = rushes(*argv, stdin=b"{}")
    assert done.code == 0
    assert list(done.json()["problem"]) == ["kind", "message", "code", "http_status", "retry_after"]
    assert done.json()["problem"]["retry_after"] == 20


@pytest.mark.parametrize(
    "argv",
    [
        ["parse", "hiapp"],
        ["parse", "hiapi", "/no/such/file"],
        ["parse", "hiapi", "--header", "no colon"],
        ["parse", "hiapi", "--http-status", "many"],
        ["wait", "--timeout", "soon"],
        ["ls", "-w", "no/../such\x07"],
        ["demo", "--speed", "0"],
        ["demo", "--port", "99999"],
        ["show"],
        ["nonsense"],
        ["ls", "--jso"],
    ],
)
def test_what_has_no_meaning_is_usage_in_one_plain_sentence(
    rushes: Rushes, argv: list[str]
) -> None:
    done = rushes(*argv, stdin=b"{}")
    if argv[0] != "ls" or "--jso" in argv:
        assert done.code == 2
        assert done.err.startswith("rushes: ")
    assert "Traceback" not in done.err
    assert done.out.count("\x07") == 0


def test_providers_name_the_source_of_a_key_and_never_the_key(rushes: Rushes) -> None:
    rushes.configure('[providers.hiapi]\npoll_interval = "1s"\n')
    done = rushes("providers", "--json", TTAPI_API_KEY="tt-key-31337")
    found = {each["name"]: each for each in done.json()["providers"]}
    assert found["ttapi"]["key_source"] == "environment TTAPI_API_KEY"
    assert found["hiapi"]["key_source"] == "missing"
    assert found["hiapi"]["poll_interval"] == 1.0
    assert "below the provider's" in done.err
    assert (found["hiapi"]["documented_interval"], found["hiapi"]["poll_interval_learned"]) == (
        3.0,
        False,
    )
    assert (found["gptge"]["documented_interval"], found["gptge"]["poll_interval_learned"]) == (
        None,
        True,
    )
    assert "tt-key-31337" not in done.out + done.err
    assert rushes("providers").out.splitlines()[0].split("\t")[:2] == ["NAME", "DIALECT"]


def test_config_check_finds_faults_in_settings_keys_and_watchlist(rushes: Rushes) -> None:
    assert "fine, 0 tasks" in rushes("config", "check").out
    rushes.watch("tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR")
    assert rushes("config", "check").out.endswith("fine, 1 task\n")
    rushes.configure('[keys]\ndownlaod = "d"\n')
    for command in (["config", "check"], ["help", "keys"]):
        assert "config.toml: [keys] downlaod: unknown action" in rushes(*command).err
    done = rushes("config", "check")
    assert done.code == 3
    assert "download" in done.err
    rushes.configure("glyphs = 7\n")
    assert rushes("config", "check").code == 3
    rushes.configure("")
    (rushes.home / "watchlists" / "default.toml").write_text("[")
    assert rushes("config", "check").code == 3


def test_info_says_where_everything_is(rushes: Rushes) -> None:
    facts = dict(line.split("\t") for line in rushes("info").out.splitlines())
    assert facts["rushes"] == VERSION
    assert facts["history"] == str(rushes.home / "history.db")
    assert facts["config"].endswith("config.toml (not there: defaults)")


def test_help_and_version_are_answers_on_stdout(rushes: Rushes) -> None:
    for argv in (["--help"], ["ls", "-h"], ["wait", "--help"]):
        done = rushes(*argv)
        assert (done.code, done.err) == (0, "")
        assert "usage: rushes" in done.out
    assert rushes("--version").out == f"rushes {VERSION}\n"
    assert rushes("-w", "x", "-V").out == f"rushes {VERSION}\n"


def test_every_command_has_a_help_and_someone_who_does_it(rushes: Rushes) -> None:
    for name in tree().commands:
        place, function = ELSEWHERE.get(name, (name, "run"))
        module = import_module(f"rushes.tui.command.{place}")
        assert callable(getattr(module, function))
        assert rushes(name, "--help").code == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_know_every_command_and_option(rushes: Rushes, shell: str) -> None:
    script = rushes("completion", shell).out
    for name, parser in tree().commands.items():
        assert name in script
        assert parser.prog == f"rushes {name}"
    for flag in ("ndjson", "http-status", "force"):
        assert flag in script


def test_what_a_dashboard_tells_of_its_pace_is_said_where_people_and_scripts_look(
    rushes: Rushes,
) -> None:
    rushes.watch("ttapi", "aa-1")
    shown = rushes("show", "aa-1", "--json").json()
    assert (shown["asked_every"], shown["asked_every_why"]) == (15.0, "interval")
    starts = Starts(rushes.home / "slots", "ttapi", SystemClock())
    asyncio.run(starts.next(0.05, 0.0))
    starts.tell(AskedEvery(12.0, Pacing.RATE, 20.0))
    for argv in (("show", "aa-1"), ("providers",)):
        done = rushes(*argv)
        assert "asked every 12 s: limit 20/s" in done.out + done.err
    (listed,) = rushes("ls", "--json").json()["tasks"]
    assert (listed["asked_every"], listed["asked_every_why"]) == (12.0, "rate")
    told = {each["name"]: each for each in rushes("providers", "--json").json()["providers"]}
    assert (told["ttapi"]["asked_every"], told["ttapi"]["asked_every_why"]) == (12.0, "rate")
    assert (told["hiapi"]["asked_every_why"], told["hiapi"]["max_rate"]) == ("interval", 20.0)
