"""`rushes verify`: compares saved files with what was recorded when they were saved."""

import asyncio
import re
import zlib
from argparse import Namespace
from collections.abc import Iterable

from rushes.providers.as_json import JsonObject
from rushes.providers.exits import Exit
from rushes.providers.frozen import frozen
from rushes.providers.language import _, plural
from rushes.providers.model import SavedInline
from rushes.providers.text import clean
from rushes.tui.lines.ansi import inked
from rushes.tui.lines.fit import Piece
from rushes.tui.lines.reason_words import reason_words, reasons_words
from rushes.tui.lines.roles import Role
from rushes.tui.shell.files import chosen, existing
from rushes.tui.shell.json_output import VERSION, print_json
from rushes.tui.shell.memory import remembered
from rushes.tui.shell.running import run as run_loop
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.reasons import Cause
from rushes.watch.task import Ref, Task
from rushes.watch.transfer.verify import Verified, verified


@frozen
class _Verdict:
    """A saved output, and the result of reading its file again."""

    ref: Ref
    n: int
    fetch: Fetch
    found: Verified
    was_inline: bool

    @property
    def fault(self) -> str | None:
        match self.found.fault:
            case None:
                return None
            case Cause.FILE_GONE if self.was_inline:
                return reasons_words((Cause.FILE_GONE, Cause.INLINE_NOT_KEPT))
            case fault:
                return reason_words(fault)

    @property
    def path(self) -> str:
        return clean(self.fetch.place or "")

    def json(self) -> JsonObject:
        fetch = self.fetch
        return {
            "ref": str(self.ref),
            "n": self.n,
            "path": fetch.place,
            "bytes": fetch.done,
            "sha256": fetch.sha256,
            "ok": self.found.fault is None,
            "fault": self.fault,
            "checked": [check.value for check in self.found.checked],
        }


def run(args: Namespace, shell: Shell) -> int:
    """Read every saved file again, and say of each whether it is as history has it."""
    return run_loop(_verify(args, shell))


def _part_of(refs: Iterable[Ref], subset: str) -> list[Ref]:
    """The tasks of one of so many parts; a task is in the same one each time. Raises BadUsage."""
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", subset, re.ASCII)
    part, parts = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= part <= parts:
        raise BadUsage(
            _("--subset: expected a part such as 1/7, got {subset!r}").format(
                subset=clean(subset, 40)
            )
        )
    return [ref for ref in refs if zlib.crc32(str(ref).encode()) % parts == part - 1]


async def _verify(args: Namespace, shell: Shell) -> Exit:
    accounts = shell.settings().accounts
    entries = existing(shell, args.watchlist).read().entries
    tasks = await asyncio.to_thread(remembered, shell, accounts, entries)
    refs = chosen(args.refs, shell, tasks) if args.refs else list(tasks)
    if args.subset:
        refs = _part_of(refs, args.subset)
    verdicts: list[_Verdict] = []
    if not (args.json or shell.out.is_terminal):
        shell.out.line("REF\tN\tVERDICT\tPATH")
    for task, n, fetch in _saved(tasks[ref] for ref in refs):
        found = await asyncio.to_thread(verified, fetch)
        verdict = _Verdict(task.ref, n, fetch, found, _was_inline(task, n))
        verdicts.append(verdict)
        if not args.json:
            _tell(verdict, shell)
    if args.json:
        outputs = [verdict.json() for verdict in verdicts]
        print_json(shell.out, {"version": VERSION, "outputs": [*outputs]})
    bad = sum(bool(verdict.fault) for verdict in verdicts)
    shell.tell(
        plural(
            "{good} of {n} file is as it was saved",
            "{good} of {n} files are as they were saved",
            len(verdicts),
            good=len(verdicts) - bad,
        )
    )
    return Exit.DOWNLOAD if bad else Exit.FINE


def _saved(tasks: Iterable[Task]) -> Iterable[tuple[Task, int, Fetch]]:
    for task in tasks:
        for n, fetch in sorted(task.fetches.items()):
            if fetch.state is OutputState.DOWNLOADED:
                yield task, n, fetch


def _was_inline(task: Task, n: int) -> bool:
    """Whether the output came inside the reply, and history let go of it."""
    outputs = task.snapshot.outputs if task.snapshot else ()
    return n <= len(outputs) and isinstance(outputs[n - 1].where, SavedInline)


def _tell(verdict: _Verdict, shell: Shell) -> None:
    out = shell.out
    if out.is_terminal:
        word, role = (_("bad"), Role.FAILED) if verdict.fault else (_("ok "), Role.SUCCEEDED)
        why = f"  {verdict.fault}" if verdict.fault else ""
        line = (Piece(f"{word}  ", role), Piece(verdict.path), Piece(why, Role.FAILED))
        out.line(inked(line, out.colour))
    else:
        out.line(f"{verdict.ref}\t{verdict.n}\t{verdict.fault or 'ok'}\t{verdict.path}")
    out.flush()
