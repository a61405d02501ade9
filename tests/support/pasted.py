"""What people have in hand after a submission: replies, status URLs, curl lines, printed objects.

Written from the forms that the vendors document and their clients print; ids and keys are made up.
"""

import json
from dataclasses import dataclass
from typing import Any

KEY = "AIzaSyKeptToMyself0123456789abcdefghij"
"""A key as it stands in pasted text; nothing of it may come out as a task."""

CONFIG = """
[providers.relay]
dialect = "newapi"
base_url = "https://relay.example/v1"
api_key_env = "RELAY_KEY"

[providers.films]
dialect = "openai-video"
base_url = "https://films.example"
api_key_env = "FILMS_KEY"
"""
"""The accounts of the two dialects that have no address of their own."""

UUID = "3f2b8c1d-7a54-4e6f-9b10-2c3d4e5f6a7b"
DIGITS = "842250903629086785"
HEX = "281e5b0fa39b4d1c8e7f60712345f39b"
TASK = "task_7Qw2ErT9yUiOpAsDfGhJkLzXcVbN1m45"
VIDEO = "video_68d7512d07848190b3e45da0ecbebcde"


@dataclass(frozen=True)
class Sample:
    """A pasted text, and the one task that it names.

    `alone`: nothing in the text could be another provider's, so the account must be the only one.
    """

    account: str
    what: str
    text: str
    task_id: str
    alone: bool = True


def reply(body: dict[str, Any]) -> str:
    return json.dumps(body, indent=2)


def curl(url: str, *headers: str) -> str:
    return "".join(["curl -s ", *(f"-H '{header}' " for header in headers), f"'{url}'"])


def bearer(url: str) -> str:
    return curl(url, f"Authorization: Bearer {KEY}")
