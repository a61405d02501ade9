"""How often tasks are asked about, as the process tells that asks about them."""

from rushes.providers.fields import replace
from rushes.tui.shell.memory import told_asked_every
from rushes.tui.shell.shell import Shell
from rushes.watch.asked_every import AskedEvery, Pacing
from rushes.watch.config.accounts import Account
from rushes.watch.polling.schedule import slowness
from rushes.watch.task import Task


def account_asked_every(account: Account, shell: Shell) -> AskedEvery:
    """The true interval of an account's tasks; the one that is set where nobody asks just now."""
    return told_asked_every(shell, account.id) or AskedEvery(
        account.poll_interval, Pacing.INTERVAL, account.max_rate
    )


def task_asked_every(task: Task, account: Account, of_account: AskedEvery) -> AskedEvery | None:
    """The true interval of a task; None once it is not asked about any more."""
    if task.closed:
        return None
    began = (task.snapshot.created_at if task.snapshot else None) or task.entry.added
    polled = task.last_polled_at
    age = (task.server_time(polled) - began).total_seconds() if polled else None
    slower = slowness(task.status, account.provider.card, age)
    if slower == 1:
        return of_account
    why = of_account.why if of_account.held_up else Pacing.SLOWER
    return replace(of_account, seconds=slower * of_account.seconds, why=why)
