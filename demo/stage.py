"""What a dialect may ask when it answers: how scenes stand now, their files, their links."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from re import Match

from demo import signing
from demo.http import Request, Response
from demo.media import CONTENT_TYPES, File, grow
from demo.ranges import serve
from demo.scene import Moment, Scene, State, Tempo, look

_FOLDERS = {
    "hiapi": "tasks",
    "gptge": "inference_output",
    "ttapi": "dashscope-result/1d",
    "anyfast": "dashscope-a717/1d",
    "dimilinks": "videos",
}


class Stage:
    """All scenes on one clock (a callable giving Unix seconds), and the CDN's origin."""

    def __init__(self, cast: Iterable[Scene], tempo: Tempo, clock: Callable[[], float]) -> None:
        self.tempo = tempo
        self.clock = clock
        self.cdn_url = ""
        self.scenes = {(scene.provider, scene.id): scene for scene in cast}
        self._paths = {
            _path(scene, name): (scene, n)
            for scene in self.scenes.values()
            for n, name, _ in scene.files()
        }
        self._files: dict[tuple[str, str, int], File] = {}

    def moment(self, provider: str, task_id: str) -> Moment | None:
        """Return how a task stands, None for one the provider does not, or no longer, know."""
        scene = self.scenes.get((provider, task_id))
        moment = look(scene, self.tempo, self.clock()) if scene else None
        return None if moment is None or moment.state is State.GONE else moment

    def moments(self, provider: str) -> Iterator[Moment]:
        """Yield how each task stands that the provider knows."""
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

    def send(self, moment: Moment, n: int, request: Request) -> Response:
        """Return output n as an HTTP answer."""
        output = moment.scene.outputs[n - 1]
        modified = moment.finished or moment.now
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

    def tos_link(self, scene: Scene, n: int, issued: int, life: int) -> str:
        """Return a URL signed as Volcengine TOS does, good for `life` seconds from `issued`."""
        return f"{self.link(scene, n)}?{signing.tos(self._at(scene, n), issued, life)}"

    def _at(self, scene: Scene, n: int) -> str:
        return next(_path(scene, name) for number, name, _ in scene.files() if number == n)


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a provider, with what its path held."""

    stage: Stage
    provider: str
    request: Request
    held: Match[str]

    @property
    def task_id(self) -> str:
        """The id in the path."""
        return self.held["task_id"]

    def moment(self) -> Moment | None:
        """Return how the task stands, None if it is not known."""
        return self.stage.moment(self.provider, self.task_id)


def _path(scene: Scene, name: str) -> str:
    return f"/{_FOLDERS[scene.provider]}/{scene.id}/{name}"
