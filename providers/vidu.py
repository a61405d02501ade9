"""Vidu: GET /ent/v2/tasks/{id}/creations with a key that is called `Token`.

- The reply is the object that V-API passes on, see `dialects/vidu.py`; the vendor's page has no id
  and no time in it. Mainland China has a host of its own, `https://api.vidu.cn` (the documents).
- Links live 24 hours (Vidu, get generation; an older page said one hour).
- A task that failed still has HTTP 200; HTTP errors are `{code, reason, message}`, the code that of
  HTTP.
"""

from datetime import timedelta

from rushes.providers.answers import speaks
from rushes.providers.card import Auth, Card, PollPolicy, Provider
from rushes.providers.dialects import vidu
from rushes.providers.model import Problem, Snapshot
from rushes.providers.node import Node
from rushes.providers.reply import Ask

CARD = Card(
    id="vidu",
    name="Vidu",
    docs="https://platform.vidu.com/docs/get-generation",
    base_url="https://api.vidu.com",
    route="/ent/v2/tasks/{task_id}/creations",
    auth=Auth(env="VIDU_API_KEY", scheme="Token "),
    poll=PollPolicy(every=20.0, quote="the vendor's own MCP server asks every 20 s"),
    statuses=vidu.STATUSES,
    id_pattern=r"\d{18,19}",
    no_task="100000000000000000",
    hosts=r"(.+\.)?vidu\.(com|cn)",
    output_lifetime=timedelta(hours=24),
)


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `GET /ent/v2/tasks/{id}/creations` said."""
    return vidu.whole_reply(CARD, body, ask)


PROVIDER = Provider(card=CARD, parse=parse)
