"""Prints what happens to tasks, a line each: for `wait` and `watch`, which say it alike.

`event_lines.py` prints it as JSON.
"""

from rushes.providers.model import ProblemKind, Status
from rushes.providers.rfc3339 import rfc3339_ms
from rushes.tui.lines.ansi import inked
from rushes.tui.lines.fit import Piece
from rushes.tui.lines.glyphs import signs
from rushes.tui.lines.roles import STATUS_ROLES, Role
from rushes.tui.lines.words import clock, problem_word, status_word, trouble_words
from rushes.tui.shell.shell import Shell
from rushes.tui.shell.wide_text import padded
from rushes.watch.config.settings import GlyphSet
from rushes.watch.desk import Desk
from rushes.watch.task import Ref, Task, Transition

_OF_ONE_TASK = (ProblemKind.NOT_FOUND, ProblemKind.REFUSED, ProblemKind.MALFORMED)
"""Problems that are told for each task; the others are the account's, and told once."""

FAILURES = (Status.FAILED, Status.CANCELED, Status.GONE)
"""The ends of a task that are no success."""


class TransitionLines:
    """Transitions on stdout, and what is the trouble of one task alone on stderr, once."""

    def __init__(self, shell: Shell, glyphs: GlyphSet, *, failures_only: bool = False) -> None:
        """`failures_only` leaves out what is no failure."""
        self._shell = shell
        self._glyphs = signs(glyphs, shell.out)
        self._failures_only = failures_only
        self._troubles_told: dict[Ref, ProblemKind] = {}

    def begin(self, desk: Desk) -> None:
        """What there is already is not told."""

    def transition(self, task: Task, step: Transition) -> None:
        """Print one transition of a task."""
        if self._failures_only and step.status not in FAILURES:
            return
        out = self._shell.out
        if out.is_terminal:
            words = f"{self._glyphs.status(step.status)} {padded(status_word(step.status), 11)}"
            line = (
                Piece(f"{clock(step.observed_at, self._shell.clock.now())}  ", Role.FAINT),
                Piece(words, STATUS_ROLES[step.status]),
                Piece(f" {task.name}"),
                Piece(f"  {task.ref}" if task.entry.label else "", Role.FAINT),
            )
            out.line(inked(line, out.colour))
        else:
            at, raw = rfc3339_ms(step.observed_at), step.raw_status or ""
            out.line(f"{at}\t{task.ref}\t{step.status.value}\t{raw}\t{task.entry.label}")
        out.flush()

    def trouble(self, task: Task) -> None:
        """Print what is wrong with this task alone, unless that was said last of it."""
        kind = task.trouble.kind if task.trouble and not task.over else None
        before = self._troubles_told.pop(task.ref, None)
        if kind is not None:
            self._troubles_told[task.ref] = kind
        if task.trouble and kind in _OF_ONE_TASK and kind is not before:
            self.say(f"{task.name}: {problem_word(task.trouble)}: {trouble_words(task.trouble)}")

    def say(self, text: str) -> None:
        """Print what happened besides."""
        self._shell.tell(text)

    def forget(self, ref: Ref) -> None:
        """Forget what was said of a task that is not watched any more."""
        self._troubles_told.pop(ref, None)
