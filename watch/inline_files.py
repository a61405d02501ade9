"""Lets go of files that came inside a reply, once they are saved: history is no place for films."""

import re
from collections.abc import Collection

from rushes.providers.fields import replace
from rushes.providers.model import Inline, Output, SavedInline, Snapshot
from rushes.watch.asset import OutputState
from rushes.watch.task import Task

LONG = 1024
"""Bytes of a text in a reply above which it is left out, with the file that it may be."""

_TEXT = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
"""A text in JSON; the last one of a reply that was cut has no end."""


def holds_file(snapshot: Snapshot | None) -> bool:
    """Whether one of the outputs is kept with its bytes."""
    return snapshot is not None and any(isinstance(it.where, Inline) for it in snapshot.outputs)


def holds_saved_file(snapshot: Snapshot | None) -> bool:
    """Whether one of the outputs is an inline file of which only the digest is kept."""
    return snapshot is not None and any(
        isinstance(it.where, SavedInline) for it in snapshot.outputs
    )


def without_saved_files(task: Task) -> Task:
    """The task without the bytes of those inline outputs whose files are saved."""
    if not holds_file(task.snapshot) or task.snapshot is None:
        return task
    saved = {fetch.sha256 for fetch in task.fetches.values()
             if fetch.state is OutputState.DOWNLOADED and fetch.sha256}  # fmt: skip
    return replace(task, snapshot=without_files(task.snapshot, saved))


def without_files(snapshot: Snapshot, saved: Collection[str]) -> Snapshot:
    """The snapshot without the bytes of inline outputs of these SHA-256 digests."""
    if not saved:
        return snapshot
    return replace(snapshot, outputs=tuple(_released(it, saved) for it in snapshot.outputs))


def without_long_texts(body: bytes) -> bytes:
    """A reply's body with a count in the place of each text that is longer than LONG."""
    return _TEXT.sub(_shortened, body)


def _released(output: Output, saved: Collection[str]) -> Output:
    where = output.where
    if not isinstance(where, Inline) or where.sha256 not in saved:
        return output
    kept = SavedInline(where.sha256, len(where.data), where.media_type)
    return replace(output, where=kept)


def _shortened(text: re.Match[bytes]) -> bytes:
    length = len(text[0]) - 2
    return text[0] if length <= LONG else b'"[%d bytes left out]"' % length
