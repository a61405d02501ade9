"""Asks a gateway about tasks by a vendor's own client, once each; run where that is installed.

`ask.py VENDOR BASE_URL KEY ID…` prints a JSON object a line: the client's own `status`, the `urls`
of its outputs, and the `error` that it tells, a text or null.
"""

# pyright: basic, reportMissingImports=false, reportAttributeAccessIssue=false
# pyright: reportOptionalMemberAccess=false, reportPrivateUsage=false

import json
import os
import sys
from collections.abc import Callable
from typing import Any

Said = tuple[str, list[str], str | None]


def fal(base: str, key: str) -> Callable[[str], Said]:
    os.environ["FAL_QUEUE_RUN_HOST"] = base.removeprefix("http://")
    import fal_client
    import httpx

    client = fal_client.SyncClient(key=key)

    def ask(task_id: str) -> Said:
        app, _, request = task_id.partition("#")
        place = f"{base}/{app}/requests/{request}"
        from fal_client.client import SyncRequestHandle

        handle = SyncRequestHandle(
            request, place, f"{place}/status", f"{place}/cancel", client._client
        )
        status = handle.status()
        name = type(status).__name__
        if name != "Completed":
            return name, [], None
        try:
            result = handle.get()
        except (fal_client.FalClientHTTPError, httpx.HTTPError) as error:
            return "Failed", [], str(error)
        files = [result["video"]] if "video" in result else result["images"]
        return name, [file["url"] for file in files], None

    return ask


def replicate(base: str, key: str) -> Callable[[str], Said]:
    from replicate.client import Client

    client = Client(api_token=key, base_url=base)

    def ask(task_id: str) -> Said:
        try:
            found = client.predictions.get(task_id)
        except ValueError as error:  # a word that its model does not know
            return "aborted" if "aborted" in str(error) else "?", [], None
        output = found.output or []
        return found.status, [output] if isinstance(output, str) else list(output), found.error

    return ask


def runway(base: str, key: str) -> Callable[[str], Said]:
    from runwayml import RunwayML

    client = RunwayML(api_key=key, base_url=base)

    def ask(task_id: str) -> Said:
        found: Any = client.tasks.retrieve(task_id)
        return (
            found.status,
            list(getattr(found, "output", None) or []),
            getattr(found, "failure", None),
        )

    return ask


def veo(base: str, key: str) -> Callable[[str], Said]:
    from google import genai
    from google.genai import types

    client = genai.Client(api_key=key, http_options=types.HttpOptions(base_url=base))

    def ask(task_id: str) -> Said:
        found = client.operations.get(types.GenerateVideosOperation(name=task_id))
        if not found.done:
            return "running", [], None
        if found.error:
            return "error", [], found.error.get("message")
        made: Any = found.response
        videos = [it.video.uri for it in made.generated_videos or []]
        reasons = made.rai_media_filtered_reasons or []
        return "done" if videos else "filtered", videos, reasons[0] if reasons else None

    return ask


def openai(base: str, key: str) -> Callable[[str], Said]:
    from openai import OpenAI

    client = OpenAI(api_key=key, base_url=f"{base}/v1")

    def ask(task_id: str) -> Said:
        found = client.videos.retrieve(task_id)
        return found.status, [], found.error.message if found.error else None

    return ask


def ark(base: str, key: str) -> Callable[[str], Said]:
    from volcenginesdkarkruntime import Ark

    client = Ark(api_key=key, base_url=f"{base}/api/v3")

    def ask(task_id: str) -> Said:
        found: Any = client.content_generation.tasks.get(task_id=task_id)
        content = found.content
        places = (content.video_url, content.last_frame_url) if content else ()
        return (
            found.status,
            [url for url in places if url],
            found.error.message if found.error else None,
        )

    return ask


def dashscope(base: str, key: str) -> Callable[[str], Said]:
    import dashscope as client

    client.base_http_api_url = f"{base}/api/v1"

    def ask(task_id: str) -> Said:
        found: Any = client.VideoSynthesis.fetch(task_id, api_key=key)
        output = found.output
        urls = [output.video_url] if output.get("video_url") else []
        urls += [each["url"] for each in output.get("results") or []]
        return output.task_status, urls, output.get("message")

    return ask


VENDORS = {
    "fal": fal,
    "replicate": replicate,
    "runway": runway,
    "veo": veo,
    "openai-video": openai,
    "ark": ark,
    "dashscope": dashscope,
}

if __name__ == "__main__":
    vendor, base, key, *ids = sys.argv[1:]
    ask = VENDORS[vendor](base, key)
    for task_id in ids:
        status, urls, error = ask(task_id)
        print(json.dumps({"id": task_id, "status": status, "urls": urls, "error": error}))
