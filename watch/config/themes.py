"""Themes: the names of those that ship, and a person's own, TOML files beside config.toml.

A theme's file has a colour for what it names; what it leaves out is derived from those.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from rushes.providers.errors import RushesError
from rushes.providers.fields import fields
from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.providers.nearest import hint
from rushes.providers.text import clean
from rushes.watch.config.kinds import FLAG, BadSetting, Kind, text
from rushes.watch.config.reader import REQUIRED, SettingsTable, setting
from rushes.watch.disk.tomlfile import BadFile, parse_toml, read_text

FOLDER = "themes"
"""The folder beside config.toml whose `NAME.toml` are themes."""

SIZE_LIMIT = 64 << 10
"""Bytes of such a file that are read at most."""

MOST = 50
"""Themes of one's own that are read at most."""

OURS = ("rushes", "rushes-light", "terminal")

BUILT_IN = (
    *OURS,
    *("ansi-dark", "ansi-light", "atom-one-dark", "atom-one-light"),
    *("catppuccin-frappe", "catppuccin-latte", "catppuccin-macchiato", "catppuccin-mocha"),
    *("dracula", "flexoki", "gruvbox", "monokai", "nord"),
    *("rose-pine", "rose-pine-dawn", "rose-pine-moon", "solarized-dark", "solarized-light"),
    *("textual-dark", "textual-light", "tokyo-night"),
)
"""The themes that ship, ours and Textual's, which is not imported to check a setting."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def _hex(written: str) -> str:
    if not re.fullmatch(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})", written):
        raise BadSetting(_('expected a colour such as "#ef6f5e"'))
    return written.lower()


_COLOUR = text("a colour", _hex)
_MAYBE: Kind[str | None] = Kind(_COLOUR.expected, _COLOUR.read, _COLOUR.write)


@frozen(kw_only=True)
class OwnTheme:
    """A theme of a person's own, its colours as `#rrggbb`; None for what is derived.

    `name` is the file's.
    """

    name: str
    dark: bool = setting(FLAG, True, "whether its ground is dark")
    background: str = setting(_COLOUR, REQUIRED, "the ground")
    text: str = setting(_COLOUR, REQUIRED, "what is written")
    accent: str = setting(_COLOUR, REQUIRED, "keys, what is in force")
    panel: str | None = setting(_MAYBE, None, "the ground of sheets")
    quiet: str | None = setting(_MAYBE, None, "what matters less")
    faint: str | None = setting(_MAYBE, None, "what matters least")
    rule: str | None = setting(_MAYBE, None, "lines across")
    queued: str | None = setting(_MAYBE, None, "waiting for its turn")
    running: str | None = setting(_MAYBE, None, "being made")
    succeeded: str | None = setting(_MAYBE, None, "there")
    failed: str | None = setting(_MAYBE, None, "failed")
    stopped: str | None = setting(_MAYBE, None, "canceled or gone")
    warm: str | None = setting(_MAYBE, None, "an end within the hour")
    urgent: str | None = setting(_MAYBE, None, "an end within minutes, trouble")


COLOURS = tuple(f.name for f in fields(OwnTheme) if f.name not in ("name", "dark"))


@frozen
class OwnThemes:
    """The themes of a folder, and a line for each fault; a theme at fault is left out."""

    themes: tuple[OwnTheme, ...] = ()
    faults: tuple[str, ...] = ()


def theme_fault(name: str, config_folder: Path) -> str:
    """Why there is no theme of that name; "" where there is one, whatever is in its file."""
    known = [*BUILT_IN, *(file.stem for file in _files(config_folder / FOLDER))]
    if name in known:
        return ""
    return _("unknown theme {name}; {hint}").format(name=clean(name, 40), hint=hint(name, known))


def read_themes(config_folder: Path) -> OwnThemes:
    """The themes beside config.toml; blocks."""
    themes: list[OwnTheme] = []
    faults: list[str] = []
    for file in _files(config_folder / FOLDER):
        before = len(faults)
        theme = _read(file, faults)
        if theme is not None and len(faults) == before:
            themes.append(theme)
    return OwnThemes(tuple(themes), tuple(faults))


def _files(folder: Path) -> Iterator[Path]:
    try:
        found = sorted(folder.iterdir())
    except OSError:
        return  # there is none, or none that we may see
    yield from [each for each in found if each.suffix == ".toml" and each.name[0] != "."][:MOST]


def _read(file: Path, faults: list[str]) -> OwnTheme | None:
    shown = clean(str(file))
    if not _NAME.fullmatch(file.stem):
        said = _("expected a name of small letters, digits, - and _")
        faults.append(f"{shown}: {said}")
        return None
    if file.stem in BUILT_IN:
        said = _("{name} is built in: the built-in one is used").format(name=file.stem)
        faults.append(f"{shown}: {said}")
        return None
    try:
        held = read_text(file, SIZE_LIMIT)
        document = parse_toml(file, held.text) if held else {}
    except (BadFile, RushesError) as error:
        faults.append(str(error))
        return None
    table = SettingsTable(shown, "", document, faults)
    values = table.values(OwnTheme)
    for name in ("background", "text", "accent"):
        if name not in document:
            table.fault(name, _("expected a colour, got nothing"))
    table.finish()
    return OwnTheme(name=file.stem, **values)
