"""A certificate that a test made, and both ends of the TLS connections it is for."""

import shutil
import socket
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Certificate:
    """A certificate that signs itself, and its key."""

    file: Path
    key: Path

    @classmethod
    def made(cls, folder: Path, names: str) -> "Certificate":
        """A new one in `folder` for these names, such as `DNS:film.test`; skips without openssl."""
        openssl = shutil.which("openssl")
        if openssl is None:
            pytest.skip("no openssl to make a certificate with")
        made = cls(folder / "cert.pem", folder / "key.pem")
        options = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        files = ["-keyout", str(made.key), "-out", str(made.file)]
        subject = ["-subj", "/CN=film.test", "-addext", f"subjectAltName={names}"]
        subprocess.run(
            [openssl, *options.split(), *files, *subject], check=True, capture_output=True
        )
        return made

    def serve(self, peer: socket.socket) -> socket.socket:
        """Make a connection of a Loopback a TLS one (its `wrap`)."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context.wrap_socket(peer, server_side=True)

    def listening(self, at: socket.socket) -> socket.socket:
        """A listening socket that accepts TLS connections, whose handshakes come with a read."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context.wrap_socket(at, server_side=True, do_handshake_on_connect=False)

    def trusted(self, _: object = None) -> ssl.SSLContext:
        """A client's context that trusts this certificate and no other."""
        return ssl.create_default_context(cafile=str(self.file))
