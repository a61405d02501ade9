"""A certificate that a test made, and both ends of the TLS connections it is for."""

import socket
import ssl
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    """A certificate that signs itself, and its key."""

    file: Path
    key: Path

    def serve(self, peer: socket.socket) -> socket.socket:
        """Make a connection of a Loopback a TLS one (its `wrap`)."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context.wrap_socket(peer, server_side=True)

    def trusted(self, _: object = None) -> ssl.SSLContext:
        """A client's context that trusts this certificate and no other."""
        return ssl.create_default_context(cafile=str(self.file))
