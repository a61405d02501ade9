"""The faults of transfers that want more than one answer; each test names its row.

Figures are properties of the tests: `pytest -o junit_family=xunit1 --junit-xml=FILE` writes them.
"""

from __future__ import annotations

import asyncio
import hashlib
import zlib
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from download_rig import FILM as SMALL
from download_rig import DownloadRig, saved
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mp4_files import film
from noted import noted
from resource_growth import peak_growth
from sampling import rounds
from saying import raises_saying
from waiting import PATIENCE

from rushes.providers.model import Link, Output
from rushes.watch.asset import OutputState
from rushes.watch.transfer.limits import Interrupted, Limits, SpeedFloor
from rushes.watch.transfer.request import DownloadFailed, TransferRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.watch.conftest import Heard, Loopback, Scene
from faulty_transfer import FILM, Storage, order_at, transfer

KIB64 = 64 * 1024


def parts(folder: Path) -> list[Path]:
    noted(folder)
    return [path for path in folder.rglob("*.part*") if path.is_file()]


@pytest.mark.parametrize("seed", range(8))
def test_row_29_cuts_anywhere_cost_no_byte_twice(
    loopback: Loopback,
    faulty_order: TransferRequest,
    seed: int,
    record_property: Callable[[str, object], None],
) -> None:
    rng = Random(seed)
    cuts = [rng.randrange(1, len(FILM)) for _ in range(rng.randrange(1, 7))]
    storage = Storage(loopback, cuts=list(cuts))
    loopback.play(storage)
    moved = transfer(faulty_order, tries=8)
    assert moved.run().sha256 == hashlib.sha256(FILM).hexdigest()
    record_property("bytes fetched / size", moved.received / len(FILM))
    assert moved.received <= 1.05 * len(FILM) + len(cuts) * KIB64
    assert parts(faulty_order.directory) == []


VERSIONS = [film(120_000, seed=seed) for seed in (1, 2, 3)]
ANSWER = st.tuples(
    st.sampled_from(range(3)),  # the version that is served
    st.sampled_from(["strong", "weak", "none", "lying"]),  # what its ETag is
    st.booleans(),  # whether ranges are honoured
    st.none() | st.integers(1, 119_999),  # where it is cut
)


@settings(
    derandomize=True,
    max_examples=rounds(15, 400),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(ANSWER, max_size=5), st.integers(0, 10**6))
def test_rows_30_to_35_a_file_is_of_one_version_whatever_the_server_changes(
    loopback: Loopback,
    tmp_path: Path,
    answers: list[tuple[int, str, bool, int | None]],
    seed: int,
) -> None:
    scenes: list[Storage] = []
    for version, etag, ranges, cut in answers:
        # One that lies has the same ETag for whatever it serves, but it cannot lie about lengths.
        tags = {"strong": f'"v{version}"', "weak": f'W/"v{version}"', "none": "", "lying": '"v0"'}
        body = VERSIONS[version] if etag != "lying" else VERSIONS[0]
        cuts = [] if cut is None else [cut]
        scenes.append(Storage(loopback, body, tags[etag], ranges=ranges, cuts=cuts))
    loopback.play(*scenes, Storage(loopback, VERSIONS[2], '"v2"'))
    done = transfer(order_at(loopback, tmp_path / str(seed)), tries=10).run()
    assert done.path.read_bytes() in VERSIONS
    assert parts(tmp_path / str(seed)) == []


def test_row_36_a_drip_is_left_within_31_seconds(
    record_property: Callable[[str, object], None],
) -> None:
    now = 0.0
    pace = SpeedFloor(Limits(), lambda: now)

    def drip() -> None:
        nonlocal now
        for _ in range(100):
            now += 1.0
            pace.note(1000)

    with pytest.raises(Interrupted):
        drip()
    record_property("stall time (s)", now)
    assert now <= 31


def test_row_37_an_endless_body_ends_at_the_cap_and_leaves_nothing(
    loopback: Loopback,
    faulty_order: TransferRequest,
    record_property: Callable[[str, object], None],
) -> None:
    cap = 3 * 1024**2

    def endless(_: Heard) -> Scene:
        yield b"HTTP/1.1 200 OK\r\n\r\n" + FILM[:1000]
        while True:
            yield bytes(100_000)

    loopback.play(endless)
    moved = transfer(faulty_order, size=cap)
    with raises_saying(DownloadFailed, match="allowed"):
        moved.run()
    record_property("disk used / cap", moved.done / cap)
    assert cap / 2 < moved.done <= cap
    assert parts(faulty_order.directory) == []


def gzipped(size: int) -> bytes:
    """The beginning of a film and so many zeros, without ever holding them."""
    packer, block = zlib.compressobj(1, wbits=31), bytes(1024**2)
    packed = [packer.compress(FILM[:1000])]
    packed += [packer.compress(block) for _ in range(size // len(block))]
    return b"".join(packed) + packer.flush()


def test_row_38_a_bomb_ends_at_its_ratio_and_leaves_nothing(
    loopback: Loopback,
    faulty_order: TransferRequest,
    record_property: Callable[[str, object], None],
) -> None:
    bomb = gzipped(300 * 1024**2)
    loopback.play([loopback.answer(200, bomb, Content_Encoding="gzip", ETag='"v1"')])
    moved, grown = transfer(faulty_order), list[float]()
    with peak_growth(grown), raises_saying(DownloadFailed, match="gzip"):
        moved.run()
    record_property("peak RSS growth (MiB)", grown[0])
    assert grown[0] < 20
    assert moved.done <= 2 * 1024**2
    assert parts(faulty_order.directory) == []


def test_the_growth_of_a_process_that_inflates_a_bomb_would_be_seen() -> None:
    grown: list[float] = []
    bomb = gzipped(64 * 1024**2)
    with peak_growth(grown):
        zlib.decompress(bomb, wbits=31)
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("this system does not tell the peak")
    assert grown[0] > 40


class TestRow39:
    """An asset whose link dies."""

    def film_at(self, rig: DownloadRig, path: str) -> Output:
        return Output(kind="video", where=Link(f"{rig.base}{path}"))

    def expiring(self, loopback: Loopback, live: set[str], cut: int) -> Storage:
        storage = Storage(loopback, SMALL, cuts=[cut])

        class Expiring(Storage):
            def __call__(self, heard: Heard) -> Scene:
                if heard.target not in live:
                    return [loopback.answer(403, b"<Error><Code>AccessDenied</Code></Error>")]
                return storage(heard)

        return Expiring(loopback)

    async def test_that_dies_on_the_way_goes_on_under_its_new_link(
        self, loopback: Loopback, rig: DownloadRig
    ) -> None:
        live = {"/a?sig=1"}
        inner = self.expiring(loopback, live, cut=70_000)

        def scene(heard: Heard) -> Scene:
            steps = inner(heard)
            live.clear()
            live.add("/a?sig=2")
            return steps

        loopback.play(scene)
        rig.limits = Limits(tries=3, window=PATIENCE, spare=0)
        rig.rebuild()
        rig.renewals = [self.film_at(rig, "/a?sig=2")]
        rig.downloads.queue(rig.job(where=Link(f"{rig.base}/a?sig=1")))
        await rig.settled()
        assert saved(rig.last()).read_bytes() == SMALL
        asked = [(heard.target, heard.headers.get("range")) for heard in loopback.heard]
        assert asked[0] == ("/a?sig=1", None)
        assert asked[-1] == ("/a?sig=2", "bytes=70000-")
        assert Counter(target for target, _ in asked) == {"/a?sig=1": 2, "/a?sig=2": 1}

    async def test_that_is_elsewhere_afterwards_goes_on_where_the_last_bytes_agree_too(
        self, loopback: Loopback, rig: DownloadRig
    ) -> None:
        dead = [loopback.answer(410)]
        whole = loopback.answer(200, b"", ETag='"v1"', content_length=str(len(SMALL)))
        loopback.play([whole, SMALL[:70_000], loopback.CLOSE], dead, Storage(loopback, SMALL))
        rig.renewals = [self.film_at(rig, "/elsewhere?sig=2")]
        rig.downloads.queue(rig.job(where=Link(f"{rig.base}/a?sig=1")))
        await rig.settled()
        assert saved(rig.last()).read_bytes() == SMALL
        assert loopback.heard[-1].target == "/elsewhere?sig=2"
        assert loopback.heard[-1].headers["range"] == "bytes=35000-"

    @pytest.mark.parametrize("fresh", [None, "/a?sig=1", "/a?sig=2", "/b?sig=3"])
    async def test_is_asked_for_twice_at_most_once_it_is_dead(
        self,
        loopback: Loopback,
        rig: DownloadRig,
        fresh: str | None,
        record_property: Callable[[str, object], None],
    ) -> None:
        loopback.play([loopback.answer(403)])
        rig.renewals = [self.film_at(rig, fresh) if fresh else None]
        rig.downloads.queue(rig.job(where=Link(f"{rig.base}/a?sig=1"), expires=5))
        await rig.settled()
        await asyncio.sleep(0.05)
        record_property("requests after expiry", len(loopback.heard))
        assert len(loopback.heard) <= 2
        assert rig.states()[-1] is OutputState.EXPIRED
