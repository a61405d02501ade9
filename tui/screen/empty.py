"""Texts in the place of the list: for no tasks, no matches, or a terminal that is too small."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from rushes.providers.frozen import frozen
from rushes.providers.language import Words, _, plural
from rushes.providers.model import Status
from rushes.tui.actions import keys
from rushes.tui.actions.keymap import Keymap
from rushes.tui.lines.arrange import SMALLEST
from rushes.tui.lines.fit import Cell, Piece, cell_width, fit, width
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.lines.section_head import section_head
from rushes.tui.lines.setup_words import KeyLine, KeyPlace, counted, key_lines
from rushes.tui.lines.words import shown_path
from rushes.watch.desk import Desk
from rushes.watch.watchlist.default import DEFAULT_WATCHLIST

MARGIN = 3
"""Cells at the left of the first page on a narrow screen."""

WIDEST = 75
"""Cells of its lines at most."""

NAMED = 6
"""Accounts that are named, beside those with a key."""

AROUND = 13
"""Lines of the first page that name no account; where they have no room it is cut short."""


@frozen(kw_only=True)
class Setup:
    """What the first page is made of. `file` is config.toml, which may not be there."""

    keymap: Keymap
    watchlist: str
    keys: Sequence[KeyLine]
    file: str
    is_there: bool


def setup_of(desk: Desk, keymap: Keymap, keyring: Mapping[str, KeyPlace]) -> Setup:
    """The setup as it is; `keyring` is what that said so far."""
    settings = desk.settings
    return Setup(
        keymap=keymap,
        watchlist=desk.watchlist.name,
        keys=key_lines(settings, keyring),
        file=settings.file,
        is_there=settings.is_there,
    )


def first_page(setup: Setup, glyphs: Glyphs, cells: int, rows: int) -> list[Cell]:
    """What Rushes is, which keys it found, and how to begin; on one screen, without scrolling."""
    room = max(1, min(WIDEST, cells - MARGIN - 1))
    whole = rows > AROUND
    lines = _whole(setup, glyphs, room, rows) if whole else _short(setup, glyphs, room)
    left = Piece(" " * max(MARGIN, (cells - room) // 2))
    above: list[Cell] = [()] * max(0, (rows - len(lines)) // 3)
    return [*above, *((left, *fit(line, room, glyphs.ellipsis)) for line in lines)]


def _whole(setup: Setup, glyphs: Glyphs, room: int, rows: int) -> list[Cell]:
    found = counted(setup.keys)
    shown = setup.keys[: min(max(found, NAMED), rows - AROUND)]
    what = _("Watches generation tasks at your API gateways and saves their files")
    only = _("before the links die. It only reads: it never starts or pays for one.")
    return [
        (Piece(what, bold=True),),
        (Piece(only, Role.QUIET),),
        (),
        section_head(_("Keys"), room, glyphs, (Piece(_found(setup.keys, glyphs), Role.QUIET),)),
        *_key_lines(shown, glyphs),
        (
            Piece(f"  {_('more gateways are built in:')} ", Role.QUIET),
            Piece("rushes providers --all"),
        ),
        (),
        section_head(_("Start"), room, glyphs),
        *_start(setup, glyphs, room),
        (),
        _config(setup),
    ]


def _short(setup: Setup, glyphs: Glyphs, room: int) -> list[Cell]:
    """The same in seven lines."""
    found = [line.account for line in setup.keys if line.place.has_key]
    named = Piece("  " + ", ".join(found), Role.QUIET) if found else Piece("")
    return [
        (Piece(_("Watches generation tasks and saves their files."), bold=True),),
        (
            Piece(_("Keys").upper() + " ", Role.FAINT, True),
            Piece(_found(setup.keys, glyphs)),
            named,
        ),
        *_start(setup, glyphs, room),
        _config(setup),
    ]


_PLACES: Mapping[KeyPlace, str] = Words(
    {
        KeyPlace.ENVIRONMENT: "found in the environment",
        KeyPlace.COMMAND: "named in config.toml, asked when needed",
        KeyPlace.CONFIG: "found in config.toml",
        KeyPlace.KEYRING: "found in the keyring",
        KeyPlace.ASKING: "not set, asking the keyring",
        KeyPlace.NOWHERE: "not set",
        KeyPlace.NO_ANSWER: "not set, the keyring does not answer",
    }
)


def _found(lines: Sequence[KeyLine], glyphs: Glyphs) -> str:
    number = counted(lines)
    words = plural("{n} found", "{n} found", number) if number else _("none found")
    asking = any(line.place is KeyPlace.ASKING for line in lines)
    return f"{words} {glyphs.dot} {_('keyring being asked')}" if asking else words


def _key_lines(lines: Sequence[KeyLine], glyphs: Glyphs) -> list[Cell]:
    names = max((width(line.account) for line in lines), default=0)
    variables = max((width(_named(line)) for line in lines), default=0)
    return [_key_line(line, names, variables, glyphs) for line in lines]


def _key_line(line: KeyLine, names: int, variables: int, glyphs: Glyphs) -> Cell:
    sign, role = Piece(f"{glyphs.nothing} ", Role.FAINT), Role.FAINT
    if line.place.has_key:
        sign, role = Piece(f"{glyphs.saved} ", Role.SUCCEEDED), Role.TEXT
    elif line.place is KeyPlace.ASKING:
        sign, role = Piece(f"{glyphs.status(Status.QUEUED)} ", Role.QUEUED), Role.QUIET
    return (
        sign,
        Piece(line.account.ljust(names + 3), role),
        Piece(_named(line).ljust(variables + 3), role),
        Piece(_(_PLACES[line.place]), Role.QUIET if line.place.has_key else role),
    )


def _named(line: KeyLine) -> str:
    return {KeyPlace.COMMAND: "api_key_command", KeyPlace.CONFIG: "api_key"}.get(
        line.place, line.variable
    )


def _start(setup: Setup, glyphs: Glyphs, room: int) -> list[Cell]:
    """A line for each way to begin."""
    watchlist = setup.watchlist
    option = "" if watchlist == DEFAULT_WATCHLIST else f" -w {shlex.quote(watchlist)}"
    add, adopt = (
        keys.shown(setup.keymap.key(command), ascii_only=glyphs.names_arrows)
        for command in ("add", "adopt")
    )
    column = max(width(add), width(adopt), 1) + 3
    anything = (
        _("paste anything: ids, a URL, a curl line, a submit reply, a page of log"),
        _("paste ids, a URL, a curl line, a page of log"),
    )
    fetched = (
        _("fetch the last day of tasks from a gateway that keeps a list"),
        _("fetch the last day of tasks from a gateway"),
    )
    rest = room - column

    def pressed(command: str, key: str, words: tuple[str, str]) -> Cell:
        said = next((text for text in words if width(text) <= rest), words[-1])
        begun = Piece(key + " " * (column - width(key)), Role.ACCENT, True, command=command)
        return (begun, Piece(said, command=command))

    def typed(command: str, words: str) -> Cell:
        return (
            Piece("$".ljust(column), Role.FAINT),
            Piece(command),
            Piece(f"  {words}", Role.QUIET),
        )

    return [
        pressed("add", add, anything),
        pressed("adopt", adopt, fetched),
        typed(f"rushes add{option}", _("from a shell or a script")),
        typed("rushes demo", _("a gateway of its own, no key, no network")),
    ]


def _config(setup: Setup) -> Cell:
    line: Cell = (
        Piece("config.toml  ", Role.FAINT, True),
        Piece(shown_path(Path(setup.file)), Role.TEXT if setup.is_there else Role.QUIET),
    )
    if setup.is_there:
        return line
    return (*line, Piece(f"  {_('none yet:')} ", Role.FAINT), Piece("rushes config init"))


def no_match(
    view: str, text: str, watched: int, keymap: Keymap, cells: int, rows: int
) -> list[Cell]:
    """Why a list with tasks in it shows none: the view in force, the filter, or both."""
    if text and view:
        nothing = _("Nothing is {view} and matches {filter}").format(view=view, filter=text)
    elif text:
        nothing = _("Nothing matches {filter}").format(filter=text)
    else:
        nothing = _("Nothing is {view}").format(view=view)
    back = keys.shown(keymap.key("back"))
    does = (
        _("takes the filter away")
        if text
        else plural("shows the one task of this list", "shows all {n} tasks of this list", watched)
    )
    lines: list[Cell] = [(Piece(nothing, Role.TEXT),)]
    if back:
        lines += [
            (),
            (
                Piece(f"{back} ", Role.ACCENT, True, command="back"),
                Piece(does, Role.QUIET, command="back"),
            ),
        ]
    above: list[Cell] = [()] * max(0, (rows - len(lines)) // 2)
    return [*above, *(_centred(line, cells) for line in lines)]


def calm(cells: int, rows: int) -> list[Cell]:
    """One line for a terminal that is too small."""
    wide, high = SMALLEST
    text = _("rushes needs {wide} by {high}, this is {cells} by {rows}").format(
        wide=wide, high=high, cells=cells, rows=rows
    )
    above: list[Cell] = [()] * max(0, (rows - 1) // 2)
    return [*above, _centred((Piece(text, Role.QUIET),), cells)]


def _centred(line: Cell, cells: int) -> Cell:
    return (Piece(" " * max(0, (cells - cell_width(line)) // 2)), *line)
