"""Reads the expiry inside of one value: JSON Web Tokens, policies, EdgeAuth's fields and others.

Signatures are not checked, as only the expiry is read. The values are not trusted either: nothing
longer than `LIMIT` is decoded, and nothing is ever raised.
"""

import base64
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import cast

from rushes.providers.link_times import after, extended, number, seconds, unix

LIMIT = 8192
"""Characters of a value that are decoded at most."""

_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_BOS = re.compile(r"bce-auth-v[0-9]+/[^/]+/([^/]+)/([^/]+)/[^/]*/[^/]+")
_UPYUN = re.compile(r"[0-9A-Fa-f]{8}([0-9]{10})")
_FIELD = re.compile(r"[A-Za-z_-]+(=.*)?", re.DOTALL)
_FIELDS = 64
_TOO_LARGE = 10**15
_ENDS = ("exp", "expires")
_SEALS = ("hmac", "signature")
_CLOUDFRONT = str.maketrans("-_~", "+=/")


def is_jwt(text: str) -> bool:
    """Whether `text` has the three parts of a JSON Web Token (RFC 7519)."""
    return len(text) <= LIMIT and _JWT.fullmatch(text) is not None


def jwt_end(text: str) -> datetime | None:
    """The `exp` of a JSON Web Token: Unix seconds, perhaps with a fraction."""
    return _unix(_inside(_json(text.split(".")[1]), "exp")) if is_jwt(text) else None


def policy_ends(text: str) -> Iterator[datetime | None]:
    """The `DateLessThan` of each statement of a CloudFront policy, in CloudFront's own base64."""
    statements = _inside(_json(text.translate(_CLOUDFRONT)), "Statement")
    listed = cast("list[object]", statements) if isinstance(statements, list) else [statements]
    for statement in listed:
        yield _unix(_inside(statement, "Condition", "DateLessThan", "AWS:EpochTime"))


def delegation_end(text: str) -> datetime | None:
    """The `validUntil` of a delegation of Vercel's, in Unix milliseconds."""
    return _unix(_inside(_json(text.partition(".")[0]), "validUntil"), scale=1000)


def edge_fields(text: str) -> dict[str, str]:
    """The fields of an EdgeAuth token (`st=…~exp=…~hmac=…`) by their names in lower case.

    Empty for any other text: a token has tildes between its fields, and one field is a signature.
    """
    if len(text) > LIMIT or "~" not in text:
        return {}
    fields = text.split("~", _FIELDS)
    if not all(map(_FIELD.fullmatch, fields)):
        return {}
    named = (field.partition("=") for field in fields)
    found = {name.lower(): value for name, _, value in named}
    return found if any(found.get(seal) for seal in _SEALS) else {}


def edge_ends(text: str) -> Iterator[datetime | None]:
    """The end in an EdgeAuth token; its `st` is the start."""
    fields = edge_fields(text)
    yield from (seconds(fields[name]) for name in _ENDS if name in fields)


def edge_tokens(step: str) -> tuple[str, str]:
    """The parts of a path's step that may be an EdgeAuth token: all of it, or what follows `=`."""
    return step, step.partition("=")[2]


def bos_end(text: str) -> datetime | None:
    """The start and the seconds after it of a Baidu authorization; -1 seconds never end."""
    match = _BOS.fullmatch(text) if len(text) <= LIMIT else None
    return after(extended(match[1]), number(match[2])) if match else None


def upyun_end(text: str) -> datetime | None:
    """The time after the eight digits of Upyun's signature."""
    match = _UPYUN.fullmatch(text)
    return seconds(match[1]) if match else None


def _json(text: str) -> object:
    """The JSON in base64 or base64url, padded or not; None for what is none."""
    if len(text) > LIMIT:
        return None
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        decoded = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
        return cast(object, json.loads(decoded))
    except (ValueError, RecursionError):
        return None


def _inside(value: object, *names: str) -> object:
    for name in names:
        value = cast("dict[str, object]", value).get(name) if isinstance(value, dict) else None
    return value


def _unix(value: object, scale: int = 1) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    # A larger one is none of either scale, and may be too large for a float.
    return unix(value / scale) if abs(value) < _TOO_LARGE else None
