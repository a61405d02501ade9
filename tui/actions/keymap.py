"""Which key runs which command: the defaults of the catalogue, changed by `[keys]` of config.toml.

Nothing here imports Textual: `rushes config check` validates `[keys]` with `keymap`.
"""

from collections.abc import Mapping

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.frozen import frozen
from rushes.providers.language import Words, _, catalogued
from rushes.providers.nearest import hint
from rushes.providers.text import clean
from rushes.tui.actions.catalogue import BY_ID, COMMANDS, GROUPS, Command
from rushes.tui.actions.keys import cannot_arrive, canonical
from rushes.watch.config.settings import Settings


class BadKeys(RushesError):
    """`[keys]` in config.toml is wrong; `lines` has one sentence for each fault."""

    code = ErrorCode.BAD_SETTINGS

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


PERSONS = catalogued("Your own")
"""The group of a person's own commands."""

RESERVED: Mapping[str, str] = Words(
    {
        "ctrl+c": "copying selected text",
        "ctrl+q": "quitting, whatever else",
        "ctrl+l": "painting the screen anew",
        "ctrl+z": "stopping it until `fg`",
    }
)
"""Keys that belong to the terminal application itself."""


@frozen
class Taken:
    """A key of an action by default, which config.toml gave to another: the action has none left.

    `owner` is the id of the action, or of the person's own command, that has it now.
    """

    key: str
    command: str
    owner: str


@frozen
class Keymap:
    """The command of each key and the keys of each command, with `[keys]` applied.

    `own` are those of the commands that are a person's own; `taken` has an entry for each action
    that nobody left a key.
    """

    commands: Mapping[str, Command]
    keys: Mapping[str, tuple[str, ...]]
    own: tuple[Command, ...] = ()
    taken: tuple[Taken, ...] = ()

    def key(self, command_id: str) -> str:
        """The first key of a command; empty if it was left without one."""
        return next(iter(self.keys[command_id]), "")

    @property
    def groups(self) -> Mapping[str, tuple[Command, ...]]:
        """All commands by their groups, a person's own first."""
        return {PERSONS: self.own, **GROUPS} if self.own else GROUPS


def keymap(
    changed: Mapping[str, tuple[str, ...]],
    file: str = "config.toml",
    own: tuple[Command, ...] = (),
) -> Keymap:
    """The keys as `[keys]` of `file` wants them, and those of a person's own commands.

    Raises BadKeys for an unknown id, a malformed key, a clash. A key that one command is given is
    taken from the one that has it by default, unless that was given keys as well: later versions
    have new actions, whose keys take none from a person.
    """
    faults: list[str] = []
    given: dict[str, tuple[str, ...]] = {}
    wanted = {**changed, **{command.id: command.keys for command in own}}
    by_id = {**BY_ID, **{command.id: command for command in own}}
    for command_id, keys in wanted.items():
        if command_id not in by_id:
            faults.append(
                _("{command_id}: unknown action; {hint}").format(
                    command_id=clean(command_id, 40), hint=hint(command_id, BY_ID)
                )
            )
        else:
            given[command_id] = tuple(_canonical(command_id, key, faults) for key in keys)
    owners = _owners(given, faults)
    keys_of = {command.id: _keys_of(command, given, owners) for command in COMMANDS}
    if faults:
        raise BadKeys(tuple(f"{file}: {_placed(fault)}" for fault in faults))
    keys_of |= {command.id: given[command.id] for command in own}
    commands = {key: by_id[command_id] for command_id, keys in keys_of.items() for key in keys}
    taken = tuple(
        Taken(command.keys[0], command.id, owners[command.keys[0]])
        for command in COMMANDS
        if not keys_of[command.id] and command.id not in given
    )
    return Keymap(commands, keys_of, own, taken)


def _placed(fault: str) -> str:
    """A fault with the table that it is in, which begins with the id of its command."""
    command_id, _colon, text = fault.partition(": ")
    is_own = command_id not in BY_ID and command_id.startswith("commands.")
    return f"[{command_id}] key: {text}" if is_own else f"[keys] {fault}"


def keys_of(settings: Settings) -> Keymap:
    """The keys that config.toml gives; raises BadKeys."""
    own: tuple[Command, ...] = ()
    if settings.own_commands:
        from rushes.tui.actions.own_commands import own_commands  # few have any

        own = own_commands(settings.own_commands.values())
    return keymap(settings.keys, settings.file, own)


def _owners(given: Mapping[str, tuple[str, ...]], faults: list[str]) -> dict[str, str]:
    """The command of each key that was given; a fault where two were given the same."""
    owners: dict[str, str] = {}
    for command_id, keys in given.items():
        for key in dict.fromkeys(filter(None, keys)):
            if other := owners.get(key):
                faults.append(
                    _("{command_id}: {key} is also given to {other}").format(
                        command_id=command_id, key=key, other=other
                    )
                )
            owners[key] = command_id
    return owners


def _canonical(command_id: str, key: str, faults: list[str]) -> str:
    found = canonical(key)
    if found is None:
        faults.append(
            _(
                "{command_id}: {key!r} is no key; expected a character, or a name "
                "such as enter, f5 or ctrl+a"
            ).format(command_id=command_id, key=clean(key, 40))
        )
        return ""
    if why := cannot_arrive(found):
        faults.append(
            _("{command_id}: {found} cannot arrive: {why}").format(
                command_id=command_id, found=found, why=why
            )
        )
    if found in RESERVED:
        faults.append(
            _("{command_id}: {found} is kept for {reserved}").format(
                command_id=command_id, found=found, reserved=RESERVED[found]
            )
        )
    return found


def _keys_of(
    command: Command, given: Mapping[str, tuple[str, ...]], owners: Mapping[str, str]
) -> tuple[str, ...]:
    if command.id in given:
        return given[command.id]
    return tuple(key for key in command.keys if key not in owners)
