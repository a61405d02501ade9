"""TLS to a shared store, with a real server (rows 314, 315)."""

import os
import pwd
import shutil
import socket
from collections.abc import Generator, Mapping
from pathlib import Path

import pytest
from certificate import Certificate
from postgres_server import Server, server

from rushes.watch.config.settings import load
from rushes.watch.postgres.address import address_in, parameters
from rushes.watch.postgres.session import Session
from rushes.watch.team_faults import StoreAway

NAMED = "postgresql://rushes@film.test/postgres"


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Server, Certificate]]:
    """A server that takes nothing but TLS over TCP; its certificate is for film.test."""
    certificate = Certificate.made(tmp_path_factory.mktemp("ca"), "DNS:film.test")
    with server(15) as one:
        if one is None:
            pytest.skip("there is no PostgreSQL with TLS on this machine")
        one.kill()
        for file in (certificate.file, certificate.key):
            _give(Path(shutil.copy(file, one.folder / file.name)), one.folder)
        hba = "local all all trust\nhostssl all all 127.0.0.1/32 trust\n"
        (one.folder / "data" / "pg_hba.conf").write_text(hba)
        one.settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(_free_port()),
            "ssl": "on",
            "ssl_cert_file": str(one.folder / certificate.file.name),
            "ssl_key_file": str(one.folder / certificate.key.name),
        }
        one.start()
        yield one, certificate


def _give(file: Path, folder: Path) -> None:
    file.chmod(0o600)
    if os.geteuid() == 0:
        os.chown(file, folder.stat().st_uid, pwd.getpwuid(folder.stat().st_uid).pw_gid)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as at:
        return at.getsockname()[1]


def asked(server: Server, told: Mapping[str, str | int]) -> bool:
    """Whether what is asked with these parameters goes encrypted; the name leads to the server."""
    here = {"hostaddr": "127.0.0.1", "port": server.parameters["port"]}
    with Session(lambda: {**told, **here}).unchecked() as connection:
        return connection.pgconn.ssl_in_use


def test_off_this_machine_the_name_and_its_own_authority_are_checked(
    secured: tuple[Server, Certificate],
) -> None:
    server, certificate = secured
    assert asked(server, parameters(address_in(NAMED), "", str(certificate.file)))


def test_a_wrong_name_is_refused(secured: tuple[Server, Certificate]) -> None:
    server, certificate = secured
    other = address_in("postgresql://rushes@other.test/postgres")
    with pytest.raises(StoreAway, match=r"film\.test.* does not match host name .*other\.test"):
        asked(server, parameters(other, "", str(certificate.file)))
    assert asked(server, parameters(other, "verify-ca", str(certificate.file)))


def test_an_authority_that_nobody_trusts_is_refused(
    secured: tuple[Server, Certificate], tmp_path: Path
) -> None:
    server, _certificate = secured
    stranger = Certificate.made(tmp_path, "DNS:film.test")
    for told in ("", str(stranger.file)):
        with pytest.raises(StoreAway, match="certificate verify failed"):
            asked(server, parameters(address_in(NAMED), "", told))
    assert asked(server, parameters(address_in(NAMED), "require", ""))


def test_nothing_is_tried_again_in_plain_text(secured: tuple[Server, Certificate]) -> None:
    server, _certificate = secured
    with pytest.raises(StoreAway, match="no encryption"):
        asked(server, parameters(address_in(NAMED), "disable", ""))
    server.settings["ssl"] = "off"
    server.kill()
    server.start()
    try:
        with pytest.raises(StoreAway, match="server does not support SSL"):
            asked(server, parameters(address_in(NAMED), "", ""))
    finally:
        server.settings["ssl"] = "on"
        server.kill()
        server.start()


@pytest.mark.parametrize("mode", ["require", "disable"])
def test_a_weaker_mode_is_told_of(tmp_path: Path, mode: str) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[store]\nurl = "{NAMED}"\nsslmode = "{mode}"\n')
    (warning,) = load(config, {}).warnings
    assert "whoever is between could pose as the store" in warning
