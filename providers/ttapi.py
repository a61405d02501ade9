"""TTAPI HappyHorse: GET /happyhorse/api/v1/tasks/{id} with a `TT-API-KEY` header (seed 002).

- The reply is DashScope's own task object; everything about it is in `dialects/dashscope.py`.
- TTAPI's own errors are `{"status": "FAILED", "message": …, "data": null}`: a refused request and
  never a failed task (docs.ttapi.io, development/response).
- HTTP 499 means that its queue is exhausted (the same page).
- A task can be asked for, and its file fetched, for 24 hours (seed 002); after that the answer
  is `UNKNOWN`.
"""

from rushes.providers.answers import speaks
from rushes.providers.card import UUID, Auth, Card, PollPolicy, Provider
from rushes.providers.dialects import dashscope
from rushes.providers.model import Problem, Snapshot
from rushes.providers.node import Node
from rushes.providers.reply import Ask

CARD = Card(
    id="ttapi",
    name="TTAPI",
    docs="https://docs.ttapi.io/api/en/happyhorse/fetch",
    base_url="https://api.ttapi.io",
    route="/happyhorse/api/v1/tasks/{task_id}",
    auth=Auth(env="TTAPI_API_KEY", header="TT-API-KEY", scheme=""),
    poll=PollPolicy(every=15.0, quote="the upstream's own examples ask about every 15 s"),
    statuses=dashscope.STATUSES,
    codes=dashscope.CODES,
    id_pattern=UUID,
    hosts=r"(.+\.)?ttapi\.(io|org)",
    output_lifetime=dashscope.LIFETIME,
    record_lifetime=dashscope.LIFETIME,
)


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `GET /happyhorse/api/v1/tasks/{id}` said (seed 002)."""
    return dashscope.task_or_refusal(CARD, body, ask)


PROVIDER = Provider(card=CARD, parse=parse)
