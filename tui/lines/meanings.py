"""The meanings of our words, a line each, as `rushes help statuses` prints them."""

from collections.abc import Mapping
from enum import Enum

from rushes.providers.language import Words
from rushes.providers.model import Basis, ProblemKind, Status
from rushes.watch.asset import OutputState

STATUSES: Mapping[Enum, str] = Words(
    {
        Status.QUEUED: "accepted by the provider, and not begun",
        Status.RUNNING: "being generated",
        Status.FINALIZING: "generated; its files are being put in place",
        Status.UNKNOWN: "the provider's word is new to us: shown as it is, polled on, more slowly",
        Status.SUCCEEDED: "over, with its outputs",
        Status.FAILED: "over, without; the provider says why where it does",
        Status.CANCELED: "over, because somebody stopped it",
        Status.GONE: "the provider no longer knows it; that says nothing about the generation",
    }
)

PROBLEMS: Mapping[Enum, str] = Words(
    {
        ProblemKind.AUTH: "the key is missing or refused, or the balance is spent",
        ProblemKind.NOT_FOUND: "no such task there; the one problem that ends a task, as gone",
        ProblemKind.RATE_LIMITED: "too many requests: asked again when the provider says so",
        ProblemKind.UNAVAILABLE: "the network, a time-out, or a fault of the server's",
        ProblemKind.REFUSED: "refused for another reason; polled on, slowly",
        ProblemKind.MALFORMED: "an answer that is none: a web page, broken JSON, another task's",
    }
)

OUTPUTS: Mapping[Enum, str] = Words(
    {
        OutputState.UNRESOLVED: "its link takes a second call, made when it is fetched",
        OutputState.AVAILABLE: "at the provider, and not on disk",
        OutputState.DOWNLOADING: "on its way",
        OutputState.DOWNLOADED: "on disk, whole and checked",
        OutputState.MOVED: "saved once; its file is elsewhere now",
        OutputState.FAILED: "could not be fetched; its note says why",
        OutputState.EXPIRED: "can no longer be fetched",
        OutputState.GIVEN_UP: "taken off by you; fetched only if you ask",
    }
)

BASES: Mapping[Enum, str] = Words(
    {
        Basis.STATED: "a field of the answer says when",
        Basis.SIGNED: "the link's own signature does",
        Basis.DOCUMENTED: "the provider's documents do, counted from the task's end",
    }
)
