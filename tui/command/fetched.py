"""What became of the files that `get` was to fetch: its sum on stderr, and its JSON."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from rushes.providers.as_json import Field, JsonObject, document
from rushes.providers.frozen import frozen
from rushes.providers.language import Words, _
from rushes.providers.rfc3339 import rfc3339
from rushes.tui.lines.download_words import asset_notes
from rushes.tui.lines.words import size
from rushes.tui.shell.json_output import VERSION
from rushes.watch.asset import Asset, Fetch, OutputState
from rushes.watch.downloads.job import OutputKey
from rushes.watch.task import Ref

if TYPE_CHECKING:
    from rushes.watch.desk import Desk


class Result(Enum):
    """What became of one output."""

    SAVED = "saved"
    PLACED = "placed"
    """It was saved elsewhere before, and was linked or copied into the folder that was named."""

    FAILED = "failed"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    """It is not there yet, or something else kept it from being fetched: it can still be had."""

    THERE = "there"
    """It is on disk since an earlier time."""

    PASSED_OVER = "passed_over"
    """It is moved, given up or was reported, and nobody asked for such."""

    PLANNED = "planned"
    """It would be fetched, if this were no dry run."""


_WORDS: Mapping[Result, str] = Words(
    {
        Result.PLACED: "linked or copied",
        Result.FAILED: "failed",
        Result.EXPIRED: "expired",
        Result.NOT_YET: "not saved yet",
        Result.THERE: "there already",
        Result.PASSED_OVER: "passed over",
    }
)
"""The words of the sum, in its order; what was saved comes first, with its size."""


@frozen
class Got:
    """An output, what became of it, and the path or URL that it is at or would get."""

    ref: Ref
    asset: Asset
    result: Result
    place: str | None

    @property
    def fetch(self) -> Fetch | None:
        """What is known of its download."""
        return self.asset.fetch

    @property
    def size(self) -> int | None:
        """Its bytes, as far as that is known."""
        if self.fetch is None:
            return None
        return self.fetch.done if self.asset.saved else self.fetch.total


GOT: tuple[Field[Got], ...] = (
    Field("ref", lambda got: str(got.ref), "the task"),
    Field("n", lambda got: got.asset.n, "the output's number"),
    Field("kind", lambda got: got.asset.output.kind, "as in OUTPUT"),
    Field(
        "result",
        lambda got: got.result.value,
        "saved, placed (linked or copied from elsewhere), failed, expired, not_yet, there (since "
        "an earlier time), passed_over or, in a dry run, planned",
    ),
    Field(
        "path",
        lambda got: got.place,
        "where it is: a path, or the URL of an object in a bucket; in a dry run where it would go, "
        "without its ending",
    ),
    Field("bytes", lambda got: got.size, "how long it is, as far as that is known"),
    Field("sha256", lambda got: got.fetch.sha256 if got.fetch else None, "of the whole file"),
    Field("expires_at", lambda got: rfc3339(got.asset.expires_at), "as in OUTPUT"),
    Field("note", lambda got: "; ".join(asset_notes(got.asset)), "what there is to say of it"),
)
"""An output in `get --json`."""


class Results:
    """The results so far, by output."""

    def __init__(self) -> None:
        self._results: dict[OutputKey, Result] = {}
        self._paths: dict[OutputKey, Path] = {}
        self._skipped: dict[Ref, str] = {}
        self._without = set[Ref]()

    def __contains__(self, slot: object) -> bool:
        """Whether it is known what became of an output."""
        return slot in self._results

    def note(self, slot: OutputKey, result: Result, path: Path | None = None) -> None:
        """Note what became of an output; `path` where history has another one."""
        self._results[slot] = result
        if path is not None:
            self._paths[slot] = path

    def skip(self, ref: Ref, reason: str) -> None:
        """Note that a task has nothing to fetch, and why."""
        self._skipped[ref] = reason

    def without_files(self, ref: Ref, reason: str) -> None:
        """Note that a task succeeded, and its provider named no file."""
        self._without.add(ref)
        self.skip(ref, reason)

    def words(self, desk: "Desk") -> str:
        """The sum: `3 saved (1.2 GB), 1 failed, 2 there already`."""
        number = Counter(self._results.values())
        parts = list[str]()
        if number[Result.SAVED]:
            saved = (it.size or 0 for it in self._each(desk) if it.result is Result.SAVED)
            parts.append(
                _("{number} saved ({size})").format(
                    number=number[Result.SAVED], size=size(sum(saved))
                )
            )
        parts += [f"{number[it]} {words}" for it, words in _WORDS.items() if number[it]]
        parts += (
            [_("{without} without files").format(without=len(self._without))]
            if self._without
            else []
        )
        return _(", ").join(parts) or _("nothing to fetch")

    def json(self, desk: "Desk") -> JsonObject:
        """The document of `get --json`."""
        outputs = [document(GOT, got) for got in self._each(desk)]
        skipped = [{"ref": str(ref), "reason": why} for ref, why in self._skipped.items()]
        return {"version": VERSION, "outputs": [*outputs], "skipped": [*skipped]}

    def _each(self, desk: "Desk") -> Iterator[Got]:
        now, refs = desk.clock.now(), dict.fromkeys(ref for ref, _ in self._results)
        for task in filter(None, map(desk.ledger.task, refs)):
            for asset in task.assets(now):
                result = self._results.get((task.ref, asset.n))
                if result is not None:
                    path = self._paths.get((task.ref, asset.n))
                    yield Got(task.ref, asset, result, str(path) if path else _place(asset))


def result_of(fetch: Fetch) -> Result:
    """What a download that is over came to."""
    match fetch.state:
        case OutputState.EXPIRED:
            return Result.EXPIRED
        case OutputState.AVAILABLE:
            return Result.NOT_YET
        case _:
            return Result.FAILED


def planned(results: Iterable[Got]) -> str:
    """The sum of a dry run: how many files, and their size as far as it is known."""
    wanted = [got for got in results if got.result is Result.PLANNED]
    known = [got.size for got in wanted if got.size is not None]
    unknown = len(wanted) - len(known)
    sizes = [size(sum(known))] if known else []
    sizes += [_("{unknown} of unknown size").format(unknown=unknown)] if unknown else []
    return _("{wanted} to save").format(wanted=len(wanted)) + (
        f" ({', '.join(sizes)})" if sizes else ""
    )


def _place(asset: Asset) -> str | None:
    return asset.fetch.place if asset.fetch is not None else None
