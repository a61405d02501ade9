"""Providers from outside: TOML files in the configuration folder, and distributions with one.

One that cannot be used is left out, and said; all others go on.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from rushes.providers import registry
from rushes.providers.card import Provider
from rushes.providers.errors import RushesError
from rushes.providers.fields import field
from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.providers.text import clean
from rushes.watch.config.entry_points import Plugin, installed
from rushes.watch.disk.ownership import TrustedOwners, check_ownership
from rushes.watch.disk.tomlfile import read_text

FOLDER = "providers"
"""The folder beside config.toml whose `NAME.toml` describe providers."""

SIZE_LIMIT = 256 << 10
"""Bytes of such a file that are read at most."""


@frozen
class LeftOut:
    """A provider that cannot be used: its id, the file or distribution it is from, and why."""

    id: str
    source: str
    why: tuple[str, ...]


def _nowhere() -> Mapping[str, str]:
    return MappingProxyType({})


@frozen
class Outside:
    """Where the providers from outside are from, by their ids, and those that are left out."""

    sources: Mapping[str, str] = field(default_factory=_nowhere)
    left_out: tuple[LeftOut, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """A line for each that is left out."""
        return tuple(_("{why} (left out)").format(why=each.why[0]) for each in self.left_out)

    def refuse(self, name: str) -> None:
        """Raise BadDialect, which says why, where a provider of that name cannot be used.

        The expressions of one that is described in TOML are checked now, if they never were.
        """
        if name in registry.built_in():
            return  # whatever else has its name
        if name in self.sources:
            from rushes.providers.toml_dialect.provider import check  # which may load the language

            check(registry.find(name))
        elif why := [each.why for each in self.left_out if each.id == name]:
            from rushes.providers.toml_dialect.table import BadDialect  # few have any

            raise BadDialect("\n".join(why[0]))


def load_outside(
    folder: Path,
    trusted: TrustedOwners,
    plugins: Callable[[], Iterable[Plugin]] = installed,
) -> Outside:
    """Read the files in a folder and the installed distributions; those that can be used are found.

    A built-in provider comes before a file, a file before a distribution: of two with one id the
    other is left out.
    """
    providers: dict[str, Provider] = {}
    sources: dict[str, str] = {}
    left_out: list[LeftOut] = []
    for name, source, read in (*_files(folder, trusted), *_distributions(plugins())):
        try:
            provider = None if (why := _taken(name, sources)) else read()
            why = why or _borrowed(provider, providers)
            why = why and f"{source}: {why}"
        except RushesError as error:
            provider, why = None, str(error)
        if provider is None or why:
            left_out.append(LeftOut(clean(name, 64), source, tuple((why or "").splitlines())))
            continue
        providers[name], sources[name] = provider, source
    registry.include(providers)
    return Outside(MappingProxyType(sources), tuple(left_out))


_Source = tuple[str, str, Callable[[], Provider]]


def _files(folder: Path, trusted: TrustedOwners) -> Iterator[_Source]:
    """The TOML files of a folder, by name."""
    try:
        with os.scandir(folder) as found:
            names = sorted(entry.name for entry in found)
    except OSError:
        return  # there is none, or none that we may see
    for name in names:
        if name.endswith(".toml") and not name.startswith("."):
            yield (
                name.removesuffix(".toml"),
                clean(str(folder / name)),
                _reader(folder / name, trusted),
            )


def _reader(path: Path, trusted: TrustedOwners) -> Callable[[], Provider]:
    def read() -> Provider:
        from rushes.providers.toml_dialect.provider import read_provider  # where there is a file

        file = read_text(path, SIZE_LIMIT)
        check_ownership(path, trusted)
        text = file.text if file else ""
        return read_provider(text, path.stem, clean(str(path)), _built_in)

    return read


def _built_in(name: str) -> Provider | None:
    return registry.find(name) if name in registry.built_in() else None


def _distributions(plugins: Iterable[Plugin]) -> Iterator[_Source]:
    for plugin in plugins:
        yield plugin.name, plugin.source, partial(_load, plugin)


def _load(plugin: Plugin) -> Provider:
    from rushes.watch.config.plugins import load  # where there is one

    return load(plugin)


def _taken(name: str, sources: Mapping[str, str]) -> str:
    """Why no other provider may have that id; "" where none has it."""
    if name in registry.built_in():
        return _("{name} is built in: the built-in one is used").format(name=clean(name, 64))
    if name in sources:
        return _("{name} is described in {sources}: that is used").format(
            name=clean(name, 64), sources=sources[name]
        )
    return ""


def _borrowed(provider: Provider | None, others: Mapping[str, Provider]) -> str:
    """Why a provider may not be used whose key would be that of another one (S1).

    A file or a distribution may be anybody's, and names both the variable and where its key goes.
    """
    if provider is None:
        return ""
    card = provider.card
    known = [(it.id, it.env, it.base_url) for it in registry.built_in().values()]
    known += [(it.card.id, it.card.auth.env, it.card.base_url) for it in others.values()]
    for name, env, base_url in known:
        if env and card.auth.env == env and card.base_url != base_url:
            return _("{card}: its key would be that of {name} ({env})").format(
                card=clean(card.id, 64), name=name, env=env
            )
    return ""
