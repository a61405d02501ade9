"""What a terminal sends: answers that nobody asked for are no keys, and a burst is a paste."""

import time

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from rushes.tui.actions.keys import cannot_arrive, canonical
from rushes.tui.screen.bursts import pasted_from
from rushes.tui.screen.terminal_input import CUT_OFF, PASTE_BEGINS, PASTE_ENDS, TerminalInput

HIAPI = "tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR"
UUID = "051c7b40-b2c5-4341-aee4-0123456789ab"
THREE = f"{HIAPI}\n{UUID}\nasyntask_abc123"


def pasted(text: str) -> str:
    return PASTE_BEGINS + text + PASTE_ENDS


@pytest.mark.parametrize(
    "answer",
    [
        "\x1b[?62;c",
        "\x1b[?62;22;52c",
        "\x1b[>0;276;0c",
        "\x1b[0n",
        "\x1b[24;80R",
        "\x1b[8;24;80t",
        "\x1b[?1u",
        "\x1b[99~",
        "\x1b]11;rgb:0000/0000/0000\x07",
        "\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
        "\x1b]52;c;Zm9v\x07",
        "\x1bP>|xterm(390)\x1b\\",
        "\x1bP1+r524742=38\x1b\\",
        "\x1b_Gi=31;OK\x1b\\",
        "\x1b[?2;1;0S",
    ],
)
def test_an_answer_is_left_out_wherever_the_reads_cut_it(answer: str) -> None:
    assert TerminalInput().read(answer) == ""
    assert TerminalInput().read(f"j{answer}k") == "jk"
    for cut in range(1, len(answer)):
        came = TerminalInput()
        assert came.read(answer[:cut]) + came.read(answer[cut:]) == "", cut


def test_where_the_cursor_is_is_heard_and_a_key_that_looks_so_is_a_key() -> None:
    came = TerminalInput()
    assert came.read("\x1b[1;2R") == "\x1b[1;2R"  # F3 with shift
    assert came.column is None
    assert came.read("j\x1b[2;3Rk") == "jk"
    assert came.column == 3


@pytest.mark.parametrize(
    "sent",
    [
        *"ax?1 \r\t\x03\x7f\x00",
        "\x1b[A", "\x1b[1;5B", "\x1bOP", "\x1b[15~", "\x1b[3;2~", "\x1b[H", "\x1b[Z", "\x1b[3$",
        "\x1b[11^", "\x1b[[A", "\x1bx", "\x1b1", "\x1b[13u", "\x1b[97;5u", "\x1b[97;;97u",
        "\x1b[27;5;106~", "\x1b[<0;3;4M", "\x1b[<35;3;4m", "\x1b[M !!", "\x1b[32;3;4M", "\x1b[I",
        "\x1b[O", "\x1b[?2026;2$y", "\x1b[?2048;1$y", "\x1b[48;30;120;600;960t", "\x1b\x1b[A",
        "jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj", "jkjkjkjkjkjkjk", "1111111111111111", "x\ry\rz\r",
        "/status:failed\r", "/neon\rjjd",
    ],
)  # fmt: skip
def test_keys_the_mouse_and_what_was_asked_for_go_on_as_they_came(sent: str) -> None:
    assert TerminalInput().read(sent) == sent


def test_an_escape_is_a_key_once_nothing_follows_it() -> None:
    came = TerminalInput()
    assert came.read("\x1b") == ""
    assert came.holds
    assert came.idle(0.1) == "\x1b"
    assert not came.holds


def test_a_sequence_that_is_never_finished_is_given_up_and_typed_by_nobody() -> None:
    came = TerminalInput()
    assert came.read("\x1b[?62") == ""
    assert came.idle(0.1) == ""
    assert came.holds
    assert came.idle(CUT_OFF) == ""
    assert came.read("j") == "j"


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\x1b[13;1u", "\x1b[106;5u", "\x1b[13;5u"])
def test_ids_typed_in_one_burst_are_a_paste_whatever_ends_their_lines(end: str) -> None:
    assert TerminalInput().read(THREE.replace("\n", end) + end) == pasted(THREE + "\n")


@pytest.mark.parametrize(
    "end", ["\r", "\r\n", "\x1b[13;1u", "\x1b[106;5u", "\x1b[13;5u", "\x1b[27;5;109~"]
)
def test_lines_within_brackets_end_as_lines(end: str) -> None:
    assert TerminalInput().read(pasted(THREE.replace("\n", end)) + "j") == pasted(THREE) + "j"


def test_brackets_may_be_cut_anywhere() -> None:
    sent = pasted(THREE)
    for cut in range(1, len(sent)):
        came = TerminalInput()
        assert came.read(sent[:cut]) + came.read(sent[cut:]) == pasted(THREE), cut


@pytest.mark.parametrize("keys", ["a", "jja", "/"])
@pytest.mark.parametrize("text", [HIAPI, UUID, f"https://x.example/task?taskId={HIAPI}"])
def test_keys_pressed_just_before_are_keys_all_the_same(keys: str, text: str) -> None:
    assert TerminalInput().read(keys + text + "\r") == keys + pasted(text + "\n")


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("hello world\rfoo bar\r", 0),
        ("ab\rcd\r", None),
        ("a sentence without an end of line", None),
        ("任务一 的 说明\r任务二 的 说明\r", 0),
        ("tk-hiapi-01HZTQ8BX2", 0),
    ],
)
def test_one_read_tells_a_paste_from_typing(text: str, start: int | None) -> None:
    assert pasted_from(text) == start


def test_a_paste_holds_no_control_sequences() -> None:
    assert TerminalInput().read(pasted(f"\x1b[31m{HIAPI}\x1b[0m\x00")) == pasted(HIAPI)


def keys_of(sent: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Textual makes of it, as if its time for an escape were over."""
    parser = XTermParser()
    came = list(parser.feed(TerminalInput().read(sent)))
    monkeypatch.setattr("textual._parser.get_time", lambda: time.monotonic() + 9)
    came += parser.tick()
    return [canonical(event.key) or "" for event in came if isinstance(event, events.Key)]


@pytest.mark.parametrize(
    ("key", "sent"),
    [
        ("alt+x", "\x1bx"),
        ("alt+shift+x", "\x1bX"),
        ("ctrl+r", "\x12"),
        ("ctrl+backslash", "\x1c"),
        ("ctrl+]", "\x1d"),
        ("ctrl+space", "\x00"),
        ("shift+tab", "\x1b[Z"),
        ("ctrl+right", "\x1b[1;5C"),
        ("shift+f5", "\x1b[15;2~"),
        ("alt+delete", "\x1b[3;3~"),
    ],
)
def test_a_key_that_may_be_given_to_a_command_does_arrive(
    key: str, sent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = canonical(key)
    assert found is not None
    assert cannot_arrive(found) == ""
    assert keys_of(sent, monkeypatch) == [found]


@pytest.mark.parametrize(
    ("key", "sent"),
    [("alt+1", "\x1b1"), ("alt+slash", "\x1b/"), ("alt+enter", "\x1b\r"), ("ctrl+i", "\t"),
     ("ctrl+m", "\r"), ("shift+a", "A"), ("ctrl+alt+a", "\x1b\x01")],
)  # fmt: skip
def test_a_key_that_never_arrives_is_told_why(
    key: str, sent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = canonical(key)
    assert found is not None
    assert cannot_arrive(found) != ""
    assert found not in keys_of(sent, monkeypatch)


@pytest.mark.parametrize("key", ["ctrl+enter", "shift+enter", "ctrl+1", "alt+space", "ctrl+slash"])
def test_neither_does_what_needs_the_kitty_protocol(key: str) -> None:
    found = canonical(key)
    assert found is not None
    assert "Kitty" in cannot_arrive(found)
