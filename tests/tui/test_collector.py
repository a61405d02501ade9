"""Garbage is looked for in rests, not between two keys (reliability.md row 137)."""

import gc
from collections.abc import Iterator, Mapping, Sequence

import pytest

from rushes.tui.shell.collector import AT_LATEST, MUCH, REST, SHARE, Collector


class Garbage:
    """A collector that notes what it is told, and takes `takes` seconds for a look."""

    def __init__(self) -> None:
        self.now = 100.0
        self.takes = 0.02
        self.told: list[str] = []
        self.threshold = (700, 10, 10)
        self.young = 0
        """Looks at what is younger; as many as MUCH make a look at everything due."""

    @property
    def looks(self) -> int:
        return self.told.count("collect")

    def enable(self) -> None:
        self.told.append("enable")

    def disable(self) -> None:
        self.told.append("disable")

    def freeze(self) -> None:
        self.told.append("freeze")

    def collect(self) -> int:
        self.told.append("collect")
        self.now += self.takes
        return 0

    def get_threshold(self) -> tuple[int, int, int]:
        return self.threshold

    def set_threshold(self, young: int, middle: int, old: int, /) -> None:
        self.threshold = (young, middle, old)

    def get_stats(self) -> Sequence[Mapping[str, int]]:
        return [{"collections": each} for each in (0, self.young, 0)]


@pytest.fixture
def garbage() -> Garbage:
    return Garbage()


@pytest.fixture
def collector(garbage: Garbage) -> Collector:
    made = Collector(garbage, lambda: garbage.now)
    made.hold()
    made.go_on()
    garbage.young += MUCH
    return made


def test_nothing_is_looked_at_before_the_frame_and_what_stands_then_never(
    garbage: Garbage, collector: Collector
) -> None:
    assert garbage.told == ["disable", "freeze", "enable"]
    assert garbage.threshold[:2] == (700, 10)
    assert garbage.threshold[2] > 1_000_000


def test_between_keys_everything_is_never_looked_at_and_in_a_rest_it_is(
    garbage: Garbage, collector: Collector
) -> None:
    for _ in range(100):
        collector.pressed()
        garbage.now += REST - 0.1
        collector.look()
    assert garbage.looks == 0
    garbage.now += 0.2
    collector.look()
    assert garbage.looks == 1


def test_it_is_looked_at_only_once_there_is_something(
    garbage: Garbage, collector: Collector
) -> None:
    garbage.young -= 1
    for _ in range(1000):
        garbage.now += REST
        collector.look()
    assert garbage.looks == 0
    garbage.young += 1
    for _ in range(1000):
        garbage.now += REST
        collector.look()
    assert garbage.looks == 1


def test_a_hundredth_of_the_time_goes_into_it_at_most(
    garbage: Garbage, collector: Collector
) -> None:
    garbage.takes = 0.3
    for _ in range(1000):
        garbage.young += MUCH
        garbage.now += 1.0
        collector.look()
    assert 1000 / (SHARE * garbage.takes + 2) <= garbage.looks <= 1000 / (SHARE * garbage.takes)


def test_who_never_rests_has_it_looked_at_in_the_end(
    garbage: Garbage, collector: Collector
) -> None:
    for _ in range(round(AT_LATEST) - 1):
        collector.pressed()
        collector.look()
        garbage.now += 1.0
    assert garbage.looks == 0
    for _ in range(10):
        collector.pressed()
        collector.look()
        garbage.now += 1.0
    assert garbage.looks == 1


@pytest.fixture
def pythons_own() -> Iterator[None]:
    """Python's collector as it was before the test."""
    threshold = gc.get_threshold()
    yield
    gc.set_threshold(*threshold)
    gc.unfreeze()
    gc.enable()


class Ring:
    """Garbage that only the collector finds."""

    def __init__(self) -> None:
        self.own = self


@pytest.mark.usefixtures("pythons_own")
def test_python_itself_looks_at_everything_only_when_told() -> None:
    looks: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            looks.append(info["generation"])

    now = 0.0
    collector = Collector(monotonic=lambda: now)
    collector.hold()
    collector.go_on()
    gc.callbacks.append(note)
    try:
        young, middle, _ = gc.get_threshold()  # a Python of its own has its own
        many = young * (middle + 1) * (MUCH + 2)
        kept = [[each] for each in range(many)]
        rings = [Ring() for _ in range(1000)]
        del rings
        collector.look()
        assert set(looks) == {0, 1}
        now = REST
        collector.look()
        assert looks[-1] == 2
        assert not any(isinstance(each, Ring) for each in gc.get_objects())
        assert len(kept) == many
    finally:
        gc.callbacks.remove(note)
