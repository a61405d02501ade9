"""Whatever happens on the screen, the terminal shows what a whole repaint would (row 140).

The bytes are replayed through a terminal emulator. A few steps in the suite; all of them with
`RUSHES_WHOLE=1`.
"""

from collections.abc import Awaitable, Callable
from random import Random

import pytest
from emulated_terminal import Screen, at_emulated_terminal
from fake_desk import FakeDesk
from sample_tasks import a_day, finish, output, task, trouble
from sampling import rounds

from rushes.providers.model import ProblemKind, Status
from rushes.tui.screen.app import RushesApp
from rushes.watch.event_kinds import EventKind

SEEDS = range(rounds(1, 40))
STEPS = rounds(12, 150)

NAMES = (
    "opening shot",
    "雨の灯台",
    "日本語 and English 混ぜる",
    "ｆｕｌｌ　ｗｉｄｔｈ",
    "naïve café — “quoted” … × ·",
    "한국어 라벨",
    "a\u0301e\u0308 marks",
    "Ночной поезд",
    "🎬 clapper 🎞 film",
    "x" * 200,
    "雨" * 90,
)
KEYS = (
    *("j", "k", "G", "g", "ctrl+d", "ctrl+u", "space", "enter", "tab", "question_mark"),
    *("colon", "a", "s", "o", "D", "slash", "escape", "escape", "escape", "t", "v", "w", "ctrl+l"),
    *("雨", "e", "backspace", "left", "down", "up", "pagedown"),
)
QUITTING = frozenset({"q", "ctrl+q", "ctrl+z", "ctrl+c"})
SIZES = ((120, 32), (80, 24), (83, 21), (160, 48), (64, 18), (200, 20), (41, 12), (20, 5))


class Storm:
    """One thing after the other, at random."""

    def __init__(self, screen: Screen, desk: FakeDesk, chance: Random) -> None:
        self._screen, self._desk, self._chance = screen, desk, chance

    async def step(self) -> str:
        """Have something happen; what it was."""
        steps: dict[str, Callable[[], Awaitable[str]]] = {
            "key": self._key,
            "size": self._size,
            "task": self._task,
            "second": self._second,
            "notice": self._notice,
            "trouble": self._trouble,
        }
        weights = (8, 2, 4, 4, 1, 1)
        kind = self._chance.choices(list(steps), weights)[0]
        return f"{kind} {await steps[kind]()}"

    async def _key(self) -> str:
        key = self._chance.choice(KEYS)
        await self._screen.pilot.press(key)
        return key

    async def _size(self) -> str:
        size = self._chance.choice(SIZES)
        await self._screen.resize(*size)
        return str(size)

    async def _task(self) -> str:
        name, status = self._chance.choice(NAMES), self._chance.choice([None, *Status])
        number = self._chance.randrange(60)
        progress = self._chance.choice([None, 0, 37, 100])
        one = task(
            name, status, task_id=f"t{number}", progress=progress, prompt=name, raw=name[:20]
        )
        if status is Status.SUCCEEDED:
            one = finish(one, output(expires_in=self._chance.randrange(10, 5000)))
        self._desk.put(one)
        return f"{number} {name} {status}"

    async def _second(self) -> str:
        seconds = self._chance.choice((1, 1, 1, 9, 60, 3600))
        await self._desk.manual_clock.advance(seconds)
        self._screen.app.dashboard.tick()
        return str(seconds)

    async def _notice(self) -> str:
        name = self._chance.choice(NAMES)
        self._desk.tell(EventKind.SAVED, name)
        return name

    async def _trouble(self) -> str:
        wrong = self._chance.choice((None, trouble(), trouble(ProblemKind.AUTH, again=5)))
        self._desk.stand("hiapi", wrong)
        self._screen.app.dashboard.tick()
        return str(wrong)


@pytest.mark.parametrize("seed", SEEDS)
async def test_after_every_step_of_a_storm_every_cell_is_right(
    seed: int, desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not QUITTING.intersection(KEYS)
    desk.put(*a_day(), *(task(name, task_id=f"n{n}") for n, name in enumerate(NAMES)))
    async with at_emulated_terminal(RushesApp(desk), monkeypatch) as screen:
        storm = Storm(screen, desk, Random(seed))
        done: list[str] = []
        for _ in range(STEPS):
            done.append(await storm.step())
            await screen.settled(done)
