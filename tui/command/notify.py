"""`rushes notify --test`: sends one notice, and says which way it went and why."""

from argparse import Namespace
from collections.abc import Iterator

from rushes.providers.exits import Exit
from rushes.providers.language import _, catalogued
from rushes.tui.command.notices import terminal_writer
from rushes.tui.lines.words import clock
from rushes.tui.notices.sender import Sender, Sent
from rushes.tui.notices.sequences import Wrap
from rushes.tui.notices.way import Means, Why
from rushes.tui.shell.running import run as run_loop
from rushes.tui.shell.shell import Shell
from rushes.watch.config.notify import NotifySettings
from rushes.watch.durations import duration

TITLE = catalogued("Rushes: a test")
BODY = catalogued("notices reach you this way")


def run(_: Namespace, shell: Shell) -> int:
    """Send one notice by the settings, and tell of it; CONFIGURATION where none can be sent."""
    return run_loop(_test(shell.settings().notify, shell))


async def _test(settings: NotifySettings, shell: Shell) -> Exit:
    sender = Sender(settings.method, shell.environ, terminal_writer(shell))
    sent = await sender.send(_(TITLE), _(BODY))
    for line in _lines(sent, settings, shell):
        shell.out.line(line)
    off = sent.way.reason.why is Why.OFF
    return Exit.FINE if sent.arrived or off else Exit.CONFIGURATION


def _lines(sent: Sent, settings: NotifySettings, shell: Shell) -> Iterator[str]:
    found = sent.way
    yield _("method {method}: {outcome}").format(
        method=settings.method.value, outcome=_outcome(sent)
    )
    for name, reason in found.left_out:
        yield _("  not {name}: {reason}").format(name=name, reason=reason)
    if found.means is Means.TERMINAL:
        yield _("  a terminal confirms nothing: whether it was shown, you alone can see")
    if found.reason.why is Why.OFF:
        return
    names = ", ".join(kind.value for kind in settings.on) or _("nothing")
    yield _("told of: {names}; together what happens within {duration}").format(
        names=names, duration=duration(settings.digest)
    )
    if settings.quiet is not None:
        now = shell.clock.now()
        until = settings.quiet.until(now)
        state = (
            _("until {time}, but for a test").format(time=clock(until, now))
            if until
            else _("not now")
        )
        yield _("quiet hours {quiet}: {state}").format(quiet=settings.quiet, state=state)


def _outcome(sent: Sent) -> str:
    found = sent.way
    if found.means is Means.NOTHING:
        return _("nothing was sent: {reason}").format(reason=found.reason)
    if found.means is Means.DESKTOP:
        words = _("the desktop's tool failed") if sent.failed else _("sent to the desktop")
        return f"{words}; {found.reason}"
    form = found.form.value + (_(" and the bell") if found.bell else "")
    through = "" if found.wrap is Wrap.NONE else _(" through {wrap}").format(wrap=found.wrap.value)
    return _("sent by {form}{through}; {reason}").format(
        form=form, through=through, reason=found.reason
    )
