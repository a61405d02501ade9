"""The commands that only touch files: add, rm, label, tag, ls, show without an answer."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from rushes.watch.keys import known_keys

if TYPE_CHECKING:
    from tests.cli.conftest import Rushes

HIAPI = "tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR"
UUID = "e3dfa76a-5198-4527-b416-a51e317821cf"
OWN_KEY = "7d1e62a0-9c55-4c1d-8f43-aaaabbbbcccc"


def entries(rushes: Rushes, name: str = "default") -> list[dict[str, Any]]:
    path = rushes.home / "watchlists" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))["task"]


def test_an_id_is_recognised_put_on_disk_and_its_ref_printed(rushes: Rushes) -> None:
    done = rushes("add", HIAPI, "--label", "opening shot", "--tag", "a", "--tag", "b")
    assert (done.code, done.out) == (0, f"hiapi:{HIAPI}\n")
    (entry,) = entries(rushes)
    assert (entry["provider"], entry["id"]) == ("hiapi", HIAPI)
    assert (entry["label"], entry["tags"]) == ("opening shot", ["a", "b"])


def test_adding_twice_keeps_the_first_and_prints_the_ref_again(rushes: Rushes) -> None:
    rushes("add", HIAPI, "--label", "first")
    again = rushes("add", HIAPI, "--label", "second")
    assert (again.code, again.out) == (0, f"hiapi:{HIAPI}\n")
    assert "already watched" in again.err
    assert [entry["label"] for entry in entries(rushes)] == ["first"]


def test_adding_asks_no_gateway_and_makes_no_history(rushes: Rushes) -> None:
    rushes("add", HIAPI)
    assert not (rushes.home / "history.db").exists()


def test_a_named_provider_takes_any_word_for_an_id(rushes: Rushes) -> None:
    assert rushes("add", "gptge", "job_7").out == "gptge:job_7\n"
    assert rushes("add", "gptge:8").out == "gptge:8\n"


def test_an_unknown_provider_is_named_with_the_nearest(rushes: Rushes) -> None:
    done = rushes("add", "hiap", "abc12345")
    assert done.code == 2
    assert "did you mean hiapi?" in done.err
    assert "dimilinks" in done.err


def test_an_id_that_could_be_anybodys_is_not_guessed(rushes: Rushes) -> None:
    done = rushes("add", "job-00012345")
    assert done.code == 2
    assert "rushes add PROVIDER ID" in done.err


def test_two_accounts_that_could_be_meant_are_both_named(rushes: Rushes) -> None:
    rushes.configure(
        '[providers.studio-b]\ndialect = "hiapi"\nbase_url = "https://gateway.example"\n'
    )
    done = rushes("add", HIAPI)
    assert done.code == 2
    assert f"hiapi:{HIAPI}" in done.err
    assert f"studio-b:{HIAPI}" in done.err
    assert rushes("add", "studio-b", HIAPI).out == f"studio-b:{HIAPI}\n"


def test_stdin_may_hold_ids_answers_and_curl_lines_whose_key_is_dropped(rushes: Rushes) -> None:
    text = f"""ttapi:{UUID}
    curl https://api.hiapi.ai/v1/tasks/{HIAPI} -H 'Authorization: Bearer sk-very-secret'
    """
    done = rushes("add", stdin=text.encode())
    assert set(done.out.split()) == {f"hiapi:{HIAPI}", f"ttapi:{UUID}"}
    assert "sk-very-secret" not in done.out + done.err
    files = [path.read_text() for path in (rushes.home / "watchlists").iterdir()]
    assert not any("sk-very-secret" in text for text in files)


@pytest.mark.parametrize(
    "words", [[OWN_KEY], [f"curl -H 'x: {OWN_KEY}'"], ["ttapi", OWN_KEY], [f"ttapi:{OWN_KEY}"]]
)
def test_a_key_that_looks_like_an_id_is_not_watched(
    rushes: Rushes, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setattr(known_keys, "_forms", {})
    rushes.environ["TTAPI_API_KEY"] = OWN_KEY
    done = rushes("add", *words)
    assert (done.code, done.out) == (2, "")
    assert OWN_KEY not in done.err
    assert not (rushes.home / "watchlists").exists()


def test_without_an_id_and_without_a_pipe_add_asks_for_one(rushes: Rushes) -> None:
    assert rushes("add").code == 2
    assert rushes("add", "hiapi").code == 2


def test_labels_and_tags_are_edited_by_the_beginning_of_an_id(rushes: Rushes) -> None:
    rushes("add", HIAPI, "--tag", "old")
    assert rushes("label", "tk-h", "雨").code == 0
    assert rushes("tag", "hiapi:tk", "new", "old").code == 0
    assert rushes("tag", "tk-hiapi", "old", "--remove").code == 0
    (entry,) = entries(rushes)
    assert (entry["label"], entry["tags"]) == ("雨", ["new"])


def test_commas_separate_tags_wherever_they_are_given(rushes: Rushes) -> None:
    rushes("add", HIAPI, "--tag", "a, b", "--tag", "c,,a")
    assert rushes("tag", HIAPI, "d,e").code == 0
    assert rushes("tag", HIAPI, "--remove", "b,e").code == 0
    (task,) = rushes("ls", "tag:c", "--json").json()["tasks"]
    assert task["tags"] == ["a", "c", "d"]


def test_a_ref_that_could_be_several_is_refused_with_the_list(rushes: Rushes) -> None:
    rushes.watch("ttapi", "aa-1", "aa-2")
    done = rushes("rm", "aa")
    assert done.code == 2
    assert "ttapi:aa-1" in done.err
    assert "ttapi:aa-2" in done.err
    assert len(entries(rushes)) == 2


def test_an_exact_id_wins_over_a_longer_one(rushes: Rushes) -> None:
    rushes.watch("ttapi", "aa-1", "aa-10")
    assert rushes("rm", "aa-1").out == "ttapi:aa-1\n"


def test_a_ref_that_is_not_watched_is_not_found(rushes: Rushes) -> None:
    rushes.watch(HIAPI)
    done = rushes("show", HIAPI[:-1] + "0")
    assert done.code == 7
    assert f"did you mean hiapi:{HIAPI}?" in done.err


def test_the_list_piped_back_is_a_list_of_refs(rushes: Rushes) -> None:
    rushes.watch("ttapi", "aa-1", "aa-2")
    listed = rushes("ls", "aa-2").out
    assert rushes("rm", stdin=listed.encode()).out == "ttapi:aa-2\n"
    assert rushes("rm", "-", stdin=b"REF\tSTATUS\n").code == 2
    assert rushes("ls").out.splitlines()[1].startswith("ttapi:aa-1\t")


def test_a_pipe_gets_fixed_columns_and_nothing_else(rushes: Rushes) -> None:
    rushes("add", HIAPI, "--label", "opening shot", "--tag", "a", "--tag", "b")
    head, row = rushes("ls", FORCE_COLOR="1").out.splitlines()
    assert head == (
        "REF\tSTATUS\tRAW\tPROGRESS\tCREATED\tFINISHED\tEXPIRES\tFILES\tPROBLEM\tLABEL\tTAGS"
    )
    assert row.split("\t") == [f"hiapi:{HIAPI}", *[""] * 8, "opening shot", "a,b"]


def test_without_a_command_and_a_terminal_the_list_is_printed_once(rushes: Rushes) -> None:
    rushes.watch(HIAPI)
    assert rushes() == rushes("ls")
    assert rushes(TERM="dumb", terminal=True).code == 0


def test_the_watchlist_may_be_named_before_and_after_the_command(rushes: Rushes) -> None:
    assert rushes("-w", "film", "add", HIAPI).code == 0
    assert rushes("ls", "-w", "film").out == rushes("-w", "film", "ls").out
    assert HIAPI in rushes("ls", "--watchlist", "film").out
    assert HIAPI not in rushes("ls").out
    assert rushes("watchlists").out == "film\n"
    assert rushes("ls", "--json", "-w", "film").json()["watchlist"] == "film"


def test_a_filter_narrows_and_a_wrong_one_is_usage(rushes: Rushes) -> None:
    rushes.watch(HIAPI)
    rushes.watch(f"ttapi:{UUID}")
    tasks = rushes("ls", "provider:ttapi", "--json").json()["tasks"]
    assert [task["id"] for task in tasks] == [UUID]
    assert rushes("ls", "colour:red").code == 2


def test_a_broken_watchlist_is_named_with_its_line_and_left_alone(rushes: Rushes) -> None:
    path = rushes.home / "watchlists" / "default.toml"
    path.parent.mkdir(parents=True)
    path.write_text("version = 1\n[[task]\n")
    for argv in (["ls"], ["add", HIAPI], ["rm", "x"], ["wait"], ["get", "--all"]):
        done = rushes(*argv)
        assert done.code == 3
        assert "line 2" in done.err
    assert path.read_text() == "version = 1\n[[task]\n"


def test_every_fault_of_the_settings_is_a_line(rushes: Rushes) -> None:
    rushes.configure('glyphs = "emoji"\n[providers.hiapi]\nbase_ur = "x"\n')
    done = rushes("ls")
    assert done.code == 3
    assert "base_url" in done.err
    assert len(done.err.splitlines()) == 2


HOSTILE = "\x1b]0;gone\x07\x1b[2J‮evil\r\n[/]"


@pytest.mark.parametrize("terminal", [False, True])
def test_hostile_text_reaches_no_terminal(rushes: Rushes, terminal: bool) -> None:
    rushes("add", HIAPI, "--label", HOSTILE, "--tag", HOSTILE)
    for argv in (["ls"], ["show", HIAPI], ["ls", HOSTILE], ["show", HOSTILE], ["nope" + HOSTILE]):
        done = rushes(*argv, terminal=terminal, NO_COLOR="1")
        both = done.out + done.err
        assert not any(ord(char) < 0x20 and char not in "\n\t" for char in both)
        assert "‮" not in both


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_any_encoding_will_do(rushes: Rushes, encoding: str) -> None:
    rushes("add", HIAPI, "--label", "雨 ü")
    assert rushes("ls", "--json", encoding=encoding).json()["tasks"][0]["label"] == "雨 ü"
    for terminal in (False, True):
        done = rushes("ls", encoding=encoding, terminal=terminal)
        assert done.code == 0
        assert "\\u96e8" in done.out


def test_on_a_terminal_the_list_fits_and_each_ref_stays_usable(rushes: Rushes) -> None:
    rushes("add", HIAPI, "--label", "雨" * 60)
    head, row = rushes("ls", terminal=True, COLUMNS="80", NO_COLOR="1").out.splitlines()
    assert head.split() == ["STATUS", "TASK", "EXPIRES", "FILES", "REF"]
    assert len(row) <= 80
    beginning = row.split()[-1].rstrip("…")
    assert rushes("show", beginning, "--json").json()["id"] == HIAPI


@pytest.mark.parametrize("columns", [40, 60, 70])
def test_a_narrow_list_fits_and_still_tells_tasks_without_a_label_apart(
    rushes: Rushes, columns: int
) -> None:
    rushes.watch(*(f"{HIAPI[:-1]}{end}" for end in "RST"))
    done = rushes("ls", terminal=True, COLUMNS=str(columns), NO_COLOR="1")
    head, *rows = done.out.splitlines()
    assert head.split()[:2] == ["STATUS", "TASK"]
    assert len(set(rows)) == 3
    assert all(len(line) <= columns for line in (head, *rows))
    assert all(row.split()[2].endswith(end) for row, end in zip(rows, "RST", strict=True))


def test_where_there_is_room_an_id_is_written_once(rushes: Rushes) -> None:
    rushes.watch(HIAPI)
    _, row = rushes("ls", terminal=True, COLUMNS="120", NO_COLOR="1").out.splitlines()
    assert row.count(HIAPI) == 1


def test_an_empty_ref_means_no_task_and_is_shown_as_what_it_is(rushes: Rushes) -> None:
    rushes.watch(HIAPI)
    done = rushes("show", "")
    assert (done.code, done.err) == (7, "rushes: no watched task ''\n")


def test_a_task_never_asked_about_has_no_answer_to_show(rushes: Rushes) -> None:
    rushes.watch(HIAPI)
    done = rushes("show", HIAPI)
    assert done.code == 0
    assert "never yet" in done.out
    assert rushes("show", HIAPI, "--raw").code == 7


def test_an_id_that_several_gateways_write_alike_is_refused_with_all_of_them(
    rushes: Rushes,
) -> None:
    done = rushes("add", UUID)
    assert done.code == 2
    assert [name for name in ("dashscope", "gptge", "ttapi") if f"{name}:{UUID}" in done.err] == [
        "dashscope",
        "gptge",
        "ttapi",
    ]
    assert rushes("add", "dashscope", UUID).out == f"dashscope:{UUID}\n"
    url = f"https://api.ttapi.io/happyhorse/api/v1/tasks/{UUID}"
    assert rushes("add", url).out == f"ttapi:{UUID}\n"


@pytest.mark.parametrize("argv", [["show", "-"], ["label", "-", "x"]])
def test_what_is_for_one_task_takes_one_from_stdin_and_refuses_two(
    rushes: Rushes, argv: list[str]
) -> None:
    rushes.watch("ttapi", "aa-1", "aa-2")
    assert rushes(*argv, stdin=b"aa-1\n").code == 0
    done = rushes(*argv, stdin=b"aa-1\naa-2\n")
    assert done.code == 2
    assert "one at a time" in done.err
