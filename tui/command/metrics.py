"""Metrics of a desk for Prometheus, by its own library: an extra, so this module is imported late.

Labels are the names of accounts and our own fixed words: no id, no link, no prompt, no key. What is
counted is read when it is asked for; only what happened is taken from the pile now and then.
"""

from collections import Counter
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from rushes.tui.lines.counts import Counts
from rushes.watch.changes import EventKind, Fetched
from rushes.watch.desk import Desk

CONTENT_TYPE = CONTENT_TYPE_LATEST

TAKE_EVERY = 30.0
"""Seconds between two looks at what happened, where nobody asks."""


class Metrics(Collector):
    """What is counted of a desk, and of this process."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._reader = desk.ledger.readers.new()
        self._counts = Counts()
        self._downloads = Counter[str]()
        self._bytes = 0
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """All metrics as they are now, in the form that Prometheus reads."""
        return generate_latest(self._registry)

    async def keep_up(self) -> None:
        """Take what happened now and then, so that the pile stays small."""
        while True:
            await self._desk.clock.sleep(TAKE_EVERY)
            self._take()

    def collect(self) -> Iterator[Metric]:
        """Every metric as it is now; the library calls this."""
        self._take()
        yield from (self._tasks(), self._polls(), self._troubles())
        yield from (self._next_loss(), *self._transfers())

    def _take(self) -> None:
        changes = self._reader.take()
        self._counts.take(self._desk.ledger.tasks(), changes.refs, changes.layout)
        for event in changes.events:
            if event.kind in (EventKind.SAVED, EventKind.DOWNLOAD_FAILED, EventKind.EXPIRED):
                self._downloads[event.kind.value] += 1
            if event.kind is EventKind.SAVED and isinstance(event.news, Fetched):
                self._bytes += event.news.fetch.done

    def _tasks(self) -> Metric:
        found = GaugeMetricFamily("rushes_tasks", "Watched tasks.", labels=("provider", "status"))
        tasks = self._desk.ledger.tasks().values()
        numbers = Counter(
            (task.ref.provider, task.status.value if task.status else "new") for task in tasks
        )
        for labels, number in numbers.items():
            found.add_metric(labels, number)
        return found

    def _polls(self) -> Metric:
        found = CounterMetricFamily(
            "rushes_polls", "Questions to gateways.", labels=("provider", "outcome")
        )
        for provider, outcomes in self._desk.pollers.outcomes().items():
            for problem, number in outcomes.items():
                found.add_metric((provider, problem.value if problem else "answered"), number)
        return found

    def _troubles(self) -> Metric:
        found = GaugeMetricFamily(
            "rushes_troubles", "Accounts that cannot be asked.", labels=("provider", "problem")
        )
        for provider, state in self._desk.account_states().items():
            if state.key_missing:
                found.add_metric((provider, "auth"), 1)
            elif state.trouble is not None:
                found.add_metric((provider, state.trouble.kind.value), 1)
        return found

    def _next_loss(self) -> Metric:
        found = GaugeMetricFamily(
            "rushes_next_loss_seconds", "Until the next unsaved output expires; absent for none."
        )
        loss = self._counts.next_loss(self._desk.clock.now())
        if loss is not None:
            found.add_metric((), loss.left.total_seconds())
        return found

    def _transfers(self) -> Iterator[Metric]:
        now = GaugeMetricFamily(
            "rushes_transfers", "Downloads that run, or wait for their turn.", labels=("state",)
        )
        now.add_metric(("running",), self._desk.downloads.active)
        now.add_metric(("waiting",), self._desk.downloads.queued)
        ended = CounterMetricFamily(
            "rushes_downloads", "Downloads that ended, and outputs that expired.", labels=("end",)
        )
        for end, number in self._downloads.items():
            ended.add_metric((end,), number)
        yield from (now, ended)
        yield CounterMetricFamily(
            "rushes_downloaded_bytes", "Bytes of the files that were saved.", value=self._bytes
        )
