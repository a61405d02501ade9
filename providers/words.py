"""Status words that mean the same wherever they come from, under each provider's own.

Gateways pass on words of their upstreams, and change case and spelling on the way. Only words that
some vendor documents are here (DashScope, Kling, MiniMax, Vidu, Volcengine, Novita, new-api, the
OpenAI form), and none that means different things to two of them: `done` is an end, good or bad,
at Volcengine, `ready` the end at one vendor and the beginning in many a queue; `expired`, `timeout`
and `error` are said of tasks as well as of files and of polls.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from rushes.providers.model import Status

_QUEUED = "queued queueing pending submitted not_start in_queue preparing"
_RUNNING = "running processing in_progress generating"
_SUCCEEDED = "success succeeded succeed complete completed"
_FAILED = "fail failed failure"
_CANCELED = "canceled cancelled"

WORDS: Mapping[str, Status] = MappingProxyType(
    {
        word: status
        for words, status in (
            (_QUEUED, Status.QUEUED),
            (_RUNNING, Status.RUNNING),
            (_SUCCEEDED, Status.SUCCEEDED),
            (_FAILED, Status.FAILED),
            (_CANCELED, Status.CANCELED),
        )
        for word in words.split()
    }
)
"""The words, case-folded, with `_` for blanks and hyphens."""


def meaning(raw: str, own: Mapping[str, Status]) -> Status | None:
    """What a word means to a provider with these words of its own; None where nobody says it."""
    word = raw.casefold()
    if word in own:
        return own[word]
    return WORDS.get(re.sub(r"[\s-]+", "_", word.removeprefix("task_status_")))
