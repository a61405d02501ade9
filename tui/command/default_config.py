"""The default config.toml: valid TOML with every setting at its default, and what it does."""

from collections.abc import Iterator, Mapping

from rushes.providers.card import Card
from rushes.providers.registry import all_providers
from rushes.tui.actions.catalogue import COMMANDS
from rushes.watch.config.accounts import ProviderSettings, usual_interval, usual_rate
from rushes.watch.config.kinds import as_toml
from rushes.watch.config.reader import settings_of
from rushes.watch.config.settings import TABLES
from rushes.watch.disk.paths import Paths

_COLUMN = 40
"""Where what a setting does begins."""


def written(environ: Mapping[str, str]) -> Iterator[str]:
    """The lines of a config.toml that says what holds without one."""
    yield "# Every setting at its default: write down only what is to differ."
    yield "# rushes config check finds what is wrong with a config.toml."
    downloads = Paths.unexpanded(environ).downloads
    for name, table in TABLES.items():
        yield from ("", f"[{name}]") if name else ("",)
        yield from _table(table, dir=downloads)
    for first, provider in enumerate(all_providers().values()):
        yield from ("", f"[providers.{provider.card.id}]")
        yield from _provider(provider.card, explained=not first)
    yield from ("", "# [providers.studio-b]: a second account, or another host like one above")
    yield _line("dialect", None, settings_of(ProviderSettings)["dialect"].help)
    yield from ("", "[keys]  # one key, or a list of them")
    for command in COMMANDS:
        keys = command.keys[0] if len(command.keys) == 1 else command.keys
        yield _line(command.id, as_toml(keys), command.help)


def _table(declaring: type, **defaults: object) -> Iterator[str]:
    for key, said in settings_of(declaring).items():
        yield _line(key, said.kind.write(defaults.get(key, said.default)), said.help)


def _provider(card: Card, *, explained: bool) -> Iterator[str]:
    """A built-in provider's table; what its settings do need not be said for every one."""
    usual: dict[str, object] = {
        "base_url": card.base_url,
        "api_key_env": card.auth.env,
        "poll_interval": usual_interval(card),
        "max_rate": usual_rate(card),
    }
    for key, said in settings_of(ProviderSettings).items():
        if key != "dialect":  # it has its own
            value = said.kind.write(usual.get(key, said.default))
            yield _line(key, value, said.help if explained else "")


def _line(name: str, value: str | None, words: str) -> str:
    setting = f"# {name} = …" if value is None else f"{name} = {value}"
    return f"{setting:<{_COLUMN}}  # {words}" if words else setting
