"""Whom we trust and where links may lead: [network] in config.toml, and the environment."""

import ipaddress
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from certificate import Certificate
from plain_card import plain_card

from rushes.providers.secret import Secret
from rushes.watch.config.settings import Settings, load
from rushes.watch.network.assets import open_asset
from rushes.watch.network.client import ApiClient
from rushes.watch.network.hang_up import Connection
from rushes.watch.network.options import Network, Trust
from rushes.watch.network.trust import trust
from rushes.watch.network.unreachable import Untrusted
from rushes.watch.network.url import Refused
from tests.watch.conftest import Loopback


def read(home: Path, text: str, **environ: str) -> Settings:
    (home / "config.toml").write_text(text, encoding="utf-8")
    return load(home / "config.toml", {"RUSHES_HOME": str(home), **environ})


def fetched(url: str, gateway: str, network: Network) -> bytes:
    with open_asset(url, {}, gateway=gateway, connection=Connection(), network=network) as arriving:
        return b"".join(arriving.chunks)


class TestSettings:
    def test_usually_the_public_authorities_are_trusted_and_nothing_is_allowed(
        self, tmp_path: Path
    ) -> None:
        settings = read(tmp_path, "")
        assert settings.network == Network()
        assert {account.network for account in settings.accounts.values()} == {Network()}

    def test_a_ca_file_is_found_beside_config_toml(
        self, tmp_path: Path, certificate: Certificate
    ) -> None:
        (tmp_path / "ca.pem").write_bytes(certificate.file.read_bytes())
        settings = read(tmp_path, '[network]\nca_file = "ca.pem"')
        assert settings.accounts["hiapi"].network.trust.ca_file == tmp_path / "ca.pem"

    def test_a_providers_own_table_outranks_the_general_one(
        self, tmp_path: Path, certificate: Certificate
    ) -> None:
        settings = read(
            tmp_path,
            '[network]\nallow = ["10.0.0.0/8"]\n'
            f'[providers.hiapi]\nallow = ["192.168.0.0/16"]\nca_file = "{certificate.file}"',
        )
        hiapi, ttapi = (settings.accounts[name].network for name in ("hiapi", "ttapi"))
        assert hiapi.allow == (ipaddress.ip_network("192.168.0.0/16"),)
        assert hiapi.trust.ca_file == certificate.file
        assert (ttapi.allow, ttapi.trust.ca_file) == ((ipaddress.ip_network("10.0.0.0/8"),), None)

    def test_the_environment_is_read_as_openssl_reads_it(self, tmp_path: Path) -> None:
        settings = read(tmp_path, "", SSL_CERT_FILE="/a.pem", SSL_CERT_DIR="/certs")
        said = Trust(cert_file=Path("/a.pem"), cert_dir=Path("/certs"))
        assert settings.accounts["hiapi"].network.trust == said

    def test_certificates_that_cannot_be_read_are_named(self, tmp_path: Path) -> None:
        (tmp_path / "empty.pem").touch()
        for named in (tmp_path / "nowhere.pem", tmp_path / "empty.pem"):
            with pytest.raises(Untrusted, match=f"no certificates can be read from .*{named.name}"):
                trust(Trust(cert_file=named))


class TestTls:
    """Row 125: a studio's own CA, or that of a proxy that inspects."""

    def trusted(self, how: str, certificate: Certificate, folder: Path) -> Trust:
        if how == "folder":
            # OpenSSL finds a certificate in a folder by the hash of its subject.
            name = f"{_subject_hash(certificate)}.0"
            (folder / name).write_bytes(certificate.file.read_bytes())
            return Trust(cert_dir=folder)
        file = certificate.file
        return Trust(ca_file=file) if how == "setting" else Trust(cert_file=file)

    @pytest.mark.parametrize("how", ["setting", "variable", "folder"])
    async def test_a_private_ca_that_is_named_is_trusted(
        self, loopback: Loopback, certificate: Certificate, tmp_path: Path, how: str
    ) -> None:
        source = self.trusted(how, certificate, tmp_path)
        loopback.wrap = certificate.serve
        url = f"https://127.0.0.1:{loopback.port}"
        loopback.play([loopback.answer(200, b"{}")], [loopback.answer(200, b"film")])
        client = ApiClient(url, plain_card(), concurrency=1, network=Network(trust=source))
        assert (await client.get("/task", Secret("k"))).body == b"{}"
        await client.aclose()
        assert fetched(f"{url}/film.mp4", url, Network(trust=source)) == b"film"

    def test_a_file_behind_an_unknown_ca_is_refused_at_once_and_the_way_out_is_named(
        self, loopback: Loopback, certificate: Certificate
    ) -> None:
        loopback.wrap = certificate.serve
        loopback.play([loopback.answer(200, b"film")])
        url = f"https://127.0.0.1:{loopback.port}"
        with pytest.raises(Refused, match=r"certificate not trusted: .*\[network\] ca_file"):
            fetched(f"{url}/film.mp4", url, Network())
        assert not loopback.heard

    def test_certificates_that_cannot_be_read_are_no_reason_to_try_again(
        self, loopback: Loopback, tmp_path: Path
    ) -> None:
        nowhere = Network(trust=Trust(cert_file=tmp_path / "nowhere.pem"))
        with pytest.raises(Refused, match=r"nowhere\.pem"):
            fetched(f"{loopback.url}/film.mp4", loopback.url, nowhere)


class TestHttpLinks:
    """Row 126."""

    def test_a_host_that_speaks_https_too_is_asked_over_https(
        self, loopback: Loopback, certificate: Certificate
    ) -> None:
        loopback.wrap = certificate.serve
        loopback.play([loopback.answer(200, b"film")])
        network = Network(trust=Trust(ca_file=certificate.file))
        link = f"http://127.0.0.1:{loopback.port}/film.mp4"
        assert fetched(link, f"https://127.0.0.1:{loopback.port}", network) == b"film"

    def test_where_it_speaks_none_the_link_is_refused_in_a_sentence(
        self, loopback: Loopback
    ) -> None:
        def plain(peer: socket.socket) -> socket.socket:
            peer.sendall(loopback.answer(400, b"this is no HTTP"))
            return peer

        loopback.wrap = plain
        loopback.play([loopback.answer(200, b"film")])
        link = f"http://127.0.0.1:{loopback.port}/film.mp4"
        with pytest.raises(Refused, match=r"an http link of a gateway that speaks https.*yourself"):
            fetched(link, "https://127.0.0.1", Network())
        assert not loopback.heard


def test_a_blank_in_a_redirect_is_asked_for_as_it_is_meant(loopback: Loopback) -> None:
    loopback.play(
        [loopback.answer(302, b"", Location="/a film.mp4?x=1 2")], [loopback.answer(200, b"film")]
    )
    assert fetched(f"{loopback.url}/a", loopback.url, Network()) == b"film"
    assert loopback.heard[1].line == "GET /a%20film.mp4?x=1%202 HTTP/1.1"


def _subject_hash(certificate: Certificate) -> str:
    openssl = shutil.which("openssl") or pytest.skip("no openssl")
    command = [openssl, "x509", "-hash", "-noout", "-in", str(certificate.file)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
