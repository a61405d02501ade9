"""Reads an upstream's reply, of any upstream, that a gateway passes on inside its own reply.

The gateway's own status counts. The upstream's reply gives the files, and the reason of a failure
where the gateway gives none.
"""

from collections.abc import Callable, Sequence

from rushes.providers.answers import failure
from rushes.providers.dialects import dashscope, kling, minimax, vidu
from rushes.providers.links import distinct, usable
from rushes.providers.model import Failure, Output
from rushes.providers.named import OF_TASKS, named
from rushes.providers.node import Node
from rushes.providers.reply import Ask

_OF_NO_INTEREST = (
    *("code", "message", "request_id", "id", "task_id", "status", "state", "task_status"),
    *("created_at", "updated_at", "model", "usage", "duration", "ratio", "credits"),
)

_Files = Callable[[Node, Ask], tuple[Output, ...]]
_Reason = Callable[[Node], Failure | None]

_FILES: Sequence[_Files] = (
    lambda reply, ask: dashscope.outputs(reply["output"].optional(), ask),
    lambda reply, ask: minimax.content(reply["task"].optional(), ask),
    minimax.content,
    vidu.outputs,
    kling.outputs,
    lambda reply, ask: distinct(usable(named(reply, ask, names=OF_TASKS))),
    lambda reply, ask: usable(named(reply["metadata"].optional(), ask)),
)
_REASONS: Sequence[_Reason] = (
    lambda reply: dashscope.reason(reply, reply["output"].optional()),
    lambda reply: failure(reply["task"].optional()["error"]),
    lambda reply: failure(reply["error"]),
    vidu.reason,
    kling.reason,
)


def outputs(reply: Node, ask: Ask) -> tuple[Output, ...]:
    """The files of a finished task, from the first form of reply that has any."""
    for node in _layers(reply):
        for files in _FILES:
            if found := files(node, ask):
                return found
    return ()


def reason(reply: Node) -> Failure | None:
    """Why the task failed at the upstream; None where the reply does not say."""
    layers = _layers(reply)
    return next((why for node in layers for look in _REASONS if (why := look(node))), None)


def _layers(reply: Node) -> Sequence[Node]:
    """The reply, and the object in its `data`."""
    inner = reply["data"] if reply.is_object else reply
    layers = [node for node in (reply, inner) if node.is_object]
    for node in layers:
        node.skip(*_OF_NO_INTEREST)
        node["task"].skip(*_OF_NO_INTEREST)
    return layers
