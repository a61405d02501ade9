"""Fills an event's command in: its arguments, and the variables that it is run with. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from rushes.providers.frozen import frozen
from rushes.watch.config.on import FIELD
from rushes.watch.keys.known_keys import hide
from rushes.watch.path_text import read_path
from rushes.watch.queued_events import Happening

VARIABLES = (
    "path",
    "ref",
    "label",
    "status",
    "model",
    "prompt",
    "kind",
    "n",
    "sha256",
    "bytes",
    "error",
)
"""The values that there is a variable for, by their names; empty where an event has none."""

_DASH = "-"
_NO_LISTS: Mapping[str, Sequence[str]] = MappingProxyType({})


@frozen
class Filled:
    """A command that can be run, and the variables that tell of its event.

    `dash` is the argument that would begin with a dash as its value does, "" for none: a program
    would take it for an option, so it is not to be run.
    """

    command: tuple[str, ...]
    variables: Mapping[str, str]
    dash: str = ""


def filled(command: Sequence[str], happening: Happening) -> Filled:
    """The command for what happened; no value holds a key that is known."""
    filled = filled_with(command, happening.values)
    return replace(filled, variables={**filled.variables, "RUSHES_EVENT": happening.kind.value})


def filled_with(
    command: Sequence[str],
    told: Mapping[str, str],
    lists: Mapping[str, Sequence[str]] = _NO_LISTS,
) -> Filled:
    """The command with these values in its fields; no value holds a key that is known.

    An argument that is one of the `lists` becomes an argument for each of its texts.
    """
    values = {name: hide(text) for name, text in told.items()}
    if path := told.get("path"):
        values["path"] = str(read_path(path))
    pairs: list[tuple[str, str]] = []
    for written in command:
        whole = FIELD.fullmatch(written)
        several = lists.get(whole[2] or "") if whole else None
        pairs += [(written, text) for text in several or ()]
        if several is None:
            pairs.append((written, _argument(written, values)))
    dashes = (
        written
        for written, argument in pairs
        if argument.startswith(_DASH) and not written.startswith(_DASH)
    )
    variables = {f"RUSHES_{name.upper()}": values.get(name, "") for name in VARIABLES}
    return Filled(tuple(argument for _, argument in pairs), variables, next(dashes, ""))


def _argument(text: str, values: Mapping[str, str]) -> str:
    return FIELD.sub(
        lambda found: f"{{{found[1]}}}" if found[1] else values.get(found[2], ""), text
    )
