#!/usr/bin/env bash
# PyAV 15.0.0 and 18.1.0, as installed on 2026-11-29, do not open an AVI file whose title is Latin-1.
#
# The INAM chunk of a RIFF file's INFO list is text without a stated encoding: writers of old put
# their machine's code page there, and FFmpeg hands the bytes on as they are. `av.open` decodes the
# metadata as UTF-8 and raises UnicodeDecodeError: not even the streams can be had, though nothing
# is wrong with them. `metadata_errors="replace"` opens the file.
#
# Output seen:
#   15.0.0 UnicodeDecodeError; with metadata_errors="replace": rawvideo 16 x 16
#   18.1.0 UnicodeDecodeError; with metadata_errors="replace": rawvideo 16 x 16
#
# Exits 1 once one of them opens the file without being asked to.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/film.py" << 'PYTHON'
"""Writes an AVI of one grey frame of 16 by 16, titled with a Latin-1 text, and opens it."""
import struct
import sys

import av


def chunk(name, data):
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


frame = bytes([128]) * (16 * 16 * 3)
main = struct.pack("<14I", 40000, 19200, 0, 0x10, 1, 0, 1, len(frame), 16, 16, 0, 0, 0, 0)
stream = b"vidsDIB " + struct.pack("<2I2H8I4h", 0, 0, 0, 0, 0, 1, 25, 0, 1, len(frame), 0, 0, 0, 0, 16, 16)
form = struct.pack("<IiiHHIIiiII", 40, 16, 16, 1, 24, 0, len(frame), 0, 0, 0, 0)
lines = chunk(b"LIST", b"strl" + chunk(b"strh", stream) + chunk(b"strf", form))
head = chunk(b"LIST", b"hdrl" + chunk(b"avih", main) + lines)
info = chunk(b"LIST", b"INFO" + chunk(b"INAM", "Plage à midi".encode("latin-1") + b"\0"))
film = b"AVI " + head + info + chunk(b"LIST", b"movi" + chunk(b"00db", frame))
with open("film.avi", "wb") as file:
    file.write(chunk(b"RIFF", film))


def opened(**options):
    try:
        with av.open("film.avi", format="avi", **options) as container:
            video = container.streams.video[0].codec_context
            return f"{video.codec.name} {video.width} x {video.height}"
    except UnicodeDecodeError as error:
        return type(error).__name__


plain = opened()
print(av.__version__, f'{plain}; with metadata_errors="replace":', opened(metadata_errors="replace"))
sys.exit(plain != "UnicodeDecodeError")
PYTHON
cd "$work"
for version in 15.0.0 18.1.0; do
    python3 -m venv "$version"
    "$version/bin/pip" install --quiet --disable-pip-version-check "av==$version"
    "$version/bin/python" film.py
done
