"""MP4 files made by hand: real boxes around bytes that mean nothing."""

from random import Random


def box(kind: bytes, body: bytes) -> bytes:
    """One box with its length before it (ISO/IEC 14496-12, 4.2)."""
    return (len(body) + 8).to_bytes(4, "big") + kind + body


def movie_header(seconds: float, *, version: int = 0, scale: int = 1000) -> bytes:
    """An `mvhd` box of that duration; only what comes before the rate is filled in."""
    width = 8 if version else 4
    times = bytes(2 * width) + scale.to_bytes(4, "big")
    duration = round(seconds * scale).to_bytes(width, "big")
    return box(b"mvhd", bytes([version, 0, 0, 0]) + times + duration + bytes(80))


def film(size: int, seconds: float = 5.0, seed: int = 1) -> bytes:
    """An MP4 of exactly `size` bytes that says it lasts `seconds`."""
    head = box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41")
    index = box(b"moov", movie_header(seconds))
    return head + index + box(b"mdat", Random(seed).randbytes(size - len(head) - len(index) - 8))
