"""A table of `[providers]`: what config.toml says of one account."""

import re
from enum import Enum

from rushes.providers.frozen import frozen
from rushes.providers.language import _, catalogued
from rushes.providers.secret import Secret
from rushes.watch.config.kinds import (
    FLAG,
    SECRET,
    BadSetting,
    rate,
    seconds_or_word,
    text,
    texts,
    whole,
)
from rushes.watch.config.reader import setting
from rushes.watch.network.url import Refused, read

_PREFIX = catalogued("http(s)://host, with a port and a path prefix if need be, and nothing else")
_VARIABLE = catalogued("the name of an environment variable")


def _prefix(written: str) -> str:
    """An origin, or a prefix of paths there, by the grammar that requests are held to."""
    try:
        address = read(written)
    except Refused:
        raise BadSetting(_("expected {expected}").format(expected=_(_PREFIX))) from None
    if "?" in written or "#" in written or {".", ".."} & set(address.target.split("/")):
        raise BadSetting(_("expected {expected}").format(expected=_(_PREFIX)))
    return address.url


def _variable(written: str) -> str:
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", written):
        return written
    raise BadSetting(_("expected {expected}").format(expected=_(_VARIABLE)))


class Interval(Enum):
    """What `poll_interval` may be beside a duration."""

    AUTO = "auto"
    """The provider's own interval, and longer waits as its tasks teach (`polling/cadence.py`)."""


@frozen(kw_only=True)
class ProviderSettings:
    """What `[providers.NAME]` says, beside its network; None is what the provider's card says."""

    dialect: str | None = setting(
        text("the name of a built-in provider", str),
        None,
        "whose replies it gives; for providers that are not built in",
    )
    enabled: bool = setting(FLAG, True, "false takes it out everywhere")
    base_url: str | None = setting(
        text(_PREFIX, _prefix), None, "the only place that its key is sent to"
    )
    api_key_env: str | None = setting(
        text(_VARIABLE, _variable), None, "the variable that its key is in"
    )
    api_key_command: tuple[str, ...] | None = setting(
        texts("a list of texts", least=1),
        None,
        "else a program that prints the key; after it the keyring is asked",
    )
    api_key: Secret | None = setting(SECRET, None, "else the key itself")
    poll_interval: float | Interval | None = setting(
        seconds_or_word(Interval, least=0.1),
        None,
        'between two polls of a task; "auto" asks less often while few would be over yet',
    )
    max_rate: float | None = setting(
        rate(most=1000), None, "polls a second, evenly spaced; more tasks than fit are asked later"
    )
    max_concurrency: int | None = setting(
        whole(most=64), None, "requests at a time at most; without it as many as needed, up to 32"
    )
