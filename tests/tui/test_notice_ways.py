"""By which way a notice goes: the terminal, what stands between, the desktop."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from rushes.tui.notices.desktop import Desktop, NoDesktop
from rushes.tui.notices.multiplexer import Outside, Passing, outside
from rushes.tui.notices.sender import Sender
from rushes.tui.notices.sequences import BELL, Form, Wrap
from rushes.tui.notices.terminals import terminal_of
from rushes.tui.notices.way import Means, Way, Why, way
from rushes.watch.config.notify import NotifyMethod
from rushes.watch.keys.known_keys import learn

KITTY = {"TERM": "xterm-kitty", "KITTY_WINDOW_ID": "1"}
IN_TMUX = {"TERM": "tmux-256color", "TERM_PROGRAM": "tmux", "TMUX": "/run/t,1,0", "TMUX_PANE": "%3"}
IN_SCREEN = {"TERM": "screen", "STY": "1.pts-0"}


@pytest.mark.parametrize(
    ("environ", "form", "sure"),
    [
        (KITTY, Form.OSC99, True),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, Form.OSC99, True),
        ({"TERM": "foot"}, Form.OSC777, True),
        ({"TERM": "foot-extra"}, Form.OSC777, True),
        ({"TERM": "xterm-ghostty", "TERM_PROGRAM": "ghostty"}, Form.OSC777, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, Form.OSC777, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, Form.OSC9, True),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, Form.OSC9, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7200"}, Form.OSC777, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "4205"}, Form.BELL, True),
        ({"TERM": "xterm-256color", "KONSOLE_VERSION": "230800"}, Form.OSC777, False),
        ({"TERM": "rxvt-unicode-256color"}, Form.OSC777, False),
        ({"TERM": "xterm-256color", "WT_SESSION": "7a"}, Form.OSC777, False),
        ({"TERM": "xterm-256color", "XTERM_VERSION": "XTerm(379)"}, Form.BELL, True),
        ({"TERM": "xterm", "XTERM_VERSION": "XTerm(379)", "VTE_VERSION": "7200"}, Form.BELL, True),
        ({"TERM": "alacritty", "VTE_VERSION": "7200"}, Form.BELL, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, Form.BELL, True),
        ({"TERM": "linux"}, Form.BELL, True),
        ({"TERM": "xterm-256color"}, Form.BELL, True),
        ({}, Form.BELL, True),
    ],
)
def test_terminals_are_known_by_their_names_and_variables(
    environ: Mapping[str, str], form: Form, sure: bool
) -> None:
    found = terminal_of(environ)
    assert (found.form, found.sure) == (form, sure)


def asked(answer: str | Exception) -> Callable[[Mapping[str, str]], Outside]:
    """What is around us where tmux answers that."""

    def run(argv: Sequence[str]) -> str:
        assert argv[:5] == ["/usr/bin/tmux", "display-message", "-p", "-t", "%3"]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return lambda environ: outside(environ, run=run, which=lambda name: f"/usr/bin/{name}")


@pytest.mark.parametrize(
    ("answer", "passing", "form"),
    [
        ("all\t3.4\tkitty(0.31.0)\txterm-kitty\n", Passing.ALL, Form.OSC99),
        ("on\t3.3a\tfoot(1.13.1)\tfoot\n", Passing.SEEN, Form.OSC777),
        ("1\t3.3\t\txterm-kitty\n", Passing.SEEN, Form.OSC99),
        ("off\t3.4\tWezTerm 20240203\txterm-256color\n", Passing.NONE, Form.OSC777),
        ("0\t3.4\tXTerm(379)\txterm-256color\n", Passing.NONE, Form.BELL),
        # Before 3.3 there is no such option, and everything is handed on.
        ("\t3.2a\tiTerm2 3.4.16\txterm-256color\n", Passing.ALL, Form.OSC9),
        ("\tnext-3.6\t\t\n", Passing.NONE, Form.BELL),
        ("", Passing.NONE, Form.BELL),
        (subprocess.TimeoutExpired("tmux", 1), Passing.UNTOLD, Form.BELL),
        (subprocess.CalledProcessError(1, "tmux"), Passing.UNTOLD, Form.BELL),
        (FileNotFoundError(), Passing.UNTOLD, Form.BELL),
    ],
)
def test_tmux_is_asked_what_it_hands_on_and_to_whom(
    answer: str | Exception, passing: Passing, form: Form
) -> None:
    found = asked(answer)(IN_TMUX)
    assert (found.wrap, found.passing, found.terminal.form) == (Wrap.TMUX, passing, form)


def test_screen_hides_the_terminal_but_not_the_variables_that_it_began_with() -> None:
    found = outside(IN_SCREEN | {"KITTY_WINDOW_ID": "1"})
    assert (found.wrap, found.passing, found.terminal.form) == (
        Wrap.SCREEN,
        Passing.SEEN,
        Form.OSC99,
    )
    assert outside(IN_TMUX | IN_SCREEN).passing is Passing.NESTED


def terminal(environ: Mapping[str, str]) -> Outside:
    return Outside(terminal_of(environ))


SURE, PERHAPS, BARE = terminal(KITTY), terminal({"TERM": "rxvt"}), terminal({"TERM": "xterm"})
SEEN = Outside(SURE.terminal, Wrap.TMUX, Passing.SEEN)
SHUT = Outside(SURE.terminal, Wrap.TMUX, Passing.NONE)
NESTED = Outside(BARE.terminal, passing=Passing.NESTED)


@pytest.mark.parametrize(
    ("around", "desktop", "means", "form", "bell"),
    [
        (SURE, None, Means.TERMINAL, Form.OSC99, False),
        (PERHAPS, None, Means.DESKTOP, Form.BELL, False),
        (PERHAPS, NoDesktop.NO_TOOL, Means.TERMINAL, Form.OSC777, True),
        (BARE, None, Means.DESKTOP, Form.BELL, False),
        (BARE, NoDesktop.REMOTE, Means.TERMINAL, Form.BELL, False),
        (SEEN, None, Means.TERMINAL, Form.OSC99, True),
        (SHUT, None, Means.DESKTOP, Form.BELL, False),
        (SHUT, NoDesktop.NO_SESSION, Means.TERMINAL, Form.BELL, False),
        (None, None, Means.DESKTOP, Form.BELL, False),
        (None, NoDesktop.NO_SESSION, Means.NOTHING, Form.BELL, False),
    ],
)
def test_auto_takes_what_is_surely_shown_then_the_desktop_then_what_may_be(
    around: Outside | None, desktop: NoDesktop | None, means: Means, form: Form, bell: bool
) -> None:
    found = way(NotifyMethod.AUTO, around, desktop)
    assert (found.means, found.form, found.bell) == (means, form, bell)
    assert str(found.reason)


@pytest.mark.parametrize(
    ("method", "around", "means", "form"),
    [
        (NotifyMethod.OFF, SURE, Means.NOTHING, Form.BELL),
        (NotifyMethod.BELL, SURE, Means.TERMINAL, Form.BELL),
        (NotifyMethod.BELL, None, Means.NOTHING, Form.BELL),
        (NotifyMethod.OSC9, SURE, Means.TERMINAL, Form.OSC9),
        (NotifyMethod.OSC777, BARE, Means.TERMINAL, Form.OSC777),
        (NotifyMethod.OSC777, None, Means.NOTHING, Form.BELL),
        (NotifyMethod.OSC99, SHUT, Means.TERMINAL, Form.BELL),
        (NotifyMethod.OSC99, NESTED, Means.TERMINAL, Form.BELL),
        (NotifyMethod.DESKTOP, SURE, Means.DESKTOP, Form.BELL),
    ],
)
def test_a_method_that_is_asked_for_is_taken_else_the_bell(
    method: NotifyMethod, around: Outside | None, means: Means, form: Form
) -> None:
    found = way(method, around, NoDesktop.NO_SESSION)
    assert (found.means, found.form) == (means, form)


def test_why_the_bell_has_to_do_is_told() -> None:
    found = way(NotifyMethod.OSC99, SHUT, NoDesktop.NO_TOOL)
    ((what, reason),) = found.left_out
    assert (what, reason.why) == ("OSC 99", Why.NOT_PASSED)
    assert "allow-passthrough" in str(reason)


def session(tmp_path: Path, **more: str) -> dict[str, str]:
    (tmp_path / "bus").touch()
    return {"DISPLAY": ":0", "XDG_RUNTIME_DIR": str(tmp_path), **more}


def tool(name: str) -> str | None:
    return f"/usr/bin/{name}"


def test_a_desktop_is_there_where_somebody_sees_it(tmp_path: Path) -> None:
    def lack(environ: Mapping[str, str], which: Callable[[str], str | None] = tool) -> object:
        return Desktop(environ, which=which, platform="linux").lack

    assert lack(session(tmp_path)) is None
    assert lack({"WAYLAND_DISPLAY": "w", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/x"}) is None
    assert lack(session(tmp_path), lambda _: None) is NoDesktop.NO_TOOL
    assert lack(session(tmp_path, SSH_CONNECTION="10.0.0.1 1 10.0.0.2 22")) is NoDesktop.REMOTE
    assert lack({"DISPLAY": ":0"}) is NoDesktop.NO_SESSION
    assert lack({"XDG_RUNTIME_DIR": str(tmp_path)}) is NoDesktop.NO_SESSION
    assert Desktop({}, which=tool, platform="darwin").lack is None


def test_a_desktops_tool_takes_no_text_for_an_option_markup_or_an_escape() -> None:
    ran: list[list[str]] = []
    for platform in ("linux", "darwin"):
        shown = Desktop({}, run=lambda argv: ran.append(list(argv)), which=tool, platform=platform)
        shown.show("Rushes: 1 failed", "--help <b>a</b> & \\n\x1b]0;x\a")
    linux, mac = ran
    assert linux == [
        "/usr/bin/notify-send",
        "--app-name=Rushes",
        "--",
        "Rushes: 1 failed",
        "--help &lt;b&gt;a&lt;/b&gt; &amp; \\\\n␛]0;x␇",
    ]
    assert mac[-2:] == ["Rushes: 1 failed", "--help <b>a</b> & \\n␛]0;x␇"]
    assert "--help" not in " ".join(mac[:-1])


# -- sending --------------------------------------------------------------------------------------


class Wire:
    """A terminal that notes what it is sent, and a desktop's tool that may fail."""

    def __init__(self, *, fails: bool = False) -> None:
        self.sent: list[str] = []
        self.shown: list[Sequence[str]] = []
        self._fails = fails

    def run(self, argv: Sequence[str]) -> None:
        if self._fails:
            raise subprocess.TimeoutExpired(argv, 5)
        self.shown.append(argv)

    def sender(self, method: NotifyMethod, environ: Mapping[str, str], around: Outside) -> Sender:
        desktop = Desktop(environ, run=self.run, which=tool, platform="darwin")
        return Sender(method, environ, self.sent.append, desktop=desktop, around=lambda _: around)


async def test_a_notice_is_written_as_a_whole_and_each_has_another_id() -> None:
    wire = Wire()
    sender = wire.sender(NotifyMethod.AUTO, KITTY, SURE)
    assert (await sender.send("Rushes: 1 failed", "a")).arrived
    await sender.send("Rushes: 1 failed", "a")
    assert len(wire.sent) == 2
    assert wire.sent[0] != wire.sent[1]
    assert wire.shown == []


async def test_where_it_may_be_passed_over_the_bell_is_rung_in_the_same_write() -> None:
    wire = Wire()
    await wire.sender(NotifyMethod.OSC9, IN_TMUX, SEEN).send("Rushes: all done", "")
    assert wire.sent == ["\x1bPtmux;\x1b\x1b]9;Rushes: all done\a\x1b\\\a"]


async def test_a_desktop_that_shows_nothing_is_replaced_by_the_bell() -> None:
    wire = Wire(fails=True)
    sent = await wire.sender(NotifyMethod.AUTO, {"TERM": "xterm"}, BARE).send("Rushes", "")
    assert (sent.failed, sent.arrived, wire.sent) == (True, False, [BELL])


@pytest.mark.parametrize("environ", [{"TERM": "dumb"}, {}])
async def test_a_dumb_terminal_is_none(environ: Mapping[str, str]) -> None:
    wire = Wire()
    sent = await wire.sender(NotifyMethod.BELL, environ, BARE).send("Rushes", "")
    assert sent.way == Way(means=Means.NOTHING, reason=sent.way.reason)
    assert wire.sent == []


async def test_no_key_that_is_known_is_in_a_notice() -> None:
    learn("k-notice-0123456789")
    wire = Wire()
    sender = wire.sender(NotifyMethod.AUTO, KITTY, SURE)
    await sender.send("Rushes: 1 failed", "failed: k-notice-0123456789")
    assert len(wire.sent) == 1
    assert "0123456789" not in wire.sent[0]
