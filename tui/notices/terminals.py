"""Which terminal shows our lines, and by which sequence it shows notices.

Where each fact is from: kitty's page "Desktop notifications"; WezTerm's `notification_handling`;
foot-ctlseqs(7); Ghostty's pages on OSC 9 and OSC 777; iTerm2's "Proprietary Escape Codes"; Windows
Terminal's pull request 20012, in no version before 2026; urxvt(7), where it takes an extension; the
patch that some distributions have for VTE, which passes over the sequence without since 0.46.
"""

from collections.abc import Iterable, Mapping

from rushes.providers.frozen import frozen
from rushes.providers.language import catalogued
from rushes.tui.notices.sequences import Form


@frozen
class Terminal:
    """What a terminal is called, and what it shows a notice for.

    `sure`: every version in use does; else it may pass over the sequence.
    """

    name: str
    form: Form
    sure: bool = True


UNKNOWN = Terminal(catalogued("a terminal of unknown kind"), Form.BELL)

_XTERM = Terminal("xterm", Form.BELL)
_KITTY = Terminal("kitty", Form.OSC99)
_GHOSTTY = Terminal("Ghostty", Form.OSC777)
_WEZTERM = Terminal("WezTerm", Form.OSC777)
_ITERM = Terminal("iTerm2", Form.OSC9)
_WINDOWS = Terminal("Windows Terminal", Form.OSC777, sure=False)
_VTE = Terminal("VTE", Form.OSC777, sure=False)
_KONSOLE = Terminal("Konsole", Form.OSC777, sure=False)

_WORDS = (
    ("xterm-kitty", _KITTY),
    ("kitty(", _KITTY),
    ("ghostty", _GHOSTTY),
    ("wezterm", _WEZTERM),
    ("foot", Terminal("foot", Form.OSC777)),
    ("iterm", _ITERM),
    ("rxvt", Terminal("rxvt-unicode", Form.OSC777, sure=False)),
    ("vte(", _VTE),
    ("konsole", _KONSOLE),
    ("xterm(", _XTERM),
    ("alacritty", Terminal("Alacritty", Form.BELL)),
    ("apple_terminal", Terminal("Terminal.app", Form.BELL)),
    ("vscode", Terminal(catalogued("the terminal of VS Code"), Form.BELL)),
    ("linux", Terminal(catalogued("the Linux console"), Form.BELL)),
)
"""What a terminal's name begins with: in TERM, in TERM_PROGRAM, or in its answer to XTVERSION."""

_NAMES = ("TERM", "TERM_PROGRAM", "LC_TERMINAL")
"""The variables that hold a name. LC_TERMINAL comes along over ssh."""

_MARKS = (
    ("XTERM_VERSION", _XTERM),
    ("WT_SESSION", _WINDOWS),
    ("VTE_VERSION", _VTE),
    ("KONSOLE_VERSION", _KONSOLE),
    ("KITTY_WINDOW_ID", _KITTY),
    ("GHOSTTY_RESOURCES_DIR", _GHOSTTY),
    ("WEZTERM_PANE", _WEZTERM),
    ("ITERM_SESSION_ID", _ITERM),
)
"""Variables that only one terminal sets. Whoever is started from it has them, too: names first."""

MARKS = tuple(name for name, _ in _MARKS)
"""The names of these variables."""

_OLDEST_VTE = 4600
"""Before it VTE shows an unknown sequence as text."""


def named(names: Iterable[str]) -> Terminal | None:
    """The terminal of the first name that is known."""
    for name in names:
        lowered = name.lower()
        for word, terminal in _WORDS:
            if lowered.startswith(word):
                return terminal
    return None


def marked(environ: Mapping[str, str]) -> Terminal | None:
    """The terminal that left its variables, which may be another one than what is looked at now."""
    for variable, terminal in _MARKS:
        value = environ.get(variable, "")
        if value and not (terminal is _VTE and _is_too_old(value)):
            return terminal
    return None


def terminal_of(environ: Mapping[str, str]) -> Terminal:
    """The terminal that a process with these variables writes to, with nothing between them."""
    return named(environ.get(name, "") for name in _NAMES) or marked(environ) or UNKNOWN


def _is_too_old(version: str) -> bool:
    return not version.isdecimal() or int(version) < _OLDEST_VTE
