"""The default config.toml: valid TOML with every setting at its default, and what it does."""

from collections.abc import Iterator, Mapping

from rushes.providers.language import _
from rushes.providers.listed import Listed
from rushes.providers.registry import known
from rushes.tui.actions.catalogue import COMMANDS
from rushes.watch.config.accounts import usual_interval, usual_rate, usual_variable
from rushes.watch.config.commands import OwnCommand
from rushes.watch.config.kinds import as_toml
from rushes.watch.config.provider_settings import ProviderSettings
from rushes.watch.config.reader import settings_of
from rushes.watch.config.settings import TABLES
from rushes.watch.disk.paths import Paths
from rushes.watch.figures.price import Per

_COLUMN = 40
"""Where what a setting does begins."""


def written(environ: Mapping[str, str]) -> Iterator[str]:
    """The lines of a config.toml that says what holds without one."""
    yield _("# Every setting at its default: write down only what is to differ.")
    yield _("# rushes config check finds what is wrong with a config.toml.")
    downloads = Paths.unexpanded(environ).downloads
    for name, table in TABLES.items():
        yield from ("", f"[{name}]") if name else ("",)
        yield from _table(table, dir=downloads)
    placed = [provider for provider in known().values() if provider.base_url]
    for first, provider in enumerate(placed):
        yield from ("", f"[providers.{provider.id}]")
        yield from _provider(provider, explained=not first)
    for provider in known().values():
        if not provider.base_url:
            yield from (
                "",
                _("# [providers.{provider}]: needs a base_url, and an api_key_env").format(
                    provider=provider.id
                ),
            )
    yield from ("", _("# [providers.studio-b]: a second account, or another host like one above"))
    yield _line("dialect", None, settings_of(ProviderSettings)["dialect"].help)
    yield from (
        "",
        _("[views]  # filters by name: rushes ls @trailer; 7, 8, 9 and 0 are keys, too"),
    )
    yield _line("trailer", None, _('such as "tag:trailer -tag:done"'))
    yield from ("", _("[prices]  # what is known of them: rushes stats"))
    yield '# "hiapi/MODEL" = {per = "second", cost = 0.07, currency = "USD"}'
    yield _("#   per: {units}; MODEL may be *, any other one").format(
        units=", ".join(each.value for each in Per)
    )
    about = _("[commands]  # your own, as [commands.NAME]: found under everything and ?")
    yield from ("", about)
    for key, said in settings_of(OwnCommand).items():
        yield _line(f"review.{key}", None, said.help)
    yield from ("", _("[keys]  # one key, or a list of them"))
    for command in COMMANDS:
        keys = command.keys[0] if len(command.keys) == 1 else command.keys
        yield _line(command.id, as_toml(keys), command.help)


def _table(declaring: type, **defaults: object) -> Iterator[str]:
    for key, said in settings_of(declaring).items():
        yield _line(key, said.kind.write(defaults.get(key, said.default)), said.help)


def usual_of(provider: Listed, account: str) -> dict[str, object]:
    """What an account's settings are where its table does not say."""
    return {
        "base_url": provider.base_url or None,
        "api_key_env": usual_variable(account, provider),
        "poll_interval": usual_interval(provider),
        "max_rate": usual_rate(provider),
    }


def _provider(provider: Listed, *, explained: bool) -> Iterator[str]:
    """A built-in provider's table; what its settings do need not be said for every one."""
    usual = usual_of(provider, provider.id)
    for key, said in settings_of(ProviderSettings).items():
        if key != "dialect":  # it has its own
            value = said.kind.write(usual.get(key, said.default))
            yield _line(key, value, said.help if explained else "")


def _line(name: str, value: str | None, words: str) -> str:
    setting = f"# {name} = …" if value is None else f"{name} = {value}"
    return f"{setting:<{_COLUMN}}  # {_(words)}" if words else setting
