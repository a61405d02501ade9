"""The language that Rushes speaks: each sentence is English in the code, and looked up when said.

`_("saved")` gives a sentence and `plural("{n} task", "{n} tasks", n)` one that counts, both in the
language in force. A table of sentences is `Words`, which looks up what is taken from it;
`catalogued` is a sentence that is looked up elsewhere. Names of keys, settings and statuses for
programs are never looked up. English needs no catalogue, so nothing is loaded for it.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import Enum

TYPE_CHECKING = False  # `typing` is not loaded for a version or a help: see `tui/entry.py`
if TYPE_CHECKING:
    from typing import TypeVar

    K = TypeVar("K")
else:
    K = object


class Language(Enum):
    """What `lang` of config.toml says; AUTO is what the environment says."""

    AUTO = "auto"
    EN = "en"
    ZH = "zh"


def _english(text: str) -> str:
    return text


def _english_plural(one: str, many: str, number: int) -> str:
    return one if number == 1 else many


_look_up: Callable[[str], str] = _english
_look_up_plural: Callable[[str, str, int], str] = _english_plural


def speak(
    look_up: Callable[[str], str] = _english,
    look_up_plural: Callable[[str, str, int], str] = _english_plural,
) -> None:
    """Have sentences looked up so from now on; without arguments they are English."""
    global _look_up, _look_up_plural
    _look_up, _look_up_plural = look_up, look_up_plural


def _(text: str) -> str:
    """`text` in the language in force; itself where that has no words for it."""
    return _look_up(text) if text else ""


def plural(one: str, many: str, number: int, **others: object) -> str:
    """The form that a number takes, with `{n}` replaced by it: `1 task`, `2 tasks`.

    `others` are replaced by their names.
    """
    return _look_up_plural(one, many, number).format(n=number, **others)


def plural_form(one: str, many: str, number: int) -> str:
    """The form that a number takes, as it is."""
    return _look_up_plural(one, many, number)


def catalogued(text: str) -> str:
    """`text` as it is: a sentence of the catalogue that is looked up where it is said."""
    return text


class Words(Mapping[K, str]):
    """A table of sentences: English where it stands, in the language in force when one is taken."""

    def __init__(self, texts: Mapping[K, str]) -> None:
        self._texts = texts

    def __getitem__(self, key: K) -> str:
        return _(self._texts[key])

    def __iter__(self) -> Iterator[K]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def language_of(environ: Mapping[str, str]) -> Language:
    """What the environment asks for, in the order of gettext.

    The first of LC_ALL, LC_MESSAGES and LANG that is set is the locale; LANGUAGE, a list, comes
    before it, unless the locale is C. Every Chinese is Simplified Chinese here: there is no other.
    """
    locales = (environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next(filter(None, locales), "")
    if _bare(locale) in ("", "c", "posix"):
        return Language.EN
    for name in filter(None, (*environ.get("LANGUAGE", "").split(":"), locale)):
        for language in (Language.EN, Language.ZH):
            if _bare(name) == language.value:
                return language
    return Language.EN


def _bare(locale: str) -> str:
    """The language of a locale: `zh` of `zh_CN.UTF-8`, `zh-Hans` and `zh`."""
    return locale.replace("-", "_").partition(".")[0].partition("@")[0].partition("_")[0].lower()
