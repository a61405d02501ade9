"""What the engine does, in one line of text: for a service manager."""

from collections.abc import Mapping

from rushes.providers.language import _
from rushes.providers.model import Status
from rushes.tui.lines.counts import Loss
from rushes.tui.lines.words import rough, status_word

_OPEN = (Status.RUNNING, Status.FINALIZING, Status.QUEUED, Status.UNKNOWN, None)


def engine_status(counts: Mapping[Status | None, int], loss: Loss | None) -> str:
    """`12 running, 3 queued, next loss 41m`; `idle` where nothing is open."""
    said = [f"{number} {status_word(it)}" for it in _OPEN if (number := counts.get(it, 0))]
    if not said:
        said.append(_("idle"))
    if loss is not None:
        said.append(_("next loss {time}").format(time=rough(loss.left)))
    return _(", ").join(said)
