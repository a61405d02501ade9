"""The password of a shared store, looked for when a connection is made."""

import stat
from collections.abc import Mapping
from pathlib import Path

from rushes.providers.language import Words, _
from rushes.providers.secret import Secret
from rushes.providers.text import clean
from rushes.watch.disk.atomic import plain_words
from rushes.watch.keys.find import Flaw, KeySource, find_key
from rushes.watch.keys.known_keys import SHORTEST
from rushes.watch.team_faults import StoreUnusable

KEYRING_NAME = "store"
"""Under which name the keyring has it, of the service `rushes`."""

_FLAWS: Mapping[Flaw, str] = Words(
    {
        Flaw.CHARACTERS: (
            "the password from {place} holds spaces or characters that are not printable ASCII"
        ),
        Flaw.TOO_SHORT: (
            "the password from {place} has fewer than {shortest} characters: "
            "it could not be hidden in what is shown"
        ),
    }
)


def find_password(
    variable: str, command: tuple[str, ...], environ: Mapping[str, str]
) -> Secret | None:
    """The password by the variable, the command or the keyring; None where there is none.

    Then libpq may have it from the passfile, or needs none. Blocks as `find_key` does. Raises
    StoreUnusable where one was to be had and was not.
    """
    key = find_key(KEYRING_NAME, KeySource(variable, command), environ)
    if key.flaw is not None:
        said = _FLAWS[key.flaw].format(place=key.source, shortest=SHORTEST)
        raise StoreUnusable(said, hint=_("a passfile may have it"))
    if key.secret is None and (command or variable):
        raise StoreUnusable(_("no password for the store: {why}").format(why=key.why_missing))
    return key.secret


def passfile(environ: Mapping[str, str]) -> str:
    """The passfile that libpq is to read, which need not be there.

    Raises StoreUnusable for one that libpq would pass over: it says so on the terminal itself, over
    whatever is shown there.
    """
    named = environ.get("PGPASSFILE", "").strip()
    path = Path(named) if named else Path(environ.get("HOME", "/")) / ".pgpass"
    try:
        found = path.stat()
    except FileNotFoundError:
        return str(path)
    except (OSError, ValueError) as error:
        why = plain_words(error) if isinstance(error, OSError) else _("it is no path")
        raise StoreUnusable(f"{clean(str(path))}: {why}") from None
    if not stat.S_ISREG(found.st_mode):
        raise StoreUnusable(_("{path}: a passfile has to be a file").format(path=clean(str(path))))
    if found.st_mode & 0o077:
        raise StoreUnusable(
            _("{path}: others can read the passwords in it").format(path=clean(str(path))),
            hint="chmod 600",
        )
    return str(path)
