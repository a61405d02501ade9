"""`rushes demo --serve --config DIR`: a home that asks the demo."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from waiting import PATIENCE

from tests.cli.conftest import Rushes


@pytest.fixture
def served(rushes: Rushes, tmp_path: Path) -> Iterator[dict[str, Any]]:
    process = rushes.start("demo", "--serve", "--config", str(tmp_path / "demo"))
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def test_the_folder_is_a_home_whose_accounts_are_the_demos(
    rushes: Rushes, tmp_path: Path, served: dict[str, Any]
) -> None:
    assert served["key_envs"]["hiapi"] == "HIAPI_API_KEY"
    assert list(served["key_envs"]) == list(served["base_urls"])
    file = tmp_path / "demo" / "config.toml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    # A real key that happens to be set stays where it is.
    rushes.environ |= {"RUSHES_HOME": str(tmp_path / "demo"), "HIAPI_API_KEY": "sk-a-real-key"}
    done = rushes("providers", "--check")
    assert done.code == 0
    assert [line.split("\t")[1] for line in done.out.splitlines()[1:]] == ["ok"] * len(
        served["base_urls"]
    )
    again = rushes.start("demo", "--serve", "--config", str(tmp_path / "demo"))
    assert again.stdout is not None
    place = json.loads(again.stdout.readline())
    again.terminate()
    again.communicate(timeout=PATIENCE)
    assert place["base_urls"]["hiapi"] in file.read_text()


def test_a_persons_config_is_left_alone(rushes: Rushes) -> None:
    rushes.configure("# mine\n")
    done = rushes("demo", "--serve", "--config", str(rushes.home))
    assert (done.code, done.out) == (2, "")
    assert (rushes.home / "config.toml").read_text() == "# mine\n"


def test_it_goes_with_serve_alone(rushes: Rushes, tmp_path: Path) -> None:
    assert rushes("demo", "--config", str(tmp_path)).code == 2
