"""The fields of the JSON that scripts read, a line each (interface.md, "JSON")."""

from collections.abc import Mapping
from types import MappingProxyType

TASK: Mapping[str, str] = MappingProxyType(
    {
        "ref": "provider:id",
        "provider": "the account's name in config.toml",
        "id": "the provider's own",
        "label": "yours",
        "tags": "yours, a list",
        "added": "when it was first watched",
        "status": "see: rushes help statuses; null before the first answer",
        "raw_status": "the provider's own word for it",
        "progress": "0 to 100 where the provider gives it",
        "model": "what generates it",
        "prompt": "what was asked for",
        "created_at": "as the provider says, like the next two",
        "started_at": "",
        "finished_at": "",
        "request_id": "the provider's, for its support",
        "upstream_id": "the task's id at whoever the gateway asks",
        "usage": "what it cost, in the provider's fields",
        "error": "why it failed: {code, message}",
        "problem": "why the last poll told us nothing: {kind, message, since, retry_at}",
        "outputs": "a list of OUTPUT",
        "transitions": "a list of {status, raw_status, observed_at, provider_at}",
        "polls": "how often it was asked about",
        "last_polled_at": "",
        "next_poll_at": "null once it is over",
        "record_expires_at": "when the provider forgets the task",
    }
)

OUTPUT: Mapping[str, str] = MappingProxyType(
    {
        "n": "its number, from 1",
        "kind": "video image audio first_frame last_frame thumbnail file, or the provider's word",
        "url": "whole, signature included; null where it comes inline or takes a second call",
        "expires_at": "as the provider's clock has it; null where nothing is known",
        "expiry_basis": "stated, signed or documented; see: rushes help statuses",
        "needs_auth": "whether getting it takes the key",
        "file_id": "what the second call is made with",
        "width": "pixels",
        "height": "pixels",
        "state": "see: rushes help statuses",
        "path": "where it is on disk",
        "bytes": "what has arrived of it",
        "sha256": "of the whole file",
        "note": 'what there is to say, such as "length unverified"',
        "checked": "what a saved file was held against: length, type, index, checksum",
    }
)

EVENT: Mapping[str, str] = MappingProxyType(
    {
        "event": '"transition"',
        "ref": "",
        "status": "",
        "raw_status": "",
        "at": "when it was observed",
    }
)
