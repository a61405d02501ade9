"""Finds the signatures in the path of a link, to hide them: they are secrets.

With `STAND_IN` in their place a link names the same file before and after its renewal.
"""

import re
from collections.abc import Callable, Sequence
from urllib.parse import unquote

from rushes.providers.link_times import basic, hexadecimal, seconds
from rushes.providers.link_tokens import LIMIT, edge_fields, edge_tokens, is_jwt
from rushes.providers.signed_links import is_signature, parameters_of_step

STAND_IN = "…"

_CLOUDINARY = re.compile(r"s--[\w-]{8,64}--", re.ASCII)
_DIGEST = re.compile(r"[0-9A-Fa-f]{32}|[0-9A-Fa-f]{64}|[\w-]{22}|[\w-]{43}", re.ASCII)
_MINUTE = re.compile(r"[0-9]{12}")
_SEALED_TIME = re.compile(r"[\w-]{22,64},[0-9]{10}", re.ASCII)


def without_path_signatures(path: str) -> str:
    """`path`, of a URL or a whole URL without its query, with `STAND_IN` for each signature.

    A digest is a signature if a time is beside it: `/MD5/HEX/…` and `/TIME/MD5/…` of many networks.
    """
    steps = path.split("/")
    # Where JSON escapes the slash, the step before it ends with the escape.
    plain = [unquote(step.rstrip("\\")) if len(step) <= LIMIT else "" for step in steps]
    hidden = {n for n, step in enumerate(plain) if any(test(step) for test in _ALONE)}
    for n in range(len(plain) - 2):
        if _are_digest_and_time(plain[n : n + 2]):
            hidden |= {n, n + 1}
    return "/".join(_shown(step) if n in hidden else step for n, step in enumerate(steps))


def _shown(step: str) -> str:
    return STAND_IN + "\\" * (len(step) - len(step.rstrip("\\")))


def _are_digest_and_time(pair: Sequence[str]) -> bool:
    first, second = pair
    return (_is_digest(first) and _is_time(second)) or (_is_time(first) and _is_digest(second))


def _is_digest(step: str) -> bool:
    return _DIGEST.fullmatch(step) is not None


def _is_time(step: str) -> bool:
    if _MINUTE.fullmatch(step):
        return basic(f"{step[:8]}T{step[8:]}00Z") is not None
    decimal = seconds(step) if len(step) == 10 else None
    return decimal is not None or hexadecimal(step) is not None


def _is_edge_token(step: str) -> bool:
    return any(map(edge_fields, edge_tokens(step)))


def _is_signed_query(step: str) -> bool:
    return "&" in step and any(map(is_signature, parameters_of_step(step)))


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda step: pattern.fullmatch(step) is not None


_ALONE: tuple[Callable[[str], bool], ...] = (
    is_jwt,
    _is_edge_token,
    _is_signed_query,
    _matches(_CLOUDINARY),
    _matches(_SEALED_TIME),
)
