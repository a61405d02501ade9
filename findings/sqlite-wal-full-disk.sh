#!/usr/bin/env bash
# SQLite 3.46.1 (apsw 3.46.1.0): a WAL database that was closed cleanly cannot be read on a full disk.
#
# Reading makes the -shm file again, whose room is claimed at once. Without room even a connection
# with mode=ro fails, with an I/O error (extended code SQLITE_IOERR_SHMSIZE, 4874) and not with
# SQLITE_FULL, and a stump of the -shm file and an empty -wal stay. With immutable=1 the same file reads well. So a
# program that keeps its state in WAL mode shows nothing on a full disk unless it falls back to
# that, and one that looks for SQLITE_FULL takes it for a broken disk.
#
# Needs Linux with user namespaces, to fill a small disk of its own.
#
# Output seen:
#   mode=ro: IOError 4874, IOError: disk I/O error
#   left beside it: data.db-shm data.db-wal
#   immutable=1: 1 row
#
# Exits 1 once mode=ro reads it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check apsw==3.46.1.0
mkdir "$work/disk"
cat > "$work/read.py" << 'PY'
import os
import sys

import apsw

path = sys.argv[1] + "/data.db"
db = apsw.Connection(path)
for statement in ("PRAGMA journal_mode = WAL", "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)"):
    db.execute(statement).fetchall()
db.close()
with open(sys.argv[1] + "/rest", "wb", buffering=0) as rest:
    try:
        while rest.write(bytes(512)):
            pass
    except OSError:
        pass
unread = False
try:
    reader = apsw.Connection(f"file:{path}?mode=ro", flags=apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_READONLY)
    print("mode=ro:", len(reader.execute("SELECT * FROM t").fetchall()), "row")
except apsw.Error as error:
    unread = True
    print(f"mode=ro: {type(error).__name__} {error.extendedresult}, {error}")
print("left beside it:", *sorted({*os.listdir(sys.argv[1])} - {"data.db", "rest"}))
reader = apsw.Connection(f"file:{path}?immutable=1", flags=apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_READONLY)
print("immutable=1:", len(reader.execute("SELECT * FROM t").fetchall()), "row")
sys.exit(not unread)
PY
unshare --map-root-user --mount bash -c \
    "mount -t tmpfs -o size=256k none '$work/disk' && '$work/venv/bin/python' '$work/read.py' '$work/disk'"
