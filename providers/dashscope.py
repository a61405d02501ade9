"""DashScope, Alibaba's Model Studio: GET /api/v1/tasks/{task_id} with a bearer key.

- The reply is the task object that TTAPI, AnyFast and seed 001's gateway pass on; what all of them
  have in common is in `dialects/dashscope.py`. A region knows its own tasks only: `base_url` is
  `https://dashscope-intl.aliyuncs.com` for Singapore (Model Studio, manage-asynchronous-tasks).
- `SUSPENDED` waits as `PENDING` does (the vendor's SDK).
- Images are `output.results[].url`. A task of several parts is SUCCEEDED as soon as one of them is;
  a part that failed has `code` and `message` in the place of a link (Model Studio).
- The task and its files are deleted after 24 hours; `UNKNOWN` under HTTP 200 is then the answer.
- Refusals are `{code, message, request_id}` without `output` (Model Studio, error codes).
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from providers.answers import because, speaks, without_task
from providers.card import UUID, Auth, Card, PollPolicy, Provider
from providers.dialects import dashscope
from providers.links import each, linked, usable
from providers.model import Output, Problem, Snapshot, Status
from providers.node import Node
from providers.reply import Ask

CARD = Card(
    id="dashscope",
    name="DashScope",
    docs="https://www.alibabacloud.com/help/en/model-studio/manage-asynchronous-tasks",
    base_url="https://dashscope.aliyuncs.com",
    route="/api/v1/tasks/{task_id}",
    auth=Auth(env="DASHSCOPE_API_KEY"),
    poll=PollPolicy(
        every=15.0,
        quote="its examples ask about every 15 s; at most 20 queries/s for an account",
        allowed=20.0,
    ),
    statuses=MappingProxyType({**dashscope.STATUSES, "suspended": Status.QUEUED}),
    codes=dashscope.CODES,
    id_pattern=UUID,
    # Regions, workspaces, and the consoles of the two sites.
    hosts=r"(.+\.)?dashscope[\w-]*\.aliyuncs\.com|.+\.maas\.aliyuncs\.com"
    r"|(bailian|modelstudio)[\w.-]*\.(aliyun|alibabacloud)\.com",
    output_lifetime=dashscope.LIFETIME,
    record_lifetime=dashscope.LIFETIME,
)


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `GET /api/v1/tasks/{task_id}` said (Model Studio)."""
    code, message = body["code"].code(), body["message"].text()
    if (code or message) and "output" not in body:
        return without_task(CARD, code, message)
    output = body["output"].fields()
    status, raw = CARD.status(output["task_status"])
    return replace(
        dashscope.details(body, status, raw),
        task_id=output["task_id"].ident(),
        outputs=_outputs(output, ask) if status is Status.SUCCEEDED else (),
    )


def _outputs(output: Node, ask: Ask) -> tuple[Output, ...]:
    """The video, or the images; the first says which of the parts failed, if any did."""
    video = partial(linked, ask=ask, kind="video", lifetime=dashscope.LIFETIME)
    parts = list(each(output["results"], partial(_image, ask=ask)))
    found = usable([(output["video_url"], video), *parts])
    lost = [failure for item, _ in parts if (failure := _why(item))]
    if not lost:
        return found
    note = f"{len(lost)} of {len(parts)} parts failed: {lost[0]}"
    if not found:
        output["results"].note(note)  # against the documents: one part at least is there
        return ()
    return (replace(found[0], note=note), *found[1:])


def _image(item: Node, ask: Ask) -> Iterator[Output]:
    item.fields().skip("orig_prompt", "actual_prompt")
    yield from linked(item["url"], ask, "image", dashscope.LIFETIME)


def _why(item: Node) -> str | None:
    """Why a part has no file; None for one that has, or says nothing."""
    if not item.is_object or not item["url"].absent:
        return None
    why = because(item["code"].code(), item["message"].text())
    return ": ".join(filter(None, (why.code, why.message))) if why else None


PROVIDER = Provider(card=CARD, parse=parse)
