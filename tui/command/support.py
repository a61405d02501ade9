"""`rushes support`: what a gateway's support asks for about one task, ready to be sent.

Ids and times are whole, as they are what is asked for. No key, no prompt and nothing that signs a
link is in it: of the last answer its form is told (`watch/keys/redact.py`).
"""

import re
from argparse import Namespace
from collections.abc import Iterator

from rushes.providers.exits import Exit
from rushes.providers.language import _
from rushes.providers.rfc3339 import rfc3339, rfc3339_ms
from rushes.providers.text import clean, without_queries
from rushes.tui.lines.words import run_time, size
from rushes.tui.shell.files import chosen_one, existing
from rushes.tui.shell.memory import last_answer, remembered
from rushes.tui.shell.shell import Shell
from rushes.watch.config.accounts import Account
from rushes.watch.figures.spans import ran_for
from rushes.watch.keys.known_keys import hide, hide_in
from rushes.watch.keys.redact import redacted
from rushes.watch.store import LastBody
from rushes.watch.task import Task
from rushes.watch.version import VERSION

_TELLING = re.compile(
    r"date|retry-after|content-type|cf-ray|.*(request|trace|correlation|log)-?id", re.IGNORECASE
)
"""Headers that a support can find the answer by, or that say why it was given."""

Fact = tuple[str, str | None]


def run(args: Namespace, shell: Shell) -> int:
    """Print it."""
    settings = shell.settings()
    entry = chosen_one(args.ref, shell, existing(shell, args.watchlist).look())
    task = remembered(shell, settings.accounts, [entry])[entry.ref]
    account = settings.accounts.get(entry.ref.provider)
    answer = last_answer(shell, entry.ref)
    prompt = task.snapshot.prompt if task.snapshot else None
    facts = (*_task(task, account, shell), *_times(task), *_outputs(task, shell), *_answer(answer))
    for name, value in facts:
        if value:
            shell.out.line(f"{name:<12} {_safe(value, prompt)}")
    if answer is not None:
        shell.out.line()
        for line in redacted(hide_in(answer.body)).splitlines():
            shell.out.line(clean(line, limit=len(line) + 1) if shell.out.is_terminal else line)
    shell.tell(_("ids and times are whole; read it before you send it"))
    return Exit.FINE


def _safe(value: str, prompt: str | None) -> str:
    """A fact without keys, signatures, and the prompt where a reason repeats it."""
    shown = without_queries(clean(hide(value)))
    return shown.replace(prompt, "<the prompt>") if prompt and len(prompt) > 3 else shown


def _task(task: Task, account: Account | None, shell: Shell) -> Iterator[Fact]:
    said = task.snapshot
    name = account.provider.card.name if account else task.ref.provider
    yield "gateway", f"{name}, {account.base}" if account else name
    yield "task", task.ref.id
    yield "status", " ".join(filter(None, (task.status and task.status.value, _raw(task))))
    if said is None:
        return
    yield "request id", said.request_id
    yield "upstream id", said.upstream_id
    yield "model", said.model
    if said.failure:
        yield "error", ": ".join(filter(None, (said.failure.code, said.failure.message)))
    yield "usage", ", ".join(f"{field} {value}" for field, value in said.usage.items())
    span = ran_for(task, shell.clock.now())
    yield "ran", run_time(span) if span else None


def _raw(task: Task) -> str | None:
    return task.raw_status and f"({task.raw_status})"


def _times(task: Task) -> Iterator[Fact]:
    """What the gateway says and what was seen; all in UTC."""
    if said := task.snapshot:
        yield "created", rfc3339(said.created_at)
        yield "started", rfc3339(said.started_at)
        yield "finished", rfc3339(said.finished_at)
    for step in task.transitions:
        yield "seen", f"{step.status.value} at {rfc3339_ms(step.observed_at)}"
    if trouble := task.trouble:
        code = f" {trouble.code}" if trouble.code else ""
        yield (
            "problem",
            (f"{trouble.kind.value}{code} since {rfc3339(trouble.since)}: {trouble.message}"),
        )
    last = rfc3339(task.last_polled_at)
    yield "asked", f"{task.polls} times, last at {last}" if last else "never yet"


def _outputs(task: Task, shell: Shell) -> Iterator[Fact]:
    for asset in task.assets(shell.clock.now()):
        ends = f", ends {rfc3339(asset.expires_at)}" if asset.expires_at else ""
        link = f", {asset.url}" if asset.url else ""
        yield "output", f"{asset.n} {asset.output.kind}, {asset.state.value}{ends}{link}"


def _answer(answer: LastBody | None) -> Iterator[Fact]:
    if answer is not None:
        yield "last answer", f"HTTP {answer.status} at {answer.at}, {size(len(answer.body))}"
        for name, value in answer.headers.items():
            if _TELLING.fullmatch(name):
                yield "header", f"{name}: {value}"
    yield "told by", f"rushes {VERSION}"
