"""What `rushes doctor` looks at: each check finds how something is, and how to mend it."""

import asyncio
import os
import platform
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.providers.frozen import frozen
from rushes.providers.language import _, plural
from rushes.providers.text import clean
from rushes.tui.command.security_facts import extras, version
from rushes.tui.command.verdict import Verdict
from rushes.tui.lines.words import size
from rushes.tui.shell.files import existing, title
from rushes.tui.shell.memory import history_faults, history_locks
from rushes.tui.shell.shell import Shell
from rushes.watch.clock import Clock
from rushes.watch.config.accounts import Account
from rushes.watch.config.settings import Settings
from rushes.watch.disk.paths import Paths
from rushes.watch.network.probe import Probed, probe
from rushes.watch.version import VERSION

ROOM = 1 << 30
"""Bytes of the disk below which a person is warned."""

SKEW = 30.0
"""Seconds that a gateway's clock may differ from ours before a person is warned."""


@frozen(kw_only=True)
class Finding:
    """How something is: `what` names it, `said` says it in a line, `mend` what to do about it.

    `exit` is what the command ends with where it is a fault.
    """

    what: str
    said: str
    verdict: Verdict = Verdict.FINE
    mend: str = ""
    exit: Exit = Exit.FINE


def fault(what: str, error: RushesError) -> Finding:
    """The finding that an error of ours is."""
    first, *others = error.message.splitlines() or [""]
    more = _(" (and {others} more)").format(others=len(others)) if others else ""
    return Finding(
        what=what,
        said=clean(first) + more,
        verdict=Verdict.FAULT,
        mend=error.hint or _(error.code.mend),
        exit=error.exit,
    )


def warning(what: str, said: str, mend: str = "") -> Finding:
    """Something that works, and not as it should."""
    return Finding(what=what, said=said, verdict=Verdict.WARNING, mend=mend)


# -- the machine --------------------------------------------------------------------------------


def of_versions() -> Iterator[Finding]:
    """What runs here."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("textual", "httpx"))
    said = f"rushes {VERSION}, Python {platform.python_version()}, {libraries}"
    yield Finding(what="versions", said=said)
    found = ", ".join(extras())
    yield Finding(what="extras", said=found or _("none"))


def of_terminal(shell: Shell) -> Iterator[Finding]:
    """Whether a dashboard can be drawn where the command runs."""
    out, term = shell.out, shell.environ.get("TERM", "")
    if not out.is_terminal:
        yield Finding(what="terminal", said=_("none here: the output goes to a pipe or a file"))
    elif not shell.has_screen:
        said = _("TERM is {term}: no dashboard can be drawn").format(
            term=clean(term, 40) or _("not set")
        )
        yield warning(
            "terminal", said, _("set TERM to what the terminal is, such as xterm-256color")
        )
    elif not out.unicode:
        mend = _("set LANG to a locale of UTF-8, such as C.UTF-8")
        yield warning("terminal", _("it is not written to in UTF-8: signs are ASCII"), mend)
    else:
        yield Finding(
            what="terminal",
            said=_("{term}, {width} columns, UTF-8").format(term=clean(term, 40), width=out.width),
        )


def of_home(paths: Paths) -> Iterator[Finding]:
    """Whether the folders can be written; one that is missing yet is made where it is needed."""
    folders = dict.fromkeys((paths.watchlists, paths.history.parent, paths.state.parent))
    for folder in folders:
        there = next(each for each in (folder, *folder.parents) if each.exists())
        if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
            continue
        yield Finding(
            what="home",
            said=_("{there} cannot be written").format(there=clean(str(there))),
            verdict=Verdict.FAULT,
            mend=_("give yourself that folder, or set RUSHES_HOME to another one"),
            exit=Exit.CONFIGURATION,
        )
        return
    yield Finding(
        what="home",
        said=_("{parent} can be written").format(parent=clean(str(paths.history.parent))),
    )


def of_locks(paths: Paths) -> Iterator[Finding]:
    """Whether the file system of the history has locks; no file is made to find out."""
    found = history_locks(paths)
    if found is None:
        yield Finding(what="locks", said=_("not known before there is a history"))
        return
    if found.flock and found.posix:
        yield Finding(what="locks", said=_("of files and of SQLite, both"))
        return
    mend = _("keep RUSHES_HOME on a local disk")
    yield warning(
        "locks",
        _("the file system of {history} has none").format(history=clean(str(paths.history))),
        mend,
    )


def of_disk(folder: Path) -> Iterator[Finding]:
    """Whether there is room where downloads go."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    said = _("{size} free for {folder}").format(
        size=size(free := shutil.disk_usage(there).free), folder=clean(str(folder))
    )
    if not os.access(there, os.W_OK | os.X_OK):
        yield Finding(
            what="downloads",
            said=_("{there} cannot be written").format(there=clean(str(there))),
            verdict=Verdict.FAULT,
            mend=_("set [download] dir to a folder of yours"),
            exit=Exit.CONFIGURATION,
        )
    elif free < ROOM:
        yield warning("downloads", said, _("make room, or set [download] dir to another disk"))
    else:
        yield Finding(what="downloads", said=said)


# -- what is kept -------------------------------------------------------------------------------


def of_watchlist(shell: Shell, name: str, watched: Counter[str]) -> Iterator[Finding]:
    """Whether the watchlist can be read; counts the tasks of each account into `watched`."""
    try:
        read = existing(shell, name).read()
    except RushesError as error:
        yield fault("watchlist", error)
        return
    watched.update(entry.ref.provider for entry in read.entries)
    for note in read.notes:
        yield warning("watchlist", note)
    yield Finding(
        what="watchlist",
        said=_("{title}: {entries}").format(
            title=title(shell, name), entries=plural("{n} task", "{n} tasks", len(read.entries))
        ),
    )


def of_history(shell: Shell) -> Iterator[Finding]:
    """Whether history.db can be opened and read; none is made."""
    try:
        told = history_faults(shell)
    except RushesError as error:
        yield fault("history", error)
        return
    if told is None:
        yield Finding(what="history", said=_("none yet"))
        return
    for sentence in told:
        yield warning("history", sentence)
    if not told:
        yield Finding(
            what="history",
            said=_("{history} can be read").format(history=clean(str(shell.paths.history))),
        )


# -- the accounts -------------------------------------------------------------------------------


def of_keys(settings: Settings, watched: Counter[str]) -> Iterator[Finding]:
    """Whether watched accounts have a key at hand; no command is run, and no keyring asked."""
    for name, tasks in watched.items():
        account = settings.accounts.get(name)
        if account is None:
            yield Finding(
                what="keys",
                said=_("{tasks} of {name}, which config.toml does not have").format(
                    tasks=plural("{n} task", "{n} tasks", tasks), name=name
                ),
                verdict=Verdict.FAULT,
                mend=_(
                    "add [providers.{name}] with a dialect, or take the tasks off the list"
                ).format(name=name),
                exit=Exit.CONFIGURATION,
            )
        elif not account.has_key:
            yield Finding(
                what="keys",
                said=_("{name} has none at hand, and {tasks}").format(
                    name=name, tasks=plural("{n} task", "{n} tasks", tasks)
                ),
                verdict=Verdict.FAULT,
                mend=_("set {env}, or see: rushes providers").format(env=account.key.env),
                exit=Exit.KEY,
            )
    found = [account.id for account in settings.accounts.values() if account.has_key]
    yield Finding(
        what="keys", said=_("at hand for {names}").format(names=", ".join(found) or _("no account"))
    )


async def of_network(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """Whether the accounts that have a key can be reached, and what time it is there."""
    asked = [account for account in settings.accounts.values() if account.has_key]
    if not asked:
        yield Finding(what="network", said=_("nobody is asked: no account has a key"))
    answers = await asyncio.gather(*(_reached(account, clock) for account in asked))
    for account, found in zip(asked, answers, strict=True):
        if isinstance(found, Finding):
            yield found
            continue
        said = _("{account} answers in {took:.0f} ms").format(
            account=account.id, took=found.took * 1000
        )
        yield Finding(what="network", said=said)
        if found.ahead is not None:
            yield _of_clock(account.id, found.ahead)


async def _reached(account: Account, clock: Clock) -> Probed | Finding:
    try:
        return await probe(account.base, account.network, clock)
    except RushesError as error:
        return Finding(
            what="network",
            said=_("{account} at {base}: {message}").format(
                account=account.id, base=account.base, message=clean(error.message)
            ),
            verdict=Verdict.FAULT,
            mend=_("look at the connection, the address in config.toml, and [network]"),
            exit=error.exit,
        )


def _of_clock(name: str, ahead: float) -> Finding:
    if abs(ahead) <= SKEW:
        return Finding(
            what="clock",
            said=_("as that of {name}, to {max:.0f} s").format(name=name, max=max(abs(ahead), 1)),
        )
    way = _("behind") if ahead > 0 else _("ahead of")
    said = _("{abs:.0f} s {way} that of {name}; countdowns follow {name}").format(
        abs=abs(ahead), way=way, name=name
    )
    return warning("clock", said, _("set this machine's clock"))
