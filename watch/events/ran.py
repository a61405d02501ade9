"""How it went with a command."""

from rushes.providers.frozen import frozen
from rushes.watch.queued_events import CommandEnd


@frozen
class Ran:
    """How it ended with a command, its exit code where it has one, and what it printed last."""

    end: CommandEnd
    code: int | None = None
    said: str = ""
