"""Everything known about one task, as lines, in two widths.

`details` is the dashboard's pane, which folds and cuts what is too long; `page` is what `rushes
show` prints, where nothing is cut. Pure, like the columns.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from rushes.providers.model import Basis
from rushes.tui.lines.columns import ran_for
from rushes.tui.lines.fit import Cell, Piece, cell_width, clip, fit, wrap
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.pace_words import asked_words
from rushes.tui.lines.roles import STATUS_ROLES, Role
from rushes.tui.lines.task_sections import BASES, PAGE, Frame, no_files, output, timeline
from rushes.tui.lines.words import clock, countdown, problem_word, rough, run_time, status_word
from rushes.watch.asked_every import AskedEvery
from rushes.watch.config.accounts import Account
from rushes.watch.polling import late_files
from rushes.watch.task import Task

PROMPT_LINES = 3
"""Lines of the prompt at the top; the whole of a longer one stands at the end."""

OVERDUE = timedelta(seconds=1)
"""How late a poll may be without a word about it."""

_EMPTY: Cell = ()


# -- a page ---------------------------------------------------------------------------------------


def page(
    task: Task,
    account: Account | None,
    now: datetime,
    glyphs: Glyphs,
    every: AskedEvery | None = None,
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
    yield from _problem(task, now)
    yield from _under("timeline", timeline(task, frame))
    outputs = [*no_files(task, frame)]
    for asset in task.assets(now):
        outputs += output(task, asset, frame)
    yield from _under("outputs", iter(outputs))
    yield _EMPTY
    yield _record_until(task, now)
    yield from _polling(task, account, now, every)


def _under(heading: str, lines: Iterator[Cell]) -> Iterator[Cell]:
    """The lines below a heading; nothing for no lines."""
    for n, line in enumerate(lines):
        if n == 0:
            yield from (_EMPTY, (Piece(heading, Role.FAINT, True),))
        yield (Piece("  "), *line)


def _fact(name: str, text: str, role: Role = Role.TEXT) -> Cell:
    return (Piece(f"  {name:<9} ", Role.FAINT), Piece(text, role))


def _status(task: Task, frame: Frame) -> Cell:
    role = STATUS_ROLES[task.status]
    words = f"{frame.glyphs.status(task.status)} {status_word(task.status)}"
    said, span = task.snapshot, ran_for(task, frame.now)
    progress = f"  {said.progress}%" if said and said.progress is not None and not task.over else ""
    ran = f"  {'ran' if task.over else 'running for'} {run_time(span)}" if span else ""
    raw = f"  {task.raw_status}" if task.raw_status else ""
    return (Piece(words, role, True), Piece(raw, Role.FAINT), Piece(progress + ran, Role.QUIET))


def _said(task: Task) -> Iterator[Cell]:
    """What the person and the provider say of it."""
    said = task.snapshot
    yield _fact("ref", str(task.ref))
    if task.entry.tags:
        yield _fact("tags", ", ".join(task.entry.tags))
    if said is None:
        return
    facts = (
        ("model", said.model),
        ("prompt", said.prompt),
        ("request", said.request_id),
        ("upstream", said.upstream_id),
        ("usage", ", ".join(f"{name} {value}" for name, value in said.usage.items())),
    )
    for name, text in facts:
        if text:
            yield _fact(name, text)
    if said.failure:
        why = ": ".join(filter(None, (said.failure.code, said.failure.message)))
        yield _fact("error", why, Role.FAILED)
    for oddity in said.drift:
        yield _fact("unmapped", oddity, Role.WARM)


def _problem(task: Task, now: datetime) -> Iterator[Cell]:
    if task.trouble is not None:
        since = f"for {rough(now - task.trouble.since)}"
        text = f"{problem_word(task.trouble)} {since}: {task.trouble.message}"
        yield _fact("problem", text, Role.URGENT)


def _record_until(task: Task, now: datetime) -> Cell:
    until = task.record_expires_at
    if until is None:
        return _fact("record", "the provider does not say how long it knows the task", Role.QUIET)
    left = until - task.server_time(now)
    when = f"{countdown(left)} left" if left > timedelta(0) else f"over for {rough(-left)}"
    at = clock(task.our_time(until), now)
    return _fact("record", f"until {at} ({BASES[Basis.DOCUMENTED]}), {when}")


def _polling(
    task: Task, account: Account | None, now: datetime, every: AskedEvery | None
) -> Iterator[Cell]:
    if task.last_polled_at is None:
        yield _fact("polled", "never yet", Role.QUIET)
    else:
        times = "once" if task.polls == 1 else f"{task.polls} times, last"
        yield _fact("polled", f"{times} {rough(now - task.last_polled_at)} ago", Role.QUIET)
    if task.closed:
        yield _fact("next poll", "none: the task is over", Role.QUIET)
    elif account is None:
        yield _fact("next poll", f"none: config.toml has no {task.ref.provider}", Role.WARM)
    else:
        yield _fact("next poll", _may_be_polled(task, account, now), Role.QUIET)
        if every is not None and every.held_up:
            yield _fact("pace", asked_words(every), Role.WARM)


def _may_be_polled(task: Task, account: Account, now: datetime) -> str:
    """When the task may be polled next: nobody polls it just now, or another process does."""
    interval = timedelta(seconds=account.poll_interval)
    left = (task.last_polled_at + interval - now) if task.last_polled_at else timedelta(0)
    why = f"every {account.poll_interval:g}s"
    if task.over:
        left = timedelta(seconds=late_files.wait(task, account.poll_interval, now))
        why = late_files.WHY
    when = f"in {rough(left)}" if left > timedelta(seconds=1) else "now"
    return f"{when} at the earliest ({why}), by rushes or rushes wait"


# -- a pane ---------------------------------------------------------------------------------------


def details(task: Task, frame: Frame) -> tuple[Cell, ...]:
    """The lines of the dashboard's pane, none wider than the frame."""
    prompt = (task.snapshot.prompt or "") if task.snapshot else ""
    wrapped = wrap(prompt, frame.cells) if prompt else []
    sections = [
        list(_head(task, frame)),
        [(Piece(line, Role.QUIET),) for line in _shortened(wrapped, frame)],
        list(_trouble(task, frame)),
        list(timeline(task, frame)),
        list(no_files(task, frame)),
        *([*output(task, asset, frame)] for asset in task.assets(frame.now)),
        list(_record(task, frame)),
    ]
    if len(wrapped) > PROMPT_LINES:
        whole: list[Cell] = [(Piece("prompt", Role.FAINT),)]
        sections.append(whole + [(Piece(line, Role.QUIET),) for line in wrapped])
    lines: list[Cell] = []
    for section in filter(None, sections):
        lines += [*([_EMPTY] if lines else []), *section]
    return tuple(_within(line, frame) for line in lines)


def _within(line: Cell, frame: Frame) -> Cell:
    wide = cell_width(line) > frame.cells
    return fit(line, frame.cells, frame.glyphs.ellipsis) if wide else line


def _shortened(lines: list[str], frame: Frame) -> list[str]:
    if len(lines) <= PROMPT_LINES:
        return lines
    ellipsis = frame.glyphs.ellipsis
    last = clip(lines[PROMPT_LINES - 1] + ellipsis, frame.cells, ellipsis)
    return [*lines[: PROMPT_LINES - 1], last]


def _head(task: Task, frame: Frame) -> Iterator[Cell]:
    if task.entry.label:
        yield from frame.text(task.entry.label, Role.ACCENT, bold=True)
    role, bold = (Role.QUIET, False) if task.entry.label else (Role.ACCENT, True)
    yield from frame.text(task.ref.id, role, bold=bold)
    model = task.snapshot.model if task.snapshot else None
    about = f" {frame.glyphs.dot} ".join(filter(None, (model, task.ref.provider)))
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
        yield from frame.text(f"{mark} {failure.code or 'failed'}", Role.FAILED, bold=True)
        yield from frame.text(failure.message or "no reason given", Role.TEXT)
    trouble = None if task.over else task.trouble or frame.account
    if trouble is None:
        return
    code = f" ({trouble.code})" if trouble.code else ""
    yield from frame.text(
        f"{frame.glyphs.alert} {problem_word(trouble)}{code}", Role.URGENT, bold=True
    )
    yield from frame.text(trouble.message, Role.TEXT)
    again = f", next try in {rough(trouble.retry_at - frame.now)}" if trouble.retry_at else ""
    since = f"since {clock(trouble.since, frame.now)}, {rough(frame.now - trouble.since)}{again}"
    yield from frame.text(since)


def _record(task: Task, frame: Frame) -> Iterator[Cell]:
    snapshot = task.snapshot
    until = task.record_expires_at
    facts = [
        ("record until", clock(task.our_time(until), frame.now) if until else "not stated"),
        ("request", snapshot.request_id if snapshot else None),
        ("upstream", snapshot.upstream_id if snapshot else None),
        ("polls", str(task.polls) if task.polls else None),
        ("last poll", _ago(task.last_polled_at, frame)),
        ("next poll", _next_poll(task, frame)),
    ]
    for name, value in facts:
        if not value:
            continue
        line: Cell = (Piece(f"{name} ", Role.FAINT), Piece(value, Role.QUIET))
        if cell_width(line) <= frame.cells:
            yield line
        else:
            yield (Piece(name, Role.FAINT),)
            yield from frame.indented(value)
    for drift in snapshot.drift if snapshot else ():
        yield from frame.text(f"{frame.glyphs.alert} {drift}", Role.WARM)


def _ago(at: datetime | None, frame: Frame) -> str | None:
    return f"{rough(frame.now - at)} ago" if at is not None else None


def _next_poll(task: Task, frame: Frame) -> str | None:
    if task.next_poll_at is None:
        return task.next_poll_why or None
    why = f", {task.next_poll_why}" if task.next_poll_why else ""
    left = task.next_poll_at - frame.now
    # A turn may be long in coming: more is watched than is asked in time.
    when = f"due {rough(-left)} ago" if left <= -OVERDUE else f"in {rough(left)}"
    return when + why
