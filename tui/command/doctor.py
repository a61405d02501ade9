"""`rushes doctor`: a line for each thing that Rushes needs, with what mends it."""

from argparse import Namespace
from collections import Counter
from collections.abc import AsyncIterator, Iterable

from rushes.providers.as_json import JsonObject
from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit, first_that_applies
from rushes.providers.language import _
from rushes.providers.text import clean
from rushes.tui.command import findings
from rushes.tui.command.findings import Finding
from rushes.tui.command.verdict import Verdict
from rushes.tui.lines.ansi import inked
from rushes.tui.lines.fit import Piece
from rushes.tui.lines.roles import Role
from rushes.tui.shell.json_output import VERSION, print_json
from rushes.tui.shell.running import run as run_loop
from rushes.tui.shell.shell import Shell
from rushes.tui.shell.wide_text import padded

_ROLES = {
    Verdict.FINE: Role.SUCCEEDED,
    Verdict.WARNING: Role.WARM,
    Verdict.FAULT: Role.FAILED,
}


def run(args: Namespace, shell: Shell) -> int:
    """Look at everything, and return the exit code of the worst that was found."""
    return run_loop(_look(args, shell))


async def _look(args: Namespace, shell: Shell) -> Exit:
    found: list[Finding] = []
    async for finding in _found(args.watchlist, shell):
        found.append(finding)
        if not args.json:
            _tell(finding, shell)
    if args.json:
        print_json(shell.out, {"version": VERSION, "findings": [_json(each) for each in found]})
    return _exit(found)


async def _found(watchlist: str, shell: Shell) -> AsyncIterator[Finding]:
    for finding in (*findings.of_versions(), *findings.of_terminal(shell)):
        yield finding
    try:
        paths = shell.paths
    except RushesError as error:
        yield findings.fault("home", error)
        return
    for finding in (*findings.of_home(paths), *findings.of_locks(paths)):
        yield finding
    watched = Counter[str]()
    for finding in (
        *findings.of_watchlist(shell, watchlist, watched),
        *findings.of_history(shell),
    ):
        yield finding
    try:
        settings = shell.settings()
    except RushesError as error:
        yield findings.fault("settings", error)
        return
    for warning in settings.warnings:
        yield findings.warning("settings", warning)
    there = _("can be read") if paths.config.exists() else _("is not there: all defaults")
    yield Finding(what="settings", said=f"{clean(str(paths.config))} {there}")
    for finding in (
        *findings.of_disk(settings.download.folder),
        *findings.of_keys(settings, watched),
    ):
        yield finding
    async for finding in findings.of_network(settings, shell.clock):
        yield finding


def _exit(found: Iterable[Finding]) -> Exit:
    """What cannot be used counts first, then as everywhere: 4 before 6."""
    return first_that_applies(finding.exit for finding in found)


def _json(finding: Finding) -> JsonObject:
    return {
        "what": finding.what,
        "verdict": finding.verdict.value,
        "said": finding.said,
        "mend": finding.mend or None,
    }


def _tell(finding: Finding, shell: Shell) -> None:
    out, verdict = shell.out, finding.verdict
    if not out.is_terminal:
        out.line("\t".join((verdict.value, finding.what, finding.said, finding.mend)))
    else:
        line = (
            Piece(padded(_(verdict.value), 8), _ROLES[verdict]),
            Piece(padded(_(finding.what), 10)),
            Piece(finding.said),
            Piece(f"  {finding.mend}" if finding.mend else "", Role.ACCENT),
        )
        out.line(inked(line, out.colour))
    out.flush()
