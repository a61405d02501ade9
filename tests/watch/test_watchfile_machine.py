"""A watchlist under any sequence of edits by two programs, an editor, full disks and kills."""

import errno
import os
import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sampling import rounds

from rushes.watch.disk.atomic import SaveFailed
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.file import WatchlistFile
from rushes.watch.watchlist.saved import load

ADDED = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PROGRAMS = st.integers(0, 1)
IDS = st.sampled_from([f"t{n}" for n in range(6)])
LABELS = st.sampled_from(("", "opening shot", "雨中的玻璃窗", 'a "quoted" \\ one'))
TAGS = st.lists(st.sampled_from(("a", "b", "c")), unique=True).map(tuple)


class WatchlistMachine(RuleBasedStateMachine):
    @initialize()
    def home(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "default.toml"
        self.programs = [WatchlistFile(self.path) for _ in range(2)]
        self.model: dict[Ref, Entry] = {}
        self.noted: set[Ref] = set()

    @rule(program=PROGRAMS, task_id=IDS, label=LABELS)
    def add(self, program: int, task_id: str, label: str) -> None:
        entry = Entry(ref=Ref("hiapi", task_id), added=ADDED, label=label)
        self.programs[program].add([entry])
        self.model.setdefault(entry.ref, entry)

    @rule(program=PROGRAMS, task_id=IDS)
    def remove(self, program: int, task_id: str) -> None:
        ref = Ref("hiapi", task_id)
        self.programs[program].remove([ref])
        self.model.pop(ref, None)
        self.noted.discard(ref)

    @rule(program=PROGRAMS, other=PROGRAMS, task_ids=st.lists(IDS, unique=True))
    def remove_and_undo(self, program: int, other: int, task_ids: list[str]) -> None:
        """Each task is back in its place, with the keys that we do not know."""
        _, taken = self.programs[program].remove([Ref("hiapi", task_id) for task_id in task_ids])
        self.programs[other].restore(taken)

    @rule(program=PROGRAMS, task_id=IDS, label=LABELS)
    def label(self, program: int, task_id: str, label: str) -> None:
        self.put(program, Ref("hiapi", task_id), label=label)

    @rule(program=PROGRAMS, task_id=IDS, tags=TAGS)
    def tag(self, program: int, task_id: str, tags: tuple[str, ...]) -> None:
        self.put(program, Ref("hiapi", task_id), tags=tags)

    def put(self, program: int, ref: Ref, **change: object) -> None:
        """As a person does who sees the list as the program last read it."""
        seen = self.programs[program].read().find(ref)
        if seen is not None:
            self.programs[program].put(replace(seen, **change))  # type: ignore[arg-type]
            self.model[ref] = replace(self.model[ref], **change)  # type: ignore[arg-type]

    @rule(task_id=IDS)
    def edit_by_hand(self, task_id: str) -> None:
        """With a key that we do not know, at the end of the file."""
        ref = Ref("hiapi", task_id)
        if ref not in self.model:
            lines = f'[[task]]\nprovider = "hiapi"\nid = "{task_id}"\nnote = "mine"\n'
            stamp = f"added = {ADDED.isoformat()}\n"
            before = self.path.read_text() if self.path.exists() else ""
            self.path.write_text(before + "\n" + lines + stamp)
            self.path.chmod(0o600)
            self.model[ref] = Entry(ref=ref, added=ADDED)
            self.noted.add(ref)

    @rule(program=PROGRAMS, call=st.sampled_from(("write", "fsync", "replace")))
    def fail_to_save(self, program: int, call: str) -> None:
        """A disk that is full at any step: nothing changes, and it is said."""

        def full(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, "no space left")

        entry = Entry(ref=Ref("hiapi", "never"), added=ADDED)
        with patch.object(os, call, full), pytest.raises(SaveFailed):
            self.programs[program].add([entry])

    @rule(program=PROGRAMS)
    def die_and_start_again(self, program: int) -> None:
        """What a kill in the middle of a save leaves behind is in nobody's way."""
        for tail in (".tmp", ".tmp.bak"):
            (self.folder / f".default.toml.k1ll3d{tail}").write_text("version = ")
        self.programs[program] = WatchlistFile(self.path)

    @rule(program=PROGRAMS)
    def look(self, program: int) -> None:
        changed = self.programs[program].reload_if_changed()
        if changed is not None:
            assert {entry.ref for entry in changed.entries} == set(self.model)

    @invariant()
    def what_was_promised_is_there_in_its_order(self) -> None:
        there = load(self.path)
        assert list(there.entries) == list(self.model.values())
        assert there.notes == ()
        assert {r for r, extra in there.task_extras.items() if extra.get("note")} == self.noted

    def teardown(self) -> None:
        shutil.rmtree(self.folder)


WatchlistMachine.TestCase.settings = settings(
    derandomize=True, max_examples=rounds(20, 600), stateful_step_count=20, deadline=None
)
TestAnySequence = WatchlistMachine.TestCase
