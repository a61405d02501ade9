"""Whether pictures can be drawn where we are, and in which words it is said that they cannot."""

from enum import Enum

from rushes.providers.language import _
from rushes.tui.lines.glyphs import ASCII, Glyphs


class NoPictures(Enum):
    """Why no picture is drawn; its value says so in English."""

    OFF = "no pictures with pictures = off"
    ASCII = "no pictures with glyphs = ascii"
    WIDE = "no pictures: this terminal draws their sign double"
    NO_COLOR = "no pictures without colours"
    FEW_COLORS = "no pictures in 16 colours"
    NOT_INSTALLED = "no pictures yet: pip install 'rushes[preview]'"

    @property
    def words(self) -> str:
        """The reason for people."""
        return _(self.value)


_FEW = (None, "standard", "windows")


def no_pictures(
    glyphs: Glyphs, color_system: str | None, *, no_color: bool, off: bool = False
) -> NoPictures | None:
    """Why no picture is drawn; None where pictures are. `color_system` is Rich's word."""
    if off:
        return NoPictures.OFF
    if not glyphs.half_block.strip():
        return NoPictures.ASCII if glyphs is ASCII else NoPictures.WIDE
    if no_color:
        return NoPictures.NO_COLOR
    return NoPictures.FEW_COLORS if color_system in _FEW else None
