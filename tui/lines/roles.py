"""Roles of text and backgrounds; a theme gives each a colour."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from rushes.providers.model import Status


class Role(Enum):
    """What a piece of text means; its value is the theme variable that colours it."""

    TEXT = "ink-text"
    QUIET = "ink-quiet"
    FAINT = "ink-faint"
    RULE = "ink-rule"
    FRAME = "ink-frame"
    ACCENT = "ink-accent"
    QUEUED = "ink-queued"
    RUNNING = "ink-running"
    SUCCEEDED = "ink-succeeded"
    FAILED = "ink-failed"
    STOPPED = "ink-stopped"
    WARM = "ink-warm"
    URGENT = "ink-urgent"
    RUNNING_DIM = "ink-running-dim"
    SUCCEEDED_DIM = "ink-succeeded-dim"

    @property
    def variable(self) -> str:
        """The colour as a style in Textual's own notation."""
        return f"${self.value}"


class Ground(Enum):
    """The background of a row; its value is the theme variable that colours it."""

    PLAIN = "background"
    PANEL = "panel"
    PANEL_CURSOR = "panel-cursor"
    CURSOR = "row-cursor"
    GLOW = "row-glow"
    GLOW_CURSOR = "row-glow-cursor"
    NOTICE_FAILED = "notice-failed"
    NOTICE_ENDING = "notice-ending"
    NOTICE_SAVED = "notice-saved"


STATUS_ROLES: Mapping[Status | None, Role] = MappingProxyType(
    {
        None: Role.QUIET,
        Status.QUEUED: Role.QUEUED,
        Status.RUNNING: Role.RUNNING,
        Status.FINALIZING: Role.ACCENT,
        Status.UNKNOWN: Role.WARM,
        Status.SUCCEEDED: Role.SUCCEEDED,
        Status.FAILED: Role.FAILED,
        Status.CANCELED: Role.STOPPED,
        Status.GONE: Role.STOPPED,
    }
)
