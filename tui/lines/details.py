"""Everything known about one task, as the lines of the dashboard's pane: folded and cut to fit.

`rushes show` says the same on a page (`task_page.py`). Pure, like the columns.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from rushes.providers.frozen import frozen
from rushes.providers.language import _, plural
from rushes.tui.lines.fit import Cell, Piece, cell_width, clip, clip_middle, fit, width, wrap
from rushes.tui.lines.output_lines import no_files, output, saved_note
from rushes.tui.lines.pace_words import next_poll_words
from rushes.tui.lines.roles import STATUS_ROLES, Role
from rushes.tui.lines.star_words import stars
from rushes.tui.lines.task_sections import Frame, SmallPictures, timeline
from rushes.tui.lines.words import clock, problem_word, rough
from rushes.watch.task import Task

PROMPT_LINES = 3
"""Lines of the prompt at the top; the whole of a longer one stands at the end."""

SIBLING_LINES = 3
"""Lines in which the other tasks of its batch are named."""

TWO_NAMES_FROM = 36
"""Cells from which on two of these names at least stand in a line."""

OVERDUE = timedelta(seconds=1)
"""How late a poll may be without a word about it."""

_EMPTY: Cell = ()
_NAMES = 9
"""Cells of the names of facts."""


@frozen
class Detail:
    """The lines of the pane; which of them tell of each output; where pictures begin.

    The `small` ones are those of other tasks of the batch.
    """

    lines: tuple[Cell, ...]
    outputs: Mapping[int, range]
    picture_at: int
    small_at: int

    def output_at(self, line: int) -> int | None:
        """The output that a line tells of; None where it tells of none."""
        return next((n for n, lines in self.outputs.items() if line in lines), None)


def details(task: Task, frame: Frame) -> Detail:
    """The lines of the dashboard's pane, none wider than the frame."""
    prompt = task.prompt
    wrapped = wrap(prompt, frame.cells) if prompt else []
    lines: list[Cell] = [*_head(task, frame)]
    picture_at = len(lines) + 1
    if frame.beside.picture_rows:
        lines += [_EMPTY] * (frame.beside.picture_rows + 1)
    _add(lines, _trouble(task, frame))
    _add(lines, ((Piece(line, Role.QUIET),) for line in _shortened(wrapped, frame)))
    _add(lines, timeline(task, frame))
    outputs = _add_outputs(lines, task, frame)
    _add(lines, _facts(task, frame))
    small_at = _add_same_batch(lines, frame)
    if len(wrapped) > PROMPT_LINES:
        _add(lines, frame.heading(_("prompt")))
        lines += [(Piece(line, Role.QUIET),) for line in wrapped]
    return Detail(tuple(_within(line, frame) for line in lines), outputs, picture_at, small_at)


def _add(lines: list[Cell], section: Iterator[Cell]) -> None:
    """Add a section behind an empty line; nothing for no lines."""
    if more := list(section):
        lines += [_EMPTY, *more]


def _add_outputs(lines: list[Cell], task: Task, frame: Frame) -> Mapping[int, range]:
    """Add the outputs, and return which lines each has, by number."""
    said: list[Cell] = [*no_files(task, frame)]
    within: dict[int, range] = {}
    for asset in task.assets(frame.now):
        first = len(said)
        said += output(task, asset, frame)
        within[asset.n] = range(first, len(said))
    _add(lines, frame.section(_("outputs"), said, saved_note(task, frame)))
    start = len(lines) - len(said)
    return {n: range(start + rows.start, start + rows.stop) for n, rows in within.items()}


def _within(line: Cell, frame: Frame) -> Cell:
    return line if frame.fits(line) else fit(line, frame.cells, frame.glyphs.ellipsis)


def _shortened(lines: list[str], frame: Frame) -> list[str]:
    if len(lines) <= PROMPT_LINES:
        return lines
    ellipsis = frame.glyphs.ellipsis
    last = clip(lines[PROMPT_LINES - 1] + ellipsis, frame.cells, ellipsis)
    return [*lines[: PROMPT_LINES - 1], last]


def _head(task: Task, frame: Frame) -> Iterator[Cell]:
    """What it is called and how it is rated, what made it where, its tags."""
    name = task.entry.label or clip_middle(task.ref.id, frame.cells, frame.glyphs.ellipsis)
    *before, last = frame.text(name, Role.ACCENT, bold=True)
    yield from before
    rating = stars(task.rating, frame.glyphs) if task.rating is not None else ()
    yield from frame.pair(last, rating)
    about = f" {frame.glyphs.dot} ".join(filter(None, (task.model, task.ref.provider)))
    tags = " ".join(f"#{tag}" for tag in task.entry.tags)
    if cell_width((Piece(about), Piece(tags))) + 2 <= frame.cells:
        yield (Piece(about, Role.QUIET), Piece(f"  {tags}" if tags else "", Role.QUEUED))
    else:
        yield from frame.text(about)
        yield from frame.text(tags, Role.QUEUED)


def _trouble(task: Task, frame: Frame) -> Iterator[Cell]:
    failure = task.snapshot.failure if task.snapshot else None
    if failure is not None:
        mark = frame.glyphs.status(task.status)
        yield from frame.text(f"{mark} {failure.code or _('failed')}", Role.FAILED, bold=True)
        yield from frame.text(failure.message or _("no reason given"), Role.TEXT)
    trouble = None if task.over else task.trouble or frame.beside.account
    if trouble is None:
        return
    code = f" ({trouble.code})" if trouble.code else ""
    yield from frame.text(
        f"{frame.glyphs.alert} {problem_word(trouble)}{code}", Role.URGENT, bold=True
    )
    yield from frame.text(trouble.message, Role.TEXT)
    told = _("since {time}, {age}").format(
        time=clock(trouble.since, frame.now), age=rough(frame.now - trouble.since)
    )
    if trouble.retry_at:
        again = _("next try in {time}").format(time=rough(trouble.retry_at - frame.now))
        told = f"{told}, {again}"
    yield from frame.text(told)


def _facts(task: Task, frame: Frame) -> Iterator[Cell]:
    """Ids, cut in the middle: they are copied, not read. What it cost; how long it is known."""
    said, until = task.snapshot, task.record_expires_at
    record = (
        _("until {time}").format(time=clock(task.our_time(until), frame.now))
        if until
        else _("end not stated")
    )
    facts = (
        (_("id"), task.ref.id, True),
        (_("request"), said.request_id if said else None, True),
        (_("upstream"), said.upstream_id if said else None, True),
        (_("cost"), frame.beside.cost, False),
        (_("record"), record, False),
        (_("polled"), _polled(task, frame), False),
        (_("next"), _next_poll(task, frame), False),
    )
    lines: list[Cell] = []
    for name, value, is_id in facts:
        if value:
            lines += _fact(name, value, frame, is_id=is_id)
    for drift in said.drift if said else ():
        lines += frame.text(f"{frame.glyphs.alert} {drift}", Role.WARM)
    key = frame.beside.copy_key
    note = (Piece(key, Role.ACCENT), Piece(f" {_('copies any')}", Role.FAINT)) if key else ()
    yield from frame.section(_("facts"), lines, note)


def _fact(name: str, value: str, frame: Frame, *, is_id: bool) -> Iterator[Cell]:
    head = Piece(name + " " * max(1, _NAMES - cell_width((Piece(name),))), Role.FAINT)
    room = frame.cells - cell_width((head,))
    if is_id:
        yield (head, Piece(clip_middle(value, room, frame.glyphs.ellipsis), Role.QUIET))
        return
    for n, line in enumerate(wrap(value, room)):
        yield (Piece(" " * cell_width((head,))) if n else head, Piece(line, Role.QUIET))


def _polled(task: Task, frame: Frame) -> str:
    if not task.polls or task.last_polled_at is None:
        return _("never yet")
    times = plural("once", "{n} times", task.polls)
    if task.closed:
        return _("{times}; over").format(times=times)
    return _("{times}, {age} ago").format(times=times, age=rough(frame.now - task.last_polled_at))


def _next_poll(task: Task, frame: Frame) -> str | None:
    why = next_poll_words(task.next_poll_why) if task.next_poll_why else ""
    if task.next_poll_at is None:
        return None if task.closed else why
    left = task.next_poll_at - frame.now
    # A turn may be long in coming: more is watched than is asked in time.
    late = left <= -OVERDUE
    when = _("due {time} ago") if late else _("in {time}")
    return ", ".join(filter(None, (when.format(time=rough(-left if late else left)), why)))


def _add_same_batch(lines: list[Cell], frame: Frame) -> int:
    """Add the other tasks with its tag; returns the line at which their pictures begin."""
    siblings, small = frame.beside.siblings, frame.beside.small
    if siblings is None:
        return len(lines)
    of = len(siblings.others) + 1
    place = _("{place} of {tasks}").format(place=siblings.place, tasks=of)
    tag: Cell = (Piece(f"  #{siblings.tag}", Role.QUEUED),)
    _add(lines, frame.heading(_("same batch"), (Piece(place, Role.QUIET),), tag))
    small_at, shown = len(lines), small.tasks if small is not None else ()
    if small is not None:
        lines += [_EMPTY] * small.rows
        lines.append(_names_below(small, frame))
    lines += _named([task for task in siblings.others if task not in shown], frame)
    return small_at


def _names_below(small: SmallPictures, frame: Frame) -> Cell:
    """The name of each under its picture."""
    names = (clip(task.name, small.cells, frame.glyphs.ellipsis) for task in small.tasks)
    return tuple(Piece(name + " " * (small.cells + 1 - width(name)), Role.QUIET) for name in names)


def _named(tasks: Sequence[Task], frame: Frame) -> list[Cell]:
    """These tasks with their status, as many as a few lines hold."""
    lines: list[list[Piece]] = []
    room = (frame.cells - 2 if frame.cells < TWO_NAMES_FROM else (frame.cells - 2) // 2) - 2
    for task in tasks:
        sign = Piece(f"{frame.glyphs.status(task.status)} ", STATUS_ROLES[task.status])
        name = clip(task.name, room, frame.glyphs.ellipsis)
        pieces = [sign, Piece(name, Role.QUIET)]
        if not lines or cell_width((*lines[-1], *pieces)) + 2 > frame.cells:
            lines.append(pieces)
        else:
            lines[-1] += [Piece("  "), *pieces]
    return _first(lines, frame)


def _first(lines: Sequence[Sequence[Piece]], frame: Frame) -> list[Cell]:
    shown = [tuple(line) for line in lines[:SIBLING_LINES]]
    if len(lines) > SIBLING_LINES:
        room = frame.cells - 2
        more = Piece(f" {frame.glyphs.ellipsis}", Role.FAINT)
        shown[-1] = (*fit(shown[-1], min(room, cell_width(shown[-1])), frame.glyphs.ellipsis), more)
    return shown
