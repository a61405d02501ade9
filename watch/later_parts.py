"""The parts of a desk that nothing needs before the first frame: imported and made as they are."""

from functools import cached_property
from typing import TYPE_CHECKING

from rushes.watch.clock import Clock
from rushes.watch.config.settings import Settings
from rushes.watch.disk.paths import Paths
from rushes.watch.ledger import Ledger
from rushes.watch.polling.pollers import Pollers
from rushes.watch.polling.renewals import Renewals
from rushes.watch.watchlist.opened import OpenWatchlist

if TYPE_CHECKING:
    from rushes.watch.downloads.locate import DownloadAccount
    from rushes.watch.downloads.policy import DownloadPolicy
    from rushes.watch.downloads.runner import Downloads
    from rushes.watch.downloads.side_files import SideFiles
    from rushes.watch.posters.posters import Posters
    from rushes.watch.transfer.sidecar import Words


class LaterParts:
    """What fetches and what shows pictures, made of the parts that a desk has from the start.

    `download_policy`: what is fetched. `downloads`: the transfers themselves. `posters`: small
    pictures of what is saved.
    """

    settings: Settings
    clock: Clock
    ledger: Ledger
    pollers: Pollers
    renewals: Renewals
    watchlist: OpenWatchlist
    _paths: Paths
    _words: "Words | None"

    @cached_property
    def download_policy(self) -> "DownloadPolicy":
        """What is fetched."""
        from rushes.watch.downloads.policy import DownloadPolicy
        from rushes.watch.transfer.byte_budget import budget_of
        from rushes.watch.transfer.sidecar import default_words

        settings = self.settings.download
        rates = (settings.limit_rate, settings.rate_besides)
        return DownloadPolicy(
            self.ledger,
            settings,
            self._source,
            self.renewals.renewed,
            self._words or default_words,
            self.watchlist.list_of,
            budget_of(self._paths.slots, rates),
        )

    @cached_property
    def downloads(self) -> "Downloads":
        """The transfers themselves."""
        return self.download_policy.downloads

    @cached_property
    def posters(self) -> "Posters":
        """The small pictures of what is saved."""
        from rushes.watch.posters.posters import Posters
        from rushes.watch.posters.workshop import workshop_in

        return Posters(workshop_in(self._paths.posters, self._paths.trusted), self.clock)

    @cached_property
    def _side_files(self) -> "SideFiles":
        from rushes.watch.downloads.destinations import Destinations
        from rushes.watch.downloads.side_files import SideFiles

        settings, ledger = self.settings.download, self.ledger
        destinations = Destinations(
            settings.folder, settings.template, bucket=settings.bucket, staging=settings.staging
        )
        return SideFiles(destinations, ledger.tasks, ledger.readers.new(), ledger.is_noted)

    @property
    def fetches(self) -> bool:
        """Whether anything was fetched, or could have been."""
        return "download_policy" in vars(self)

    @property
    def _shows_posters(self) -> bool:
        """Whether anybody asked for a poster."""
        return "posters" in vars(self)

    async def _source(self, account_id: str) -> "DownloadAccount":
        from rushes.watch.downloads.locate import DownloadAccount

        session = self.pollers[account_id].session
        return DownloadAccount(
            account=session.account, client=session.client, key=await session.key()
        )
