"""`[providers.NAME]` of config.toml: the accounts, each a provider at one address with one key."""

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from enum import Enum

from rushes.providers.card import Card, Provider, base_of
from rushes.providers.frozen import frozen
from rushes.providers.nearest import hint
from rushes.providers.registry import all_providers
from rushes.providers.secret import Secret
from rushes.watch.config.kinds import (
    FLAG,
    SECRET,
    BadSetting,
    seconds_or_word,
    text,
    texts,
    whole,
)
from rushes.watch.config.reader import SettingsTable, setting
from rushes.watch.disk.paths import Paths
from rushes.watch.keys.find import KeySource
from rushes.watch.keys.remembered import in_keyring
from rushes.watch.network.options import USUAL_NETWORK, Network
from rushes.watch.network.reach import Reach, reach_of
from rushes.watch.network.url import Origin, Refused, read

_PREFIX = "http(s)://host, with a port and a path prefix if need be, and nothing else"
_VARIABLE = "the name of an environment variable"


def _prefix(written: str) -> str:
    """An origin, or a prefix of paths there, by the grammar that requests are held to."""
    try:
        address = read(written)
    except Refused:
        raise BadSetting(f"expected {_PREFIX}") from None
    if "?" in written or "#" in written or {".", ".."} & set(address.target.split("/")):
        raise BadSetting(f"expected {_PREFIX}")
    return address.url


def _variable(written: str) -> str:
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", written):
        return written
    raise BadSetting(f"expected {_VARIABLE}")


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
    max_concurrency: int = setting(whole(most=64), 4, "requests at a time")


@frozen(kw_only=True)
class Account:
    """A provider at one address with one key.

    `base` is an origin or a prefix without a trailing slash, `poll_interval` seconds;
    `learns_interval` is whether longer waits are learned. `has_key` is found out without running a
    command or opening the keyring: its variable is set, or config.toml names a key or a command, or
    the keyring gave one before.
    """

    id: str
    provider: Provider
    base: str
    key: KeySource
    poll_interval: float
    max_concurrency: int = 4
    network: Network = USUAL_NETWORK
    learns_interval: bool = False
    has_key: bool = field(default=False, compare=False)


def read_accounts(
    table: SettingsTable,
    network_of: Callable[[SettingsTable], Network],
    environ: Mapping[str, str],
    warnings: list[str],
    exposed: list[str],
) -> dict[str, Account]:
    """One account per built-in provider, then those that the file adds, without what is off.

    `exposed` gets the warnings of keys that others could read on their way. It is a fault where two
    accounts would use one variable and no `api_key_env` says so: a key would go to two gateways.
    """
    keyring = in_keyring(Paths.unexpanded(environ).state)
    built_in = all_providers()
    accounts: dict[str, Account] = {}
    named: list[_Variable] = []
    for name in dict.fromkeys((*built_in, *table)):
        own = table.table(name)
        # One that is off is read all the same, for its faults.
        said = ProviderSettings(**own.values(ProviderSettings))
        network = network_of(own)
        provider = _provider(name, said.dialect, own, built_in)
        if provider is None:
            continue
        key = _key_source(name, said, provider.card)
        named.append(_Variable(name, key.env, _is_derived(name, said, provider.card), own))
        if not said.enabled:
            continue
        has_key = _is_at_hand(key, environ) or name in keyring
        accounts[name] = _account(name, said, provider, key, network, has_key=has_key)
        warnings += _warnings(said, own, provider.card)
        if _is_readable_on_the_way(read(accounts[name].base).origin):
            exposed.append(f"{own.place('base_url')}: http:// sends the key unencrypted")
    _refuse_shared(named)
    return accounts


def _account(
    name: str,
    said: ProviderSettings,
    provider: Provider,
    key: KeySource,
    network: Network,
    *,
    has_key: bool,
) -> Account:
    interval = said.poll_interval or usual_interval(provider.card)
    return Account(
        id=name,
        provider=provider,
        base=base_of(said.base_url or provider.card.base_url, provider.card),
        key=key,
        poll_interval=provider.card.poll.every if interval is Interval.AUTO else interval,
        learns_interval=interval is Interval.AUTO,
        max_concurrency=said.max_concurrency,
        network=network,
        has_key=has_key,
    )


def usual_interval(card: Card) -> float | Interval:
    """What `poll_interval` is where it is not written: learned where the documents give none."""
    return card.poll.every if card.poll.stated else Interval.AUTO


def _provider(
    name: str, dialect: str | None, table: SettingsTable, built_in: Mapping[str, Provider]
) -> Provider | None:
    """The provider whose dialect an account speaks; None, and a fault, where that is not told."""
    if name in built_in:
        if dialect not in (None, name):
            table.fault("dialect", f"expected none: {name} is built in")
        return built_in[name]
    if dialect is None:
        if "dialect" not in table:
            table.fault("", f"unknown provider without a dialect; {hint(name, built_in)}")
        return None
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name):
        table.fault("", "expected a name of letters, digits, - and _")
        return None
    if dialect not in built_in:
        table.fault("dialect", f"unknown dialect; {hint(dialect, built_in)}")
        return None
    return built_in[dialect]


def _key_source(name: str, said: ProviderSettings, card: Card) -> KeySource:
    own_variable = re.sub(r"\W", "_", name).upper() + "_API_KEY"
    return KeySource(
        env=said.api_key_env or (own_variable if _is_derived(name, said, card) else card.auth.env),
        command=said.api_key_command or (),
        literal=said.api_key,
    )


def _is_derived(name: str, said: ProviderSettings, card: Card) -> bool:
    return said.api_key_env is None and name != card.id


@frozen
class _Variable:
    """The variable of an account's key; `derived` where only the account's name says so."""

    account: str
    env: str
    derived: bool
    table: SettingsTable


def _refuse_shared(named: Sequence[_Variable]) -> None:
    """Note a fault for each derived variable that another account has: S1, one key one origin."""
    for n, own in enumerate(named):
        others = (it for at, it in enumerate(named) if at < n or (at > n and not it.derived))
        other = next((it for it in others if own.derived and it.env == own.env), None)
        if other is not None:
            own.table.fault(
                "",
                f"its key would be looked for in {own.env}, where that of {other.account} is;"
                " name another variable with api_key_env",
            )


def _is_at_hand(key: KeySource, environ: Mapping[str, str]) -> bool:
    return bool(environ.get(key.env, "").strip() or key.command or key.literal)


def _is_readable_on_the_way(origin: Origin) -> bool:
    """Whether a key would go unencrypted through networks that are nobody's own.

    A name counts as public, as it is not looked up here.
    """
    if origin.scheme != "http" or origin.host == "localhost":
        return False
    try:
        return reach_of(ipaddress.ip_address(origin.host)) not in (Reach.LOOPBACK, Reach.PRIVATE)
    except ValueError:
        return True


def _warnings(said: ProviderSettings, table: SettingsTable, card: Card) -> list[str]:
    found: list[str] = []
    written = said.poll_interval
    if isinstance(written, float) and written < card.poll.every:
        found.append(
            f"{table.place('poll_interval')}: {written:g}s is below the provider's"
            f" {card.poll.every:g}s ({card.poll.quote})"
        )
    return found
