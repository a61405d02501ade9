"""A provider in TOML, and what it makes of a reply."""

import json

from rushes.providers.card import Provider
from rushes.providers.model import Problem, Snapshot
from rushes.providers.registry import all_providers
from rushes.providers.reply import Ask, Reply
from rushes.providers.toml_dialect.provider import check, read_provider
from rushes.providers.toml_dialect.table import BadDialect

HEAD = 'base_urls = { default = "https://h.example" }\nquery = { path = "/v1/tasks/{id}" }\n'
"""The least that a file has beside its expressions."""

BASE = "https://h.example"


def provider_in(text: str, *, head: str = HEAD, name: str = "studio") -> Provider:
    return read_provider(head + text, name, f"providers/{name}.toml", all_providers().get)


def faults_in(text: str, *, head: str = HEAD, name: str = "studio") -> list[str]:
    """The lines that say what is wrong with a file; its expressions are checked, too."""
    try:
        provider = provider_in(text, head=head, name=name)
        check(provider)
    except BadDialect as error:
        return str(error).replace(f"providers/{name}.toml: ", "").splitlines()
    return []


def said(
    text: str, body: object, *, status: int = 200, task_id: str = "t", head: str = HEAD
) -> Snapshot | Problem:
    """What the provider of such a file makes of a reply."""
    reply = Reply(status, {}, json.dumps(body).encode())
    return provider_in(text, head=head).parse(reply, Ask(task_id, BASE))


def snapshot(text: str, body: object, *, task_id: str = "t", head: str = HEAD) -> Snapshot:
    result = said(text, body, task_id=task_id, head=head)
    assert isinstance(result, Snapshot), result
    return result
