"""Declares every command once; keys, footer, palette and help are made from this.

Nothing here imports Textual: `rushes config check` validates `[keys]` without it.
"""

from collections.abc import Mapping

from rushes.providers.frozen import frozen
from rushes.providers.language import _, catalogued
from rushes.tui.actions import actions, on_task, opening, reasons
from rushes.tui.actions.actions import Act
from rushes.tui.actions.reasons import WhyNot
from rushes.tui.actions.sheet_kinds import SheetKind


@frozen
class Command:
    """One command. `label` names it in the footer, `help` says more."""

    id: str
    keys: tuple[str, ...]
    english_label: str
    english_help: str
    act: Act
    why_not: WhyNot = reasons.always

    @property
    def label(self) -> str:
        """Its name, in the language in force."""
        return _(self.english_label)

    @property
    def help(self) -> str:
        """What it does, in the language in force."""
        return _(self.english_help)


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
        "its details, or without them",
        opening.enter,
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
    Command("add", ("a",), "add", "watch tasks: paste anything", actions.opens(SheetKind.ADD)),
    Command("filter", ("/",), "filter", "filter as you type", lambda d: d.open_filter()),
    Command("next", ("n",), "next", "next match of the filter", actions.seek(1), reasons.sought),
    Command(
        "previous",
        ("N",),
        "previous",
        "previous match of the filter",
        actions.seek(-1),
        reasons.sought,
    ),
    Command("sort", ("s",), "sort", "choose the order", actions.opens(SheetKind.SORT)),
    Command("reverse", ("S",), "reverse", "turn the order round", actions.reverse),
    Command("fold", ("f",), "fold", "fold batches; enter opens one", actions.fold),
    Command(
        "watchlists",
        ("w",),
        "watchlists",
        "open another watchlist",
        actions.opens(SheetKind.WATCHLISTS),
    ),
)

VIEWS = (
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
    *(
        Command(f"view_{n}", (n,), label, about, actions.own_view(n))
        for n, label, about in (
            ("7", catalogued("view 7"), catalogued("view: 7 of [views]")),
            ("8", catalogued("view 8"), catalogued("view: 8 of [views]")),
            ("9", catalogued("view 9"), catalogued("view: 9 of [views]")),
            ("0", catalogued("view 0"), catalogued("view: 0 of [views]")),
        )
    ),
)

TASK = (
    Command(
        "download",
        ("d",),
        "download",
        "save the task's files",
        actions.download,
        reasons.finished,
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
        actions.opens(SheetKind.DOWNLOADS),
    ),
    Command(
        "open",
        ("o",),
        "open",
        "open the file, else its link",
        opening.open_file,
        reasons.with_output,
    ),
    Command("open_folder", ("O",), "folder", "open its folder", opening.open_folder),
    Command("label", ("l",), "label", "name it", on_task.label, reasons.on_a_task),
    Command("tags", ("#",), "tags", "tag it", on_task.tags, reasons.on_a_task),
    Command(
        "rate_up", ("+",), "rate up", "rate its file better", on_task.rate(1), reasons.rateable
    ),
    Command(
        "rate_down", ("-",), "rate down", "rate its file worse", on_task.rate(-1), reasons.rateable
    ),
    Command(
        "copy",
        ("c",),
        "copy",
        "copy any of its facts",
        actions.opens(SheetKind.COPY),
        reasons.on_a_task,
    ),
    Command("copy_id", ("y",), "copy id", "copy the task's id", actions.copy_id, reasons.on_a_task),
    Command(
        "copy_url",
        ("Y",),
        "copy link",
        "copy the files' links",
        actions.copy_url,
        reasons.with_link,
    ),
    Command(
        "picture",
        ("i",),
        "picture",
        "its picture in full",
        actions.opens(SheetKind.PICTURE),
        reasons.on_a_task,
    ),
    Command(
        "dailies",
        ("v",),
        "dailies",
        "see what arrived and rate it",
        actions.opens(SheetKind.DAILIES),
    ),
    Command("mark", ("space",), "mark", "mark it", actions.mark, reasons.on_a_task),
    Command(
        "mark_range",
        ("ctrl+@",),
        "mark range",
        "mark all from the last one",
        actions.mark_range,
        reasons.on_a_task,
    ),
    Command(
        "remove", ("x",), "stop watching", "take it off the list", actions.remove, reasons.on_a_task
    ),
    Command("undo", ("u",), "undo", "take back the last edit", actions.undo),
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
    Command(
        "adopt",
        ("A",),
        "adopt",
        "watch the accounts' tasks",
        actions.adopt_own,
    ),
    Command("pause", ("p",), "pause", "pause polling, or go on", actions.pause),
    Command(
        "figures", ("F",), "figures", "what it all adds up to", actions.opens(SheetKind.FIGURES)
    ),
    Command("mouse", ("M",), "mouse", "mouse off, or on again", actions.switch_mouse),
    Command("notices", ("e",), "notices", "all notices so far", actions.opens(SheetKind.NOTICES)),
    Command("theme", ("t",), "theme", "choose the colours", actions.opens(SheetKind.THEME)),
    Command("help", ("?",), "help", "every key", actions.opens(SheetKind.KEYS)),
    Command(
        "palette",
        ("ctrl+p",),
        "everything",
        "find any action",
        actions.opens(SheetKind.PALETTE),
    ),
    Command("quit", ("q",), "quit", "end Rushes", lambda d: d.quit()),
)

GROUPS: Mapping[str, tuple[Command, ...]] = {
    catalogued("Move"): MOVE,
    catalogued("List"): LIST,
    catalogued("Views"): VIEWS,
    catalogued("Task"): TASK,
    catalogued("Rushes"): RUSHES,
}
COMMANDS: tuple[Command, ...] = tuple(command for group in GROUPS.values() for command in group)
BY_ID: Mapping[str, Command] = {command.id: command for command in COMMANDS}
