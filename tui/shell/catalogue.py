"""Chooses the language, and loads its catalogue where that is not English.

It is chosen before config.toml is read as a whole: what is told of a faulty one, and the help that
reads no settings, are in the person's language as well.
"""

import os
import stat
from collections.abc import Mapping, Sequence

from rushes.providers.language import Language, language_of, speak

DOMAIN = "rushes"
LIMIT = 1 << 16
"""Bytes of config.toml in which `lang` is looked for: it stands above the tables."""

_spoken = Language.EN


def folder() -> str:
    """Where the catalogues are, as gettext has them: LANGUAGE/LC_MESSAGES/DOMAIN.mo."""
    return os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "locale")


def choose(words: Sequence[str], environ: Mapping[str, str]) -> Language:
    """Speak the language that config.toml or the environment asks for; which one that is.

    A command whose words ask for JSON speaks English: programs read the sentences in it.
    """
    options = words[: words.index("--")] if "--" in words else words
    if "--json" in options or "--ndjson" in options:
        return talk(Language.EN)
    said = said_by_config(environ)
    return talk(language_of(environ) if said is Language.AUTO else said)


def talk(language: Language) -> Language:
    """Speak English or Chinese from now on."""
    global _spoken
    if language is not _spoken:
        _spoken = language
        if language is Language.EN:
            speak()
        else:
            from gettext import translation

            found = translation(DOMAIN, folder(), [language.value])
            speak(found.gettext, found.ngettext)
    return language


def said_by_config(environ: Mapping[str, str]) -> Language:
    """`lang` of config.toml; AUTO where it has none, or one that the settings will refuse."""
    for line in _text(_config_of(environ)).splitlines():
        key, _, value = line.partition("=")
        if key.strip().startswith("["):
            break
        if key.strip() == "lang":
            word = value.partition("#")[0].strip().strip("\"'")
            return next((each for each in Language if each.value == word), Language.AUTO)
    return Language.AUTO


def _config_of(environ: Mapping[str, str]) -> str:
    """The path of config.toml, as `watch/disk/paths.py` has it on Linux and macOS."""
    if named := environ.get("RUSHES_CONFIG"):
        return os.path.expanduser(named)
    if home := environ.get("RUSHES_HOME"):
        return os.path.join(os.path.expanduser(home), "config.toml")
    mac = os.uname().sysname == "Darwin"
    base = environ.get("XDG_CONFIG_HOME", "").strip() or os.path.expanduser(
        "~/Library/Application Support" if mac else "~/.config"
    )
    return f"{base}/rushes/config.toml"


def _text(path: str) -> str:
    """The beginning of a file; "" for none, and for what is no regular file."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return ""
        with open(path, "rb") as file:
            return file.read(LIMIT).decode(errors="replace")
    except (OSError, ValueError):
        return ""
