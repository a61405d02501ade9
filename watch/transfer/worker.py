"""A thread beside the one of a transfer: what takes a processor or the disk holds up no reading."""

import threading
from collections.abc import Callable
from queue import SimpleQueue

Job = Callable[[], None]


class Worker:
    """Does jobs in the order in which they are given; at most `ahead` are not done at a time.

    Each is done at once, by who gives it, before `begin`, and where no thread can be had. After an
    error none is done any more, and whoever gives one is told of it.
    """

    def __init__(self, ahead: int) -> None:
        self._ahead = ahead
        self._jobs = SimpleQueue[Job | None]()
        self._turns = SimpleQueue[None]()
        self._thread: threading.Thread | None = None
        self._error: Exception | None = None

    def begin(self) -> None:
        """Have a thread do the jobs from now on."""
        if self._thread is not None:
            return
        thread = threading.Thread(target=self._work, daemon=True)
        try:
            thread.start()
        except (RuntimeError, MemoryError):
            return
        self._thread = thread
        for _ in range(self._ahead):
            self._turns.put(None)

    def do(self, job: Job) -> None:
        """Have this done, too. Waits until at most `ahead` are left; raises what one has raised."""
        if self._thread is None:
            job()
            return
        self._turns.get()
        self._jobs.put(job)
        self._tell()

    def settle(self) -> None:
        """Return once all are done; raises what one has raised."""
        if self._thread is not None:
            for _ in range(self._ahead):
                self._turns.get()
            for _ in range(self._ahead):
                self._turns.put(None)
            self._tell()

    def close(self) -> None:
        """Let the thread end, once all are done."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join()
            self._thread = None

    def _tell(self) -> None:
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                if self._error is None:
                    job()
            except Exception as error:  # noqa: BLE001  it is raised where the next job is given
                self._error = error
            finally:
                self._turns.put(None)
