"""Sentences about a store's condition, one for each notice."""

from collections.abc import Mapping

from rushes.providers.language import Words, _, plural
from rushes.watch.store_condition import Lack, StoreCondition, StoreNotice, StoreReason

_SENTENCES: Mapping[StoreReason, str] = Words(
    {
        StoreReason.DAMAGED: "{where} was damaged: it is kept as {detail}, and a new one was begun",
        StoreReason.FOREIGN: (
            "{where} is not built as Rushes builds it: it is kept as {detail}, and a "
            "new one was begun"
        ),
        StoreReason.MOVED: "{where} was moved or deleted by others: all is saved anew",
        StoreReason.NEWER: (
            "{where} is of a newer Rushes (version {detail}): shown, but nothing is saved"
        ),
        StoreReason.UNWRITABLE: (
            "{where} cannot be written: what it says is shown, but nothing is saved"
        ),
        StoreReason.IN_USE: (
            "the file system of {detail} has no locks, and another program has {where}:"
            " shown, but nothing is saved"
        ),
        StoreReason.EXPOSED: "{detail}",
        StoreReason.NOT_SAVED: "history not saved: {detail}",
        StoreReason.NOT_SAVED_IN_PART: "history not saved of {detail}: internal error",
        StoreReason.NO_ANSWER: "history not saved: the disk does not answer",
        # What a person has to know comes first: the driver's words are longer than a line is.
        StoreReason.AWAY: "without the store since {since}: asking only what was leased",
        StoreReason.CLOCK_BEHIND: (
            "this machine's clock is {detail} behind the store's; countdowns are true all the same"
        ),
        StoreReason.CLOCK_AHEAD: (
            "this machine's clock is {detail} ahead of the store's; "
            "countdowns are true all the same"
        ),
        StoreReason.ALONE: "without the store since {since}: asking alone, more slowly",
        StoreReason.AS_IT_WAS: "{detail}; this is what was known here",
        StoreReason.ASKS_NOTHING: "[store] poll = false: this machine looks on and asks nothing",
        StoreReason.LOOKS_ON: (
            "{where} may only be read from here ({detail}): this machine looks on and asks nothing"
        ),
    }
)


def sentences(condition: StoreCondition, *, counted: bool = True) -> tuple[str, ...]:
    """Everything to be told of a store, what is not being saved last; empty as a rule.

    How many tasks are held up changes all the time: it is told where that is `counted`.
    """
    unsaved = (condition.unsaved,) if condition.unsaved else ()
    return tuple(sentence(each, counted=counted) for each in (*condition.notices, *unsaved))


def sentence(notice: StoreNotice, *, counted: bool = True) -> str:
    """One notice as a sentence."""
    if notice.reason is StoreReason.WEAK_FILE_SYSTEM:
        return _weak(notice)
    since = f"{notice.since.astimezone():%H:%M}" if notice.since else ""
    said = _SENTENCES[notice.reason].format(where=notice.where, detail=notice.detail, since=since)
    if notice.reason not in (StoreReason.AWAY, StoreReason.ALONE):
        return said
    if counted and notice.count:
        said += plural("; {n} task waits here", "; {n} tasks wait here", notice.count)
    return _("{said}; {why}").format(said=said, why=notice.detail)


def _weak(notice: StoreNotice) -> str:
    """What a file system lacks, and what comes of it."""
    lacks, effects = list[str](), list[str]()
    if notice.lacks & {Lack.FLOCK, Lack.POSIX_LOCKS}:
        lacks.append(_("has no locks"))
    if Lack.SHARED_MEMORY in notice.lacks:
        lacks.append(_("shares no memory"))
    if notice.lacks & {Lack.POSIX_LOCKS, Lack.SHARED_MEMORY}:
        effects.append(_("saving is slower"))
    if Lack.FLOCK in notice.lacks:
        effects.append(_("each process asks at its own pace"))
    where = _("the file system of {where} {lacks}").format(
        where=notice.where, lacks=_(" and ").join(lacks)
    )
    return f"{where}: {_(', and ').join(effects)}"
