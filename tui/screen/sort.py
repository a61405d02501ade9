"""The orders of the list, under `s`: the one in force, its direction, and the key to turn it."""

from collections.abc import Mapping, Sequence

from textual import events

from rushes.providers.language import Words, _
from rushes.tui.actions.keymap import Keymap
from rushes.tui.actions.keys import canonical
from rushes.tui.lines.fit import Cell, Piece
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.lines.rows import SORT_NAMES
from rushes.tui.screen.choose import Choice, Choose
from rushes.tui.screen.edges import Hint
from rushes.watch.sorting import SortKey

_ORDERS: Mapping[SortKey, str] = Words(
    {
        SortKey.ADDED: "when it was added",
        SortKey.NAME: "label, else id",
        SortKey.VIA: "gateway",
        SortKey.STATUS: "what runs first, what is over last",
        SortKey.RUN: "how long it ran",
        SortKey.EXPIRES: "what is lost next",
        SortKey.MODEL: "model",
        SortKey.RATING: "stars, the best first",
        SortKey.FILES: "how many files",
        SortKey.SIZE: "bytes on disk",
        SortKey.CREATED: "when the gateway made it",
        SortKey.FINISHED: "when it was over",
        SortKey.PROMPT: "prompt",
        SortKey.ERROR: "why it failed",
        SortKey.TAGS: "tags",
        SortKey.ID: "id",
        SortKey.REF: "gateway and id",
    }
)


class SortSheet(Choose[SortKey]):
    """Returns what to sort by; the order in force is returned to be turned round."""

    def __init__(self, order: SortKey, keymap: Keymap, glyphs: Glyphs, *, descending: bool) -> None:
        self._order = order
        self._turning = keymap.key("reverse")
        sign = glyphs.descending if descending else glyphs.ascending
        way = f"{sign} {_('descending') if descending else _('ascending')}"
        choices = [
            Choice(key, SORT_NAMES[key], note, key is order, way if key is order else "")
            for key, note in _ORDERS.items()
        ]
        aside: Cell = (Piece(f"{SORT_NAMES[order]} {way}", Role.ACCENT),)
        super().__init__(_("sort by"), choices, glyphs, aside)

    @property
    def hints(self) -> Sequence[Hint]:
        """The keys that choose, and the one that turns the order round, here and on the list."""
        choosing, *others = super().hints
        turning = (Hint((self._turning,), _("turn round")),) if self._turning else ()
        return (choosing, *turning, *others)

    def on_key(self, event: events.Key) -> None:
        """Turn the order round with the key that does so on the list."""
        if (canonical(event.key) or event.character) == self._turning:
            event.stop()
            self.dismiss(self._order)
