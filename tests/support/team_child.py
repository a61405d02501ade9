"""A machine that saves while its store is away, until it is killed; see `test_store_faults.py`.

It is given the store's address and its home, says "loaded", saves a task for each line that it
reads, and says which once that is acknowledged.
"""

import asyncio
import sys
from pathlib import Path

from fake_gateway import entry
from shared_store import system_store
from team_steps import seen

from rushes.providers.model import Status
from rushes.watch.task import Ref


async def save(url: str, home: Path) -> None:
    """Do that."""
    store = system_store(url, home)
    store.begin()
    await store.load([entry("a")])
    print("loaded", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        store.save(seen(Status.SUCCEEDED, Ref("hiapi", line.strip())))
        await store.flush()
        print(line.strip(), flush=True)


if __name__ == "__main__":
    asyncio.run(save(sys.argv[1], Path(sys.argv[2])))
