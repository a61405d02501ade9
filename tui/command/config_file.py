"""`rushes config init` and `rushes config edit`: how a person comes to a config.toml."""

import os
import shlex
import signal
import subprocess
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.providers.language import _
from rushes.providers.text import clean
from rushes.tui.command.default_config import written
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.watch.config.settings import BadSettings, default_settings
from rushes.watch.disk.atomic import SaveFailed
from rushes.watch.disk.descriptors import sync, sync_folder, write_all
from rushes.watch.disk.paths import private_dir
from rushes.watch.keys.find import learn_at_hand
from rushes.watch.keys.known_keys import without_keys

EDITORS = ("VISUAL", "EDITOR")
"""The variables that name an editor, the first one first."""


def init(shell: Shell) -> Exit:
    """Write a config.toml in which every setting is a comment; raises BadUsage where one is."""
    path = shell.paths.config
    text = "\n".join([*_commented(written(shell.environ)), ""])
    private_dir(path.parent)
    try:
        _write_new(path, text.encode())
    except FileExistsError:
        raise BadUsage(
            _("{path} is there already: rushes config edit").format(path=clean(str(path)))
        ) from None
    except OSError as error:
        raise SaveFailed.because(path, error) from error
    shell.out.line(clean(str(path)))
    return Exit.FINE


def _commented(lines: Iterable[str]) -> Iterator[str]:
    """The lines of a config.toml, its settings as comments: what is not changed stays default."""
    for line in lines:
        is_setting = line and not line.startswith(("#", "["))
        yield f"# {line}" if is_setting else line


def _write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there, mode 0600; raises FileExistsError, also for a dead link."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        try:
            write_all(descriptor, data)
            sync(descriptor)
        finally:
            os.close(descriptor)
        sync_folder(path.parent)
    except OSError:
        # Half a file would keep the next try from being one.
        with suppress(OSError):
            path.unlink()
        raise


def edit(shell: Shell) -> None:
    """Have a person's editor change config.toml; returns once it has ended, raises BadUsage.

    The editor and what it starts get no key of ours.
    """
    path = shell.paths.config
    variable = next((name for name in EDITORS if shell.environ.get(name, "").strip()), None)
    if variable is None:
        raise BadUsage(
            _("set {names} to an editor; the file is {path}").format(
                names=_(" or ").join(EDITORS), path=clean(str(path))
            )
        )
    try:
        command = [*shlex.split(shell.environ[variable]), str(path)]
    except ValueError:
        raise BadUsage(_("{variable} is no command line").format(variable=variable)) from None
    private_dir(path.parent)
    _learn_keys(shell)
    if not path.exists():
        shell.tell(
            _("there is no config.toml yet; rushes config init writes every setting into one")
        )
    try:
        code = _run(command, without_keys(shell.environ))
    except OSError as error:
        reason = (error.strerror or _("unknown error")).lower()
        raise BadUsage(
            _("{variable}: cannot run {command}: {reason}").format(
                variable=variable, command=clean(command[0], 80), reason=reason
            )
        ) from None
    if code:
        shell.tell(
            _("warning: {command} ended with {code}").format(
                command=clean(command[0], 80), code=code
            )
        )


def _learn_keys(shell: Shell) -> None:
    """Have the keys of variables known, by their usual names where config.toml cannot be read."""
    with suppress(RushesError):
        try:
            shell.settings()
        except BadSettings:
            usual = default_settings(shell.environ).accounts.values()
            learn_at_hand((each.key for each in usual), shell.environ)


def _run(command: list[str], environ: dict[str, str]) -> int:
    with subprocess.Popen(command, env=environ) as process, _ctrl_c_is_the_editors():  # noqa: S603
        return process.wait()


@contextmanager
def _ctrl_c_is_the_editors() -> Generator[None]:
    """Have an interrupt at the keyboard end the editor, or whatever it does, and not us."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
