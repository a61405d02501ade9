"""`rushes help service`: what it prints is tried as it is printed (row 158)."""

from __future__ import annotations

import os
import plistlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from waiting import PATIENCE

if TYPE_CHECKING:
    from tests.cli.conftest import Play, Rushes

UNIT = re.compile(r"^\[Unit\]$.*?^WantedBy=.*?$", re.MULTILINE | re.DOTALL)
PLIST = re.compile(r"^<\?xml.*?^</plist>$", re.MULTILINE | re.DOTALL)
CRON = re.compile(r"^\* \* \* \* \* (.*)$", re.MULTILINE)
RUNNING, DONE = "neon alley", "opening shot"


def printed(rushes: Rushes, part: re.Pattern[str]) -> str:
    done = rushes("help", "service")
    assert (done.code, done.err) == (0, "")
    (found,) = part.finditer(done.out)
    return found[found.lastindex or 0]


def exec_start(unit: str) -> list[str]:
    (line,) = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    return shlex.split(line)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
@pytest.mark.parametrize("home", ["home", "100% mine, $HOME"])
def test_systemd_takes_the_unit(rushes: Rushes, tmp_path: Path, home: str) -> None:
    rushes.environ["RUSHES_HOME"] = str(tmp_path / home)
    unit = tmp_path / "rushes.service"
    unit.write_text(printed(rushes, UNIT))
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", str(unit)],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_its_command_line_is_this_program_as_a_service(rushes: Rushes) -> None:
    program, *words = exec_start(printed(rushes, UNIT))
    assert Path(program).is_absolute()
    assert words == ["watch", "--all-lists"]


def test_launchd_gets_a_plist(rushes: Rushes, tmp_path: Path) -> None:
    rushes.environ["RUSHES_HOME"] = str(tmp_path / "a & b")
    plist = plistlib.loads(printed(rushes, PLIST).encode())
    assert plist["ProgramArguments"][1:] == ["watch", "--all-lists", "-q"]
    assert plist["EnvironmentVariables"] == {"RUSHES_HOME": str(tmp_path / "a & b")}
    assert plist["KeepAlive"] == {"SuccessfulExit": False}
    assert plist["StandardErrorPath"] == str(tmp_path / "a & b" / "watch.log")


def test_help_on_it_needs_no_home(rushes: Rushes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "")
    rushes.environ.pop("RUSHES_HOME")
    assert rushes("help", "service").code == 0


@pytest.mark.skipif(shutil.which("flock") is None, reason="no flock here")
def test_cron_runs_one_at_a_time(staged: Rushes, play: Play, tmp_path: Path) -> None:
    home = staged.home.rename(tmp_path / "100% mine")
    staged.environ["RUSHES_HOME"] = str(home)
    play.offset = 60
    staged.watch(play.ref(RUNNING))
    line = re.sub(r"\\%", "%", printed(staged, CRON))
    environ = {k: v for k, v in staged.process_environ().items() if k != "RUSHES_HOME"}
    first = subprocess.Popen(
        ["/bin/sh", "-c", line], env=environ, stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        play.let_pass(2)
        second = subprocess.run(["/bin/sh", "-c", line], env=environ, check=False, timeout=PATIENCE)
        assert second.returncode == 1
    finally:
        os.killpg(first.pid, signal.SIGTERM)
        first.wait(PATIENCE)


def _may_unshare() -> bool:
    tried = ("unshare", "--mount", "setpriv", "--reuid", "12345", "true")
    try:
        return subprocess.run(tried, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


CONTAINER = r"""
set -e
mount --make-rprivate /
mount --bind "$VOLUME" /mnt
mount --bind "$PYTHON" /opt
mount --bind "$TREE" /srv
mount -o remount,bind,ro /
for each in /tmp /var/tmp /dev/shm; do mount -t tmpfs -o ro none "$each" || true; done
cd /
caps=-all,+dac_read_search
exec setpriv --reuid 12345 --regid 12345 --clear-groups --bounding-set $caps \
  --inh-caps $caps --ambient-caps $caps env -i "$@"
"""


@pytest.mark.skipif(not _may_unshare(), reason="no namespaces for us here")
def test_the_container_form_needs_nothing_but_its_volume(
    staged: Rushes, play: Play, tmp_path: Path
) -> None:
    """A root that cannot be written, no home, an unknown user: what the printed options make.

    It may read what others may not, as this Python may lie in somebody's home, and write nothing.
    """
    play.offset = 400
    text = staged("help", "service").out.replace("\\\n", " ")
    (line,) = re.findall(r"docker run .*", text)
    words = shlex.split(line.replace("$(id -u):$(id -g)", "12345:12345").replace("$PWD", "."))
    assert {"--read-only", "RUSHES_HOME=/data", "./rushes-home:/data"} <= {*words}
    command = words[words.index("rushes", words.index("--volume")) + 1 :]
    volume = tmp_path / "volume"
    staged.watch(play.ref(DONE))
    shutil.copytree(staged.home, volume)
    for path in (volume, *volume.rglob("*")):
        os.chown(path, 12345, 12345)
    tree = staged.process_environ()["PYTHONPATH"]
    keys = [f"{name}={value}" for name, value in staged.environ.items() if name.endswith("_KEY")]
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", CONTAINER, "sh", "RUSHES_HOME=/mnt", *keys,
         "PYTHONPATH=/srv", "/opt/bin/python", "-m", "rushes", *command,
         "--until-idle", "--auto", "all"],
        env={**os.environ, "VOLUME": str(volume), "PYTHON": sys.prefix, "TREE": tree},
        capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    films = [path for path in (volume / "downloads").rglob("*") if path.is_file()]
    assert films
    assert {path.stat().st_uid for path in films} == {12345}
