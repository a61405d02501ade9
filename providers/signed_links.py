"""Reads the expiry of a signed link from the link itself, for each family of signatures.

The families and their parameters are those of the vendors' signers and documents; docs/providers.md
lists them with their sources. A time counts only beside the other parameters of its family, as the
same short names mean other things elsewhere. Signatures that carry the time when they were *made*
(`auth_key=`, `wsTime=`, `/202703012000/MD5/`, …) are left out: how long such a link lives is a
setting of the network and is not in the link.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import unquote

from rushes.providers.frozen import frozen
from rushes.providers.link_times import (
    after,
    basic,
    by_size,
    extended,
    hexadecimal,
    milliseconds,
    number,
    seconds,
)
from rushes.providers.link_tokens import (
    LIMIT,
    bos_end,
    delegation_end,
    edge_ends,
    edge_tokens,
    jwt_end,
    policy_ends,
    upyun_end,
)

_PARAMETERS = 256
_STEPS = 64
_NAME_LIMIT = 64

Parameters = Mapping[str, Sequence[str]]
"""The values of each parameter by its name in lower case, without empty ones."""

Ends = Iterable[datetime | None]
ReadEnds = Callable[[Parameters], Ends]
Unit = Callable[[str], datetime | None]


@frozen
class Signer:
    """A family of signatures: its name, and the function that reads the ends in its parameters."""

    name: str
    ends: ReadEnds


def end_of(url: str) -> tuple[datetime, str] | None:
    """The earliest end (UTC) in the signatures of a link, and the name of its family.

    The earliest counts because all signatures of a link have to hold. None where there is no end.
    """
    address = url.partition("#")[0]
    path, _, query = address.partition("?")
    steps = path.split("/", _STEPS)
    queries = [_parameters(query), *(parameters_of_step(step) for step in steps if "&" in step)]
    found = [
        (at, family.name)
        for query in queries
        for family in FAMILIES
        for at in family.ends(query)
        if at is not None
    ]
    found += [(at, name) for name, at in _ends_in(steps) if at is not None]
    return min(found, default=None)


def is_signature(name: str) -> bool:
    """Whether a parameter of this name, in lower case, is a signature that `expires` belongs to."""
    return name in _COMPANIONS or (
        len(name) <= _NAME_LIMIT and _SIGNATURE.fullmatch(name) is not None
    )


def parameters_of_step(step: str) -> Parameters:
    """The parameters of a path's step that has the form of a query: `bcdn_token=…&expires=…`."""
    # Media CDN writes its token's name before the first parameter.
    return _parameters(step.removeprefix("edge-cache-token="))


def _parameters(text: str) -> Parameters:
    found: dict[str, list[str]] = {}
    for pair in text.split("&", _PARAMETERS):
        name, _, value = pair.partition("=")
        if value and len(pair) <= LIMIT:
            found.setdefault(unquote(name).lower(), []).append(unquote(value))
    return found


def _ends_in(steps: Sequence[str]) -> Iterator[tuple[str, datetime | None]]:
    """Yield the ends in a path, with the names of their families."""
    for step in map(unquote, steps):
        if len(step) <= LIMIT:
            yield "JWT", jwt_end(step)
            for token in edge_tokens(step):
                yield from (("EdgeAuth", at) for at in edge_ends(token))
    for n in range(len(steps) - 4):
        first, time, *rest = steps[n : n + 4]
        if rest == ["video", "tos"] and _MD5.fullmatch(first):
            yield "ByteDance video", hexadecimal(time)


# -- how a family is read ---------------------------------------------------------------------


def _at(name: str, unit: Unit, *beside: str) -> ReadEnds:
    """Read a parameter as a time where all of the parameters `beside` are there."""

    def read(query: Parameters) -> Ends:
        if all(companion in query for companion in beside):
            yield from map(unit, query.get(name, ()))

    return read


def _after(prefix: str) -> ReadEnds:
    """Read a date and the number of seconds after it.

    Stores refuse more than seven days, though some signers sign any number. A number as large as
    Unix seconds is a mistake that no store accepts: it is no end.
    """

    def read(query: Parameters) -> Ends:
        starts, lives = query.get(f"{prefix}-date", ()), query.get(f"{prefix}-expires", ())
        for start, life in zip(starts, map(number, lives), strict=False):
            yield after(basic(start), life) if life is not None and life < 10**9 else None

    return read


def _seconds_or_iso(text: str) -> datetime | None:
    return seconds(text) or extended(text)


def _expires(query: Parameters) -> Ends:
    """Unix seconds beside a signature of any kind; UploadThing and others write milliseconds."""
    if any(map(is_signature, query)):
        yield from map(by_size, query.get("expires", ()))


def _oss(query: Parameters) -> Ends:
    """OSS V2 writes a date, V4 a date and seconds; a page of V4's calls them a date, too."""
    said = query.get("x-oss-expires", ())
    if "OSS2" in query.get("x-oss-signature-version", ()):
        yield from map(seconds, said)
    elif "x-oss-date" in query:
        yield from _after("x-oss")(query)
        yield from map(seconds, said)


def _cos(query: Parameters) -> Ends:
    """`start;end` in Unix seconds, for the signature and for the key that made it."""
    for name in ("q-sign-time", "q-key-time"):
        yield from (seconds(span.partition(";")[2]) for span in query.get(name, ()))


def _cos_in_one(query: Parameters) -> Ends:
    for value in query.get("sign", ()):
        inside = _parameters(value)
        if "q-sign-algorithm" in inside:
            yield from _cos(inside)


def _jwt(query: Parameters) -> Ends:
    for name in _JWTS:
        yield from map(jwt_end, query.get(name, ()))


def _policy(query: Parameters) -> Ends:
    if "key-pair-id" in query:
        for value in query.get("policy", ()):
            yield from policy_ends(value)


def _edge(query: Parameters) -> Ends:
    """The name of the parameter is the customer's choice."""
    for values in query.values():
        for value in values:
            yield from edge_ends(value)


def _qiniu(query: Parameters) -> Ends:
    if any(_QINIU.fullmatch(token) for token in query.get("token", ())):
        yield from map(seconds, query.get("e", ()))


def _vercel(query: Parameters) -> Ends:
    """The link's own end, and that of the delegation that it was signed with."""
    if "vercel-blob-signature" in query and (given := query.get("vercel-blob-delegation")):
        yield from map(milliseconds, query.get("vercel-blob-valid-until", ()))
        yield from map(delegation_end, given)


_MD5 = re.compile(r"[0-9A-Fa-f]{32}")
_QINIU = re.compile(r"[^:]+:[^:]+")
_SIGNATURE = re.compile(
    r".*signature|(.*[-_])?(sig|sign|hmac|digest|mac|hash|md5)|(?!.*(security|session)).*token"
)
_JWTS = ("_jwt", "jwt", "token", "access_token")
_COMPANIONS = frozenset(
    {
        "s",
        "keyname",
        "key-pair-id",
        "awsaccesskeyid",
        "googleaccessid",
        "ossaccesskeyid",
        "accesskeyid",
        "access_key_id",
        "kssaccesskeyid",
        "ucloudpublickey",
    }
)

FAMILIES = (
    Signer("AWS V4", _after("x-amz")),
    Signer("Google V4", _after("x-goog")),
    Signer("TOS", _after("x-tos")),
    Signer("OBS V4", _after("x-obs")),
    Signer("OSS", _oss),
    Signer("COS", _cos),
    Signer("COS in one parameter", _cos_in_one),
    Signer("Azure", _at("se", extended, "sig")),
    Signer("Azure, the user's key", _at("ske", extended, "sig")),
    Signer("Expires", _expires),
    Signer("exp", _at("exp", by_size, "sig")),
    Signer("ByteDance image", _at("x-expires", seconds, "x-signature")),
    Signer("Kling", _at("kstime", hexadecimal, "kssecret")),
    Signer("JWT", _jwt),
    Signer("CloudFront policy", _policy),
    Signer("EdgeAuth", _edge),
    Signer("Cloudinary download", _at("expires_at", seconds, "signature", "api_key")),
    Signer("BOS", _at("authorization", bos_end)),
    Signer("Qiniu", _qiniu),
    Signer("Discord", _at("ex", hexadecimal, "is", "hm")),
    Signer("ImageKit", _at("ik-t", seconds, "ik-s")),
    Signer("Upyun", _at("_upt", upyun_end)),
    Signer("Vercel Blob", _vercel),
    Signer("Tencent VOD", _at("t", hexadecimal, "us", "sign")),
    Signer("Tencent Live", _at("txtime", hexadecimal, "txsecret")),
    Signer("Symfony", _at("_expiration", seconds, "_hash")),
    Signer("KeyCDN, Uploadcare", _at("expire", seconds, "token")),
    Signer("Swift", _at("temp_url_expires", _seconds_or_iso, "temp_url_sig")),
    Signer("Sanity", _at("expiry", extended, "keyid", "signature")),
)
"""The families that have an end in a query, or in a path's step that has the form of one."""
