"""Status words that mean the same at every provider; each provider's own are looked up first.

Gateways pass on words of their upstreams, and change case and spelling on the way. The table has
only words that some vendor documents (DashScope, Kling, MiniMax, Vidu, Volcengine, Novita, new-api,
the OpenAI form), and no word that two of them use differently: `done` is a good or bad end at
Volcengine, `ready` is the end at one vendor and the beginning in many a queue; `expired`, `timeout`
and `error` are used of tasks as well as of files and of polls.
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
    """The meaning of a word, by the provider's own words, then by the table; None if in neither."""
    word = raw.casefold()
    if word in own:
        return own[word]
    return WORDS.get(re.sub(r"[\s-]+", "_", word.removeprefix("task_status_")))
