"""What is told of one task alike in the dashboard's pane and by `rushes show`: its sections.

Times are local and by our clock, whoever said them; UTC is in the JSON. Pure, like the columns.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from rushes.providers.frozen import frozen
from rushes.providers.language import Words, _, plural
from rushes.providers.model import Basis
from rushes.tui.lines.columns import progress_bar
from rushes.tui.lines.fit import Cell, Piece, cell_width, width, wrap
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import STATUS_ROLES, Role
from rushes.tui.lines.words import clock, rough, run_time, status_word
from rushes.watch.figures.spans import ran_for
from rushes.watch.figures.usual import Usual
from rushes.watch.task import Task, Transition, Trouble

BASES: Mapping[Basis, str] = Words(
    {
        Basis.STATED: "stated by the provider",
        Basis.SIGNED: "signed into the link",
        Basis.DOCUMENTED: "documented lifetime",
    }
)
"""Where an expiry comes from, in words."""

_BASIS_WORDS: Mapping[Basis, str] = Words(
    {Basis.STATED: "stated", Basis.SIGNED: "signed", Basis.DOCUMENTED: "documented"}
)


def basis_word(basis: Basis) -> str:
    """The same in a word."""
    return _BASIS_WORDS[basis]


RULE = 4
"""Cells from which on a rule stands between the head of a section and its note."""

PAGE = 1 << 20
"""The cells of a page: no line is as long."""


@frozen
class Siblings:
    """The other tasks of a task's batch: the tag that they share, and which one of them it is."""

    tag: str
    place: int
    others: tuple[Task, ...]


@frozen
class SmallPictures:
    """Pictures of other tasks of its batch, side by side with a cell between: how wide each is."""

    tasks: tuple[Task, ...]
    cells: int

    @property
    def rows(self) -> int:
        """Of a film's usual form."""
        return max(1, round(self.cells * 9 / 32))


@frozen(kw_only=True)
class Beside:
    """What a pane tells beside the task itself.

    `account` is trouble of its account, `usual` how long tasks of the model take, `cost` what it
    cost, as far as these are known. `waiting` are the outputs that are in line to be fetched into
    `folder`. `copy_key` is what copies. `picture_rows` lines are left for a picture,
    and those of the `small` ones.
    """

    account: Trouble | None = None
    usual: Usual | None = None
    cost: str = ""
    siblings: Siblings | None = None
    waiting: frozenset[int] = frozenset()
    folder: Path | None = None
    copy_key: str = ""
    picture_rows: int = 0
    small: SmallPictures | None = None


NOTHING_BESIDE = Beside()


@frozen
class Frame:
    """The time, the width and the signs that lines are made for, and what is known beside."""

    now: datetime
    cells: int
    glyphs: Glyphs
    beside: Beside = NOTHING_BESIDE

    @property
    def is_page(self) -> bool:
        """Whether there is room for every word: nothing is cut or stands at an edge."""
        return self.cells >= PAGE

    def fits(self, line: Cell) -> bool:
        """Whether a line is no wider than the frame."""
        return cell_width(line) <= self.cells

    def text(self, text: str, role: Role = Role.QUIET, *, bold: bool = False) -> Iterator[Cell]:
        """A text, folded where it is too long."""
        for line in wrap(text, self.cells):
            yield (Piece(line, role, bold),)

    def indented(self, text: str, role: Role = Role.QUIET) -> Iterator[Cell]:
        """The same, two cells from the left."""
        for line in wrap(text, self.cells - 2):
            yield (Piece("  "), Piece(line, role))

    def pair(self, left: Cell, right: Cell) -> Iterator[Cell]:
        """Two things on one line, the second at a pane's edge; on two where that is too long."""
        spare = self.cells - cell_width(left) - cell_width(right)
        if self.is_page:
            yield (*left, Piece("  "), *right) if cell_width(right) else left
        elif spare >= 1 or not right:
            yield (*left, Piece(" " * spare), *right) if right else left
        else:
            yield left
            yield (Piece("  "), *right)

    def heading(self, title: str, note: Cell = (), about: Cell = ()) -> Iterator[Cell]:
        """The head of a section: a rule in a pane, with its note at the edge."""
        if self.is_page:
            yield (Piece(title, Role.FAINT, True), *((Piece("  "), *note) if note else ()))
            return
        head: Cell = (Piece(title.upper(), Role.FAINT, True), *about)
        room = self.cells - cell_width(head) - cell_width(note)
        if note and 1 <= room < RULE:
            yield (*head, Piece(" " * room), *note)
            return
        below = note if room < RULE else ()
        end: Cell = (Piece(" "), *note) if note and not below else ()
        rule = self.cells - cell_width((*head, *end)) - 1
        yield (*head, Piece(" "), Piece(self.glyphs.rule * max(0, rule), Role.RULE), *end)
        if below:
            yield (Piece(" " * max(0, self.cells - cell_width(below))), *below)

    def section(self, title: str, lines: Sequence[Cell], note: Cell = ()) -> Iterator[Cell]:
        """The lines under their head, two cells in on a page; nothing for no lines."""
        if lines:
            yield from self.heading(title, note)
            yield from ((Piece("  "), *line) for line in lines) if self.is_page else lines


def timeline(task: Task, frame: Frame) -> Iterator[Cell]:
    """How long the run took, and a line for each step with the time that it lasted."""
    steps = list(_spans(task, frame.now))
    lines = [] if frame.is_page else list(_bar(task, steps, frame))
    words = max((width(status_word(step.status)) for step, _at, _span in steps), default=0)
    for n, (step, at, span) in enumerate(steps, start=1):
        ticks = n == len(steps) and not task.over
        lines += _step(step, at, span, words, frame, _ink(ticks=ticks))
    usual, ran = frame.beside.usual, ran_for(task, frame.now)
    if usual is not None and not task.over and usual.is_late(ran):
        text = _("takes longer than 95 of 100 did")
        lines += frame.text(f"{frame.glyphs.alert} {text}", Role.WARM)
    yield from frame.section(_("timeline"), lines, _run(ran, usual, _ink(ticks=not task.over)))


def _ink(*, ticks: bool) -> Role:
    """How a time is drawn: one that goes on as in the list, so that no other ink is sent for it."""
    return Role.TEXT if ticks else Role.QUIET


def _spans(task: Task, now: datetime) -> Iterator[tuple[Transition, datetime, timedelta | None]]:
    """Each step, when it was, and how long it lasted; an end lasts no time."""
    steps = task.transitions
    times = [task.stepped_at(step) for step in steps]
    for n, (step, at) in enumerate(zip(steps, times, strict=True)):
        is_last = n == len(steps) - 1
        until = (None if task.over else now) if is_last else times[n + 1]
        yield step, at, None if until is None or until < at else until - at


def _bar(
    task: Task, steps: Sequence[tuple[Transition, datetime, timedelta | None]], frame: Frame
) -> Iterator[Cell]:
    """The progress of a run that tells it, else the steps as long as they lasted."""
    progress = task.snapshot.progress if task.snapshot else None
    if progress is not None and not task.over:
        yield progress_bar(progress, frame.cells, frame.glyphs)
        return
    lasted = [(step, span) for step, _at, span in steps if span]
    whole = sum((span for _step, span in lasted), timedelta(0))
    if not whole:
        return
    bar: list[Piece] = []
    passed, left = timedelta(0), 0
    for n, (step, span) in enumerate(lasted, start=1):
        passed += span
        right = max(
            left + 1, min(frame.cells - len(lasted) + n, round(frame.cells * (passed / whole)))
        )
        bar.append(Piece(frame.glyphs.bar * (right - left), STATUS_ROLES[step.status]))
        left = right
    yield tuple(bar)


def _step(
    step: Transition,
    at: datetime,
    span: timedelta | None,
    words: int,
    frame: Frame,
    ink: Role,
) -> Iterator[Cell]:
    lasted = "" if span is None else run_time(span)
    if step.times > 1:
        changes = plural("{n} change", "{n} changes", step.times)
        lasted = f"{lasted}  {changes}"
    word = status_word(step.status)
    padding = " " * (words - width(word))
    left: Cell = (
        Piece(f"{clock(at, frame.now)} ", Role.QUIET),
        Piece(f"{frame.glyphs.status(step.status)} {word}", STATUS_ROLES[step.status]),
    )
    if span is not None and not frame.fits((*left, Piece(f"  {lasted}"))):
        lasted = rough(span)
    raw = f"{padding}  {step.raw_status}" if step.raw_status else ""
    if cell_width((*left, Piece(raw), Piece(lasted))) + 2 <= frame.cells:
        left = (*left, Piece(raw, Role.FAINT))
    seen = _("as first seen") if frame.is_page and step.provider_at is None else ""
    right = "  ".join(filter(None, (lasted, seen)))
    yield from frame.pair(left, (Piece(right, ink),) if right else ())


def _run(ran: timedelta | None, usual: Usual | None, ink: Role) -> Cell:
    """How long it ran, and how long such runs do."""
    if ran is None:
        return ()
    took: Cell = (Piece(run_time(ran), ink),)
    if usual is None:
        return took
    past = usual.is_past(ran)
    words = _("past the usual {time}") if past else _("usually {time}")
    said = words.format(time=run_time(usual.half))
    return (*took, Piece(", ", Role.FAINT), Piece(said, Role.WARM if past else Role.FAINT))
