"""Takes files that were fetched for a bucket into the folder that is to have them now.

They are whole in the staging folder, and their links may be dead: the bucket was away, and a person
has named a folder instead.
"""

from dataclasses import replace

from rushes.watch.asset import Fetch, OutputState
from rushes.watch.downloads.copying import place
from rushes.watch.downloads.destinations import Destinations
from rushes.watch.downloads.job import Job
from rushes.watch.transfer.part import part_of
from rushes.watch.transfer.part_files import is_begun
from rushes.watch.transfer.request import Saved
from rushes.watch.transfer.staged import staged


def from_staging(job: Job, destinations: Destinations) -> Saved | None:
    """The file of an output, linked or copied from the staging folder; None where it is not there.

    Blocks; raises what `staged` and `place` raise.
    """
    staging = destinations.staging
    if staging is None or staging.is_relative_to(destinations.directory):
        return None
    if not is_begun(staging, part_of(job.ref, job.n)):
        return None
    found = staged(replace(destinations, directory=staging).request(job, b""))
    if found is None:
        return None
    whole = Fetch(
        state=OutputState.DOWNLOADED, path=found.path, done=found.size, sha256=found.sha256
    )
    return replace(found, path=place(whole, job, destinations))
