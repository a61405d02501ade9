"""`rushes store`: makes, looks at and upgrades a team's store, and copies lists in and out."""

import time
from argparse import Namespace
from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING

from rushes.providers.as_json import JsonObject
from rushes.providers.exits import Exit
from rushes.providers.language import _, plural
from rushes.providers.rfc3339 import rfc3339
from rushes.providers.text import clean
from rushes.tui.shell.files import existing, shared_list, team, title
from rushes.tui.shell.json_output import VERSION, print_json
from rushes.tui.shell.kept_frames import KeptFrames
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.watch.watchlist.named import SHARED, shared_name

if TYPE_CHECKING:
    from rushes.watch.task import Entry
    from rushes.watch.watchlist.shared import SharedList
    from rushes.watch.watchlist.team import Team

TRIES = 30
"""How often an upgrade waits for its second; between two of them readers go on."""

AT_A_TIME = 5_000
"""Tasks that are imported in one transaction: it has to be done within seconds."""


def run(args: Namespace, shell: Shell) -> Exit:
    """Do what the word behind `store` says."""
    words: list[str] = args.words
    copied = {"export": 1, "import": 2}.get(args.what, 0)
    if len(words) != copied or (copied and args.json):
        raise BadUsage(_("see: rushes store --help"))
    match args.what:
        case "init":
            return _init(team(shell), shell, as_json=args.json)
        case "upgrade":
            return _upgrade(team(shell), shell, as_json=args.json)
        case "export":
            return _export(_shared(words[0]), shell)
        case "import":
            return _import(words[0], _shared(words[1]), shell)
        case _:
            return _tell(team(shell), shell, holds=args.what == "status", as_json=args.json)


def _shared(name: str) -> str:
    if shared_name(name) is None:
        raise BadUsage(
            _("{name!r}: a shared list is called {shared}NAME").format(
                name=clean(name, 80), shared=SHARED
            )
        )
    return name


def _init(store: "Team", shell: Shell, *, as_json: bool) -> Exit:
    """Make the tables, and print what gives others their rights to them."""
    from rushes.watch.postgres import upkeep
    from rushes.watch.postgres.roles import owner_of, rights

    with store.session.unchecked() as connection:
        is_new = upkeep.make(connection)
        lines = list(rights(store.address.database, owner_of(connection)))
    if as_json:
        print_json(shell.out, {**_facts(store), "made": is_new, "rights": [*lines]})
        return Exit.FINE
    said = _("made a store in {store}") if is_new else _("there is a store in {store}")
    shell.tell(said.format(store=store.address))
    for line in lines:
        shell.out.line(line)
    return Exit.FINE


def _upgrade(store: "Team", shell: Shell, *, as_json: bool) -> Exit:
    from rushes.watch.postgres import upkeep
    from rushes.watch.postgres.schema import VERSION as TABLES
    from rushes.watch.team_faults import StoreAway

    steps = 0
    for left in reversed(range(TRIES)):
        try:
            with store.session.unchecked() as connection:
                steps = upkeep.upgrade(connection)
            break
        except StoreAway:
            if not left:
                raise
            time.sleep(Random().uniform(0.2, 1.0))  # noqa: S311 - so that readers come between
    if as_json:
        print_json(shell.out, _facts(store))
        return Exit.FINE
    shell.tell(
        _("the store has version {version}; it was up to date").format(version=TABLES)
        if not steps
        else _("the store has version {version} now").format(version=TABLES)
    )
    return Exit.FINE


def _tell(store: "Team", shell: Shell, *, holds: bool, as_json: bool) -> Exit:
    """Whether the store can be used from here, and what it holds."""
    facts = _facts(store)
    lists, members = (store.lists(), store.members()) if holds else ([], [])
    if as_json:
        held: JsonObject = {
            "lists": [{"name": f"{SHARED}{one.name}", "tasks": one.tasks} for one in lists],
            "members": [
                {
                    "machine": clean(one.name, 80),
                    "rushes": clean(one.version),
                    "since": rfc3339(one.since),
                    "seen": rfc3339(one.seen),
                }
                for one in members
            ],
        }
        print_json(shell.out, facts | held if holds else facts)
        return Exit.FINE
    if not holds:
        shell.out.line(_("{store}: fine").format(store=store.address))
        return Exit.FINE
    shell.out.line(
        _("{store}: version {version}, PostgreSQL {server}").format(
            store=store.address, version=facts["schema"], server=facts["postgres"]
        )
    )
    for one in lists:
        tasks = plural("{n} task", "{n} tasks", one.tasks)
        shell.out.line(f"  {SHARED}{one.name}: {tasks}")
    for member in members:
        since = f"{member.since.astimezone():%Y-%m-%d %H:%M}"
        said = _("  {machine}: Rushes {version}, since {since}")
        name = clean(member.name, 80)
        shell.out.line(said.format(machine=name, version=clean(member.version), since=since))
    return Exit.FINE


def _facts(store: "Team") -> JsonObject:
    """Which store it is, as JSON; raises StoreUnusable where it is of no use from here."""
    from rushes.watch.postgres import upkeep

    with store.session.unchecked() as connection:
        version = upkeep.check(connection).version
        server = connection.info.server_version // 10_000
    return {
        "version": VERSION,
        "store": str(store.address),
        "schema": version,
        "postgres": server,
    }


def _export(name: str, shell: Shell) -> Exit:
    """Print a shared list as the TOML that a watchlist's file has."""
    from rushes.watch.watchlist.document import dumps

    found = existing(shell, name).read()
    for note in found.notes:
        shell.tell(_("warning: {warning}").format(warning=note))
    shell.out.text(dumps(found))
    return Exit.FINE


def _import(source: str, name: str, shell: Shell) -> Exit:
    """Add what another list holds, to a shared one; what is on it stays as it is."""
    entries = existing(shell, source).read().entries
    shared = shared_list(shell, name.removeprefix(SHARED))
    new = _appended(shared, entries, title(shell, name))
    KeptFrames(shell.paths, shell.environ).forget(shared.path)
    shell.tell(
        _("{tasks} from {file}, {new} of them new in {title}").format(
            tasks=plural("{n} task", "{n} tasks", len(entries)),
            file=clean(source),
            new=new,
            title=title(shell, name),
        )
    )
    return Exit.FINE


def _appended(shared: "SharedList", entries: "Sequence[Entry]", called: str) -> int:
    """How many of them are new; raises StoreUnusable, which says how many are in by then."""
    from rushes.watch.team_faults import StoreUnusable

    new = 0
    for done in range(0, max(len(entries), 1), AT_A_TIME):
        try:
            new += shared.append(entries[done : done + AT_A_TIME])
        except StoreUnusable as error:
            if not done:
                raise
            far = _("{error}; {done} of {all} tasks are in {title}")
            raise type(error)(
                far.format(error=error, done=done, all=len(entries), title=called),
                hint=_("run it again to have the others in, too"),
            ) from None
    return new
