"""Random faults, repeatable by seed: resets, error pages, throttles, silence, unreadable bodies.

The other answers stay true, so that a client that keeps asking learns how every task ended.
"""

from dataclasses import dataclass, field
from random import Random

from rushes.demo.faults import Fault

_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
_HTML = {"Content-Type": "text/html"}
_JSON = {"Content-Type": "application/json"}
_NONSENSE = (
    b"",
    b'{"code": 200, "data": {"taskId": "tk-',
    b"\xff\xfe{\x00}\x00",
    b'{"code": 200, "data": {"status": "success", "status": "fail"}}',
    b'[{"status": "succeeded"}]',
    b'{"status": ' + b"[" * 2000 + b"]" * 2000 + b"}",
    _PAGE,
)


@dataclass(slots=True)
class Chaos:
    """Chooses a fault for a share of all requests."""

    seed: int = 1
    share: float = 0.25
    _chance: Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = Random(self.seed)  # noqa: S311 - a play, not a secret

    def skew(self, origin: str) -> float:
        """Return the seconds by which an origin's clock is ahead: two hours at most, or behind."""
        return Random(f"{self.seed} {origin}").uniform(-7200, 7200)  # noqa: S311

    def strike(self, origin: str) -> Fault | None:
        """Return the fault of the next request to an origin, None for a true answer."""
        chance = self._chance
        if chance.random() >= self.share:
            return None
        if origin == "cdn":
            return chance.choice((Fault(drop=True), Fault(cut=chance.randrange(200_000)), _busy()))
        return chance.choice(
            (
                Fault(drop=True),
                Fault(stall=chance.uniform(0.2, 3)),
                Fault(cut=chance.randrange(100)),
                Fault(status=chance.choice((500, 502, 504)), headers=_HTML, body=_PAGE),
                _busy(),
                Fault(
                    status=429,
                    headers={**_JSON, "Retry-After": str(chance.randint(1, 3))},
                    body=b'{"message": "slow down"}',
                ),
                Fault(status=200, headers=_JSON, body=chance.choice(_NONSENSE)),
            )
        )


def _busy() -> Fault:
    return Fault(status=503, headers={"Retry-After": "1"}, body=b"busy")
