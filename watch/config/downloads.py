"""`[download]`: where outputs go, when they are fetched, and how fast."""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from rushes.providers.frozen import frozen
from rushes.providers.language import _, catalogued
from rushes.watch.config.kinds import BYTE_RATE, FLAG, BadSetting, choice, seconds, text, whole
from rushes.watch.config.reader import REQUIRED, SettingsTable, setting
from rushes.watch.disk.paths import NoHome, Paths, expanded
from rushes.watch.path_text import is_in_bucket
from rushes.watch.transfer.template import template_fault

if TYPE_CHECKING:
    from rushes.watch.bucket.place import Place

_TARGET = catalogued("an absolute path, one that begins with ~/, or s3://bucket/prefix (gs:, az:)")
_FOLDER = catalogued("an absolute path, or one that begins with ~/")


class Auto(Enum):
    """Which outputs the dashboard fetches unasked."""

    OFF = "off"
    ALL = "all"
    RESCUE = "rescue"


class Prove(Enum):
    """What has to be seen of a file in a bucket before the staged one goes."""

    READ = "read"
    SIZE = "size"


def _folder(written: str) -> Path:
    try:
        folder = expanded(written)
    except NoHome:
        folder = Path()
    if folder.is_absolute() and "\0" not in written:
        return folder
    raise BadSetting(_("expected {expected}").format(expected=_(_FOLDER)))


def _target(written: str) -> "Path | Place":
    """The folder or, where that is a URL of an object store, the place in it."""
    if not is_in_bucket(written):
        return _folder(written)
    from rushes.watch.bucket.extra import is_installed
    from rushes.watch.bucket.place import NoPlace, read_place

    if not is_installed():
        raise BadSetting(_("a bucket needs an extra: pip install 'rushes[bucket]'"))
    try:
        return read_place(written)
    except NoPlace:
        raise BadSetting(_("expected {expected}").format(expected=_(_TARGET))) from None


def _template(written: str) -> str:
    if fault := template_fault(written):
        raise BadSetting(fault)
    return written


@frozen(kw_only=True)
class DownloadSettings:
    """`[download]`: where outputs go and when; `rescue_before` is seconds before the expiry.

    `rate_besides` is a further limit: config.toml's, where a command has a lower one of its own.
    """

    dir: "Path | Place" = setting(
        text(_TARGET, _target),
        REQUIRED,
        "where files go: a folder, or a bucket (rushes help bucket)",
    )
    staging: Path = setting(
        text(_FOLDER, _folder), REQUIRED, "where files for a bucket are until they are in it"
    )
    prove: Prove = setting(
        choice(Prove),
        Prove.READ,
        'a file is in the bucket once it was read back ("read"), or has its length there ("size")',
    )
    template: str = setting(
        text("a path below dir, with fields in braces", _template),
        "{provider}/{name}/{kind}-{n}{ext}",
        "what they are called there (rushes help downloads)",
    )
    auto: Auto = setting(
        choice(Auto),
        Auto.RESCUE,
        'fetched unasked by dashboard and watch: "off", "all" or "rescue" (what would expire)',
    )
    rescue_before: float = setting(
        seconds(least=0), 1800.0, "how long before its expiry a file is rescued"
    )
    parallel: int = setting(whole(most=32), 4, "transfers at a time")
    limit_rate: float | None = setting(
        BYTE_RATE, None, "bytes a second at most, of all transfers and processes of the home"
    )
    sidecar: bool = setting(FLAG, False, "a .json beside each file, telling where it is from")
    rate_besides: float | None = None

    @property
    def bucket(self) -> "Place | None":
        """Where in a bucket files go; None where they go to a folder."""
        return None if isinstance(self.dir, Path) else self.dir

    @property
    def folder(self) -> Path:
        """The folder on this machine that is written to."""
        return self.dir if isinstance(self.dir, Path) else self.staging


def read_downloads(table: SettingsTable, paths: Paths) -> DownloadSettings:
    """The settings of `[download]`; what it says nothing of lies where `paths` has it."""
    places = {"dir": paths.downloads, "staging": paths.staging}
    return DownloadSettings(**table.values(DownloadSettings, **places))
