"""Everything known about one task, as lines: pure, like the columns."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from rushes.providers.expiry import RENEWABLE
from rushes.providers.text import without_query
from rushes.tui.lines.columns import NO_FILES, progress_bar, transferred, urgency
from rushes.tui.lines.download_words import fetch_note, halt_words
from rushes.tui.lines.fit import Cell, Piece, cell_width, clip, fit, wrap
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import STATUS_ROLES, Role
from rushes.tui.lines.words import (
    clock,
    countdown,
    problem_word,
    rough,
    run_time,
    shown_path,
    size,
    status_word,
)
from rushes.watch.asset import Asset, Fetch, Halt, OutputState
from rushes.watch.task import LATE_QUESTIONS, Task, Trouble

PROMPT_LINES = 3
"""Lines of the prompt at the top; the whole of a longer one stands at the end."""

OVERDUE = timedelta(seconds=1)
"""How late a poll may be without a word about it."""

_EMPTY: Cell = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """What the details need besides the task."""

    now: datetime
    cells: int
    glyphs: Glyphs
    account: Trouble | None = None


def details(task: Task, frame: Frame) -> tuple[Cell, ...]:
    """The lines, none wider than the frame."""
    prompt = (task.snapshot.prompt or "") if task.snapshot else ""
    wrapped = wrap(prompt, frame.cells) if prompt else []
    sections = [
        list(_head(task, frame)),
        [(Piece(line, Role.QUIET),) for line in _shortened(wrapped, frame)],
        list(_trouble(task, frame)),
        list(_timeline(task, frame)),
        list(_no_files(task, frame)),
        *([*_output(task, asset, frame)] for asset in task.assets(frame.now)),
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


def _text(
    text: str, frame: Frame, role: Role = Role.QUIET, *, bold: bool = False
) -> Iterator[Cell]:
    for line in wrap(text, frame.cells):
        yield (Piece(line, role, bold),)


def _pair(left: Cell, right: Cell, frame: Frame) -> Iterator[Cell]:
    """Two things on one line, the second at its end; one below the other where that is too long."""
    spare = frame.cells - cell_width(left) - cell_width(right)
    if spare >= 1:
        yield (*left, Piece(" " * spare), *right)
    else:
        yield left
        yield (Piece("  "), *right)


def _head(task: Task, frame: Frame) -> Iterator[Cell]:
    if task.entry.label:
        yield from _text(task.entry.label, frame, Role.ACCENT, bold=True)
    role, bold = (Role.QUIET, False) if task.entry.label else (Role.ACCENT, True)
    yield from _text(task.ref.id, frame, role, bold=bold)
    model = task.snapshot.model if task.snapshot else None
    about = f" {frame.glyphs.dot} ".join(filter(None, (model, task.ref.provider)))
    tags = " ".join(f"#{tag}" for tag in task.entry.tags)
    if cell_width((Piece(about), Piece(tags))) + 2 <= frame.cells:
        yield (Piece(about, Role.QUIET), Piece(f"  {tags}" if tags else "", Role.QUEUED))
    else:
        yield from _text(about, frame)
        yield from _text(tags, frame, Role.QUEUED)


def _trouble(task: Task, frame: Frame) -> Iterator[Cell]:
    failure = task.snapshot.failure if task.snapshot else None
    if failure is not None:
        mark = frame.glyphs.status(task.status)
        yield from _text(f"{mark} {failure.code or 'failed'}", frame, Role.FAILED, bold=True)
        yield from _text(failure.message or "no reason given", frame, Role.TEXT)
    trouble = None if task.over else task.trouble or frame.account
    if trouble is None:
        return
    code = f" ({trouble.code})" if trouble.code else ""
    yield from _text(
        f"{frame.glyphs.alert} {problem_word(trouble)}{code}", frame, Role.URGENT, bold=True
    )
    yield from _text(trouble.message, frame, Role.TEXT)
    again = f", next try in {rough(trouble.retry_at - frame.now)}" if trouble.retry_at else ""
    since = f"since {clock(trouble.since, frame.now)}, {rough(frame.now - trouble.since)}{again}"
    yield from _text(since, frame)


def _timeline(task: Task, frame: Frame) -> Iterator[Cell]:
    before: datetime | None = None
    for step in task.transitions:
        at = task.stepped_at(step)
        delta = f"+{run_time(at - before)}" if before is not None and at >= before else ""
        left: Cell = (
            Piece(f"{clock(at, frame.now)} ", Role.QUIET),
            Piece(
                f"{frame.glyphs.status(step.status)} {status_word(step.status)}",
                STATUS_ROLES[step.status],
            ),
        )
        raw = f"  {step.raw_status}" if step.raw_status else ""
        if cell_width((*left, Piece(raw), Piece(delta))) + 2 <= frame.cells:
            left = (*left, Piece(raw, Role.FAINT))
        yield from _pair(left, (Piece(delta, Role.FAINT),), frame)
        before = at
    progress = task.snapshot.progress if task.snapshot else None
    if progress is not None and not task.over:
        yield progress_bar(progress, frame.cells, frame.glyphs)


def _no_files(task: Task, frame: Frame) -> Iterator[Cell]:
    if not task.names_no_file:
        return
    if task.awaits_files:
        yield (Piece(f"{NO_FILES} yet", Role.TEXT, True),)
        yield from _text("the provider named none, and is asked again for some minutes", frame)
    else:
        yield (Piece(f"{frame.glyphs.alert} {NO_FILES}", Role.WARM, True),)
        asked = f"asked {LATE_QUESTIONS} times more: r asks again"
        yield from _text(f"the provider named none; {asked}", frame)


def _output(task: Task, asset: Asset, frame: Frame) -> Iterator[Cell]:
    fetch, output = asset.fetch, asset.output
    yield from _pair(
        (
            Piece(f"{asset.n} ", Role.FAINT),
            Piece(output.kind, Role.TEXT, True),
            *_facts(asset, frame),
        ),
        (_state(asset, frame),),
        frame,
    )
    if asset.state is OutputState.DOWNLOADING and fetch is not None and fetch.total:
        percent = min(99, fetch.done * 100 // fetch.total)
        rate = f"  {size(fetch.rate)}/s" if fetch.rate else ""
        bar = progress_bar(percent, max(8, frame.cells - 2 - len(rate)), frame.glyphs)
        yield (Piece("  "), *bar, Piece(rate, Role.QUIET))
    yield from _expiry(task, asset, frame)
    if asset.saved and fetch is not None and fetch.path is not None:
        yield from _indented(f"saved {shown_path(fetch.path)}", frame)
    elif asset.url:
        # One line is enough to know it again; Y copies the whole of it.
        ellipsis = frame.glyphs.ellipsis
        link = without_query(asset.url).replace("…", ellipsis)
        yield (Piece("  "), Piece(clip(link, frame.cells - 2, ellipsis), Role.FAINT))
    elif output.file_id:
        yield from _indented(f"file {output.file_id}", frame)
    renewable = RENEWABLE if asset.renewable_until is not None else ""
    for note in filter(None, (output.note, _fetch_note(fetch, frame), renewable)):
        yield from _indented(note, frame)


def _fetch_note(fetch: Fetch | None, frame: Frame) -> str:
    if fetch is None or fetch.retry_at is None:
        return fetch_note(fetch)
    return f"{fetch_note(fetch)}, next try in {rough(fetch.retry_at - frame.now)}"


def _facts(asset: Asset, frame: Frame) -> Cell:
    fetch, output = asset.fetch, asset.output
    facts: list[str] = []
    if output.width and output.height:
        facts.append(f"{output.width}{frame.glyphs.by}{output.height}")
    if fetch is not None and (known := fetch.total or (fetch.done if asset.saved else None)):
        facts.append(size(known))
    return (Piece("".join(f"  {fact}" for fact in facts), Role.QUIET),)


def _state(asset: Asset, frame: Frame) -> Piece:
    glyphs = frame.glyphs
    match asset.state:
        case OutputState.DOWNLOADED:
            return Piece(glyphs.saved, Role.SUCCEEDED)
        case OutputState.DOWNLOADING:
            return Piece(f"{glyphs.saving} {transferred((asset,))}", Role.RUNNING)
        case OutputState.EXPIRED:
            return Piece("lost", Role.FAILED)
        case OutputState.FAILED:
            return Piece(f"{glyphs.alert} download failed", Role.FAILED)
        case OutputState.UNRESOLVED:
            return Piece("link not asked for yet", Role.FAINT)
        case OutputState.AVAILABLE if asset.fetch and asset.fetch.halt is Halt.NOT_THERE_YET:
            return Piece(halt_words(asset.fetch.halt), Role.WARM)
        case OutputState.AVAILABLE:
            return Piece("not saved", Role.QUIET)


def _expiry(task: Task, asset: Asset, frame: Frame) -> Iterator[Cell]:
    if asset.expires_at is None or asset.basis is None:
        yield (Piece("  expiry not stated", Role.FAINT),)
        return
    left = asset.expires_at - task.server_time(frame.now)
    over = left <= timedelta(0)
    calm = over or asset.saved
    at = clock(task.our_time(asset.expires_at), frame.now)
    when: Cell = (
        Piece("  expired " if over else "  expires ", Role.QUIET),
        Piece(at, Role.QUIET if calm else urgency(left)),
    )
    basis = Piece(f"  {asset.basis.value}", Role.FAINT)
    rest = (
        Piece(f"{rough(-left)} ago", Role.QUIET if asset.saved else Role.FAILED)
        if over
        else Piece(f"{countdown(left)} left", Role.FAINT if calm else urgency(left))
    )
    if cell_width((*when, basis, rest)) < frame.cells:
        yield from _pair((*when, basis), (rest,), frame)
    else:
        yield when
        yield (Piece("  "), rest, basis)


def _indented(text: str, frame: Frame, role: Role = Role.QUIET) -> Iterator[Cell]:
    for line in wrap(text, frame.cells - 2):
        yield (Piece("  "), Piece(line, role))


def _record(task: Task, frame: Frame) -> Iterator[Cell]:
    snapshot = task.snapshot
    until = task.record_expires_at
    facts = [
        ("record until", clock(until, frame.now) if until else "not stated"),
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
            yield from _indented(value, frame)
    for drift in snapshot.drift if snapshot else ():
        yield from _text(f"{frame.glyphs.alert} {drift}", frame, Role.WARM)


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
