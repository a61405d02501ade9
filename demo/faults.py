"""Faults that a caller sets: what an origin answers instead of the truth, or does to its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rushes.demo.http import Cut, Response


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault.

    `status` (with `headers`, `body`) is answered in place of the true answer. `drop` resets the
    connection without an answer. `cut` breaks the true answer off after so many bytes of its body.
    `stall` is seconds of silence: at the cut, else before the answer. The fault happens `times`
    times (None: always), and only within `during`, a pair of scene offsets in seconds.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    drop: bool = False
    cut: int | None = None
    stall: float = 0.0
    times: int | None = 1
    during: tuple[float, float] = (float("-inf"), float("inf"))

    def respond(self, truth: Response) -> Response:
        """Return what is answered where `truth` would have been."""
        if self.status is not None:
            return Response(self.status, self.headers, self.body)
        if self.cut is not None:
            return Response(truth.status, truth.headers, truth.body, Cut(self.cut, self.stall))
        return truth


@dataclass(slots=True)
class _Armed:
    origin: str
    task_id: str | None
    fault: Fault
    left: int | None

    def strikes(self, origin: str, task_id: str | None, offset: float) -> bool:
        begin, end = self.fault.during
        aimed = origin == self.origin and self.task_id in (None, task_id)
        return aimed and self.left != 0 and begin <= offset < end


class Faults:
    """The faults set at one gateway; of several that match, the one set last is used."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []

    def add(self, origin: str, task_id: str | None, fault: Fault) -> None:
        """Set a fault for one task of an origin, or for the whole origin (None)."""
        self._armed.insert(0, _Armed(origin, task_id, fault, fault.times))

    def strike(self, origin: str, task_id: str | None, offset: float) -> Fault | None:
        """Return the fault of this request, None for no fault, and count it."""
        for armed in self._armed:
            if armed.strikes(origin, task_id, offset):
                if armed.left is not None:
                    armed.left -= 1
                return armed.fault
        return None
