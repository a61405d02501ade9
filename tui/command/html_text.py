"""HTML in which every text is escaped: there is no other way to put one in.

A text may be anybody's. Whatever it holds becomes characters on the page, known keys are hidden,
and links lose what signs them.
"""

from html import escape

from rushes.providers.frozen import frozen
from rushes.providers.text import clean, without_queries
from rushes.watch.keys.known_keys import hide

_EMPTY = frozenset({"img", "meta"})
"""Elements that hold nothing, and have no end tag."""


@frozen
class Html:
    """A piece of a page."""

    text: str


Child = Html | str


def element(name: str, /, *children: Child, **attributes: str) -> Html:
    """An element; of an attribute's name a last underscore goes, other ones become hyphens."""
    told = "".join(f' {_name(key)}="{_safe(value)}"' for key, value in attributes.items())
    if name in _EMPTY:
        return Html(f"<{name}{told}>")
    return Html(f"<{name}{told}>{joined(*children).text}</{name}>")


def joined(*children: Child) -> Html:
    """One piece after the other."""
    return Html("".join(it.text if isinstance(it, Html) else _safe(it) for it in children))


def picture(data_uri: str, alternative: str) -> Html:
    """A picture that is in the page itself; the link is made of its bytes by us."""
    return Html(f'<img src="{data_uri}" alt="{_safe(alternative)}" loading="lazy">')


def _safe(text: str) -> str:
    return escape(without_queries(clean(hide(text))), quote=True)


def _name(key: str) -> str:
    return key.removesuffix("_").replace("_", "-")
