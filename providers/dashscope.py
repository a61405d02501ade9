"""DashScope, Alibaba's Model Studio: GET /api/v1/tasks/{task_id} with a bearer key.

- The reply is the task object that TTAPI, AnyFast and seed 001's gateway pass on; what all of them
  have in common is in `dialects/dashscope.py`. A region knows its own tasks only: `base_url` is
  `https://dashscope-intl.aliyuncs.com` for Singapore (Model Studio, manage-asynchronous-tasks).
- The task and its files are deleted after 24 hours; `UNKNOWN` under HTTP 200 is then the answer.
- The list of one's own tasks, of the last 24 hours, names them with their statuses and no files
  (the same page; the vendor's SDK).
- Refusals are `{code, message, request_id}` without `output` (Model Studio, error codes).
"""

from collections.abc import Iterator

from rushes.providers.answers import speaks
from rushes.providers.card import UUID, Auth, Card, PollPolicy, Provider
from rushes.providers.dialects import dashscope
from rushes.providers.listings import ListedTask, Listing, numbered
from rushes.providers.model import Problem, Snapshot
from rushes.providers.node import Node
from rushes.providers.reply import Ask


def _listed(body: Node) -> Iterator[ListedTask]:
    """The tasks of a page: less than their own answers tell, so each is asked about."""
    for item in body.fields()["data"].items():
        task = item.optional()
        yield ListedTask(task["task_id"].ident(), task["gmt_create"].epoch(), None)


CARD = Card(
    id="dashscope",
    name="DashScope",
    docs="https://www.alibabacloud.com/help/en/model-studio/manage-asynchronous-tasks",
    base_url="https://dashscope.aliyuncs.com",
    route="/api/v1/tasks/{task_id}",
    listing=Listing(
        first="/api/v1/tasks?page_no=1&page_size=100",
        route="/api/v1/tasks?page_no={page}&page_size=100",
        parts=_listed,
        following=numbered("data", "total", 100),
    ),
    auth=Auth(env="DASHSCOPE_API_KEY"),
    poll=PollPolicy(
        every=15.0,
        quote="its examples ask about every 15 s; at most 20 queries/s for an account",
        allowed=20.0,
    ),
    statuses=dashscope.STATUSES,
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
    return dashscope.task_or_refusal(CARD, body, ask)


PROVIDER = Provider(card=CARD, parse=parse)
