"""Tells who could have written a file: we and root alone, or somebody else too.

What somebody else could have written is refused, as ssh does it, with the command that mends it.
Looked at are the file and its folder and, where the path is a symbolic link, the link and the
folder that it stands in. Folders further up are not: whoever may write there can only put a folder
of their own in place of this one, and its owner gives that away.
"""

import contextlib
import errno
import grp
import os
import pwd
import stat
from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path

from rushes.providers.error_codes import ErrorCode
from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.providers.text import clean
from rushes.watch.disk.atomic import plain_words
from rushes.watch.disk.tomlfile import BadFile

TRUST_HOME = "RUSHES_TRUST_HOME"
"""The variable that, set to 1, says yes once and for all: nothing is refused then."""

ROOT = 0

_LINKS = 40
"""Symbolic links that are followed, as many as Linux follows."""

_PROBE_MODE = 0o600


class WrittenByOthers(BadFile):
    """Somebody else than we and root could have written a file: it is not read, nor run."""

    code = ErrorCode.WRITTEN_BY_OTHERS


class Weakness(Enum):
    """Why somebody else than we and root could have written a file."""

    OWNER = "another owner"
    OTHERS = "others may write"
    GROUP = "its group may write"


@frozen
class TrustedOwners:
    """Whose files are believed beside ours and root's.

    `everybody` is what RUSHES_TRUST_HOME says. `caller` is the uid of who ran us as root by sudo.
    """

    everybody: bool = False
    caller: int | None = None

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "TrustedOwners":
        """What the environment says."""
        caller = environ.get("SUDO_UID", "") if os.geteuid() == ROOT else ""
        return cls(
            everybody=environ.get(TRUST_HOME) == "1",
            caller=int(caller) if caller.isdecimal() else None,
        )

    def uids(self) -> tuple[int, ...]:
        """Root, we, and who called us by sudo."""
        return (ROOT, _own_uid(), *(() if self.caller is None else (self.caller,)))

    def __contains__(self, uid: int) -> bool:
        return uid in self.uids()


OURS = TrustedOwners()
"""Ours and root's files alone."""


@frozen
class Access:
    """What a file, a folder or a link shows of its owner and of who may write to it."""

    path: Path
    owner: int
    mode: int
    group: int | None = None

    @classmethod
    def of(cls, path: Path, seen: os.stat_result) -> "Access":
        """The access in the result of `stat` or `lstat`."""
        return cls(path, seen.st_uid, seen.st_mode, seen.st_gid)

    def weaknesses(self, trusted: TrustedOwners) -> frozenset[Weakness]:
        """Why somebody else could have written it, or replaced what is in the folder."""
        found: set[Weakness] = set()
        if self.owner not in trusted:
            found.add(Weakness.OWNER)
        if self._obeys_its_mode:
            found |= {Weakness.OTHERS} if self.mode & stat.S_IWOTH else set()
            shared = self.mode & stat.S_IWGRP and not _is_private_group(self.group)
            found |= {Weakness.GROUP} if shared else set()
        return frozenset(found)

    @property
    def _obeys_its_mode(self) -> bool:
        """False for a link, whose mode means nothing, and for a folder such as /tmp.

        In a sticky folder nobody replaces a file of ours, and one of others shows its owner.
        """
        is_sticky = stat.S_ISDIR(self.mode) and bool(self.mode & stat.S_ISVTX)
        return not is_sticky and not stat.S_ISLNK(self.mode)


def accesses(path: Path) -> tuple[Access, ...]:
    """What is looked at for the file at `path`, each once; what is missing is left out.

    Raises OSError where it cannot be looked at.
    """
    places: dict[Path, None] = {}
    for _n in range(_LINKS):
        places |= dict.fromkeys((path, Path(os.path.realpath(path.parent))))
        if not path.is_symlink():
            break
        path = path.parent / path.readlink()
    found: list[Access] = []
    for place in places:
        try:
            found.append(Access.of(place, place.lstat()))
        except (FileNotFoundError, NotADirectoryError):
            continue
    return tuple(found)


def check_ownership(path: Path, trusted: TrustedOwners) -> tuple[str, ...]:
    """Warnings of a file, one at most: a group could change it, or nobody can tell who could.

    A file that is missing is judged by its folder. Raises WrittenByOthers, and BadFile where it
    cannot be looked at.
    """
    if trusted.everybody:
        return ()
    try:
        found = {access: access.weaknesses(trusted) for access in accesses(path)}
    except OSError as error:
        raise BadFile(path, plain_words(error)) from None
    refused = [access for access, why in found.items() if why - {Weakness.GROUP}]
    if any(map(_keeps_modes, refused)):
        raise WrittenByOthers(path, _refusal(found))
    if refused:
        return (
            _("{path}: its file system does not tell who may write to it").format(
                path=clean(str(path))
            ),
        )
    if by_group := [access for access, why in found.items() if why]:
        return (
            _("{path}: a group could change it; {command}").format(
                path=clean(str(path)), command=_command("chmod g-w", by_group)
            ),
        )
    return ()


def owner_name(uid: int) -> str:
    """The name of a user, the number where there is none."""
    try:
        return clean(pwd.getpwuid(uid).pw_name, 40)
    except (KeyError, OverflowError):
        return str(uid)


def _refusal(found: Mapping[Access, frozenset[Weakness]]) -> str:
    """Who could have written a file, and the command that mends it."""
    foreign = [access for access, why in found.items() if Weakness.OWNER in why]
    closable = [access for access, why in found.items() if Weakness.OTHERS in why]
    links = any(stat.S_ISLNK(access.mode) for access in foreign)
    chown = f"chown {'-h ' if links else ''}{owner_name(_own_uid())}"
    commands = [
        *([_command(chown, foreign)] if foreign else ()),
        *([_command("chmod go-w", closable)] if closable else ()),
    ]
    who = (
        _("user {owner_name}").format(owner_name=owner_name(foreign[0].owner))
        if foreign
        else _("any user")
    )
    if _own_uid() == ROOT and any(stat.S_ISDIR(access.mode) for access in foreign):
        # Root in a container, or by `su`, in somebody's home: `chown` would take it from them.
        return _("{who} could have written it; run this as {who} (or {trust_home}=1)").format(
            who=who, trust_home=TRUST_HOME
        )
    return _("{who} could have written it; {names} (or {trust_home}=1)").format(
        who=who, names=" && ".join(commands), trust_home=TRUST_HOME
    )


def _command(words: str, found: Iterable[Access]) -> str:
    import shlex

    return clean(f"{words} {shlex.join(str(access.path) for access in found)}")


def _is_private_group(gid: int | None) -> bool:
    """Whether it is the group that many systems make for each user, with nobody else in it."""
    try:
        if gid is None or _own_uid() == ROOT:
            return False
        user, group = pwd.getpwuid(_own_uid()), grp.getgrgid(gid)
    except (KeyError, OverflowError):
        return False
    own = user.pw_gid == gid and group.gr_name == user.pw_name
    return own and set(group.gr_mem) <= {user.pw_name}


def _own_uid() -> int:
    return os.geteuid()


def _keeps_modes(access: Access) -> bool:
    """Whether owners and modes mean something there: a new file has those it was made with.

    They mean nothing where no file can be made although the mode allows it to anybody. A file
    system that is mounted to be read only takes no write from anybody.
    """
    folder = access.path if stat.S_ISDIR(access.mode) else access.path.parent
    import tempfile  # only where something is written: it takes a while to load

    try:
        probe, name = tempfile.mkstemp(prefix=".probe-", dir=folder)
    except OSError as error:
        is_open = bool(folder.stat().st_mode & stat.S_IWOTH)
        return not is_open and error.errno != errno.EROFS
    try:
        with contextlib.suppress(OSError):
            os.fchmod(probe, _PROBE_MODE)
        made = os.fstat(probe)
    finally:
        os.close(probe)
        Path(name).unlink()
    return (made.st_uid, stat.S_IMODE(made.st_mode)) == (os.geteuid(), _PROBE_MODE)
