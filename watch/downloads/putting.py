"""Takes whole files from the staging folder into a bucket, and sees that they are there.

No object is replaced. A file of at most ONE_REQUEST bytes is put by one request, which the store
refuses where the name is taken, and of which a kill leaves nothing. What is put in parts cannot be
refused so, nor can anything in a store that does not honour the condition: such files get a name
that nobody else can hold, as it has a digest of the output and of its bytes.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from itertools import count, islice
from mmap import ACCESS_READ, mmap
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from rushes.watch.asset import Check, Fetch, Halt, OutputState
from rushes.watch.bucket.faults import BucketFault
from rushes.watch.bucket.place import Place
from rushes.watch.bucket.store import Bucket, open_bucket
from rushes.watch.downloads.job import Job, OutputKey
from rushes.watch.reasoned import disk_fault
from rushes.watch.reasons import CannotSave, Cause, NoSidecar, Reason
from rushes.watch.transfer.request import Saved

ONE_REQUEST = 5_000_000_000
"""Bytes that go in one request: S3 takes 5 GiB of them, Azure 5,000 MiB, Google's store more."""

IN_MEMORY = 64 * 1024**2
"""Bytes that are read to be put. A longer file is mapped: its pages are the system's to drop."""

AT_A_TIME = 2
"""Files that are put at a time, beside those that are fetched."""

PROBE = ".rushes-probe"
"""The object below the prefix that shows whether a second one of a name is refused."""

_NAMES = 100


class Putting:
    """Puts files below `place`; `reads_back`: a file is there once its digest was seen.

    `staging` is the folder that they are in. `sidecar` makes what is to lie beside a file of that
    name, None for nothing.
    """

    def __init__(
        self,
        place: Place,
        staging: Path,
        sidecar: Callable[[Job, Saved, str], bytes | None],
        *,
        reads_back: bool,
        one_request: int = ONE_REQUEST,
        opened: Callable[[Place], Bucket] = open_bucket,
    ) -> None:
        self._place = place
        self._staging = staging
        self._sidecar = sidecar
        self._reads_back = reads_back
        self._one_request = one_request
        self._opened = opened
        self._probing: asyncio.Task[Bucket] | None = None
        self._replaces = False
        self._left: dict[OutputKey, Saved] = {}
        self._turns = asyncio.Semaphore(AT_A_TIME)
        self._begins = asyncio.Event()
        self._begins.set()

    def hold(self, *, held: bool) -> None:
        """Have nothing more begin to be put, or no longer; what is under way goes on."""
        if held:
            self._begins.clear()
        else:
            self._begins.set()

    def left(self, slot: OutputKey) -> Saved | None:
        """The whole file of an output that could not be put before, if it is there still."""
        saved = self._left.get(slot)
        try:
            return saved if saved and saved.path.stat().st_size == saved.size else None
        except OSError:
            return None

    async def put(self, job: Job, saved: Saved) -> Fetch:
        """What is known of a file once it is in the bucket, or STAGED with the reason why not."""
        self._left[job.slot] = saved
        try:
            bucket = await self._probed()
            async with self._turns:
                await self._begins.wait()
                fetch = await self._put(bucket, job, saved)
        except BucketFault as fault:
            fetch = staged_fetch(saved, fault.reason)
        except OSError as error:
            fetch = staged_fetch(saved, CannotSave(str(self._staging), disk_fault(error)))
        if not fetch.staged or Cause.BUCKET_DIFFERS in fetch.reasons:
            del self._left[job.slot]
        return fetch

    async def _probed(self) -> Bucket:
        """The bucket, of which is known whether it lets objects be replaced.

        It is asked once for all that wait to be put; where it failed, the next one asks again.
        """
        if self._probing is None:
            self._probing = asyncio.create_task(self._probe())
        probing = self._probing
        try:
            return await asyncio.shield(probing)
        except BucketFault:
            if self._probing is probing:
                self._probing = None
            raise

    async def _probe(self) -> Bucket:
        bucket, key = self._opened(self._place), self._place.below(PROBE).key
        created = await bucket.create(key, b"", {})
        self._replaces = created and await bucket.create(key, b"", {})
        return bucket

    async def _put(self, bucket: Bucket, job: Job, saved: Saved) -> Fetch:
        hashed = self._replaces or saved.size > self._one_request
        tag = _tag(job, saved) if hashed else ""
        for name in _names(saved.path.relative_to(self._staging), tag):
            key = self._place.below(name).key
            is_free = not hashed or await bucket.size(key) is None
            is_new = is_free and await self._is_put(bucket, key, job, saved)
            reads = self._reads_back or not is_new
            if await self._is_there(bucket, key, saved, reads=reads):
                return await self._fetch(bucket, name, job, saved, was_read=reads)
            if is_new:
                break
        raise BucketFault(Cause.BUCKET_DIFFERS)

    async def _is_put(self, bucket: Bucket, key: str, job: Job, saved: Saved) -> bool:
        """Whether the file was put there; False where something has the name."""
        about = {"sha256": saved.sha256, "ref": quote(f"{job.ref}#{job.n}", safe="/:#._-")}
        if saved.size > self._one_request:
            await bucket.put(key, saved.path, about)
            return True
        return await bucket.create(key, await asyncio.to_thread(_bytes_of, saved), about)

    async def _is_there(self, bucket: Bucket, key: str, saved: Saved, *, reads: bool) -> bool:
        if reads:
            return await bucket.sha256(key, saved.size) == saved.sha256
        return await bucket.size(key) == saved.size

    async def _fetch(
        self, bucket: Bucket, name: str, job: Job, saved: Saved, *, was_read: bool
    ) -> Fetch:
        odd = (Cause.BUCKET_REPLACES,) if self._replaces else ()
        beside = await self._put_sidecar(bucket, name, job, saved)
        return Fetch(
            state=OutputState.DOWNLOADED,
            url=str(self._place.below(name)),
            done=saved.size,
            total=saved.size,
            sha256=saved.sha256,
            reasons=(*saved.reasons, *odd, *beside),
            checked=(*saved.checked, *((Check.CHECKSUM,) if was_read else ())),
        )

    async def _put_sidecar(
        self, bucket: Bucket, name: str, job: Job, saved: Saved
    ) -> tuple[Reason, ...]:
        """Put what lies beside a file, over nothing else; or why that could not be."""
        data = await asyncio.to_thread(self._sidecar, job, saved, PurePosixPath(name).name)
        key = self._place.below(f"{name}.json").key
        try:
            if data is not None and (not self._replaces or await bucket.size(key) is None):
                await bucket.create(key, data, {})
        except BucketFault as fault:
            return (NoSidecar(fault.reason),)
        return ()


def staged_fetch(saved: Saved, *reasons: Reason) -> Fetch:
    """What is known of a file that is whole here, and not in the bucket yet."""
    return Fetch(
        state=OutputState.AVAILABLE,
        halt=Halt.STAGED,
        done=saved.size,
        total=saved.size,
        sha256=saved.sha256,
        reasons=reasons,
        checked=saved.checked,
    )


def _bytes_of(saved: Saved) -> bytes | mmap:
    with saved.path.open("rb") as file:
        if saved.size <= IN_MEMORY:
            return file.read()
        return mmap(file.fileno(), 0, access=ACCESS_READ)


def _tag(job: Job, saved: Saved) -> str:
    return hashlib.sha256(f"{job.ref}#{job.n} {saved.sha256}".encode()).hexdigest()[:8]


def _names(path: Path, tag: str) -> Iterator[str]:
    """The names that a file may get below the prefix, in the order in which they are tried."""
    stem = f"{path.stem}-{tag}" if tag else path.stem
    yield path.with_name(f"{stem}{path.suffix}").as_posix()
    for n in islice(count(2), _NAMES - 1):
        yield path.with_name(f"{stem}-{n}{path.suffix}").as_posix()
