"""Prints what happens in plain words on stdout, a line each, to be read aloud or kept in a log."""

from rushes.providers.language import _, plural
from rushes.providers.model import Status
from rushes.tui.command.transition_lines import TransitionLines
from rushes.tui.lines.counts import Counts
from rushes.tui.lines.words import clock, countdown, status_word
from rushes.watch.desk import Desk
from rushes.watch.task import Task, Transition


class PlainLines(TransitionLines):
    """The time, whose news it is, and the news: no sign, no colour, no column."""

    def begin(self, desk: Desk) -> None:
        """Say what is on the list, and what of it is lost next."""
        tasks = desk.ledger.tasks()
        counts = Counts()
        counts.take(tasks, tasks, layout=True)
        said = [plural("{n} task", "{n} tasks", len(tasks))]
        states = (None, *Status)
        said += [f"{n} {status_word(it)}" for it in states if (n := counts.counts.get(it, 0))]
        self.say(f"{desk.watchlist.name}: {', '.join(said)}")
        loss = counts.next_loss(desk.clock.now())
        if loss is not None:
            time, name = countdown(loss.left), tasks[loss.ref].name
            self.say(_("next loss in {time}: {name}").format(time=time, name=name))

    def transition(self, task: Task, step: Transition) -> None:
        """Say what became of a task, and why it failed or how many files it has."""
        words = [status_word(step.status)]
        snapshot = task.snapshot
        failure = snapshot.failure if snapshot is not None else None
        if failure is not None:
            words.append(failure.message or failure.code or "")
        elif step.status is Status.SUCCEEDED and snapshot is not None:
            words.append(plural("{n} file", "{n} files", len(snapshot.outputs)))
        self.say(f"{task.name}: {', '.join(filter(None, words))}")

    def say(self, text: str) -> None:
        """Print a line on stdout, with the time in front."""
        now, out = self._shell.clock.now(), self._shell.out
        out.line(f"{clock(now, now)} {text}")
        out.flush()
