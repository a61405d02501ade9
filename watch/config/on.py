"""`[on]` of config.toml: the commands that are run where something happens, without a shell."""

import re
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from rushes.providers.frozen import frozen
from rushes.providers.language import _, catalogued
from rushes.providers.nearest import hint
from rushes.providers.text import clean
from rushes.watch.config.kinds import BadSetting, Kind, as_toml, texts
from rushes.watch.config.reader import setting, settings_of
from rushes.watch.disk.tomlfile import Toml
from rushes.watch.event_kinds import NAMED, EventKind

FIELDS = ("path", "ref", "label", "status", "model", "prompt", "kind", "n")
"""What an argument can speak of, in braces."""

FIELD = re.compile(r"\{\{(\w+)\}\}|\{(\w+)\}")
"""A field, or a name in doubled braces, which stands for itself. Other braces are text."""

_LIST = texts(catalogued('a list such as ["ingest", "{path}"], as no shell reads it'), least=1)


def _fields(command: Iterable[str]) -> Iterable[str]:
    return (found[2] for argument in command for found in FIELD.finditer(argument) if found[2])


def argv(fields: Collection[str]) -> Kind[tuple[str, ...]]:
    """Commands as lists of arguments that may speak of these fields."""

    def read(value: Toml) -> tuple[str, ...]:
        command = _LIST.read(value)
        if any(named := tuple(_fields(command[:1]))):
            raise BadSetting(
                _("expected a program first, not the field {named}").format(
                    named=clean(named[0], 40)
                )
            )
        for name in _fields(command):
            if name not in fields:
                raise BadSetting(
                    _("unknown field {name}; {hint}").format(
                        name=clean(name, 40), hint=hint(name, fields)
                    )
                )
        return command

    return Kind(_LIST.expected, read, lambda command: as_toml(command) if command else None)


_COMMAND = argv(FIELDS)


def _on(kind: EventKind) -> tuple[str, ...]:
    """The field for a kind of event; what it says is when that happens."""
    return setting(_COMMAND, (), NAMED[kind])


@frozen(kw_only=True)
class OnSettings:
    """What each event runs, by the event's name; nothing where it is empty."""

    succeeded: tuple[str, ...] = _on(EventKind.SUCCEEDED)
    failed: tuple[str, ...] = _on(EventKind.FAILED)
    canceled: tuple[str, ...] = _on(EventKind.CANCELED)
    gone: tuple[str, ...] = _on(EventKind.GONE)
    saved: tuple[str, ...] = _on(EventKind.SAVED)
    rescued: tuple[str, ...] = _on(EventKind.RESCUED)
    download_failed: tuple[str, ...] = _on(EventKind.DOWNLOAD_FAILED)
    expiring: tuple[str, ...] = _on(EventKind.EXPIRING)
    expired: tuple[str, ...] = _on(EventKind.EXPIRED)
    problem: tuple[str, ...] = _on(EventKind.PROBLEM)
    idle: tuple[str, ...] = _on(EventKind.IDLE)

    @property
    def commands(self) -> Mapping[EventKind, tuple[str, ...]]:
        """The commands there are."""
        every = {EventKind(name): getattr(self, name) for name in settings_of(OnSettings)}
        return MappingProxyType({kind: command for kind, command in every.items() if command})
