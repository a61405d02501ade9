"""The paths of Rushes' files on this machine (interface.md, "Files")."""

from collections.abc import Mapping
from pathlib import Path

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.fields import replace
from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.providers.text import clean
from rushes.watch.disk.atomic import SaveFailed
from rushes.watch.disk.descriptors import sync_folder
from rushes.watch.disk.ownership import OURS, TrustedOwners

_APP = "rushes"


class NoHome(RushesError):
    """A path begins with ~, and there is no such home directory."""

    code = ErrorCode.NO_HOME


def expanded(text: str) -> Path:
    """A path from a person's text, with `~` and `~user` expanded; raises NoHome."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise NoHome(
            _("there is no home directory for {text}").format(text=clean(text, 80))
        ) from None


def _absolute(text: str) -> Path:
    """A path from a variable; one that begins with a `~` that nobody knows stays as it is."""
    try:
        return expanded(text).absolute()
    except NoHome:
        return Path(text)


@frozen
class Paths:
    """The files and folders of one home, and whose files are believed there."""

    config: Path
    watchlists: Path
    history: Path
    log: Path
    state: Path
    downloads: Path
    trusted: TrustedOwners = OURS

    @property
    def cache(self) -> Path:
        """The folder of what only makes something faster, and may be removed at any time."""
        return self.state.parent / "cache"

    @property
    def posters(self) -> Path:
        """The folder of small pictures of what is saved, which are made anew where they lack."""
        return self.state.parent / "posters"

    @property
    def staging(self) -> Path:
        """The folder of files that have to be put into a bucket, and of their parts."""
        return self.state.parent / "staging"

    @property
    def slots(self) -> Path:
        """The folder, beside the history, of what processes share without it."""
        return self.history.parent / "slots"

    @property
    def team(self) -> Path:
        """The file, beside the history, of how that stands to the team's store."""
        return self.history.parent / "team.db"

    @property
    def undo(self) -> Path:
        """The folder of the last edits of each watchlist."""
        return self.state.parent / "undo"

    @classmethod
    def find(cls, environ: Mapping[str, str]) -> "Paths":
        """The paths under `RUSHES_HOME` where that is set, else those that the platform suggests.

        `RUSHES_CONFIG` names another config.toml. Raises NoHome for a user without a home directory
        (a container's, a service's).
        """
        paths = cls.unexpanded(environ)
        if any(str(path).startswith("~") for path in (paths.config, paths.watchlists)):
            raise NoHome(_("there is no home directory: set RUSHES_HOME to a folder of yours"))
        return paths

    @classmethod
    def unexpanded(cls, environ: Mapping[str, str]) -> "Paths":
        """The same paths; without a home directory they begin with `~` and can only be shown."""
        paths = replace(cls._unexpanded(environ), trusted=TrustedOwners.of(environ))
        if named := environ.get("RUSHES_CONFIG"):
            return replace(paths, config=_absolute(named))
        return paths

    @classmethod
    def _unexpanded(cls, environ: Mapping[str, str]) -> "Paths":
        if home := environ.get("RUSHES_HOME"):
            return cls.under(_absolute(home))
        try:
            return cls._of_platform()
        except RuntimeError:  # some releases of platformdirs; others leave the ~ as it is
            base = Path("~")
            return cls(
                config=base / ".config" / _APP / "config.toml",
                watchlists=base / ".local/share" / _APP / "watchlists",
                history=base / ".local/state" / _APP / "history.db",
                log=base / ".local/state" / _APP / "rushes.log",
                state=base / ".local/state" / _APP / "state.toml",
                downloads=base / "Downloads" / _APP,
            )

    @classmethod
    def _of_platform(cls) -> "Paths":
        import platformdirs  # not where RUSHES_HOME says it all

        state = platformdirs.user_state_path(_APP, appauthor=False)
        return cls(
            config=platformdirs.user_config_path(_APP, appauthor=False) / "config.toml",
            watchlists=platformdirs.user_data_path(_APP, appauthor=False) / "watchlists",
            history=state / "history.db",
            log=state / "rushes.log",
            state=state / "state.toml",
            downloads=platformdirs.user_downloads_path() / _APP,
        )

    @classmethod
    def under(cls, home: Path) -> "Paths":
        """The paths under one folder."""
        return cls(
            config=home / "config.toml",
            watchlists=home / "watchlists",
            history=home / "history.db",
            log=home / "rushes.log",
            state=home / "state.toml",
            downloads=home / "downloads",
        )


def private_dir(path: Path, *, durable: bool = True) -> Path:
    """Make a folder and its missing parents, 0700; returns it, raises SaveFailed.

    One that is not `durable` need not outlive a power cut, and waits for no disk.
    """
    try:
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(mode=0o700, exist_ok=True)
            if durable:
                sync_folder(folder.parent)
        if not path.is_dir():
            raise NotADirectoryError(20, _("there is a file of that name"))
    except OSError as error:
        raise SaveFailed.because(path, error) from error
    return path
