"""Declares every command once; keys, footer, palette and help are made from this.

Nothing here imports Textual: `rushes config check` validates `[keys]` with `keymap`.
"""

from collections.abc import Mapping

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.providers.frozen import frozen
from rushes.providers.nearest import hint
from rushes.providers.text import clean
from rushes.tui.actions import actions, reasons
from rushes.tui.actions.actions import Act
from rushes.tui.actions.keys import cannot_arrive, canonical
from rushes.tui.actions.reasons import WhyNot


class BadKeys(RushesError):
    """`[keys]` in config.toml is wrong; `lines` has one sentence for each fault."""

    exit = Exit.CONFIGURATION

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@frozen
class Command:
    """One command. `label` names it in the footer, `help` says more.

    `footer` is its place in the footer, from 1 on; 0 keeps it out.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    act: Act
    why_not: WhyNot = reasons.always
    footer: int = 0


MOVE = (
    Command("down", ("j", "down"), "down", "next task", lambda d: d.move(1)),
    Command("up", ("k", "up"), "up", "previous task", lambda d: d.move(-1)),
    Command("top", ("g", "home"), "top", "first task", lambda d: d.move_end(bottom=False)),
    Command("bottom", ("G", "end"), "bottom", "last task", lambda d: d.move_end(bottom=True)),
    Command(
        "half_down",
        ("ctrl+d", "pagedown"),
        "half down",
        "half a screen down",
        lambda d: d.move_half(1),
    ),
    Command(
        "half_up", ("ctrl+u", "pageup"), "half up", "half a screen up", lambda d: d.move_half(-1)
    ),
    Command(
        "details",
        ("enter",),
        "details",
        "its details, and into them",
        lambda d: d.open_details(),
        reasons.on_a_task,
    ),
    Command(
        "panes",
        ("tab",),
        "panes",
        "between list and details",
        lambda d: d.open_details(),
        reasons.on_a_task,
    ),
    Command("back", ("escape",), "back", "back; no marks; no filter", lambda d: d.back()),
)

LIST = (
    Command("add", ("a",), "add", "watch tasks: paste anything", lambda d: d.open_add(), footer=3),
    Command("filter", ("/",), "filter", "filter as you type", lambda d: d.open_filter(), footer=4),
    Command("next", ("n",), "next", "next match of the filter", actions.seek(1), reasons.sought),
    Command(
        "previous",
        ("N",),
        "previous",
        "previous match of the filter",
        actions.seek(-1),
        reasons.sought,
    ),
    Command("sort", ("s",), "sort", "choose the order", lambda d: d.open_sort(), footer=5),
    Command("reverse", ("S",), "reverse", "turn the order round", actions.reverse),
    Command(
        "watchlists", ("w",), "watchlists", "open another watchlist", lambda d: d.open_watchlists()
    ),
    Command("view_all", ("1",), "all", "view: all tasks", actions.view("all")),
    Command("view_active", ("2",), "active", "view: active", actions.view("active")),
    Command("view_succeeded", ("3",), "succeeded", "view: succeeded", actions.view("succeeded")),
    Command(
        "view_unsaved", ("4",), "not saved", "view: not saved yet", actions.view("not saved yet")
    ),
    Command(
        "view_failed",
        ("5",),
        "failed",
        "view: failed or canceled",
        actions.view("failed or canceled"),
    ),
    Command("view_trouble", ("6",), "trouble", "view: in trouble", actions.view("in trouble")),
)

TASK = (
    Command(
        "download",
        ("d",),
        "download",
        "save the task's files",
        actions.download,
        reasons.finished,
        footer=1,
    ),
    Command(
        "download_all",
        ("D",),
        "download all",
        "save every file not on disk",
        actions.download_all,
        reasons.with_tasks,
    ),
    Command(
        "downloads",
        ("T",),
        "transfers",
        "every file on its way",
        lambda d: d.open_downloads(),
    ),
    Command(
        "open",
        ("o",),
        "open",
        "open the file, else its link",
        actions.open_file,
        reasons.with_output,
        footer=2,
    ),
    Command("open_folder", ("O",), "folder", "open its folder", actions.open_folder),
    Command("copy_id", ("y",), "copy id", "copy the task's id", actions.copy_id, reasons.on_a_task),
    Command(
        "copy_url",
        ("Y",),
        "copy link",
        "copy the files' links",
        actions.copy_url,
        reasons.with_link,
    ),
    Command("mark", ("space",), "mark", "mark it", actions.mark, reasons.on_a_task, footer=6),
    Command(
        "mark_range",
        ("ctrl+@",),
        "mark range",
        "mark from the last one to here",
        actions.mark_range,
        reasons.on_a_task,
    ),
    Command(
        "remove", ("x",), "stop watching", "take it off the list", actions.remove, reasons.on_a_task
    ),
    Command("undo", ("u",), "undo", "bring back what x removed", actions.undo),
)

RUSHES = (
    Command("poll", ("r",), "poll now", "poll it now", actions.poll, reasons.unfinished),
    Command(
        "poll_all",
        ("R",),
        "poll all",
        "poll every open task now",
        actions.poll_all,
        reasons.with_tasks,
    ),
    Command("pause", ("p",), "pause", "pause polling, or go on", actions.pause),
    Command("theme", ("t",), "theme", "next theme", lambda d: d.next_theme()),
    Command("help", ("?",), "help", "every key", lambda d: d.open_help(), footer=7),
    Command(
        "palette",
        ("ctrl+p",),
        "everything",
        "find any action",
        lambda d: d.open_palette(),
        footer=8,
    ),
    Command("quit", ("q",), "quit", "end Rushes", lambda d: d.quit()),
)

GROUPS: Mapping[str, tuple[Command, ...]] = {
    "Move": MOVE,
    "List": LIST,
    "Task": TASK,
    "Rushes": RUSHES,
}
COMMANDS: tuple[Command, ...] = tuple(command for group in GROUPS.values() for command in group)
BY_ID: Mapping[str, Command] = {command.id: command for command in COMMANDS}

RESERVED: Mapping[str, str] = {
    "ctrl+c": "copying selected text",
    "ctrl+q": "quitting, whatever else",
    "ctrl+l": "painting the screen anew",
    "ctrl+z": "stopping it until `fg`",
}
"""Keys that belong to the terminal application itself."""


@frozen
class Keymap:
    """The command of each key and the keys of each command, with `[keys]` applied."""

    commands: Mapping[str, Command]
    keys: Mapping[str, tuple[str, ...]]

    def key(self, command_id: str) -> str:
        """The first key of a command; empty if it was left without one."""
        return next(iter(self.keys[command_id]), "")


def keymap(changed: Mapping[str, tuple[str, ...]], file: str = "config.toml") -> Keymap:
    """The keys as `[keys]` of `file` wants them.

    Raises BadKeys for an unknown id, a malformed key, a clash. A key that one command is given is
    taken from the one that has it by default, unless that was given keys as well.
    """
    faults: list[str] = []
    given: dict[str, tuple[str, ...]] = {}
    for command_id, keys in changed.items():
        if command_id not in BY_ID:
            faults.append(f"{clean(command_id, 40)}: unknown action; {hint(command_id, BY_ID)}")
        else:
            given[command_id] = tuple(_canonical(command_id, key, faults) for key in keys)
    owners: dict[str, str] = {}
    for command_id, keys in given.items():
        for key in dict.fromkeys(filter(None, keys)):
            if other := owners.get(key):
                faults.append(f"{command_id}: {key} is also given to {other}")
            owners[key] = command_id
    keys_of = {command.id: _keys_of(command, given, owners) for command in COMMANDS}
    for command in COMMANDS:
        if not keys_of[command.id] and command.id not in given:
            key = command.keys[0]
            faults.append(f"{owners[key]}: {key} is the key of {command.id}; give that another")
    if faults:
        raise BadKeys(tuple(f"{file}: [keys] {fault}" for fault in faults))
    commands = {key: BY_ID[command_id] for command_id, keys in keys_of.items() for key in keys}
    return Keymap(commands, keys_of)


def _canonical(command_id: str, key: str, faults: list[str]) -> str:
    found = canonical(key)
    if found is None:
        faults.append(
            f"{command_id}: {clean(key, 40)!r} is no key;"
            " expected a character, or a name such as enter, f5 or ctrl+a"
        )
        return ""
    if why := cannot_arrive(found):
        faults.append(f"{command_id}: {found} cannot arrive: {why}")
    if found in RESERVED:
        faults.append(f"{command_id}: {found} is kept for {RESERVED[found]}")
    return found


def _keys_of(
    command: Command, given: Mapping[str, tuple[str, ...]], owners: Mapping[str, str]
) -> tuple[str, ...]:
    if command.id in given:
        return given[command.id]
    return tuple(key for key in command.keys if key not in owners)
