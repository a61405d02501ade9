"""What a terminal is sent for a notice: each form whole, whatever a label holds."""

import re
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import rounds

from rushes.tui.lines.notice_words import notice_body, notice_title
from rushes.tui.notices.sequences import (
    BELL,
    BODY_BYTES,
    TITLE_BYTES,
    Form,
    Wrap,
    plain,
    written,
)
from rushes.watch.event_kinds import EventKind
from rushes.watch.notices.digest import Item, Notice

HOSTILE = (
    "\x1b]0;owned\a",
    "a\x1b\\b\x1b[2Jc",
    "\x9c\x9d52;c;aGk=\x07",
    "x\x1bPtmux;\x1b\x1b]52;c;aGk=\a\x1b\\",
    ";;notify;more;fields",
    "9;4;1;50",
    "i=1:d=1:p=close",
    "line\nbreak\r\x00\x08\x7f",
    "\u202egnp.exe\u2066 \u200b \U000e0041",
    "\ud800 lone",
    "шот № 7 🎬" * 90,
)

ONE = re.compile(
    r"\x1b\](?:9;[^;\x00-\x1f\x7f-\x9f]*"
    r"|777;notify;[^;\x00-\x1f\x7f-\x9f]*;[^;\x00-\x1f\x7f-\x9f]*"
    r"|99;i=rushes-\d+(?::d=[01])?(?::p=body)?;[^;\x00-\x1f\x7f-\x9f]*)\x07"
)
"""A sequence from its beginning to its end, with texts that hold neither."""


def unwrapped(text: str, wrap: Wrap) -> str:
    """What the terminal gets from tmux or screen, each by its own rules."""
    if wrap is Wrap.NONE:
        return text
    if wrap is Wrap.TMUX:
        pieces = re.findall(r"\x1bPtmux;((?:[^\x1b]|\x1b\x1b)*)\x1b\\", text)
        assert "".join(f"\x1bPtmux;{piece}\x1b\\" for piece in pieces) == text
        return "".join(piece.replace("\x1b\x1b", "\x1b") for piece in pieces)
    pieces = re.findall(r"\x1bP(.*?)\x1b\\", text, re.DOTALL)
    assert "".join(f"\x1bP{piece}\x1b\\" for piece in pieces) == text
    assert all(len(piece.encode()) < 768 for piece in pieces)
    return "".join(pieces)


def test_the_forms_are_as_their_terminals_document_them() -> None:
    def form(which: Form, wrap: Wrap = Wrap.NONE, body: str = "failed: a") -> str:
        return written(which, wrap, "Rushes: 1 failed", body, 7)

    assert form(Form.BELL) == BELL
    assert form(Form.OSC9) == "\x1b]9;Rushes: 1 failed. failed: a\a"
    assert form(Form.OSC9, body="") == "\x1b]9;Rushes: 1 failed\a"
    assert form(Form.OSC777) == "\x1b]777;notify;Rushes: 1 failed;failed: a\a"
    assert form(Form.OSC99) == (
        "\x1b]99;i=rushes-7:d=0;Rushes: 1 failed\a\x1b]99;i=rushes-7:d=1:p=body;failed: a\a"
    )
    assert form(Form.OSC99, body="") == "\x1b]99;i=rushes-7;Rushes: 1 failed\a"
    assert form(Form.OSC777, Wrap.TMUX) == (
        "\x1bPtmux;\x1b\x1b]777;notify;Rushes: 1 failed;failed: a\a\x1b\\"
    )
    assert form(Form.OSC9, Wrap.SCREEN) == "\x1bP\x1b]9;Rushes: 1 failed. failed: a\a\x1b\\"
    # A bell is handed on by both as it is.
    assert {form(Form.BELL, wrap) for wrap in Wrap} == {BELL}


@pytest.mark.parametrize("wrap", Wrap)
@pytest.mark.parametrize("form", [Form.OSC9, Form.OSC777, Form.OSC99])
@pytest.mark.parametrize("text", HOSTILE)
def test_no_label_can_end_its_sequence_or_begin_another(form: Form, wrap: Wrap, text: str) -> None:
    sent = unwrapped(written(form, wrap, f"Rushes: {text}", text, 1), wrap)
    assert ONE.sub("", sent) == ""
    assert len(ONE.findall(sent)) == (2 if form is Form.OSC99 else 1)
    assert not re.match(r"\x1b\]9;\d", sent)


@settings(max_examples=rounds(20, 600))
@given(st.text(), st.text(), st.sampled_from([Form.OSC9, Form.OSC777, Form.OSC99]))
def test_nor_can_any_text(title: str, body: str, form: Form) -> None:
    for wrap in Wrap:
        assert ONE.sub("", unwrapped(written(form, wrap, title, body, 1), wrap)) == ""


@settings(max_examples=rounds(20, 600))
@given(st.text(min_size=50, max_size=400), st.sampled_from([TITLE_BYTES, BODY_BYTES]))
def test_a_text_is_cut_to_so_many_bytes_and_stays_text(text: str, most: int) -> None:
    cut = plain(text * 3, most)
    assert len(cut.encode()) <= most
    assert plain(cut, most) == cut


def test_a_notice_is_a_sum_and_the_newest_names() -> None:
    notice = Notice(
        (
            Item(EventKind.FAILED, 3, "opening shot"),
            Item(EventKind.DOWNLOAD_FAILED, 1, "act 3"),
            Item(EventKind.EXPIRING, 1, "act 2", timedelta(minutes=12, seconds=50)),
            Item(EventKind.IDLE, 1),
        )
    )
    assert notice_title(notice) == (
        "Rushes: 3 failed, 1 not downloaded, 1 expiring in 12m, all done"
    )
    assert notice_body(notice) == "failed: opening shot, not downloaded: act 3, expiring: act 2"
    assert notice_body(Notice((Item(EventKind.IDLE, 1),))) == ""
