"""Makes every text safe to show in JSON that others wrote: an export, or a team's store."""

from typing import Any, cast

from rushes.providers.text import clean

LONGEST_TEXT = 1 << 20
"""Characters of a text that are kept."""


def cleaned(value: Any, name: str = "") -> Any:
    """The same with its texts cleaned; the bytes of an inline output stay as they are."""
    if isinstance(value, str):
        return value if name == "inline" else clean(value, LONGEST_TEXT)
    if isinstance(value, list):
        return [cleaned(item, name) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {clean(key): cleaned(item, key) for key, item in items}
    return value
