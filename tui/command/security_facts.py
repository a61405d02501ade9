"""What a reviewer wants to see: who may write what is read, where keys come from and go to."""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import metadata
from pathlib import Path

from rushes.providers.language import _, catalogued
from rushes.tui.lines.key_words import key_use
from rushes.tui.shell.frame_file import FOLDER
from rushes.tui.shell.shell import Shell
from rushes.watch.config.settings import Settings
from rushes.watch.disk.atomic import plain_words
from rushes.watch.disk.ownership import TRUST_HOME, TrustedOwners, check_ownership, owner_name
from rushes.watch.disk.tomlfile import BadFile
from rushes.watch.keys.program import program_of
from rushes.watch.network.options import Trust
from rushes.watch.network.proxy import DIRECT
from rushes.watch.watchlist.file import list_files

Fact = tuple[str, str]
"""A name, and what there is to say."""

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def of_files(shell: Shell) -> Iterator[Fact]:
    """Who is believed, and each file that is there with its mode, its owner and what is wrong."""
    paths = shell.paths
    believed = ", ".join(dict.fromkeys(map(owner_name, paths.trusted.uids())))
    yield (
        catalogued("trusted"),
        _("everybody: {trust_home}=1").format(trust_home=TRUST_HOME)
        if paths.trusted.everybody
        else believed,
    )
    # With what SQLite has beside it, and with copies that were set aside.
    history = sorted(paths.history.parent.glob(f"{paths.history.name}*"))
    read = (paths.config, paths.watchlists, *sorted(list_files(paths)), *history)
    for file in (*read, paths.log, paths.state, paths.history.parent / FOLDER, paths.downloads):
        yield from _file(file, paths.trusted)


def of_settings(shell: Shell, settings: Settings) -> Iterator[Fact]:
    """Where each account's key comes from and may go to, without running or asking anything."""
    environ = shell.environ
    for account in settings.accounts.values():
        yield account.id, key_use(account)
    for program in _programs(shell, settings):
        yield from _file(program, shell.paths.trusted)
    accounts = settings.accounts.values()
    for trust in dict.fromkeys((settings.network.trust, *(it.network.trust for it in accounts))):
        yield catalogued("certificates"), _certificates(trust)
    yield from _proxies(settings, environ)
    yield catalogued("extras"), ", ".join(extras()) or _("none")


def _proxies(settings: Settings, environ: Mapping[str, str]) -> Iterator[Fact]:
    """The proxies in use, without their logins, and variables that name one in vain."""
    used = [it.network.proxies for it in settings.accounts.values()]
    used = list(dict.fromkeys(each for each in (settings.network.proxies, *used) if each != DIRECT))
    for each in used:
        places = dict.fromkeys(str(proxy) for proxy in (each.https, each.http) if proxy)
        exempt = _("; not for {names}").format(names=", ".join(each.exempt)) if each.exempt else ""
        yield catalogued("proxy"), f"{', '.join(places) or _('none')}{exempt}"
    if not used:
        found = [name for name in environ if name.upper() in _PROXIES and environ[name]]
        ignored = (
            _("; {names} not followed").format(names=", ".join(sorted(found))) if found else ""
        )
        yield catalogued("proxy"), _("none{ignored}").format(ignored=ignored)


def _file(path: Path, trusted: TrustedOwners) -> Iterator[Fact]:
    """A file's mode and owner, and who else could have written it; nothing where it is missing."""
    if not os.path.lexists(path):
        return
    try:
        seen = path.lstat()
        yield (
            catalogued("file"),
            f"{stat.S_IMODE(seen.st_mode):04o} {owner_name(seen.st_uid)} {path}",
        )
        # What the person waived is what a reviewer looks for.
        for warning in check_ownership(path, replace(trusted, everybody=False)):
            yield catalogued("weak"), warning
    except OSError as error:
        yield catalogued("file"), f"{path}: {plain_words(error)}"
    except BadFile as error:
        yield catalogued("weak"), str(error)


def _programs(shell: Shell, settings: Settings) -> Iterator[Path]:
    found = (program_of(command, shell.environ) for command in settings.commands)
    yield from dict.fromkeys(filter(None, found))


def _certificates(trust: Trust) -> str:
    named = [str(place) for place in (trust.cert_file, trust.cert_dir) if place]
    usual = ", ".join(named) or f"certifi {version('certifi')}"
    return (
        _("{usual}, and {ca_file}").format(usual=usual, ca_file=trust.ca_file)
        if trust.ca_file
        else usual
    )


def extras() -> Iterator[str]:
    """The distributions that the installed extras brought, but for what only developers need."""
    for needed in metadata.requires("rushes") or ():
        name, _, condition = needed.partition(";")
        extra = re.search(r"extra\s*==\s*['\"]([\w-]+)", condition)
        if extra and extra[1] not in ("dev", "bench"):
            distribution = re.split(r"[^\w.-]", name.strip(), maxsplit=1)[0]
            yield f"{distribution} {version(distribution)}"


def version(name: str) -> str:
    """The version of an installed distribution, or that there is none."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return _("not installed")
