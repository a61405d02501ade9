"""What a dialect needs for its answers: the state of scenes, their files, their links."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from re import Match

from rushes.demo import signing
from rushes.demo.http import Request, Response
from rushes.demo.media import CONTENT_TYPES, File, grow
from rushes.demo.ranges import serve
from rushes.demo.scene import Moment, Scene, State, Tempo, look

CDN = "cdn"

_FOLDERS = {
    "hiapi": "tasks",
    "gptge": "inference_output",
    "ttapi": "dashscope-result/1d",
    "anyfast": "dashscope-a717/1d",
    "dimilinks": "videos",
    "dashscope": "dashscope-result-bj/1d",
    "fal": "files/b",
    "replicate": "xezq",
    "ark": "doubao-seedance",
    "veo": "generated-files",
    "kling": "bs2/upload-ylab-stunt-sgp",
    "runway": "task-outputs",
    "openai-video": "sora",
}


def no_skew(_origin: str) -> float:
    """Return 0: every origin's clock is right."""
    return 0.0


class Stage:
    """All scenes, seen by the clocks of their providers, and the CDN's origin.

    `clock` gives the true Unix seconds, `skew` by how many of them an origin's clock is ahead.
    """

    def __init__(
        self,
        cast: Iterable[Scene],
        tempo: Tempo,
        clock: Callable[[], float],
        skew: Callable[[str], float] = no_skew,
    ) -> None:
        self.tempo = tempo
        self.cdn_url = ""
        self._clock = clock
        self._skew = skew
        self.scenes = {(scene.provider, scene.id): scene for scene in cast}
        self._paths = {
            _path(scene, name): (scene, n)
            for scene in self.scenes.values()
            for n, name, _ in scene.files()
        }
        self._files: dict[tuple[str, str, int], File] = {}

    def now(self, origin: str) -> float:
        """Return what an origin's own clock says, in Unix seconds."""
        return self._clock() + self._skew(origin)

    def moment(self, provider: str, task_id: str) -> Moment | None:
        """Return a task's present state, None for a task that the provider does not know.

        Its times are by the provider's clock.
        """
        scene = self.scenes.get((provider, task_id))
        tempo = replace(self.tempo, opened=self.tempo.opened + self._skew(provider))
        moment = look(scene, tempo, self.now(provider)) if scene else None
        return None if moment is None or moment.state is State.GONE else moment

    def moments(self, provider: str) -> Iterator[Moment]:
        """Yield the present state of each task that the provider knows."""
        for owner, task_id in self.scenes:
            moment = self.moment(owner, task_id) if owner == provider else None
            if moment:
                yield moment

    def file(self, scene: Scene, n: int) -> File:
        """Return output n (from 1) as a file."""
        key = (scene.provider, scene.id, n)
        if key not in self._files:
            output = scene.outputs[n - 1]
            self._files[key] = grow(output.medium, output.size, f"{scene.id} {n}")
        return self._files[key]

    def send(self, moment: Moment, n: int, request: Request, origin: str) -> Response:
        """Return output n as an origin's HTTP answer, last changed by that origin's clock."""
        output = moment.scene.outputs[n - 1]
        ahead = self._skew(origin) - self._skew(moment.scene.provider)
        modified = (moment.finished or moment.now) + ahead
        file = self.file(moment.scene, n)
        return serve(file, CONTENT_TYPES[output.suffix], modified, request)

    def published(self, path: str) -> tuple[Moment, int] | None:
        """Return the moment and the number of the output that lies at a path of the CDN."""
        scene, n = self._paths.get(path, (None, 0))
        moment = self.moment(scene.provider, scene.id) if scene else None
        return (moment, n) if moment and moment.state is State.DONE else None

    def link(self, scene: Scene, n: int) -> str:
        """Return the CDN's URL of output n, unsigned."""
        return self.cdn_url + self._at(scene, n)

    def oss_link(self, scene: Scene, n: int, expires: int) -> str:
        """Return a URL signed as Aliyun OSS does, good until `expires` (Unix seconds)."""
        return f"{self.link(scene, n)}?{signing.oss(self._at(scene, n), expires)}"

    def jwt_link(self, scene: Scene, n: int, expires: int) -> str:
        """Return a URL with a token, as a CDN of Runway's, good until `expires` (Unix seconds)."""
        return f"{self.link(scene, n)}?{signing.jwt(self._at(scene, n), expires)}"

    def tos_link(self, scene: Scene, n: int, issued: int, life: int) -> str:
        """Return a URL signed as Volcengine TOS does, good for `life` seconds from `issued`."""
        return f"{self.link(scene, n)}?{signing.tos(self._at(scene, n), issued, life)}"

    def _at(self, scene: Scene, n: int) -> str:
        return next(_path(scene, name) for number, name, _ in scene.files() if number == n)


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a provider, with what its path held and the id of the task it is about."""

    stage: Stage
    provider: str
    request: Request
    held: Match[str]
    task_id: str = ""

    @property
    def now(self) -> float:
        """What the provider's clock says, in Unix seconds."""
        return self.stage.now(self.provider)

    def moment(self) -> Moment | None:
        """Return the task's present state, None if it is not known."""
        return self.stage.moment(self.provider, self.task_id)


def _path(scene: Scene, name: str) -> str:
    # An id of several parts has them as folders.
    place = scene.id.replace("#", "/")
    return f"/{_FOLDERS[scene.provider]}/{place}/{name}"
