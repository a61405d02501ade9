"""Business codes that mean the same at every gateway, and messages of error bodies without a code.

Gateways pass on their upstream's errors under any HTTP status: DashScope's `Arrearage` comes with
400, MiniMax's "record not found" with 500. A card's own codes are looked up before these.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from rushes.providers.model import ProblemKind

_CODES: Mapping[ProblemKind, tuple[str, ...]] = MappingProxyType(
    {
        # Keys, and accounts that have run dry or are locked.
        ProblemKind.AUTH: (
            *("invalid_api_key", "missing_api_key", "incorrect_api_key", "api_key_invalid"),
            *("invalid_key", "invalid_token", "token_expired", "access_token_invalid"),
            *("unauthorized", "unauthenticated", "authentication_error", "authentication_failed"),
            *("permission_denied", "forbidden", "access_denied", "permission_error"),
            *("insufficient_balance", "insufficient_quota", "insufficient_user_quota"),
            *("insufficient_credits", "insufficient_credit", "insufficient_funds"),
            *("balance_not_enough", "quota_not_enough", "pre_consume_token_quota_failed"),
            *("payment_required", "arrearage", "account_overdue", "account_overdue_error"),
            *("billing_not_active", "billing_hard_limit_reached", "account_deactivated"),
            *("allocation_quota.free_tier_only", "access_denied.unpurchased"),
            *("model_access_denied", "workspace_access_denied", "model_not_allowed"),
        ),
        ProblemKind.RATE_LIMITED: (
            *("rate_limit", "rate_limited", "rate_limit_exceeded", "rate_limit_error"),
            *("rate_limit_reached", "too_many_requests", "throttling", "throttled"),
            *("request_limit_exceeded", "limit_requests", "limit_burst_rate"),
        ),
        ProblemKind.NOT_FOUND: (
            *("not_found", "not_found_error", "resource_not_found", "task_not_found"),
            *("task_not_exist", "task_not_exists", "record_not_found", "invalid_task_id"),
        ),
        ProblemKind.UNAVAILABLE: (
            *("internal_error", "internal_server_error", "server_error", "service_unavailable"),
            *("upstream_error", "overloaded", "overloaded_error", "request_timeout"),
        ),
    }
)

_NOT_FOUND = frozenset(
    {"record not found", "task not found", "task not exist", "task does not exist"}
    | {"no such task", "invalid task_id", "invalid task id"}
)
"""Whole messages that mean that the task is not known."""

_KEY_REFUSED = re.compile(r"(incorrect|invalid) api key\b|api key not (valid|found)\b", re.I)
"""How messages begin that say so under HTTP 400, with a code that says nothing of a key."""


def _plain(code: str) -> str:
    """The letters and digits of a code, as gateways write the same code in several styles."""
    return re.sub(r"[^a-z0-9]", "", code.casefold())


_KINDS = MappingProxyType({_plain(code): kind for kind in _CODES for code in _CODES[kind]})


def kind_of_code(code: str | None) -> ProblemKind | None:
    """The kind of problem that a business code means at any gateway, None for an unknown code.

    A code in parts, `Throttling.RateQuota`, is looked up whole, then by its first part.
    """
    if not code:
        return None
    return _KINDS.get(_plain(code)) or _KINDS.get(_plain(code.partition(".")[0]))


def says_key_refused(message: str | None) -> bool:
    """Whether a message begins with the words of xAI or Google for a key that they refuse."""
    return bool(_KEY_REFUSED.match((message or "").strip()))


def says_not_found(message: str | None) -> bool:
    """Whether a message says, and says nothing else, that there is no such task.

    MiniMax ends its messages with their code, `invalid task_id (2013)`: it says nothing else.
    """
    said = re.sub(r"\s*\(\d+\)$", "", (message or "").strip())
    return said.strip(" .!\"'").casefold() in _NOT_FOUND
