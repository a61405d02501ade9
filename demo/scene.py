"""A scene: the true course of one task, from which every dialect makes its replies.

Offsets are seconds from the moment the gateway opens. Negative ones stay as they are, the others
are divided by the speed. A scene has nothing of a dialect in it and reads no clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class State(Enum):
    """The state of a task; the value is the word that `play` takes."""

    QUEUED = "queued"
    RUNNING = "running"
    SAVING = "saving"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"
    GONE = "gone"

    @property
    def finished(self) -> bool:
        """Whether the generation itself is over."""
        return self in (State.DONE, State.FAILED, State.CANCELED)


class Via(Enum):
    """The way in which the bytes of an output are delivered."""

    LINK = "a URL at the CDN that carries its own permission"
    FILE_ID = "a file_id to exchange for such a URL"
    BASE64 = "base64 text inside the reply"
    DATA_URL = "a data: URL inside the reply"
    CONTENT = "a path of the gateway that wants the key and streams"
    REDIRECT = "a path of the gateway that wants the key and redirects to the CDN"
    PROXY = "a signed path of the gateway that wants no key"


class Beat(NamedTuple):
    """A change of state at an offset in seconds."""

    at: float
    state: State


def play(**offsets: float) -> tuple[Beat, ...]:
    """Return the beats of `play(queued=-4, running=2, done=40)`, in the order given.

    Raises ValueError for a word that is no state and for beats out of order.
    """
    beats = tuple(Beat(at, State(word)) for word, at in offsets.items())
    if list(beats) != sorted(beats, key=lambda beat: beat.at):
        raise ValueError(f"beats out of order: {offsets}")
    return beats


@dataclass(frozen=True, slots=True)
class Output:
    """One file: its kind, the shipped medium it is made of, its size in bytes, its way of delivery.

    `expires` is an offset in seconds where the scene decides it; None leaves it to the dialect's
    documented lifetime. `life` is the seconds of a link that is signed afresh each time.
    """

    kind: str
    medium: str
    size: int
    via: Via = Via.LINK
    expires: float | None = None
    life: float | None = None

    @property
    def suffix(self) -> str:
        """The file name's ending, with its dot."""
        return self.medium[self.medium.rindex(".") :]


class Failure(NamedTuple):
    """Why a task failed, in its provider's words."""

    code: str
    message: str


NO_FAILURE = Failure("", "")


@dataclass(frozen=True, slots=True)
class Scene:
    """One task of the cast. `flat`: gptge answers in MiniMax's own flat form."""

    provider: str
    model: str
    id: str
    label: str
    tags: tuple[str, ...]
    beats: tuple[Beat, ...]
    outputs: tuple[Output, ...] = ()
    prompt: str = ""
    failure: Failure = NO_FAILURE
    flat: bool = False

    def files(self) -> Iterator[tuple[int, str, Output]]:
        """Yield (n, file name, output), n from 1; a kind that repeats is numbered."""
        kinds = [output.kind for output in self.outputs]
        for index, output in enumerate(self.outputs):
            number = f"_{kinds[:index].count(output.kind) + 1}"
            stem = output.kind + (number if kinds.count(output.kind) > 1 else "")
            yield index + 1, stem + output.suffix, output


@dataclass(frozen=True, slots=True)
class Tempo:
    """The time when the gateway opened (Unix seconds), and the speed of its scenes."""

    opened: float
    speed: float = 1.0

    def wall(self, offset: float) -> float:
        """Return an offset as Unix seconds."""
        return self.opened + (offset / self.speed if offset > 0 else offset)

    def offset(self, now: float) -> float:
        """Return Unix seconds as an offset."""
        passed = now - self.opened
        return passed * self.speed if passed > 0 else passed


@dataclass(frozen=True, slots=True)
class Moment:
    """A scene seen at one instant; times in Unix seconds, progress in whole percent."""

    scene: Scene
    tempo: Tempo
    state: State
    now: float
    created: float
    started: float | None
    finished: float | None
    progress: int

    def expiry(self, output: Output, life: float) -> int:
        """Return when an output expires, in Unix seconds: by the scene, else after `life`."""
        if output.expires is not None:
            return int(self.tempo.wall(output.expires))
        return int((self.finished or self.now) + life)


def look(scene: Scene, tempo: Tempo, now: float) -> Moment:
    """Return what is true of the scene at `now` (Unix seconds)."""
    past = [beat for beat in scene.beats if tempo.wall(beat.at) <= now] or [scene.beats[0]]
    state = past[-1].state
    started = next((tempo.wall(b.at) for b in past if b.state is State.RUNNING), None)
    finished = next((tempo.wall(b.at) for b in past if b.state.finished), None)
    progress = 100 if state.finished or state is State.SAVING else 0
    if state is State.RUNNING and started is not None:
        ahead = scene.beats[len(past) :]
        until = tempo.wall(ahead[0].at) if ahead else started + 300
        progress = max(1, min(99, int(100 * (now - started) / (until - started))))
    created = tempo.wall(scene.beats[0].at)
    return Moment(scene, tempo, state, now, created, started, finished, progress)
