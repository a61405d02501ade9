"""Everything known about one task as a page, which is what `rushes show` prints: nothing is cut.

The sections are those of the dashboard's pane (`details.py`). Pure, like the columns.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from rushes.providers.language import _, plural
from rushes.providers.model import Basis
from rushes.tui.lines.fit import Cell, Piece
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.output_lines import no_files, output, saved_note
from rushes.tui.lines.pace_words import asked_words, next_poll_words
from rushes.tui.lines.roles import STATUS_ROLES, Role
from rushes.tui.lines.task_sections import BASES, PAGE, Frame, timeline
from rushes.tui.lines.usual_words import beside_words, usual_words
from rushes.tui.lines.words import (
    clock,
    countdown,
    problem_word,
    rough,
    run_time,
    status_word,
    trouble_words,
)
from rushes.tui.shell.wide_text import padded
from rushes.watch.asked_every import AskedEvery
from rushes.watch.config.accounts import Account
from rushes.watch.figures.spans import ran_for
from rushes.watch.figures.usual import ALONE, Compared
from rushes.watch.polling import late_files
from rushes.watch.task import Task

_EMPTY: Cell = ()


def page(
    task: Task,
    account: Account | None,
    now: datetime,
    glyphs: Glyphs,
    every: AskedEvery | None = None,
    compared: Compared = ALONE,
) -> Iterator[Cell]:
    """The lines of `rushes show`, in the order in which a person asks.

    `account` is the task's, None where config.toml has none of that name. `every` is how often it
    is asked about, None where it is not.
    """
    frame = Frame(now, PAGE, glyphs)
    yield (Piece(task.name, bold=True),)
    yield _status(task, frame)
    yield _EMPTY
    yield from _said(task)
    yield from _compared(task, now, compared)
    yield from _problem(task, now)
    outputs = [*no_files(task, frame)]
    for asset in task.assets(now):
        outputs += output(task, asset, frame)
    sections = (
        timeline(task, frame),
        frame.section(_("outputs"), outputs, saved_note(task, frame)),
    )
    for section in sections:
        for n, line in enumerate(section):
            yield from (line,) if n else (_EMPTY, line)
    yield _EMPTY
    yield _record_until(task, now)
    yield from _polling(task, account, now, every)


def _fact(name: str, text: str, role: Role = Role.TEXT) -> Cell:
    return (Piece(f"  {padded(name, 9)} ", Role.FAINT), Piece(text, role))


def _status(task: Task, frame: Frame) -> Cell:
    role = STATUS_ROLES[task.status]
    words = f"{frame.glyphs.status(task.status)} {status_word(task.status)}"
    said, span = task.snapshot, ran_for(task, frame.now)
    progress = f"  {said.progress}%" if said and said.progress is not None and not task.over else ""
    ran = _ran(run_time(span), over=task.over) if span else ""
    raw = f"  {task.raw_status}" if task.raw_status else ""
    return (Piece(words, role, True), Piece(raw, Role.FAINT), Piece(progress + ran, Role.QUIET))


def _ran(time: str, *, over: bool) -> str:
    words = _("ran {time}") if over else _("running for {time}")
    return f"  {words.format(time=time)}"


def _said(task: Task) -> Iterator[Cell]:
    """What the person and the provider say of it."""
    said = task.snapshot
    yield _fact(_("ref"), str(task.ref))
    if task.entry.tags:
        yield _fact(_("tags"), ", ".join(task.entry.tags))
    for name, text in ((_("model"), task.model), (_("prompt"), task.prompt)):
        if text:
            yield _fact(name, text)
    if said is None:
        return
    facts = (
        (_("request"), said.request_id),
        (_("upstream"), said.upstream_id),
        (_("usage"), ", ".join(f"{name} {value}" for name, value in said.usage.items())),
    )
    for name, text in facts:
        if text:
            yield _fact(name, text)
    if said.failure:
        why = ": ".join(filter(None, (said.failure.code, said.failure.message)))
        yield _fact(_("error"), why, Role.FAILED)
    for oddity in said.drift:
        yield _fact(_("unmapped"), oddity, Role.WARM)


def _compared(task: Task, now: datetime, compared: Compared) -> Iterator[Cell]:
    """How a run stands beside those of its model, before it and now."""
    if task.over:
        return
    if (usual := compared.usual) is not None:
        for n, (words, late) in enumerate(usual_words(usual, ran_for(task, now))):
            yield _fact("" if n else _("usually"), words, Role.WARM if late else Role.TEXT)
    if compared.beside:
        yield _fact(_("beside it"), beside_words(compared.beside))


def _problem(task: Task, now: datetime) -> Iterator[Cell]:
    if task.trouble is not None:
        text = _("{problem} for {time}: {message}").format(
            problem=problem_word(task.trouble),
            time=rough(now - task.trouble.since),
            message=trouble_words(task.trouble),
        )
        yield _fact(_("problem"), text, Role.URGENT)


def _record_until(task: Task, now: datetime) -> Cell:
    until = task.record_expires_at
    if until is None:
        return _fact(
            _("record"), _("the provider does not say how long it knows the task"), Role.QUIET
        )
    left = until - task.server_time(now)
    if left > timedelta(0):
        when = _("{time} left").format(time=countdown(left))
    else:
        when = _("over for {time}").format(time=rough(-left))
    at = clock(task.our_time(until), now)
    return _fact(
        _("record"),
        _("until {time} ({basis}), {when}").format(
            time=at, basis=BASES[Basis.DOCUMENTED], when=when
        ),
    )


def _polling(
    task: Task, account: Account | None, now: datetime, every: AskedEvery | None
) -> Iterator[Cell]:
    if task.last_polled_at is None:
        yield _fact(_("polled"), _("never yet"), Role.QUIET)
    else:
        times = plural(
            "once, {time} ago",
            "{n} times, last {time} ago",
            task.polls,
            time=rough(now - task.last_polled_at),
        )
        yield _fact(_("polled"), times, Role.QUIET)
    if task.closed:
        yield _fact(_("next poll"), _("none: the task is over"), Role.QUIET)
    elif account is None:
        yield _fact(
            _("next poll"),
            _("none: config.toml has no {provider}").format(provider=task.ref.provider),
            Role.WARM,
        )
    else:
        yield _fact(_("next poll"), _may_be_polled(task, account, now), Role.QUIET)
        if every is not None and every.held_up:
            yield _fact(_("pace"), asked_words(every), Role.WARM)


def _may_be_polled(task: Task, account: Account, now: datetime) -> str:
    """When the task may be polled next: nobody polls it just now, or another process does."""
    interval = timedelta(seconds=account.poll_interval)
    left = (task.last_polled_at + interval - now) if task.last_polled_at else timedelta(0)
    why = _("every {seconds:g}s").format(seconds=account.poll_interval)
    if task.over:
        left = timedelta(seconds=late_files.wait(task, account.poll_interval, now))
        why = next_poll_words(late_files.WHY)
    soon = left <= timedelta(seconds=1)
    when = _("now") if soon else _("in {time}").format(time=rough(left))
    return _("{when} at the earliest ({why}), by rushes or rushes wait").format(when=when, why=why)
