"""Decides by which way a notice goes, and says why; pure."""

from dataclasses import replace
from enum import Enum

from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.tui.notices.desktop import NoDesktop
from rushes.tui.notices.multiplexer import Outside, Passing
from rushes.tui.notices.sequences import Form, Wrap
from rushes.watch.config.notify import NotifyMethod


class Why(Enum):
    """Why a way is taken or left out; the value is the rest of the sentence."""

    ASKED = "config.toml asks for it"
    OFF = 'config.toml has method = "off"'
    SHOWS = "{} shows it"
    MAY_SHOW = "{} shows it in some versions only"
    UNSEEN = "{} hands it on only while this pane is seen"
    NOT_PASSED = "tmux does not hand it on: set -g allow-passthrough on"
    NO_ANSWER = "tmux did not answer whether it hands it on"
    NESTED = "tmux and screen are one in the other"
    NOTHING_ELSE = "{} is not known to show notices"
    LAST = "it reaches the terminal in any case"
    SESSION = "a session of a desktop runs here"
    NO_TERMINAL = "no terminal is written to"


@frozen
class Reason:
    """Why it is that way; `who` is what the sentence speaks of."""

    why: "Why | NoDesktop"
    who: str = ""

    def __str__(self) -> str:
        return _(self.why.value).format(_(self.who))


class Means(Enum):
    """What carries a notice."""

    TERMINAL = "terminal"
    DESKTOP = "desktop"
    NOTHING = "nothing"


@frozen(kw_only=True)
class Way:
    """How a notice goes: by `form` in `wrap` where it goes to the terminal.

    `bell`: it is rung as well, as the terminal may pass over the form. `left_out` has what was
    considered before, and why it was not taken.
    """

    means: Means
    reason: Reason
    form: Form = Form.BELL
    wrap: Wrap = Wrap.NONE
    bell: bool = False
    left_out: tuple[tuple[str, Reason], ...] = ()


_FORMS = {
    NotifyMethod.OSC9: Form.OSC9,
    NotifyMethod.OSC777: Form.OSC777,
    NotifyMethod.OSC99: Form.OSC99,
    NotifyMethod.BELL: Form.BELL,
}


def way(method: NotifyMethod, around: Outside | None, desktop: NoDesktop | None) -> Way:
    """The way by a method; `around` is None without a terminal, `desktop` what a desktop lacks."""
    match method:
        case NotifyMethod.OFF:
            return _nothing(Reason(Why.OFF))
        case NotifyMethod.DESKTOP:
            if desktop is NoDesktop.NO_TOOL:
                return _nothing(Reason(desktop))
            return Way(means=Means.DESKTOP, reason=Reason(Why.ASKED))
        case NotifyMethod.AUTO:
            return _best(around, desktop)
        case _:
            if around is None:
                return _nothing(Reason(Why.NO_TERMINAL))
            return _asked(_FORMS[method], around)


def _nothing(reason: Reason, *left_out: tuple[str, Reason]) -> Way:
    return Way(means=Means.NOTHING, reason=reason, left_out=left_out)


def _asked(form: Form, around: Outside) -> Way:
    """The form that config.toml names, else the bell."""
    if form is Form.BELL:
        return Way(means=Means.TERMINAL, reason=Reason(Why.ASKED))
    if blocked := _blocked(around):
        return _bell(around, (form.value, blocked))
    return _terminal(form, around, Reason(Why.ASKED), sure=True)


def _best(around: Outside | None, desktop: NoDesktop | None) -> Way:
    """A form that is surely shown, a desktop, a form that may be shown with the bell, the bell."""
    by_desktop = Way(means=Means.DESKTOP, reason=Reason(Why.SESSION))
    if around is None:
        no_terminal = ("terminal", Reason(Why.NO_TERMINAL))
        if desktop is not None:
            return _nothing(Reason(Why.NO_TERMINAL), ("desktop", Reason(desktop)))
        return _with(by_desktop, no_terminal)
    terminal = around.terminal
    blocked = _blocked(around)
    shows = terminal.form is not Form.BELL
    if shows and blocked is None and terminal.sure:
        return _terminal(terminal.form, around, Reason(Why.SHOWS, terminal.name), sure=True)
    left: list[tuple[str, Reason]] = []
    if blocked is not None:
        left.append((terminal.form.value if shows else "OSC", blocked))
    if desktop is None:
        return _with(by_desktop, *left)
    left.append(("desktop", Reason(desktop)))
    if shows and blocked is None:
        reason = Reason(Why.MAY_SHOW, terminal.name)
        return _with(_terminal(terminal.form, around, reason, sure=False), *left)
    return _bell(around, *left)


def _terminal(form: Form, around: Outside, reason: Reason, *, sure: bool) -> Way:
    """By a form; the bell is rung with it where that may be passed over, or not be handed on."""
    unseen = around.passing is Passing.SEEN
    found = Way(
        means=Means.TERMINAL,
        reason=reason,
        form=form,
        wrap=around.wrap,
        bell=unseen or not sure,
    )
    if unseen:
        return _with(found, (f"{form.value} alone", Reason(Why.UNSEEN, around.wrap.value)))
    return found


def _bell(around: Outside, *left_out: tuple[str, Reason]) -> Way:
    if _blocked(around):
        reason = Reason(Why.LAST)
    else:
        reason = Reason(Why.NOTHING_ELSE, around.terminal.name)
    return Way(means=Means.TERMINAL, reason=reason, left_out=left_out)


def _blocked(around: Outside) -> Reason | None:
    """Why no sequence but the bell would reach the terminal."""
    blocks = {
        Passing.NONE: Why.NOT_PASSED,
        Passing.UNTOLD: Why.NO_ANSWER,
        Passing.NESTED: Why.NESTED,
    }
    return Reason(blocks[around.passing]) if around.passing in blocks else None


def _with(found: Way, *left_out: tuple[str, Reason]) -> Way:
    return replace(found, left_out=(*left_out, *found.left_out))
