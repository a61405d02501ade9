"""What the migrations of `schema.py` do that SQL cannot say: it knows older forms of values.

What reads and writes these is loaded once there are some: every look at a history comes by here.
"""

import json
from collections.abc import Callable, Mapping


def stored_reasons(note: str, halt: str | None) -> str | None:
    """The reasons that an old note meant, as they are stored."""
    from rushes.watch.history import old_notes  # its table of sentences is large

    return old_notes.stored_reasons(note, halt)


def without_files(snapshot: str, saved: str | None) -> str:
    """A stored snapshot without inline outputs of these digests, which commas part.

    One that makes no sense stays as it is.
    """
    if saved is None:
        return snapshot
    from rushes.providers.model import Snapshot
    from rushes.watch import codec, inline_files

    try:
        before = codec.read(json.loads(snapshot), Snapshot)
    except (codec.BadValue, ValueError, TypeError, RecursionError, OverflowError):
        return snapshot
    after = inline_files.without_files(before, saved.split(","))
    return snapshot if after == before else json.dumps(codec.write(after))


def without_long_texts(body: bytes) -> bytes:
    """A stored reply with a count in the place of each long text."""
    from rushes.watch import inline_files

    return inline_files.without_long_texts(body)


FUNCTIONS: Mapping[str, Callable[..., str | bytes | None]] = {
    "stored_reasons": stored_reasons,
    "without_files": without_files,
    "without_long_texts": without_long_texts,
}
"""The functions by the names that the migrations call them by."""
