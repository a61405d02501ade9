"""The commands as palette and help list them: in the same groups, under the same names.

Views that config.toml names are listed, too, each with the filter that it is.
"""

from collections.abc import Callable, Mapping

from rushes.providers.language import _
from rushes.tui.actions import actions, keys
from rushes.tui.actions.catalogue import GROUPS, VIEWS, Command
from rushes.tui.actions.keymap import PERSONS, Keymap
from rushes.tui.actions.reasons import Situation, WhyNot

ORDER = ("Task", "List", "Views", "Rushes", "Move")
"""What is done to a task first; moving about is what nobody looks for."""

OWN = ("7", "8", "9", "0")
"""The views whose keys are there whether config.toml has a filter for them or not."""

Groups = Mapping[str, tuple[Command, ...]]


def command_groups(views: Mapping[str, str], persons: tuple[Command, ...] = ()) -> Groups:
    """Every command by its group; `views` are the filters of config.toml by their names.

    `persons` are a person's own commands, which come first.
    """
    shown = {f"view_{name}": _own(name, views.get(name, "")) for name in OWN}
    numbered = tuple(shown.get(each.id, each) for each in VIEWS)
    named = tuple(
        Command(f"view {name}", (), name, text, actions.own_view(name))
        for name, text in views.items()
        if name not in OWN
    )
    groups = {name: GROUPS[name] for name in ORDER if name in GROUPS}
    others = {name: commands for name, commands in GROUPS.items() if name not in ORDER}
    first = {PERSONS: persons} if persons else {}
    return {**first, **groups, **others, "Views": (*numbered, *named)}


def _own(name: str, text: str) -> Command:
    command = next(each for each in VIEWS if each.id == f"view_{name}")
    about = text or command.help
    return Command(command.id, command.keys, command.label, about, command.act, _why(name, text))


def _why(name: str, text: str) -> WhyNot:
    def why_not(_now: Situation) -> str:
        return "" if text else _('config.toml, [views] {name} = "a filter"').format(name=name)

    return why_not


def keys_of(command: Command, keymap: Keymap, *, ascii_only: bool) -> tuple[str, ...]:
    """The keys of a command as they are shown; none for a view without a number."""
    found = keymap.keys.get(command.id, ())
    return tuple(keys.shown(key, ascii_only=ascii_only) for key in found)


def found(
    groups: Groups, text: str, key_names: Callable[[Command], tuple[str, ...]]
) -> list[Command]:
    """The commands that a text asks for: by a key that is written so, or by words in their names.

    Those with that key come first, then those whose name begins so, then those that hold every
    word in id, name or description. A single sign is a key, or begins a name.
    """
    words = text.casefold().split()

    def rank(command: Command) -> int | None:
        if text in key_names(command):
            return 0
        if command.label.casefold().startswith(text.casefold()):
            return 1
        about = f"{command.id} {command.label} {command.help}".casefold()
        return 2 if len(text) > 1 and all(word in about for word in words) else None

    every = [command for commands in groups.values() for command in commands]
    ranked = [(place, command) for command in every if (place := rank(command)) is not None]
    return [command for _place, command in sorted(ranked, key=lambda each: each[0])]
