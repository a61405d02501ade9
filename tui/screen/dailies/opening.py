"""Opens the screens of pictures over the dashboard."""

from typing import TYPE_CHECKING

from rushes.providers.language import _
from rushes.tui.actions.tone import Tone
from rushes.tui.lines.cards import every_card
from rushes.tui.screen.dailies.dailies import DailiesScreen
from rushes.tui.screen.dailies.full import FullPicture

if TYPE_CHECKING:
    from rushes.tui.screen.dashboard import Dashboard


def show_dailies(dashboard: "Dashboard") -> None:
    """Show what arrived."""
    dashboard.pictures.look()
    dashboard.app.push_screen(DailiesScreen(dashboard))


def show_picture(dashboard: "Dashboard") -> None:
    """Show the picture of the current task in full."""
    task = dashboard.board.current
    cards = every_card(task, dashboard.now) if task else ()
    if not cards:
        dashboard.say(_("no picture: nothing of it is saved"), Tone.WARNING)
        return
    dashboard.pictures.look()
    dashboard.app.push_screen(FullPicture(dashboard, cards[0]))
