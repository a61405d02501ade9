"""A gateway on a clock the test steps, and a client that is nothing but sockets."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from rushes.demo.gateway import Gateway
from rushes.demo.scene import Scene

OPENED = 1_795_341_000.25

# The routes as the documents write them, not as demo/ does.
ROUTES = {
    "hiapi": "/v1/tasks/{}",
    "gptge": "/task/{}",
    "ttapi": "/happyhorse/api/v1/tasks/{}",
    "anyfast": "/v1/video/generations/{}",
    "dimilinks": "/v1/tasks/{}",
    "dashscope": "/api/v1/tasks/{}",
    "fal": "/{}/requests/{}/status",
    "replicate": "/v1/predictions/{}",
    "ark": "/api/v3/contents/generations/tasks/{}",
    "veo": "/v1beta/{}",
    "kling": "/v1/videos/{}",
    "runway": "/v1/tasks/{}",
    "openai-video": "/v1/videos/{}",
}


@dataclass(frozen=True)
class Answer:
    """A reply: header names in lower case; `whole` whether all of the body came."""

    status: int
    headers: dict[str, str]
    body: bytes
    whole: bool

    def json(self) -> Any:
        return json.loads(self.body)


async def ask(url: str, method: str = "GET", **headers: str) -> Answer:
    """Send one request; header names are written with underscores. Raises ConnectionError."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        head = "\r\n".join([f"{method} {target} HTTP/1.1", "Connection: close", *lines, "", ""])
        writer.write(head.encode())
        return read_answer(await reader.read(-1), bodiless=method == "HEAD")
    finally:
        writer.close()


def read_answer(data: bytes, *, bodiless: bool = False) -> Answer:
    if not data:
        raise ConnectionResetError("no answer")
    head, _, body = data.partition(b"\r\n\r\n")
    first, *fields = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, value in (field.split(": ", 1) for field in fields)}
    whole = bodiless or len(body) == int(headers["content-length"])
    return Answer(int(first.split(" ")[1]), headers, body, whole)


class Theatre:
    """A gateway that has opened, and the hand on its clock."""

    def __init__(self, **options: Any) -> None:
        self.now = OPENED
        self.gateway = Gateway(clock=lambda: self.now, **options)

    def at(self, offset: float) -> None:
        """Move the clock to so many seconds after the opening."""
        self.now = OPENED + offset

    def scene(self, label: str) -> Scene:
        return next(scene for scene in self.gateway.tasks if scene.label == label)

    def key(self, provider: str) -> dict[str, str]:
        """Return the header that carries the key, as the provider's document has it."""
        key = self.gateway.api_key
        match provider:
            case "ttapi":
                return {"TT_API_KEY": key}
            case "fal":
                return {"Authorization": f"Key {key}"}
            case "veo":
                return {"x_goog_api_key": key}
            case "runway":
                return {"Authorization": f"Bearer {key}", "X_Runway_Version": "2024-11-06"}
            case _:
                return {"Authorization": f"Bearer {key}"}

    async def poll(self, provider: str, task_id: str) -> Answer:
        route = ROUTES[provider].format(*task_id.split("#"))
        if provider == "kling" and "/" not in task_id:
            route = f"/tasks?task_ids={task_id}"
        return await self.get(provider, route)

    async def get(self, provider: str, path: str) -> Answer:
        """Ask a provider for a path, with the key."""
        return await ask(self.gateway.base_urls[provider] + path, **self.key(provider))

    async def say(self, label: str, offset: float) -> Any:
        """Return the JSON a scene's provider answers at an offset."""
        self.at(offset)
        scene = self.scene(label)
        answer = await self.poll(scene.provider, scene.id)
        assert answer.status in (200, 202)
        return answer.json()


Opener = Callable[..., Awaitable[Theatre]]


@pytest.fixture(name="ask")
def _ask() -> Callable[..., Awaitable[Answer]]:
    return ask


@pytest.fixture
async def opened() -> AsyncIterator[Opener]:
    """Return a function that opens a theatre; what it takes is the gateway's."""
    theatres: list[Theatre] = []

    async def build(**options: Any) -> Theatre:
        options = {"transfer_rate": None} | options
        theatre = Theatre(**options)
        theatres.append(theatre)
        await theatre.gateway.start()
        return theatre

    yield build
    for each in theatres:
        await each.gateway.stop()


@pytest.fixture
async def theatre(opened: Opener) -> Theatre:
    return await opened()
