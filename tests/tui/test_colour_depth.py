"""How many colours there are, from the variables of real terminals."""

import pytest

from rushes.tui.screen.colour_depth import ColourDepth, colour_depth

TRUE, INDEXED = ColourDepth.TRUE, ColourDepth.INDEXED
SIXTEEN, NONE = ColourDepth.SIXTEEN, ColourDepth.NONE


@pytest.mark.parametrize(
    ("variables", "depth"),
    [
        ("TERM=xterm-kitty COLORTERM=truecolor", TRUE),
        ("TERM=xterm-256color COLORTERM=24bit", TRUE),
        ("TERM=xterm-256color", INDEXED),
        ("TERM=xterm", SIXTEEN),
        ("TERM=xterm XTERM_VERSION=XTerm(379)", TRUE),
        ("TERM=xterm XTERM_VERSION=XTerm(297)", SIXTEEN),
        # By ssh, which hands on TERM alone.
        ("TERM=xterm-kitty", TRUE),
        ("TERM=alacritty", TRUE),
        ("TERM=foot-extra", TRUE),
        ("TERM=rxvt-unicode-256color", INDEXED),
        # GNU screen hands on the COLORTERM of the terminal around it, and not its colours.
        ("TERM=screen.xterm-256color STY=1.tty COLORTERM=truecolor", INDEXED),
        ("TERM=screen-256color STY=1.tty COLORTERM=truecolor", INDEXED),
        ("TERM=screen STY=1.tty COLORTERM=truecolor", SIXTEEN),
        ("TERM=xterm-256color STY=1.tty COLORTERM=truecolor", INDEXED),
        ("TERM=xterm STY=1.tty XTERM_VERSION=XTerm(379)", SIXTEEN),
        ("TERM=screen COLORTERM=truecolor", SIXTEEN),
        # tmux makes of all colours those that there are.
        ("TERM=tmux-256color TMUX=/tmp/tmux-0/default,1,0 COLORTERM=truecolor", TRUE),
        ("TERM=screen-256color TMUX=/tmp/tmux-0/default,1,0 COLORTERM=truecolor", TRUE),
        ("TERM=screen TMUX=/tmp/tmux-0/default,1,0", INDEXED),
        ("TERM=linux COLORTERM=truecolor", SIXTEEN),
        ("TERM=vt220", NONE),
        ("TERM=vt340 COLORTERM=truecolor", NONE),
        ("TERM=xterm-256color COLORTERM=truecolor NO_COLOR=1", NONE),
        ("TERM=xterm-256color NO_COLOR=", INDEXED),
        ("TERM=screen STY=1.tty TEXTUAL_COLOR_SYSTEM=truecolor", TRUE),
        ("TERM=xterm-256color TEXTUAL_COLOR_SYSTEM=auto", INDEXED),
        ("", SIXTEEN),
    ],
)
def test_a_terminal_is_drawn_on_in_the_colours_that_it_has(
    variables: str, depth: ColourDepth
) -> None:
    environ = dict(word.split("=", 1) for word in variables.split())
    assert colour_depth(environ) is depth
