"""Which signs a terminal is drawn on with: the person's choice, as far as it can be drawn."""

from rushes.tui.lines.glyphs import ASCII, SETS, UNICODE, Glyphs, single_width
from rushes.watch.config.settings import GlyphSet

_OLD_FONTS = ("linux", "vt", "cygwin")
"""What the TERM of a terminal begins with whose font lacks most signs."""


def glyphs_for(setting: GlyphSet, *, term: str, encoding: str, doubles: bool = False) -> Glyphs:
    """The signs for a terminal by its TERM and the encoding of what is written to it.

    `doubles`: it draws signs of ambiguous width two cells wide.
    """
    if encoding.lower().replace("-", "") != "utf8" or term.startswith(_OLD_FONTS):
        return ASCII
    chosen = SETS[setting.value]
    return single_width() if doubles and chosen is UNICODE else chosen
