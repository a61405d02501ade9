"""A user without a home: no HOME, and nothing in the password database (row 127)."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Rushes

LINE = "rushes: there is no home directory: set RUSHES_HOME to a folder of yours\n"


@pytest.fixture
def homeless(rushes: Rushes, monkeypatch: pytest.MonkeyPatch) -> Rushes:
    def unknown(_: object) -> object:
        raise KeyError

    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", unknown)
    monkeypatch.setattr("pwd.getpwnam", unknown)
    rushes.environ.pop("RUSHES_HOME")
    return rushes


@pytest.mark.parametrize(
    "argv", [["ls"], ["add", "hiapi", "a"], ["config", "check"], ["info"], ["providers"], []]
)
def test_a_command_that_needs_files_says_what_to_set(homeless: Rushes, argv: list[str]) -> None:
    result = homeless(*argv)
    assert (result.code, result.out, result.err) == (3, "", LINE)


@pytest.mark.parametrize(
    "topic", [[], ["files"], ["keys"], ["config"], ["environment"], ["ls"], ["statuses"]]
)
def test_help_works_all_the_same(homeless: Rushes, topic: list[str]) -> None:
    result = homeless("help", *topic)
    assert (result.code, result.err) == (0, "")
    assert result.out


def test_a_folder_that_is_named_is_enough(homeless: Rushes, tmp_path: Path) -> None:
    result = homeless(
        "add", "hiapi", "tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR", RUSHES_HOME=str(tmp_path)
    )
    assert result.code == 0
    assert homeless("ls", RUSHES_HOME=str(tmp_path)).code == 0


@pytest.mark.parametrize("home", ["~/rushes", "~nobody-of-that-name/rushes"])
def test_a_home_that_cannot_be_found_is_not_made_here(homeless: Rushes, home: str) -> None:
    result = homeless("ls", RUSHES_HOME=home)
    assert (result.code, result.err) == (3, LINE)


def test_a_tilde_elsewhere_is_bad_usage(homeless: Rushes, tmp_path: Path) -> None:
    homeless.environ["RUSHES_HOME"] = str(tmp_path)
    assert homeless("-w", "~/list.toml", "ls").code == 2
    assert homeless("import", "~/export.jsonl").code == 2
    assert homeless("get", "--all", "--dir", "~/out").code == 2


def test_so_it_is_for_a_user_that_the_machine_does_not_know() -> None:
    """A container's: a number without an entry, and an environment with nothing in it."""
    setpriv = shutil.which("setpriv")
    if setpriv is None or os.getuid():
        pytest.skip("only root can be somebody else, by setpriv")
    # Still somebody who can read this checkout.
    may = "+dac_override,+dac_read_search"
    somebody = ["--reuid", "54321", "--regid", "54321", "--clear-groups"]
    argv = [setpriv, *somebody, "--inh-caps", may, "--ambient-caps", may, sys.executable, "-B"]

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*argv, "-m", "rushes", *words],
            env={"PYTHONPATH": str(ROOT)},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )

    done = run("ls")
    if "setpriv: " in done.stderr:
        pytest.skip("this sandbox lets nobody be somebody else")
    assert (done.returncode, done.stdout, done.stderr) == (3, "", LINE)
    assert run("help", "environment").returncode == 0
