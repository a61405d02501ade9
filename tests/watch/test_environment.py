"""Settings that variables give, ahead of config.toml (row 192)."""

from pathlib import Path

import pytest

from rushes.watch.config.downloads import Auto
from rushes.watch.config.settings import BadSettings, Settings, load
from rushes.watch.disk.paths import NoHome, Paths


def read(home: Path, text: str = "", **environ: str) -> Settings:
    (home / "config.toml").write_text(text, encoding="utf-8")
    return load(home / "config.toml", {"RUSHES_HOME": str(home), **environ})


def test_variables_come_before_the_file_and_blank_ones_are_none(tmp_path: Path) -> None:
    text = '[download]\nauto = "off"\ndir = "/from/file"'
    found = read(tmp_path, text, RUSHES_AUTO="all", RUSHES_DOWNLOAD_DIR="/from/variable").download
    assert (found.auto, found.dir) == (Auto.ALL, Path("/from/variable"))
    found = read(tmp_path, text, RUSHES_AUTO=" ", RUSHES_DOWNLOAD_DIR="").download
    assert (found.auto, found.dir) == (Auto.OFF, Path("/from/file"))


def test_an_accounts_address_may_be_a_variable_and_is_told_with_it(tmp_path: Path) -> None:
    text = (
        '[providers.hiapi]\nbase_url = "https://one.example"\n'
        '[providers.studio-b]\ndialect = "anyfast"\nbase_url = "https://two.example"\n'
    )
    accounts = read(
        tmp_path,
        text,
        RUSHES_HIAPI_BASE_URL="https://three.example/v1",
        RUSHES_STUDIO_B_BASE_URL="https://four.example",
    ).accounts
    assert accounts["hiapi"].base == "https://three.example"
    assert accounts["hiapi"].base_from == "RUSHES_HIAPI_BASE_URL"
    assert accounts["studio-b"].base == "https://four.example"
    assert accounts["ttapi"].base_from == ""


@pytest.mark.parametrize(
    ("variable", "text", "fault"),
    [
        ("RUSHES_AUTO", "rescu", "RUSHES_AUTO: unknown value; did you mean rescue?"),
        ("RUSHES_DOWNLOAD_DIR", "films", "RUSHES_DOWNLOAD_DIR: expected an absolute path"),
        ("RUSHES_HIAPI_BASE_URL", "hiapi.ai", "RUSHES_HIAPI_BASE_URL: expected http"),
        ("RUSHES_HIAPY_BASE_URL", "https://x.example", "did you mean RUSHES_HIAPI_BASE_URL?"),
    ],
)
def test_a_fault_is_named_by_its_variable(
    tmp_path: Path, variable: str, text: str, fault: str
) -> None:
    with pytest.raises(BadSettings) as error:
        read(tmp_path, **{variable: text})
    (line,) = error.value.lines
    assert line.startswith(f"{variable}: ")
    assert fault in line


def test_a_variable_that_means_two_accounts_is_one(tmp_path: Path) -> None:
    table = '\ndialect = "anyfast"\napi_key_env = "A_KEY"\nbase_url = "https://a.example"\n'
    text = f"[providers.a-b]{table}[providers.a_b]{table}"
    read(tmp_path, text)
    with pytest.raises(BadSettings, match=r"^RUSHES_A_B_BASE_URL: means providers\.a-b"):
        read(tmp_path, text, RUSHES_A_B_BASE_URL="https://x.example")


def test_a_warning_names_the_variable_too(tmp_path: Path) -> None:
    (warning,) = read(tmp_path, RUSHES_HIAPI_BASE_URL="http://gw.example").warnings
    assert warning == "RUSHES_HIAPI_BASE_URL: http:// sends the key unencrypted"


class TestConfig:
    def test_another_file_is_read_in_place_of_the_homes(self, tmp_path: Path) -> None:
        other = tmp_path / "other.toml"
        paths = Paths.find({"RUSHES_HOME": str(tmp_path / "home"), "RUSHES_CONFIG": str(other)})
        assert (paths.config, paths.log) == (other, tmp_path / "home" / "rushes.log")

    def test_one_that_is_not_there_is_a_fault(self, tmp_path: Path) -> None:
        with pytest.raises(BadSettings, match=r"^RUSHES_CONFIG: there is no file "):
            load(tmp_path / "x.toml", {"RUSHES_CONFIG": str(tmp_path / "x.toml")})

    def test_a_home_that_nobody_knows_is_said(self, tmp_path: Path) -> None:
        environ = {"RUSHES_HOME": str(tmp_path), "RUSHES_CONFIG": "~nobody-of-that-name/c.toml"}
        with pytest.raises(NoHome):
            Paths.find(environ)
