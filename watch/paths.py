"""Where things are on this machine (interface.md, "Files")."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from watch.atomic import SaveFailed, sync_folder

_APP = "rushes"


@dataclass(frozen=True, slots=True)
class Paths:
    """The files and folders of one home."""

    config: Path
    watchlists: Path
    history: Path
    log: Path
    state: Path
    downloads: Path

    @classmethod
    def find(cls, environ: Mapping[str, str]) -> "Paths":
        """Everything under `RUSHES_HOME` where that is set, else where the platform puts it."""
        if home := environ.get("RUSHES_HOME"):
            return cls.under(Path(home).expanduser().absolute())
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
        """The same under one folder."""
        return cls(
            config=home / "config.toml",
            watchlists=home / "watchlists",
            history=home / "history.db",
            log=home / "rushes.log",
            state=home / "state.toml",
            downloads=home / "downloads",
        )


def private_dir(path: Path) -> Path:
    """`path` as a folder, it and its missing parents made 0700, durably; raises SaveFailed."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    try:
        for folder in reversed(missing):
            folder.mkdir(mode=0o700, exist_ok=True)
            sync_folder(folder.parent)
        if not path.is_dir():
            raise NotADirectoryError(20, "there is a file of that name")
    except OSError as error:
        raise SaveFailed.because(path, error) from error
    return path
