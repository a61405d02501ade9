"""Signatures of URLs, in the families the gateways' storages use; the secret is this gateway's.

Aliyun OSS V1: `Expires` (Unix seconds), `OSSAccessKeyId`, `Signature`. Volcengine TOS: `X-Tos-Date`
(UTC) and `X-Tos-Expires` (seconds from it). DimiLinks images: `exp` (Unix milliseconds), `sig`.
Runway: `_jwt`, a token whose `exp` is in Unix seconds.
"""

import base64
import hashlib
import hmac
import json
from calendar import timegm
from collections.abc import Mapping
from enum import Enum
from time import gmtime, strftime, strptime
from urllib.parse import urlencode

_SECRET = b"the demo signs for nobody"
_ACCESS_ID = "LTAI5tRushesDemo"
_TOS_DATE = "%Y%m%dT%H%M%SZ"


class Verdict(Enum):
    """The result of checking a signature; the value is the storage's error code."""

    VALID = ""
    EXPIRED = "AccessDenied"
    FORGED = "SignatureDoesNotMatch"


def oss(path: str, expires: int) -> str:
    """Return the query that opens `path` until `expires` (Unix seconds)."""
    signature = base64.b64encode(_mac("oss", path, expires)).decode()
    return urlencode({"Expires": expires, "OSSAccessKeyId": _ACCESS_ID, "Signature": signature})


def tos(path: str, issued: int, life: int) -> str:
    """Return the query that opens `path` for `life` seconds from `issued` (Unix seconds)."""
    return urlencode(
        {
            "X-Tos-Algorithm": "TOS4-HMAC-SHA256",
            "X-Tos-Date": strftime(_TOS_DATE, gmtime(issued)),
            "X-Tos-Expires": life,
            "X-Tos-Signature": _mac("tos", path, issued, life).hex(),
        }
    )


def dimilinks(path: str, exp: int) -> str:
    """Return the query that opens `path` until `exp` (Unix milliseconds)."""
    return urlencode({"exp": exp, "sig": _mac("dimilinks", path, exp).hex()})


def jwt(path: str, expires: int) -> str:
    """Return the query with the token that opens `path` until `expires` (Unix seconds)."""
    parts = [{"alg": "HS256", "typ": "JWT"}, {"path": path, "exp": expires}]
    signed = ".".join(_base64url(json.dumps(part).encode()) for part in parts)
    return urlencode({"_jwt": f"{signed}.{_base64url(_mac('jwt', path, expires))}"})


def judge(path: str, fields: Mapping[str, str], now: float) -> Verdict:
    """Check the signature in a query's fields, for `path` at `now` (Unix seconds)."""
    try:
        expires, expected, given = _claim(path, fields)
    except (KeyError, ValueError):
        return Verdict.FORGED
    if not hmac.compare_digest(expected.encode(), given.encode()):
        return Verdict.FORGED
    return Verdict.VALID if now < expires else Verdict.EXPIRED


def _claim(path: str, fields: Mapping[str, str]) -> tuple[float, str, str]:
    """Return (expiry in Unix seconds, the signature due, the one given)."""
    if "X-Tos-Date" in fields:
        issued = timegm(strptime(fields["X-Tos-Date"], _TOS_DATE))
        life = int(fields["X-Tos-Expires"])
        due = _mac("tos", path, issued, life).hex()
        return issued + life, due, fields["X-Tos-Signature"]
    if "_jwt" in fields:
        _, claims, signature = fields["_jwt"].split(".")
        until = int(json.loads(base64.urlsafe_b64decode(claims + "=="))["exp"])
        return until, _base64url(_mac("jwt", path, until)), signature
    if "exp" in fields:
        exp = int(fields["exp"])
        return exp / 1000, _mac("dimilinks", path, exp).hex(), fields["sig"]
    expires = int(fields["Expires"])
    due = base64.b64encode(_mac("oss", path, expires)).decode()
    return expires, due, fields["Signature"]


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _mac(*parts: object) -> bytes:
    return hmac.digest(_SECRET, " ".join(map(str, parts)).encode(), hashlib.sha256)
