"""Words for the commands of events that did not run to a good end."""

from collections.abc import Mapping

from rushes.providers.language import Words, _
from rushes.watch.changes import CommandFailed
from rushes.watch.queued_events import CommandEnd

_WORDS: Mapping[CommandEnd, str] = Words(
    {
        CommandEnd.TIMED_OUT: "took longer than a minute and was ended",
        CommandEnd.NOT_FOUND: "was not found",
        CommandEnd.UNTRUSTED: "is not run: others could have written it",
        CommandEnd.NOT_STARTED: "could not be started",
        CommandEnd.DASH: "was not run: an argument would have begun with a dash",
    }
)


def command_words(failed: CommandFailed) -> str:
    """What went wrong with the command for an event; rushes.log has its last lines."""
    return _("on {event}: {program} {words}").format(
        event=failed.event.value,
        program=failed.program,
        words=end_words(failed.end, failed.code),
    )


def end_words(end: CommandEnd, code: int | None) -> str:
    """What went wrong with a command."""
    return _WORDS.get(end) or _("failed with exit code {code}").format(code=code)
