"""Opening and copying: no shell, no terminal, nothing that is not a media file."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, Queue
from threading import Event

import pytest
from waiting import PATIENCE

from rushes.tui.screen.clipboard import copy_natively, feed
from rushes.tui.screen.opener import Failed, Opener, spawn_detached
from rushes.watch.keys import known_keys
from rushes.watch.keys.known_keys import learn

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


class Programs:
    """Notes what would have been started."""

    def __init__(self, *, fail: bool = False) -> None:
        self.started: list[list[str]] = []
        self._fail = fail

    def __call__(self, argv: Sequence[str], failed: Failed) -> None:
        if self._fail:
            raise PermissionError(13, "Permission denied")
        self.started.append(list(argv))
        self.failed = failed


def ignored(_: object) -> None:
    """What became of it is not what this test is about."""


def opener(programs: Programs, platform: str = "linux", *, installed: bool = True) -> Opener:
    return Opener(
        spawn=programs,
        which=lambda name: f"/usr/bin/{name}" if installed else None,
        platform=platform,
    )


@pytest.mark.parametrize(("platform", "program"), [("linux", "xdg-open"), ("darwin", "open")])
def test_a_media_file_is_handed_to_the_systems_opener(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, program: str
) -> None:
    programs = Programs()
    (tmp_path / "-a; rm -rf.png").write_bytes(PNG)
    monkeypatch.chdir(tmp_path)
    assert opener(programs, platform).path(Path("-a; rm -rf.png"), ignored) == ""
    assert programs.started == [[f"/usr/bin/{program}", str(tmp_path / "-a; rm -rf.png")]]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"[Desktop Entry]\nExec=sh",
        b"#!/bin/sh\n",
        b"PK\3\4" + bytes(40),
        b"<svg><script>alert(1)</script></svg>",
        b"%PDF-1.7\n",
    ],
)
def test_of_a_file_that_is_no_picture_film_or_sound_the_folder_is_opened(
    tmp_path: Path, content: bytes
) -> None:
    programs = Programs()
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    assert "its folder is opened" in opener(programs).path(path, ignored)
    assert programs.started == [["/usr/bin/xdg-open", str(tmp_path)]]


def test_a_folder_that_cannot_be_opened_instead_says_so(tmp_path: Path) -> None:
    (tmp_path / "model.glb").write_bytes(b"glTF\2\0\0\0")
    told = opener(Programs(), installed=False).path(tmp_path / "model.glb", ignored)
    assert told == "no program to open it with"


def test_a_file_that_is_gone_is_not_opened(tmp_path: Path) -> None:
    assert opener(Programs()).path(tmp_path / "gone.mp4", ignored) == "it is not there any more"


def test_a_folder_is_opened(tmp_path: Path) -> None:
    programs = Programs()
    assert opener(programs).path(tmp_path, ignored) == ""
    assert programs.started[0][1] == str(tmp_path)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "javascript:x", "-x", "data:text/html,x"])
def test_only_links_of_the_web_are_opened(url: str) -> None:
    programs = Programs()
    assert opener(programs).url(url, ignored) == "not a link that a browser opens"
    assert programs.started == []


def test_without_an_opener_it_says_so() -> None:
    assert opener(Programs(), installed=False).url("https://a.example", ignored) == (
        "no program to open it with"
    )


def test_an_opener_that_does_not_start_says_why() -> None:
    assert "Permission denied" in opener(Programs(fail=True)).url("https://a.example", ignored)


def test_an_opener_that_finds_nothing_to_open_it_with_says_so_afterwards(tmp_path: Path) -> None:
    programs, told = Programs(), list[str]()
    assert opener(programs).path(tmp_path, told.append) == ""
    programs.failed(3)
    assert told == ["xdg-open could not open it (exit code 3)"]


def test_a_program_is_started_without_our_terminal(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code = (
        "import os, sys; print('noise'); line = sys.stdin.read();"
        f" open({str(pipe)!r}, 'w').write(f'{{os.getsid(0) == os.getpid()}} {{line!r}}')"
    )
    spawn_detached([sys.executable, "-c", code], ignored)
    assert pipe.read_text() == "True ''"


def test_no_program_is_started_with_a_key_in_its_surroundings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_keys, "_forms", {})
    learn("sk-for-no-browser")
    monkeypatch.setenv("HIAPI_API_KEY", "sk-for-no-browser")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code = f"import os; open({str(pipe)!r}, 'w').write(repr(sorted(os.environ)))"
    spawn_detached([sys.executable, "-c", code], ignored)
    seen = pipe.read_text()
    assert "PATH" in seen
    assert "HIAPI_API_KEY" not in seen
    feed(["sh", "-c", 'test -n "$PATH" && test -z "$HIAPI_API_KEY"'], b"")


def test_a_program_that_fails_at_once_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rushes.tui.screen.opener.SOON", PATIENCE)
    told: Queue[int] = Queue()
    for program in ("true", "false"):
        spawn_detached([program], told.put)
    assert told.get(timeout=PATIENCE) == 1
    assert told.empty()


class Viewer:
    """A program that shows something for longer than anybody waits, and fails at its end."""

    def __init__(self) -> None:
        self.ended = Event()

    def wait(self, timeout: float | None = None) -> int:
        if timeout is not None:
            raise subprocess.TimeoutExpired("viewer", timeout)
        self.ended.set()
        return 3


def test_a_program_that_fails_later_has_opened_something(monkeypatch: pytest.MonkeyPatch) -> None:
    viewer, told = Viewer(), Queue[int]()
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: viewer)  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType] # whatever it is asked
    spawn_detached(["viewer"], told.put)
    assert viewer.ended.wait(PATIENCE)
    with pytest.raises(Empty):
        told.get(timeout=0.1)


class Tools:
    """Clipboard tools, of which some are installed and some work."""

    def __init__(self, installed: str, broken: str = "") -> None:
        self.fed: list[tuple[str, bytes]] = []
        self._installed = installed.split()
        self._broken = broken.split()

    def which(self, name: str) -> str | None:
        return f"/usr/bin/{name}" if name in self._installed else None

    def run(self, argv: Sequence[str], data: bytes) -> None:
        if Path(argv[0]).name in self._broken:
            raise subprocess.CalledProcessError(1, list(argv))
        self.fed.append((Path(argv[0]).name, data))


@pytest.mark.parametrize(
    ("installed", "broken", "environ", "used"),
    [
        ("wl-copy xclip", "", {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "wl-copy"),
        ("wl-copy xclip", "", {"DISPLAY": ":0"}, "xclip"),
        ("xclip xsel", "xclip", {"DISPLAY": ":0"}, "xsel"),
        ("xclip xsel", "", {}, None),
        ("pbcopy", "", {}, "pbcopy"),
        ("", "", {"DISPLAY": ":0"}, None),
        ("tmux", "", {"TMUX": "/run/tmux/default,1,0"}, "tmux"),
        ("tmux", "tmux", {"TMUX": "/run/tmux/default,1,0"}, None),
        ("tmux", "", {}, None),
    ],
)
def test_the_first_clipboard_tool_that_works_is_used(
    installed: str, broken: str, environ: dict[str, str], used: str | None
) -> None:
    tools = Tools(installed, broken)
    assert copy_natively("雨", environ, run=tools.run, which=tools.which) is (used is not None)
    assert tools.fed == ([(used, "雨".encode())] if used else [])


def test_within_tmux_its_client_gets_the_text_beside_the_display() -> None:
    tools = Tools("tmux xclip", "")
    environ = {"DISPLAY": ":0", "TMUX": "/run/tmux/default,1,0"}
    assert copy_natively("a", environ, run=tools.run, which=tools.which)
    assert [name for name, _ in tools.fed] == ["tmux", "xclip"]
