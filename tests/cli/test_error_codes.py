"""Errors as scripts see them: a code of the registry, on stdout under --json and --ndjson."""

from __future__ import annotations

import contextlib
import io
import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.reply import read_json
from rushes.tui.command import ls
from rushes.tui.shell import failures
from rushes.tui.shell.cli import main
from rushes.watch.config.entry_points import Plugin
from rushes.watch.config.plugins import load as load_plugin
from rushes.watch.disk.atomic import atomic_write
from rushes.watch.disk.locks import held
from rushes.watch.disk.ownership import OURS, check_ownership
from rushes.watch.disk.tomlfile import read_text
from rushes.watch.history.store import History
from rushes.watch.keys.command import key_printed_by
from rushes.watch.network.options import Trust
from rushes.watch.network.trust import trust
from rushes.watch.network.unreachable import unreachable
from rushes.watch.network.url import read as read_url
from rushes.watch.portable import read as read_record
from rushes.watch.store import LeaseRequest
from rushes.watch.task import Entry, Ref, Task
from rushes.watch.transfer.file_check import Promise, refuse_page
from rushes.watch.watchlist.entries import checked
from rushes.watch.watchlist.paste import TEXT_LIMIT, read_paste

if TYPE_CHECKING:
    from tests.cli.conftest import Rushes

_NOW = datetime(2026, 11, 1, tzinfo=UTC)

LISTED = """\
version = 1
[[task]]
provider = "{provider}"
id = "aa-1"
added = 2026-11-22T07:00:00Z
"""


def listed(rushes: Rushes, text: str) -> None:
    folder = rushes.home / "watchlists"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "default.toml").write_text(text)


def served_elsewhere(rushes: Rushes) -> None:
    """Metrics at an address that no machine has: it is kept for documents."""
    rushes.configure('[metrics]\nlisten = "192.0.2.1:9464"\n')
    rushes("watch", "--until-idle")


# -- every code comes of something real ---------------------------------------------------------


def _ambiguous(rushes: Rushes) -> None:
    rushes.watch("ttapi:aa-1", "ttapi:aa-2")
    rushes("show", "aa-")


def _bad_settings(rushes: Rushes) -> None:
    rushes.configure("glyfs = 1\n")
    rushes("ls")


def _bad_dialect(rushes: Rushes) -> object:
    folder = rushes.home / "providers"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "studio.toml").write_text("status = 3")
    return rushes("provider", "test", "studio")


def _not_configured(rushes: Rushes) -> None:
    listed(rushes, LISTED.format(provider="ghost"))
    rushes("wait", "ghost:aa-1")


def _no_home(rushes: Rushes) -> None:
    rushes("ls", RUSHES_HOME="~nobody-of-that-name/x")


def _written_by_others(rushes: Rushes) -> None:
    rushes.configure("")
    (rushes.home / "config.toml").chmod(0o666)
    check_ownership(rushes.home / "config.toml", OURS)


def _bad_watchlist(rushes: Rushes) -> None:
    listed(rushes, "no TOML")
    rushes("ls")


def _save_failed(rushes: Rushes) -> None:
    rushes.configure("")
    atomic_write(rushes.home / "config.toml" / "below", b"")


def _held_elsewhere(rushes: Rushes) -> None:
    rushes.configure("")
    lock = rushes.home / ".lock"
    with held(lock, 0), held(lock, 0):
        pass


def _history(rushes: Rushes) -> None:
    rushes.watch("ttapi:aa-1")
    (rushes.home / "history.db").mkdir()
    rushes("ls")


def _cannot_write(rushes: Rushes) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        out, err = io.TextIOWrapper(full), io.TextIOWrapper(io.BytesIO())
        main(["help"], rushes.environ, None, out, err)
        with contextlib.suppress(OSError):
            out.close()


_NOBODY_THERE = "postgresql://rushes@/studio?host=/no/such/folder"


def _raise(error: Exception) -> NoReturn:
    raise error


PRODUCED: dict[ErrorCode, Callable[[Rushes], object]] = {
    ErrorCode.USAGE: lambda rushes: rushes("show"),
    ErrorCode.NOTHING_ON_STDIN: lambda rushes: rushes("show", "-", stdin=b"\n"),
    ErrorCode.UNKNOWN_PROVIDER: lambda rushes: rushes("parse", "nobody", stdin=b"{}"),
    ErrorCode.CANNOT_SERVE: served_elsewhere,
    ErrorCode.NO_LISTING: lambda rushes: rushes("adopt", "fal"),
    ErrorCode.BAD_FILTER: lambda rushes: rushes("ls", "status:nothing"),
    ErrorCode.BAD_DURATION: lambda rushes: rushes("wait", "--timeout", "soon"),
    ErrorCode.BAD_RATE: lambda rushes: rushes("get", "--all", "--limit-rate", "fast"),
    ErrorCode.BAD_NAME: lambda rushes: rushes("-w", "~nobody-of-that-name/x", "ls"),
    ErrorCode.BAD_ENTRY: lambda _: checked(Entry(ref=Ref("a b", "x"), added=_NOW)),
    ErrorCode.BAD_RECORD: lambda _: read_record("{}"),
    ErrorCode.TOO_MUCH: lambda _: read_paste("x" * (TEXT_LIMIT + 1), {}),
    ErrorCode.AMBIGUOUS_REF: _ambiguous,
    ErrorCode.NO_SUCH_TASK: lambda rushes: rushes("show", "nobody"),
    ErrorCode.NO_SUCH_WATCHLIST: lambda rushes: rushes("-w", "nowhere", "ls"),
    ErrorCode.BAD_SETTINGS: _bad_settings,
    ErrorCode.BAD_DIALECT: _bad_dialect,
    ErrorCode.BAD_PLUGIN: lambda _: load_plugin(Plugin("x", "no_such_module:PROVIDER", "x")),
    ErrorCode.NOT_CONFIGURED: _not_configured,
    ErrorCode.NO_HOME: _no_home,
    ErrorCode.BAD_FILE: lambda _: read_text(Path("/"), 10),
    ErrorCode.WRITTEN_BY_OTHERS: _written_by_others,
    ErrorCode.BAD_WATCHLIST: _bad_watchlist,
    ErrorCode.SAVE_FAILED: _save_failed,
    ErrorCode.HELD_ELSEWHERE: _held_elsewhere,
    ErrorCode.HISTORY: _history,
    ErrorCode.STORE: lambda rushes: rushes("-w", "team:dailies", "ls"),
    ErrorCode.STORE_AWAY: lambda rushes: rushes("store", "check", RUSHES_STORE=_NOBODY_THERE),
    ErrorCode.FORBIDDEN: lambda _: read_url("ftp://gateway/x"),
    ErrorCode.NO_KEY: lambda _: key_printed_by(("/no/such/program",), {}),
    ErrorCode.DOWNLOAD_FAILED: lambda _: refuse_page(b"<!DOCTYPE html><html>", Promise("video")),
    ErrorCode.UNREACHABLE: lambda _: _raise(unreachable(ConnectionRefusedError(), "gateway")),
    ErrorCode.UNTRUSTED: lambda _: trust(Trust(ca_file=Path("/no/such/file"))),
    ErrorCode.UNEXPECTED_REPLY: lambda _: read_json(b""),
    ErrorCode.CANNOT_WRITE: _cannot_write,
}
"""What each code comes of; the others have tests of their own."""


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[ErrorCode]:
    """The codes of the errors that commands end with."""
    found: list[ErrorCode] = []
    end = failures.ended_by

    def noted(error: RushesError, shell: Any) -> Any:
        found.append(error.code)
        return end(error, shell)

    monkeypatch.setattr(failures, "ended_by", noted)
    return found


@pytest.mark.parametrize("code", PRODUCED, ids=lambda code: code.value)
def test_every_code_can_be_had(code: ErrorCode, rushes: Rushes, ended: list[ErrorCode]) -> None:
    try:
        PRODUCED[code](rushes)
    except RushesError as error:
        ended.append(error.code)
    assert ended == [code]


def test_none_is_left_out() -> None:
    elsewhere = {
        ErrorCode.HISTORY_BUSY,
        ErrorCode.TIMED_OUT,
        ErrorCode.SYSTEM,
        ErrorCode.INTERNAL,
    }
    assert set(PRODUCED) | elsewhere == set(ErrorCode)
    assert not set(PRODUCED) & elsewhere


async def test_a_store_in_which_others_write_is_busy(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    history = History(path, patience=0.1)
    task = Task(entry=Entry(ref=Ref("hiapi", "a"), added=_NOW))
    request = LeaseRequest(account="hiapi", key_mark="", interval=5.0, tasks=[task])
    history.save(task)
    await history.flush()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RushesError) as busy:
            await history.take(request)
        other.execute("ROLLBACK")
    await history.close()
    assert busy.value.code is ErrorCode.HISTORY_BUSY


# -- how they are told --------------------------------------------------------------------------


def test_under_json_an_error_is_the_one_document_on_stdout(rushes: Rushes) -> None:
    rushes.watch("ttapi:opening-1")
    done = rushes("show", "ttapi:opening-2", "--json")
    assert done.code == 7
    assert done.json() == {
        "error": {
            "code": "no_such_task",
            "message": "no watched task ttapi:opening-2",
            "hint": "did you mean ttapi:opening-1?",
            "retryable": False,
        }
    }
    assert done.err == "rushes: no watched task ttapi:opening-2; did you mean ttapi:opening-1?\n"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("show --json", "usage"),
        ("ls --json --pol", "usage"),
        ("-w nowhere ls --json", "no_such_watchlist"),
        ("ls --json status:xyz", "bad_filter"),
        ("verify --json nobody", "no_such_task"),
        ("help --json nothing", "usage"),
        ("providers --json -w nowhere", "no_such_watchlist"),
    ],
)
def test_every_command_with_json_does_so(rushes: Rushes, line: str, code: str) -> None:
    done = rushes(*line.split())
    assert done.json()["error"]["code"] == code
    assert done.code == int(ErrorCode(code).exit)


def test_under_ndjson_it_is_the_last_line(rushes: Rushes) -> None:
    for line in ("wait --ndjson nobody", "wait --ndjson --bogus"):
        done = rushes(*line.split())
        *_, last = done.out.splitlines()
        told = json.loads(last)
        assert (told["event"], told["version"]) == ("error", 1)
        assert done.code == int(ErrorCode(told["error"]["code"]).exit)


def test_without_json_stdout_stays_empty(rushes: Rushes) -> None:
    assert rushes("show", "nobody").out == ""
    assert rushes("ls", "--", "--json", "status:xyz").out == ""


def test_what_could_be_done_better_stands_in_the_registry(rushes: Rushes) -> None:
    rushes.configure("glyfs = 1\nparalel = 2\n")
    error = rushes("ls", "--json").json()["error"]
    assert error["hint"] == "every setting there is: rushes help config"
    assert len(error["message"].splitlines()) == 2


def test_a_document_that_was_begun_gets_no_second_one(
    rushes: Rushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(out: Any, *_: object) -> None:
        out.text('{"version": 1,')
        raise ValueError("midway")

    monkeypatch.setattr(ls, "print_json_list", broken)
    done = rushes("ls", "--json")
    assert (done.code, done.out) == (70, '{"version": 1,')


@pytest.mark.parametrize(
    ("error", "code", "exit_"),
    [(ValueError("odd"), "internal", 70), (OSError(28, "full"), "system", 3)],
)
def test_a_fault_of_ours_and_of_the_machine_have_codes(
    rushes: Rushes, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str, exit_: int
) -> None:
    def broken(*_: object) -> NoReturn:
        raise error

    monkeypatch.setattr(ls, "existing", broken)
    done = rushes("ls", "--json")
    assert (done.code, done.json()["error"]["code"]) == (exit_, code)
    assert "rushes: " not in done.json()["error"]["message"]


def test_a_time_that_ran_out_before_anything_was_known_has_one(
    rushes: Rushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(*_: object) -> NoReturn:
        raise TimeoutError

    monkeypatch.setattr("rushes.tui.command.wait.named", silent)
    done = rushes("wait", "--ndjson", "--timeout", "1s", "-")
    assert done.code == 124
    assert json.loads(done.out)["error"]["code"] == "timed_out"


def test_no_key_is_in_an_error(rushes: Rushes) -> None:
    key = "sk-" + "k3y" * 8
    done = rushes("show", key, "--json", HIAPI_API_KEY=key)
    assert key not in done.out + done.err


# -- what was meant -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("lst", "unknown command 'lst'; did you mean ls?"),
        ("wiat --any", "unknown command 'wiat'; did you mean wait?"),
        ("completion basch", "unknown word 'basch'; did you mean bash?"),
        ("wait --timout 1m", "unrecognized arguments: --timout; did you mean --timeout?"),
        ("ls --jsno", "unrecognized arguments: --jsno; did you mean --json?"),
        ("frobnicate", "unknown command 'frobnicate'; every command: rushes help"),
        ("help exit-code", "no help on 'exit-code'; did you mean exit-codes?"),
        ("help schema taks", "no form 'taks'; did you mean TASK?"),
    ],
)
def test_what_was_mistyped_is_named_with_what_is_nearest(
    rushes: Rushes, line: str, said: str
) -> None:
    done = rushes(*line.split())
    assert done.code == 2
    # What argparse found has its hint on a line of its own.
    assert done.err.replace("\n  ", "; ") == f"rushes: {said}\n"
