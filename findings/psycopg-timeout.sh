#!/usr/bin/env bash
# PyPI psycopg 3.3.9 (binary), run on 2026-11-29: a time-out around a query takes ten seconds more
# where the server has gone silent.
#
# `asyncio.timeout(1)` around `AsyncConnection.execute` ends a query on a live server after a second.
# Where the server does not answer (a stopped process, a half-open network), the cancelled query
# first has the server asked to cancel it, on a connection of its own that is waited for for five
# seconds, and then waits for the old connection for five more. Whoever has to be done in time has to
# shut the socket down instead. The server here speaks as much of the protocol as a connection takes,
# and answers neither a query nor a request to cancel.
#
# Output seen:
#   ended after 11 s: TimeoutError
#
# Exits 1 once it ends within 3 s.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'psycopg[binary]==3.3.9'
seen=$("$work/venv/bin/python" - <<'PY'
import asyncio
import socket
import struct
import threading
import time

import psycopg


def said(kind, body):
    return kind + struct.pack("!I", len(body) + 4) + body


def serve(client):
    (length,) = struct.unpack("!I", client.recv(4, socket.MSG_WAITALL))
    (code,) = struct.unpack("!I", client.recv(length - 4, socket.MSG_WAITALL)[:4])
    if code == 3 << 16:  # a session, and no request to cancel
        client.sendall(said(b"R", struct.pack("!I", 0)))
        for name, value in (("client_encoding", "UTF8"), ("server_version", "18.0")):
            client.sendall(said(b"S", f"{name}\0{value}\0".encode()))
        client.sendall(said(b"K", struct.pack("!II", 1, 1)) + said(b"Z", b"I"))
    time.sleep(60)


def listen(server):
    while True:
        threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()


async def main(port):
    where = f"host=127.0.0.1 port={port} user=u dbname=d sslmode=disable gssencmode=disable"
    connection = await psycopg.AsyncConnection.connect(where, autocommit=True)
    began = time.monotonic()
    try:
        async with asyncio.timeout(1):
            await connection.execute("SELECT 1")
    except BaseException as error:
        print(f"ended after {time.monotonic() - began:.0f} s: {type(error).__name__}")


server = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=listen, args=(server,), daemon=True).start()
asyncio.run(main(server.getsockname()[1]))
PY
)
printf '%s\n' "$seen"
[[ "$seen" =~ ended\ after\ ([0-9]+)\ s ]] && ((BASH_REMATCH[1] > 3))
