"""Pasted texts about tasks whose ids have several parts, or a form of their own."""

import json
from typing import Any

from pasted import DIGITS, KEY, UUID, Sample, bearer, curl, reply

FAL_APP = "fal-ai/kling-video"
FAL_ID = f"{FAL_APP}#{UUID}"
FAL_URL = f"https://queue.fal.run/{FAL_APP}/requests/{UUID}"
FAL_MADE: dict[str, Any] = {
    "status": "IN_QUEUE",
    "request_id": UUID,
    "response_url": FAL_URL,
    "status_url": f"{FAL_URL}/status",
    "cancel_url": f"{FAL_URL}/cancel",
    "logs": None,
    "metrics": {},
    "queue_position": 0,
}
FAL = (
    Sample("fal", "the submit response", reply(FAL_MADE), FAL_ID),
    Sample("fal", "the submit response on one line", json.dumps(FAL_MADE), FAL_ID),
    Sample("fal", "the status URL", f"{FAL_URL}/status?logs=0", FAL_ID),
    Sample("fal", "the response URL", FAL_URL, FAL_ID),
    Sample("fal", "a curl line", curl(f"{FAL_URL}/status", f"Authorization: Key {KEY}"), FAL_ID),
    Sample(
        "fal",
        "the client's handle",
        f"SyncRequestHandle(request_id='{UUID}', response_url='{FAL_URL}',"
        f" status_url='{FAL_URL}/status', cancel_url='{FAL_URL}/cancel',"
        " client=<httpx.Client object at 0x7f23b3eda980>)",
        FAL_ID,
    ),
    Sample(
        "fal",
        "a workflow's status URL",
        f"https://queue.fal.run/workflows/ann/night-sky/requests/{UUID}/status",
        f"workflows/ann/night-sky#{UUID}",
    ),
    Sample("fal", "a ref", f"fal:{FAL_ID}", FAL_ID),
    Sample("fal", "the id as it is printed", FAL_ID, FAL_ID),
)

REPLICATE_ID = "gm3qorzdhgbfurvjtvhg6dckhu"
REPLICATE_URL = f"https://api.replicate.com/v1/predictions/{REPLICATE_ID}"
REPLICATE_MADE: dict[str, Any] = {
    "id": REPLICATE_ID,
    "model": "somebody/some-video",
    "version": "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa",
    "input": {"prompt": "a bay", "image": "https://me.example/in.png"},
    "logs": "",
    "output": None,
    "status": "starting",
    "created_at": "2026-11-05T00:00:00.012Z",
    "urls": {
        "cancel": f"{REPLICATE_URL}/cancel",
        "get": REPLICATE_URL,
        "stream": f"https://stream.replicate.com/v1/files/{'a' * 52}",
    },
}
REPLICATE = (
    Sample("replicate", "the submit response", reply(REPLICATE_MADE), REPLICATE_ID),
    Sample("replicate", "the status URL, urls.get", REPLICATE_URL, REPLICATE_ID),
    Sample("replicate", "its page", f"https://replicate.com/p/{REPLICATE_ID}", REPLICATE_ID),
    Sample("replicate", "a curl line", bearer(REPLICATE_URL), REPLICATE_ID),
    Sample(
        "replicate",
        "the client's prediction",
        f"Prediction(id='{REPLICATE_ID}', model='somebody/some-video', version='5c7d5dc6dd8b',"
        " status='starting', input={'prompt': 'a bay'}, output=None, logs='', error=None,"
        f" metrics=None, created_at='2026-11-05T00:00:00.012Z', urls={{'get': '{REPLICATE_URL}',"
        f" 'cancel': '{REPLICATE_URL}/cancel'}})",
        REPLICATE_ID,
    ),
    Sample("replicate", "a ref", f"replicate:{REPLICATE_ID}", REPLICATE_ID),
)

ARK_ID = "cgt-20261105080000-ab1cd"
ARK_PATH = f"/api/v3/contents/generations/tasks/{ARK_ID}"
ARK = (
    Sample("ark", "the submit response", reply({"id": ARK_ID}), ARK_ID),
    Sample("ark", "the status URL", f"https://ark.cn-beijing.volces.com{ARK_PATH}", ARK_ID),
    Sample("ark", "BytePlus's", f"https://ark.ap-southeast.bytepluses.com{ARK_PATH}", ARK_ID),
    Sample("ark", "a curl line", bearer(f"https://ark.cn-beijing.volces.com{ARK_PATH}"), ARK_ID),
    Sample("ark", "the client's object", f"ContentGenerationTaskID(id='{ARK_ID}')", ARK_ID),
    Sample("ark", "a line of a log", f"12:01 INFO created {ARK_ID}, waiting", ARK_ID),
    Sample("ark", "a ref", f"ark:{ARK_ID}", ARK_ID),
)

VEO_ID = "models/veo-3.1-generate-preview/operations/k3z9d0q2x7ab"
VEO_HOST = "https://generativelanguage.googleapis.com"
VEO = (
    Sample("veo", "the submit response", reply({"name": VEO_ID}), VEO_ID),
    Sample("veo", "the status URL", f"{VEO_HOST}/v1/{VEO_ID}", VEO_ID),
    Sample("veo", "a status URL with a key in it", f"{VEO_HOST}/v1/{VEO_ID}?key={KEY}", VEO_ID),
    Sample("veo", "a curl line", curl(f"{VEO_HOST}/v1/{VEO_ID}", f"x-goog-api-key: {KEY}"), VEO_ID),
    Sample(
        "veo",
        "the client's operation",
        f"GenerateVideosOperation(\n  name='{VEO_ID}'\n)",
        VEO_ID,
    ),
    Sample("veo", "the name alone", VEO_ID, VEO_ID),
    Sample("veo", "a ref", f"veo:{VEO_ID}", VEO_ID),
)

KLING_HOST = "https://api-singapore.klingai.com"
KLING_LEGACY = f"text2video/{DIGITS}"
KLING = (
    Sample(
        "kling",
        "the submit response",
        reply(
            {
                "code": 0,
                "message": "SUCCEED",
                "request_id": "CjLYVWbF1q8AAAAAAgNkNg",
                "data": {"task_id": DIGITS, "task_status": "submitted"},
            }
        ),
        DIGITS,
        alone=False,
    ),
    Sample("kling", "the status URL", f"{KLING_HOST}/tasks?task_ids={DIGITS}", DIGITS),
    Sample("kling", "the legacy URL", f"{KLING_HOST}/v1/videos/text2video/{DIGITS}", KLING_LEGACY),
    Sample(
        "kling",
        "a curl line",
        bearer(f"{KLING_HOST}/v1/videos/text2video/{DIGITS}"),
        KLING_LEGACY,
    ),
    Sample(
        "kling",
        "curl of the legacy query and its answer",
        f"curl --url {KLING_HOST}/v1/videos/text2video/{DIGITS} -H 'Authorization: Bearer k'\n"
        f'{{"code":0,"data":{{"task_id":"{DIGITS}","task_status":"processing"}}}}',
        KLING_LEGACY,
    ),
    Sample(
        "kling",
        "curl of the legacy submission and its answer",
        f'curl -X POST {KLING_HOST}/v1/videos/text2video -d \'{{"model_name": "kling-v2"}}\'\n'
        f'{{"code":0,"data":{{"task_id":"{DIGITS}","task_status":"submitted"}}}}',
        KLING_LEGACY,
    ),
    Sample("kling", "a ref", f"kling:{KLING_LEGACY}", KLING_LEGACY),
)

MINIMAX_ID = "424010985738629"
MINIMAX_V1 = f"https://api.minimax.io/v1/query/video_generation?task_id={MINIMAX_ID}"
MINIMAX_V2 = f"https://api.minimax.io/v2/query/video_generation/{MINIMAX_ID}"
MINIMAX = (
    Sample(
        "minimax",
        "the submit response",
        reply({"task_id": MINIMAX_ID, "base_resp": {"status_code": 0, "status_msg": "success"}}),
        MINIMAX_ID,
        alone=False,
    ),
    Sample("minimax", "the status URL", MINIMAX_V1, MINIMAX_ID),
    Sample("minimax", "the second version's", MINIMAX_V2, f"v2/{MINIMAX_ID}"),
    Sample("minimax", "a curl line", bearer(MINIMAX_V1), MINIMAX_ID),
    Sample("minimax", "the second version's curl", bearer(MINIMAX_V2), f"v2/{MINIMAX_ID}"),
    Sample("minimax", "a ref", f"minimax:v2/{MINIMAX_ID}", f"v2/{MINIMAX_ID}"),
)
