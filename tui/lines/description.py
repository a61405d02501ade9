"""Everything known of one task, as lines for a person. Pure; local times, UTC is in the JSON."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from rushes.providers.model import Basis
from rushes.providers.text import without_query
from rushes.tui.lines.columns import NO_FILES, ran_for, urgency
from rushes.tui.lines.download_words import asset_notes
from rushes.tui.lines.fit import Piece
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import STATUS_ROLES, Role
from rushes.tui.lines.words import (
    clock,
    countdown,
    problem_word,
    rough,
    run_time,
    size,
    status_word,
)
from rushes.watch.asset import Asset, OutputState
from rushes.watch.config.settings import Account
from rushes.watch.polling.late_files import WHY, wait
from rushes.watch.task import LATE_QUESTIONS, Task

Line = tuple[Piece, ...]

_BASES = {
    Basis.STATED: "stated by the provider",
    Basis.SIGNED: "signed into the link",
    Basis.DOCUMENTED: "documented lifetime",
}


def description(
    task: Task, account: Account | None, now: datetime, glyphs: Glyphs
) -> Iterator[Line]:
    """The task's lines, in the order in which a person asks."""
    yield (Piece(task.name, bold=True),)
    yield _status(task, now, glyphs)
    yield from _facts(task)
    yield from _trouble(task, now)
    yield from _timeline(task, now, glyphs)
    yield from _outputs(task, now, glyphs)
    yield from _record(task, now)
    yield from _polling(task, account, now)


def _fact(name: str, text: str, role: Role = Role.TEXT) -> Line:
    return (Piece(f"  {name:<9} ", Role.FAINT), Piece(text, role))


def _heading(text: str) -> Iterator[Line]:
    yield ()
    yield (Piece(text, Role.FAINT, True),)


def _status(task: Task, now: datetime, glyphs: Glyphs) -> Line:
    role = STATUS_ROLES[task.status]
    words = f"{glyphs.status(task.status)} {status_word(task.status)}"
    said, span = task.snapshot, ran_for(task, now)
    progress = f"  {said.progress}%" if said and said.progress is not None and not task.over else ""
    ran = f"  {'ran' if task.over else 'running for'} {run_time(span)}" if span else ""
    raw = f"  {task.raw_status}" if task.raw_status else ""
    return (Piece(words, role, True), Piece(raw, Role.FAINT), Piece(progress + ran, Role.QUIET))


def _facts(task: Task) -> Iterator[Line]:
    said = task.snapshot
    yield ()
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


def _trouble(task: Task, now: datetime) -> Iterator[Line]:
    trouble = task.trouble
    if trouble is None:
        return
    since = f"for {rough(now - trouble.since)}"
    yield _fact("problem", f"{problem_word(trouble)} {since}: {trouble.message}", Role.URGENT)


def _timeline(task: Task, now: datetime, glyphs: Glyphs) -> Iterator[Line]:
    if not task.transitions:
        return
    yield from _heading("timeline")
    before: datetime | None = None
    for step in task.transitions:
        at = task.stepped_at(step)
        yield (
            Piece(f"  {clock(at, now)}  ", Role.QUIET),
            Piece(
                f"{glyphs.status(step.status)} {status_word(step.status):<11}",
                STATUS_ROLES[step.status],
            ),
            Piece(f" {step.raw_status or ''}", Role.FAINT),
            Piece(f"  +{run_time(at - before)}" if before and at > before else "", Role.QUIET),
            Piece("" if step.provider_at else "  as first seen", Role.FAINT),
        )
        before = at


def _outputs(task: Task, now: datetime, glyphs: Glyphs) -> Iterator[Line]:
    assets = tuple(task.assets(now))
    if assets or task.names_no_file:
        yield from _heading("outputs")
    if task.names_no_file:
        again = "asked about again" if task.awaits_files else f"asked {LATE_QUESTIONS} times more"
        yield (Piece(f"  {NO_FILES}", Role.WARM), Piece(f"  {again}", Role.QUIET))
    for asset in assets:
        yield _output(asset, glyphs)
        if expiry := _expiry(task, asset, now):
            yield expiry
        if asset.fetch and asset.fetch.path and asset.saved:
            yield (Piece(f"     {asset.fetch.path}", Role.QUIET),)
        elif asset.url:
            yield (Piece(f"     {without_query(asset.url)}", Role.FAINT),)
        for note in asset_notes(asset):
            yield (Piece(f"     {note}", Role.WARM),)


def _output(asset: Asset, glyphs: Glyphs) -> Line:
    output, fetch = asset.output, asset.fetch
    shape = f"  {output.width}×{output.height}" if output.width and output.height else ""
    length = f"  {size(fetch.done)}" if fetch and fetch.done else ""
    sign = f"{glyphs.saved} " if asset.saved else ""
    role = _STATES.get(asset.state, Role.TEXT)
    return (
        Piece(f"  {asset.n}  {output.kind}{shape}{length}  "),
        Piece(f"{sign}{asset.state.value}", role),
    )


_STATES = {
    OutputState.DOWNLOADED: Role.SUCCEEDED,
    OutputState.DOWNLOADING: Role.RUNNING,
    OutputState.FAILED: Role.FAILED,
    OutputState.EXPIRED: Role.FAILED,
}


def _expiry(task: Task, asset: Asset, now: datetime) -> Line:
    if asset.expires_at is None or asset.basis is None:
        return ()
    left = asset.expires_at - task.server_time(now)
    basis = _BASES[asset.basis]
    if left <= timedelta(0):
        text = f"     expired {clock(asset.expires_at, now)}, {rough(-left)} ago ({basis})"
        return (Piece(text, Role.QUIET if asset.saved else Role.FAILED),)
    return (
        Piece(f"     expires {clock(asset.expires_at, now)} ({basis})  ", Role.QUIET),
        Piece(f"{countdown(left)} left", Role.QUIET if asset.saved else urgency(left)),
    )


def _record(task: Task, now: datetime) -> Iterator[Line]:
    yield ()
    until = task.record_expires_at
    if until is None:
        yield _fact("record", "the provider does not say how long it knows the task", Role.QUIET)
        return
    left = until - task.server_time(now)
    when = f"{countdown(left)} left" if left > timedelta(0) else f"over for {rough(-left)}"
    yield _fact("record", f"until {clock(until, now)} ({_BASES[Basis.DOCUMENTED]}), {when}")


def _polling(task: Task, account: Account | None, now: datetime) -> Iterator[Line]:
    if task.last_polled_at is None:
        yield _fact("polled", "never yet", Role.QUIET)
    else:
        ago = rough(now - task.last_polled_at)
        times = "once" if task.polls == 1 else f"{task.polls} times, last"
        yield _fact("polled", f"{times} {ago} ago", Role.QUIET)
    if task.closed:
        yield _fact("next poll", "none: the task is over", Role.QUIET)
    elif account is None:
        yield _fact("next poll", f"none: config.toml has no {task.ref.provider}", Role.WARM)
    else:
        yield _fact("next poll", _next_poll(task, account, now), Role.QUIET)


def _next_poll(task: Task, account: Account, now: datetime) -> str:
    """When the task may be asked about again: nobody polls it just now, or another process does."""
    interval = timedelta(seconds=account.poll_interval)
    left = (task.last_polled_at + interval - now) if task.last_polled_at else timedelta(0)
    why = f"every {account.poll_interval:g}s"
    if task.over:
        left = timedelta(seconds=wait(task, account.poll_interval, now))
        why = WHY
    when = f"in {rough(left)}" if left > timedelta(seconds=1) else "now"
    return f"{when} at the earliest ({why}), by rushes or rushes wait"
