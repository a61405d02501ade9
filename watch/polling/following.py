"""Follows the polls of other machines: what one has just asked about is not asked about here."""

from rushes.watch.polling.poller import Poller
from rushes.watch.polling.turns import LAG
from rushes.watch.task import Task


def follow(poller: Poller, news: Task) -> None:
    """Take over what another machine heard of a task, and leave the next turn to it, too.

    It asks again an interval after it asked; here the task is due a little later, so that a
    machine that ended is missed for no longer than that.
    """
    ref, known = news.ref, poller.tasks.task(news.ref)
    if known is None:
        return
    is_not_waiting = ref not in poller.members.polled or ref in poller.due.busy
    if news.polls <= known.polls or is_not_waiting:
        poller.tasks.learned(news, None)
        return
    interval = poller.session.intervals.of(news)
    wait = interval * (1 + LAG * poller.rng.uniform(1, 2))
    poller.learn(news, wait)
    task = poller.tasks.task(ref)
    if task is None or task.closed:
        poller.forget(ref)
    else:
        poller.put(ref, wait, poller.clock.monotonic() + interval)
