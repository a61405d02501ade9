"""Finds the program that is to print an account's key; `command.py` runs it."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.text import clean


class NoKey(RushesError):
    """A command or keyring that should give a key gave none."""

    code = ErrorCode.NO_KEY


def command_name(command: Sequence[str]) -> str:
    """The name of a command on screen: its program, without folder and arguments."""
    return clean(PurePath(command[0]).name, 40) if command else ""


def program_of(command: Sequence[str], environ: Mapping[str, str]) -> Path | None:
    """The file that a command runs; None where there is none."""
    if not command:
        return None
    import shutil  # with all that it can pack and unpack

    path = os.pathsep.join(os.get_exec_path(environ))
    # One that may not be run is found, too, so that a person hears of that.
    found = shutil.which(command[0], path=path) or shutil.which(command[0], os.F_OK, path)
    return Path(found).absolute() if found else None
