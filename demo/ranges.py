"""Answers a request for a file: whole, one range, or 416 (RFC 9110, sections 13.1.5 and 14)."""

import re
from email.utils import formatdate

from rushes.demo.http import Request, Response, Slice
from rushes.demo.media import File

_RANGE = re.compile(r"bytes=(?=.*\d)(?P<first>\d{0,18})-(?P<last>\d{0,18})")


def serve(file: File, content_type: str, modified: float, request: Request) -> Response:
    """Return the file, or the range of it that was asked for; `modified` in Unix seconds.

    The whole file is the answer to a malformed range, to several ranges, and to an `If-Range` that
    does not match.
    """
    headers = {
        "Content-Type": content_type,
        "Accept-Ranges": "bytes",
        "ETag": file.etag,
        "Last-Modified": formatdate(modified, usegmt=True),
    }
    condition = request.headers.get("if-range", file.etag)
    match = _RANGE.fullmatch(request.headers.get("range", ""))
    backwards = match is not None and _backwards(match["first"], match["last"])
    if match is None or backwards or condition not in (file.etag, headers["Last-Modified"]):
        return Response(200, headers, Slice(file, 0, file.size))
    start, stop = _span(match["first"], match["last"], file.size)
    if start >= stop:
        return Response(416, headers | {"Content-Range": f"bytes */{file.size}"})
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{file.size}"
    return Response(206, headers, Slice(file, start, stop))


def _span(first: str, last: str, size: int) -> tuple[int, int]:
    """Return (start, stop) of a range within the file; start at or past stop where it is empty."""
    if not first:
        return max(size - int(last), 0), size
    return int(first), min(int(last or size) + 1, size)


def _backwards(first: str, last: str) -> bool:
    return bool(first and last) and int(last) < int(first)
