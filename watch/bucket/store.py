"""A bucket: the few calls that outputs need, over the library of the extra `bucket`.

What is put never takes the place of anything: `create` leaves it to the store, and `put` is for
names that nobody else can hold. Which account and which address is the environment's to say, as the
library has it (https://developmentseed.org/obstore/latest/).
"""

import asyncio
import hashlib
import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from mmap import mmap
from pathlib import Path
from typing import TYPE_CHECKING

from rushes.watch.bucket.faults import BucketFault, fault_of
from rushes.watch.bucket.place import Place, read_place
from rushes.watch.reasons import Cause

if TYPE_CHECKING:
    from obstore import SignCapableStore

LINK_LIVES = timedelta(hours=1)
"""How long a signed link is good for."""

_BLOCK = 4 * 1024**2
_ALLOW_HTTP = {"s3": "AWS_ALLOW_HTTP", "gs": "GOOGLE_ALLOW_HTTP", "az": "AZURE_ALLOW_HTTP"}
_SILENCE = timedelta(seconds=10)
_LONGEST = timedelta(hours=6)
"""Of one request, whatever its length: the library counts its body in."""

PATIENCE = 120.0
"""Seconds that a request may take besides those for its bytes."""

LEAST_RATE = 32 * 1024
"""Bytes a second; what is slower for the whole of a request has stalled."""


def open_bucket(place: Place) -> "Bucket":
    """The bucket of a place; nothing is asked of it yet. Raises BucketFault."""
    try:
        from obstore.store import AzureStore, GCSStore, S3Store
    except ImportError:
        raise BucketFault(Cause.BUCKET_EXTRA) from None

    kinds = {"s3": S3Store, "gs": GCSStore, "az": AzureStore}
    with _faults():
        store = kinds[place.scheme].from_url(
            f"{place.scheme}://{place.bucket}",
            client_options={
                "timeout": _LONGEST,
                "connect_timeout": _SILENCE,
                # The library reads it from the environment only where it is given no options.
                "allow_http": os.environ.get(_ALLOW_HTTP[place.scheme], "").lower() == "true",
            },
            retry_config={"max_retries": 2, "retry_timeout": _SILENCE},
        )
    return Bucket(store)


def blocks_of(url: str) -> Iterator[bytes]:
    """The bytes of an object, in order. Blocks; raises BucketFault."""
    place = read_place(url)
    return open_bucket(place).blocks(place.key)


def link_of(url: str) -> str:
    """A signed URL of an object, for LINK_LIVES. Blocks; raises BucketFault."""
    place = read_place(url)
    return open_bucket(place).link(place.key)


class Bucket:
    """The objects of a bucket, by their keys. All calls raise BucketFault."""

    def __init__(self, store: "SignCapableStore") -> None:
        self._store = store

    async def create(self, key: str, data: bytes | mmap, about: Mapping[str, str]) -> bool:
        """Put an object in one request, unless there is one of that name; whether it was put.

        Cut off, it leaves nothing behind.
        """
        import obstore
        from obstore.exceptions import AlreadyExistsError

        with _faults():
            try:
                async with _in_time(len(data)):
                    await obstore.put_async(
                        self._store, key, data, mode="create", attributes=dict(about)
                    )
            except AlreadyExistsError:
                return False
        return True

    async def put(self, key: str, file: Path, about: Mapping[str, str]) -> None:
        """Put a file in parts. What is there already is replaced.

        Cut off by a kill, it leaves parts that nobody sees: the library has no call that lists or
        aborts such uploads.
        """
        import obstore

        with _faults():
            await obstore.put_async(self._store, key, file, attributes=dict(about))

    async def size(self, key: str) -> int | None:
        """How many bytes an object has; None where there is none."""
        import obstore

        with _faults():
            try:
                async with _in_time(0):
                    return (await obstore.head_async(self._store, key))["size"]
            except FileNotFoundError:
                return None

    async def sha256(self, key: str, size: int) -> str | None:
        """The digest in hexadecimal of an object of that size, read back; None without such a one.

        The object is asked for at once, and not read where it has another size.
        """
        import obstore

        digest = hashlib.sha256()
        with _faults():
            try:
                async with _in_time(size):
                    found = await obstore.get_async(self._store, key)
                    if found.meta["size"] != size:
                        return None
                    async for block in found.stream(min_chunk_size=_BLOCK):
                        # On a thread: the dashboard draws meanwhile.
                        await asyncio.to_thread(digest.update, block)
            except FileNotFoundError:
                return None
        return digest.hexdigest()

    def blocks(self, key: str) -> Iterator[bytes]:
        """The bytes of an object, in order. Blocks."""
        import obstore

        with _faults():
            for block in obstore.get(self._store, key).stream(min_chunk_size=_BLOCK):
                yield bytes(block)

    def link(self, key: str) -> str:
        """A signed URL of an object, for LINK_LIVES. Blocks."""
        import obstore

        with _faults():
            return obstore.sign(self._store, "GET", key, LINK_LIVES)


def _in_time(size: int) -> asyncio.Timeout:
    """Ends what takes longer than so many bytes may, with TimeoutError."""
    return asyncio.timeout(PATIENCE + size / LEAST_RATE)


@contextmanager
def _faults() -> Generator[None]:
    from obstore.exceptions import BaseError

    try:
        yield
    except (BaseError, OSError, ValueError) as error:
        raise fault_of(error) from None
