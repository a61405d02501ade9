"""The shared lists of a home: which store they are in, and how it is reached from here."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rushes.providers.language import _
from rushes.watch.config.store import StoreSettings
from rushes.watch.disk.paths import Paths
from rushes.watch.postgres import entry_rows, members
from rushes.watch.postgres.address import Address, address_in, parameters
from rushes.watch.postgres.entry_rows import Named
from rushes.watch.postgres.members import Member
from rushes.watch.postgres.password import find_password, passfile
from rushes.watch.postgres.session import Session
from rushes.watch.team_faults import StoreUnusable
from rushes.watch.watchlist.shared import SharedList

if TYPE_CHECKING:
    from rushes.watch.watchlist.undo_log import UndoLog


class Team:
    """The store that `[store]` names, and its lists; one connection for all of them."""

    def __init__(self, settings: StoreSettings, paths: Paths, environ: Mapping[str, str]) -> None:
        """Nothing is connected yet; `settings` name a store."""
        self.address = address_in(settings.url or "")
        self.parameters = partial(_parameters, self.address, settings, environ)
        self._paths = paths
        self._window = settings.window
        self.session = Session(self.parameters)

    def open(
        self, name: str, undo: "Callable[[], UndoLog] | None", *, windowed: bool = False
    ) -> SharedList:
        """The list of that name, which need not be there; `windowed` as far as it is watched."""
        # No file is there: it tells the list from all others, of other stores, too.
        path = Path("/team") / str(self.address).replace("/", " ") / name
        window = self._window if windowed else None
        return SharedList(name, path, self.session, self._paths.cache, undo, window)

    def members(self) -> list[Member]:
        """The processes that watch and were heard of in the last minutes; raises StoreUnusable."""
        with self.session.transaction() as connection:
            return members.listed(connection)

    def lists(self) -> list[Named]:
        """The shared lists by name; raises StoreUnusable."""
        with self.session.transaction() as connection:
            return entry_rows.names(connection)


def _parameters(
    address: Address, said: StoreSettings, environ: Mapping[str, str]
) -> Mapping[str, str | int]:
    """What the next connection is made with; raises StoreUnusable. Blocks for the password."""
    if environ.get("PGHOSTADDR"):
        raise StoreUnusable(_("PGHOSTADDR is set: it would lead to another host"))
    found = find_password(said.password_env or "", said.password_command, environ)
    login = {"password": found.reveal()} if found else {"passfile": passfile(environ)}
    sslmode = said.sslmode.value if said.sslmode else ""
    return {**parameters(address, sslmode, said.ca_file or ""), **login}
