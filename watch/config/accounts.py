"""`[providers.NAME]` of config.toml: the accounts, each a provider at one address with one key."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from rushes.providers.card import Provider, base_of
from rushes.providers.fields import field, replace
from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.providers.listed import Listed
from rushes.providers.nearest import hint
from rushes.providers.registry import built_in, find, known, lazily
from rushes.watch.config.environment import in_variables
from rushes.watch.config.provider_settings import Interval, ProviderSettings
from rushes.watch.config.reader import SettingsTable
from rushes.watch.disk.paths import Paths
from rushes.watch.keys.find import KeySource
from rushes.watch.keys.remembered import in_keyring
from rushes.watch.network.options import USUAL_NETWORK, Network
from rushes.watch.network.url import read
from rushes.watch.task import Task

USUAL_RATE = 20.0
"""Polls a second of an account whose documents allow no other number."""

USUAL_MOST = 32
"""Requests at a time where config.toml sets no limit."""


@frozen(kw_only=True)
class Account:
    """A provider at one address with one key.

    `base` is an origin or a prefix without a trailing slash, `poll_interval` seconds;
    `learns_interval` is whether longer waits are learned. At most `max_rate` polls start a second,
    and `max_concurrency` are under way at a time. `key_place` is found out without running a
    command or opening the keyring: the variable that is set, config.toml where that names a key or
    a command, or the keyring where it gave one before; else "". `base_from` is the variable that
    gives the address, "" for none.
    """

    id: str
    provider: Provider
    base: str
    key: KeySource
    poll_interval: float
    max_rate: float = USUAL_RATE
    max_concurrency: int = USUAL_MOST
    network: Network = USUAL_NETWORK
    learns_interval: bool = False
    key_place: str = field(default="", compare=False)
    base_from: str = field(default="", compare=False)

    @property
    def has_key(self) -> bool:
        """Whether a key is at hand, as far as that is known unasked."""
        return bool(self.key_place)

    def fits(self, task_id: str) -> bool:
        """Whether a task of that id can be asked about."""
        return known()[self.provider.id].fits(task_id)

    @property
    def is_own(self) -> bool:
        """Whether the person made it: it is no built-in provider at its vendor's address."""
        vendor = known()[self.provider.id]
        return self.id != vendor.id or self.base != base_of(vendor.base_url, vendor.route)


def of_use(accounts: Iterable[Account], watched: Collection[str]) -> list[Account]:
    """Those with a key at hand or a watched task, and those that a person made or moved."""
    return [it for it in accounts if it.has_key or it.is_own or it.base_from or it.id in watched]


def read_accounts(
    table: SettingsTable,
    network_of: Callable[[SettingsTable], Network],
    environ: Mapping[str, str],
    warnings: list[str],
    exposed: list[str],
    left_out: Collection[str] = (),
) -> dict[str, Account]:
    """One account per provider, then those that the file adds, without what is off.

    Nothing is wrong with a table that names a provider that is `left_out`: that is said elsewhere.

    `exposed` gets the warnings of keys that others could read on their way. It is a fault where two
    accounts would use one variable and no `api_key_env` says so: a key would go to two gateways.
    """
    keyring = in_keyring(Paths.unexpanded(environ).state)
    providers = known()
    accounts: dict[str, Account] = {}
    named: list[_Variable] = []
    unsaid = _Said(ProviderSettings(), network_of(table.empty()))
    for name in dict.fromkeys((*providers, *table)):
        own = table.table(name)
        # Most have no table. One that is off is read all the same, for its faults.
        said = _said(own, network_of) if own.says_anything else unsaid
        if name not in providers and {name, said.settings.dialect} & {*left_out}:
            continue
        provider = _provider(name, said.settings.dialect, own, providers)
        if provider is None or not _has_address(said.settings, provider, own):
            continue
        key = _key_source(name, said.settings, provider)
        named.append(_Variable(name, key.env, _is_derived(name, said.settings, provider), own))
        if not said.settings.enabled:
            continue
        place = _at_hand(key, environ) or (_("the keyring") if name in keyring else "")
        account = accounts[name] = _account(name, own, said, provider, key, place)
        warnings += _warnings(said.settings, own, provider)
        if said.network.exposes(read(account.base).origin):
            exposed.append(_sent_openly(own))
    _refuse_shared(named)
    return accounts


def _sent_openly(own: SettingsTable) -> str:
    return _("{place}: http:// sends the key unencrypted").format(place=own.place("base_url"))


@frozen
class _Said:
    """What a table says of its account, defaults filled in."""

    settings: ProviderSettings
    network: Network


def _said(table: SettingsTable, network_of: Callable[[SettingsTable], Network]) -> _Said:
    return _Said(ProviderSettings(**table.values(ProviderSettings)), network_of(table))


def _has_address(said: ProviderSettings, provider: Listed, table: SettingsTable) -> bool:
    """Whether it is known where an account is; a fault where only the person can say it."""
    if said.base_url or provider.base_url:
        return True
    if table.says_anything and said.enabled:
        table.fault(
            "base_url",
            _("expected the address of a gateway that speaks {provider}").format(
                provider=provider.id
            ),
        )
    return False


def _account(
    name: str, table: SettingsTable, said: _Said, provider: Listed, key: KeySource, key_place: str
) -> Account:
    settings = said.settings
    interval = settings.poll_interval or usual_interval(provider)
    return Account(
        id=name,
        provider=lazily(provider.id),
        base=base_of(settings.base_url or provider.base_url, provider.route),
        key=key,
        poll_interval=provider.every if interval is Interval.AUTO else interval,
        learns_interval=interval is Interval.AUTO,
        max_rate=settings.max_rate or usual_rate(provider),
        max_concurrency=settings.max_concurrency or USUAL_MOST,
        network=said.network,
        key_place=key_place,
        base_from=table.variable("base_url"),
    )


def usual_rate(provider: Listed) -> float:
    """Polls a second where config.toml says nothing: what the documents allow, if they do."""
    return provider.allowed or USUAL_RATE


def usual_interval(provider: Listed) -> float | Interval:
    """What `poll_interval` is where it is not written: learned where the documents give none."""
    return provider.every if provider.stated else Interval.AUTO


def _provider(
    name: str, dialect: str | None, table: SettingsTable, providers: Mapping[str, Listed]
) -> Listed | None:
    """The provider whose dialect an account speaks; None, and a fault, where that is not told."""
    if name in providers:
        if dialect not in (None, name):
            table.fault("dialect", _("expected none: {name} is built in").format(name=name))
        return providers[name]
    if dialect is None:
        if "dialect" not in table:
            table.fault(
                "",
                _("unknown provider without a dialect; {hint}").format(hint=hint(name, providers)),
            )
        return None
    from rushes.watch.filter_terms import is_field  # few have a second account

    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name):
        table.fault("", _("expected a name of letters, digits, - and _"))
        return None
    if is_field(name.casefold()):
        table.fault(
            "",
            _("{name}: is a word of the filter language, so no account's name").format(name=name),
        )
        return None
    if dialect not in providers:
        table.fault("dialect", _("unknown dialect; {hint}").format(hint=hint(dialect, providers)))
        return None
    return providers[dialect]


def usual_variable(account: str, provider: Listed) -> str:
    """The variable of an account's key where config.toml names none."""
    own = provider.env if account == provider.id else ""
    return own or in_variables(account) + "_API_KEY"


def _key_source(name: str, said: ProviderSettings, provider: Listed) -> KeySource:
    return KeySource(
        env=said.api_key_env or usual_variable(name, provider),
        command=said.api_key_command or (),
        literal=said.api_key,
    )


def _is_derived(name: str, said: ProviderSettings, provider: Listed) -> bool:
    # A provider from outside names a variable that the person may never have looked at.
    own = name == provider.id and provider.env and name in built_in()
    return said.api_key_env is None and not own


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
                _(
                    "its key would be looked for in {env}, where that of {account} "
                    "is; name another variable with api_key_env"
                ).format(env=own.env, account=other.account),
            )


def _at_hand(key: KeySource, environ: Mapping[str, str]) -> str:
    if environ.get(key.env, "").strip():
        return key.env
    return "config.toml" if key.command or key.literal else ""


def _warnings(said: ProviderSettings, table: SettingsTable, provider: Listed) -> list[str]:
    found: list[str] = []
    written, allowed = said.poll_interval, provider.allowed
    if isinstance(written, float) and written < provider.every:
        found.append(
            _("{place}: {written:g}s is below the provider's {every:g}s ({quote})").format(
                place=table.place("poll_interval"),
                written=written,
                every=provider.every,
                quote=_quote(provider),
            )
        )
    if said.max_rate and allowed and said.max_rate > allowed:
        found.append(
            _(
                "{place}: {max_rate:g} is above the provider's {allowed:g} a second ({quote})"
            ).format(
                place=table.place("max_rate"),
                max_rate=said.max_rate,
                allowed=allowed,
                quote=_quote(provider),
            )
        )
    return found


def _quote(provider: Listed) -> str:
    return find(provider.id).card.poll.quote


def with_record_lifetime(task: Task, accounts: Mapping[str, Account]) -> Task:
    """`task` with the time its provider keeps it, None where its account is not configured."""
    account = accounts.get(task.ref.provider)
    lifetime = account.provider.card.record_lifetime if account else None
    return task if task.record_lifetime == lifetime else replace(task, record_lifetime=lifetime)
