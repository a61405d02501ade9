"""One declaration per action, and keys that a person may change."""

import subprocess
import sys

import pytest
from sample_tasks import START, finish, output, saved, task

from rushes.providers.model import Content, Output, Status
from rushes.tui.actions.catalogue import BY_ID, COMMANDS, GROUPS, Command
from rushes.tui.actions.keymap import RESERVED, BadKeys, keymap
from rushes.tui.actions.keys import canonical, shown
from rushes.tui.actions.own_commands import own_commands
from rushes.tui.actions.reasons import Situation
from rushes.tui.lines.fit import text_of
from rushes.tui.lines.glyphs import ASCII, UNICODE
from rushes.tui.screen.command_groups import command_groups, found, keys_of
from rushes.tui.screen.help_lines import HelpLines
from rushes.watch.config.commands import OwnCommand
from rushes.watch.task import Task

MOVING = ("j", "k", "up", "down", "g", "G", "ctrl+d", "ctrl+u", "enter", "escape", "tab", "n", "N")
MARKING = ("space", "ctrl+@", "a", "x", "u")
DOING = ("d", "D", "o", "O", "y", "Y", "r", "R", "p")
SHOWING = ("/", "s", "S", "w", "1", "2", "3", "4", "5", "6", "t", "?", "q", "ctrl+p")


def situation(*targets: Task, total: int = 1, sought: bool = False) -> Situation:
    return Situation(
        now=START,
        current=targets[0] if targets else None,
        targets=targets,
        sought=sought,
        total=total,
    )


@pytest.mark.parametrize("key", [*MOVING, *MARKING, *DOING, *SHOWING])
def test_every_key_of_the_interface_does_something(key: str) -> None:
    assert key in keymap({}).commands


def test_every_action_has_a_name_of_its_own_a_key_and_a_help() -> None:
    assert len(BY_ID) == len(COMMANDS)
    assert all(command.keys and command.help and command.label for command in COMMANDS)
    assert all(canonical(key) == key for command in COMMANDS for key in command.keys)


def test_no_key_is_given_twice() -> None:
    keys = [key for command in COMMANDS for key in command.keys]
    assert len(set(keys)) == len(keys)
    assert not set(keys) & set(RESERVED)


def test_a_changed_key_replaces_the_usual_ones() -> None:
    keys = keymap({"download": ("f5", "ctrl+s")})
    assert keys.commands["f5"] is keys.commands["ctrl+s"] is BY_ID["download"]
    assert "d" not in keys.commands
    assert keys.key("download") == "f5"


def test_two_actions_may_swap_their_keys() -> None:
    keys = keymap({"download": ("x",), "remove": ("d",)})
    assert (keys.commands["x"].id, keys.commands["d"].id) == ("download", "remove")


def test_one_of_several_usual_keys_may_be_taken_from_an_action() -> None:
    keys = keymap({"download": ("j",)})
    assert (keys.commands["j"].id, keys.commands["down"].id) == ("download", "down")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"downlod": ("d",)}, "downlod: unknown action; did you mean download?"),
        ({"\x1b[2J": ("d",)}, "␛[2J: unknown action"),
        ({"download": ("ctrl+",)}, "'ctrl+' is no key"),
        ({"download": ("hyper+x",)}, "'hyper+x' is no key"),
        ({"download": ("",)}, "'' is no key"),
        ({"download": ("z",), "open": ("z",)}, "z is also given to download"),
        ({"download": ("/",), "open": ("slash",)}, "/ is also given to download"),
        ({"help": ("ctrl+c",)}, "ctrl+c is kept for"),
    ],
)
def test_keys_that_cannot_work_are_refused_by_name(
    changed: dict[str, tuple[str, ...]], says: str
) -> None:
    with pytest.raises(BadKeys) as refused:
        keymap(changed)
    assert says in str(refused.value)
    assert all(line.isprintable() for line in refused.value.lines)


def test_a_fault_names_its_file_its_table_and_its_key() -> None:
    with pytest.raises(BadKeys) as refused:
        keymap({"downlod": ("d",), "download": ("ctrl+c",)}, "/home/me/config.toml")
    assert refused.value.lines == (
        "/home/me/config.toml: [keys] downlod: unknown action; did you mean download?",
        "/home/me/config.toml: [keys] download: ctrl+c is kept for copying selected text",
    )


def test_a_persons_key_stays_theirs_whatever_action_has_it_by_default() -> None:
    """Row 282: a new version's new action takes no key from an old config.toml."""
    keys = keymap({"download": ("x",)}, own=(own("mine", "v"),))
    assert keys.commands["x"].id == "download"
    assert keys.commands["v"].id == "commands.mine"
    assert (keys.key("remove"), keys.key("dailies")) == ("", "")
    assert {(one.key, one.command, one.owner) for one in keys.taken} == {
        ("x", "remove", "download"),
        ("v", "dailies", "commands.mine"),
    }


def test_every_fault_has_its_line() -> None:
    with pytest.raises(BadKeys) as refused:
        keymap({"nope": ("a",), "download": ("ctrl+",), "help": ("ctrl+q",)})
    assert len(refused.value.lines) == 3


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("slash", "/"),
        ("question_mark", "?"),
        ("plus", "+"),
        ("minus", "-"),
        ("D", "D"),
        ("Ctrl+A", "ctrl+a"),
        ("shift+ctrl+up", "ctrl+shift+up"),
        ("ctrl+space", "ctrl+@"),
        ("ctrl++", "ctrl++"),
        ("F5", "f5"),
        ("é", "é"),
        (" ", None),
        ("\x1b", None),
        ("ctrl+ctrl+a", None),
        ("f13", None),
    ],
)
def test_one_key_has_one_spelling(written: str, meant: str | None) -> None:
    assert canonical(written) == meant


def test_validating_keys_starts_no_textual() -> None:
    code = (
        "import sys, rushes.tui.actions.keymap\n"
        "sys.exit('textual' in sys.modules or 'rich' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


RUNNING = task()
DONE = finish(task("done"), output())
BARE = finish(task("bare"))
BEHIND_THE_KEY = finish(task("behind"), Output(kind="video", where=Content("/v1/videos/1/content")))
ON_DISK = (
    task("kept", Status.SUCCEEDED, outputs=BEHIND_THE_KEY.snapshot.outputs, fetches={1: saved()})
    if BEHIND_THE_KEY.snapshot
    else DONE
)


@pytest.mark.parametrize(
    ("command", "now", "says"),
    [
        ("remove", situation(total=0), "the list is empty"),
        ("remove", situation(total=5), "nothing in sight"),
        ("remove", situation(RUNNING), ""),
        ("download", situation(RUNNING), "not finished yet"),
        ("download", situation(DONE), ""),
        ("open", situation(RUNNING), "not finished yet"),
        ("open", situation(BARE), "it has no output"),
        ("open", situation(BEHIND_THE_KEY), "nothing saved yet, and no link to open"),
        ("open", situation(ON_DISK), ""),
        ("open", situation(DONE), ""),
        ("copy_url", situation(RUNNING), "no link yet"),
        ("copy_url", situation(BEHIND_THE_KEY), "it has no link"),
        ("copy_url", situation(DONE), ""),
        ("poll", situation(DONE), "it is over: nothing to poll"),
        ("poll", situation(DONE, RUNNING), ""),
        ("next", situation(RUNNING), "no filter yet: / asks for one"),
        ("next", situation(RUNNING, sought=True), ""),
        ("poll_all", situation(total=0), "the list is empty"),
        ("add", situation(total=0), ""),
    ],
)
def test_an_action_that_cannot_act_says_why(command: str, now: Situation, says: str) -> None:
    assert BY_ID[command].why_not(now) == says


@pytest.mark.parametrize("cells", [56, 100])
def test_the_help_lists_every_action_under_the_key_it_has_now(cells: int) -> None:
    keys = keymap({"download": ("f5",), "remove": ("ctrl+x",)})
    lines = HelpLines(keys, situation(RUNNING), UNICODE, command_groups({})).whole(cells)
    written = "\n".join("".join(piece.text for piece in line) for line in lines)
    for command in COMMANDS:
        assert command.help in written
        assert all(shown(key) in written for key in keys.keys[command.id])
    assert all(group.upper() in written for group in GROUPS)


def test_the_help_in_ascii_draws_no_arrows() -> None:
    lines = HelpLines(keymap({}), situation(RUNNING), ASCII, command_groups({})).whole(100)
    assert all(piece.text.isascii() for line in lines for piece in line)


def own(name: str, *keys: str) -> Command:
    (command,) = own_commands([OwnCommand(name=name, run=("mpv", "{paths}"), key=keys)])
    return command


def test_a_persons_own_commands_have_their_keys_and_are_found_and_helped() -> None:
    review = own("review", "ctrl+r")
    keys = keymap({}, own=(review, own("plain")))
    assert keys.commands["ctrl+r"] is review
    assert keys.key("commands.plain") == ""
    groups = command_groups({}, keys.own)
    by_key = found(groups, "ctrl+r", lambda each: keys_of(each, keys, ascii_only=True))
    assert by_key[0] is review
    written = text_of(HelpLines(keys, situation(RUNNING), ASCII, groups).whole(90))
    assert " ctrl+r  review " in written
    assert "mpv '{paths}'" in written


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("z", "config.toml: [commands.a] key: z is also given to download"),
        ("ctrl+", "config.toml: [commands.a] key: 'ctrl+' is no key"),
    ],
)
def test_their_keys_clash_as_those_of_actions_do(key: str, says: str) -> None:
    with pytest.raises(BadKeys) as refused:
        keymap({"download": ("z",)}, own=(own("a", key),))
    assert says in str(refused.value)
