#!/usr/bin/env bash
# httpcore 1.0.9 with socksio 1.0.0, as installed on 2026-11-28, does not wait for the whole of a
# SOCKS5 server's reply.
#
# RFC 1928, 6: the reply to CONNECT is ten bytes for an IPv4 address. TCP may bring them in pieces,
# as a slow or relayed server does. httpcore reads once after each step and has socksio parse what
# came as the whole reply. The error is socksio's own, which httpcore does not turn into one of its
# exceptions: who catches those, or httpx's, is ended by it.
#
# Output seen:
#   reply in one piece: 200
#   reply in two pieces: socksio.exceptions.ProtocolError
#
# Exits 1 once a reply in two pieces is understood, or one in one piece is not.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q httpcore==1.0.9 socksio==1.0.0 h11==0.16.0 2> /dev/null
"$work/venv/bin/python" - << 'PYTHON'
import socket
import sys
import threading
import time

import httpcore

REPLY = b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def serve(listening, pieces):
    with listening, listening.accept()[0] as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.recv(100)  # the methods
        peer.sendall(b"\x05\x00")
        peer.recv(300)  # CONNECT
        for piece in pieces:
            peer.sendall(piece)
            time.sleep(0.3)
        peer.recv(4096)  # the request
        peer.sendall(ANSWER)


def asked(pieces):
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    threading.Thread(target=serve, args=(listening, pieces), daemon=True).start()
    with httpcore.SOCKSProxy(f"socks5://127.0.0.1:{port}") as proxy:
        try:
            return str(proxy.request("GET", "http://gateway.example/").status)
        except Exception as error:
            return f"{type(error).__module__}.{type(error).__name__}"


whole, split = asked([REPLY]), asked([REPLY[:4], REPLY[4:]])
print("reply in one piece:", whole)
print("reply in two pieces:", split)
sys.exit((whole, split) != ("200", "socksio.exceptions.ProtocolError"))
PYTHON
