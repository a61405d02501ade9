"""The address of a shared store: what is let in, and what the driver is told (row 264)."""

from pathlib import Path

import pytest

from rushes.watch.config.settings import BadSettings, Settings, load
from rushes.watch.config.store import SslMode
from rushes.watch.postgres.address import Address, BadAddress, address_in, parameters
from rushes.watch.postgres.password import find_password, passfile
from rushes.watch.team_faults import StoreUnusable

ONE = "postgresql://rushes@db.example/studio"


def read(folder: Path, text: str, **environ: str) -> Settings:
    file = folder / "config.toml"
    file.write_text(text)
    return load(file, {"HOME": str(folder), **environ})


@pytest.mark.parametrize(
    ("url", "address"),
    [
        (ONE, Address("rushes", "db.example", 5432, "studio")),
        ("postgres://a@10.0.0.2:6000/b", Address("a", "10.0.0.2", 6000, "b")),
        ("postgresql://a@[::1]/b", Address("a", "::1", 5432, "b")),
        ("postgresql://a%20b@h/c%2Fd", Address("a b", "h", 5432, "c/d")),
        ("postgresql://a@/b?host=/run/pg", Address("a", "/run/pg", 5432, "b")),
    ],
)
def test_an_address_is_taken_apart(url: str, address: Address) -> None:
    assert address_in(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "studio",
        "https://a@h/b",
        "postgresql://h/b",
        "postgresql://a@h",
        "postgresql://a@h:0/b",
        "postgresql://a@h:99999/b",
        "postgresql://a@h,i/b",
        "postgresql://a@h/b?sslmode=disable",
        "postgresql://a@h/b?host=/run/pg",
        "postgresql://a@h/b#c",
        "postgresql://a@h/b%zz",
        "postgresql://a@h/b%00",
        "postgresql://a@h/b c",
        "postgresql://a@/b",
    ],
)
def test_anything_else_is_none(url: str) -> None:
    with pytest.raises(BadAddress, match=r"expected (postgresql://|a port)"):
        address_in(url)


@pytest.mark.parametrize("password", ["hunter22", "hunter 22", "hunter#22", "hunter/22", "h@%zz22"])
def test_a_password_has_no_place_in_it_and_is_not_repeated(tmp_path: Path, password: str) -> None:
    url = f"postgresql://rushes:{password}@db.example/studio"
    with pytest.raises(BadSettings) as told:
        read(tmp_path, f'[store]\nurl = "{url}"\n')
    assert "[store] url: a password has no place in it" in str(told.value)
    assert password not in str(told.value)
    with pytest.raises(BadSettings, match="RUSHES_STORE: a password has no place") as told:
        read(tmp_path, "", RUSHES_STORE=url)
    assert password not in str(told.value)


def test_the_variable_comes_before_the_file(tmp_path: Path) -> None:
    text = f'[store]\nurl = "{ONE}"\n'
    assert read(tmp_path, text).store.url == ONE
    other = "postgresql://me@127.0.0.1/other"
    assert read(tmp_path, text, RUSHES_STORE=other).store.url == other


def test_off_this_machine_the_certificate_and_its_name_are_checked() -> None:
    far, near = address_in(ONE), address_in("postgresql://a@127.0.0.1/b")
    told = parameters(far, "", "")
    assert (told["sslmode"], told["sslrootcert"]) == ("verify-full", "system")
    assert parameters(far, "", "/ca.pem")["sslrootcert"] == "/ca.pem"
    assert parameters(far, "require", "")["sslmode"] == "require"
    assert parameters(near, "", "")["sslmode"] == "disable"
    assert parameters(near, "", "/ca.pem")["sslmode"] == "verify-full"
    assert not address_in("postgresql://a@127.0.0.1.example/b").is_near


def test_a_weaker_mode_is_warned_of_in_every_run(tmp_path: Path) -> None:
    text = f'[store]\nurl = "{ONE}"\nsslmode = "require"\n'
    found = read(tmp_path, text)
    assert found.store.sslmode is SslMode.REQUIRE
    assert any("[store] sslmode: whoever is between" in line for line in found.exposed)
    near = 'url = "postgresql://a@localhost/b"\nsslmode = "disable"\n'
    assert not read(tmp_path, f"[store]\n{near}").exposed


def test_verify_ca_takes_a_file_of_certificates(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="verify-ca takes a ca_file"):
        read(tmp_path, f'[store]\nurl = "{ONE}"\nsslmode = "verify-ca"\n')
    with pytest.raises(BadSettings, match="ca_file: expected a file that can be read"):
        read(tmp_path, f'[store]\nurl = "{ONE}"\nca_file = "none.pem"\n')


def test_the_password_is_from_the_variable_or_the_command(tmp_path: Path) -> None:
    program = tmp_path / "secret"
    program.write_text("#!/bin/sh\necho from-the-command\n")
    program.chmod(0o755)
    command = (str(program),)
    found = find_password("DB", command, {"DB": "from-the-variable"})
    assert found is not None
    assert found.reveal() == "from-the-variable"
    found = find_password("DB", command, {})
    assert found is not None
    assert found.reveal() == "from-the-command"


def test_a_password_that_was_to_be_had_is_asked_for_in_words() -> None:
    with pytest.raises(StoreUnusable, match=r"no password for the store.*set DB"):
        find_password("DB", (), {})
    assert find_password("", (), {}) is None


def test_a_passfile_that_libpq_would_complain_of_is_told_of_by_us(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    mine = tmp_path / ".pgpass"
    assert passfile(home) == str(mine)
    mine.write_text("*:*:*:*:hunter22\n")
    mine.chmod(0o644)
    with pytest.raises(StoreUnusable, match="others can read the passwords in it; chmod 600"):
        passfile(home)
    mine.chmod(0o600)
    assert passfile(home) == str(mine)
    with pytest.raises(StoreUnusable, match="has to be a file"):
        passfile(home | {"PGPASSFILE": str(tmp_path)})
