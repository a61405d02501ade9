"""What is fetched unasked of outputs that stood in no known place (reliability.md row 95)."""

from datetime import UTC, datetime

import pytest
from fake_gateway import entry, hiapi_body

from rushes.providers.hiapi import PROVIDER
from rushes.providers.model import Snapshot, Status
from rushes.providers.reply import Ask, Reply
from rushes.watch.config.downloads import Auto
from rushes.watch.downloads.auto import AutoDownload
from rushes.watch.task import Task

NOW = datetime(2026, 8, 21, 3, 50, tzinfo=UTC)
LINK = "https://files.example.com/1.glb"
SIGNED = f"{LINK}?Expires=1787284800&OSSAccessKeyId=K&Signature=s"


def unmapped(link: str) -> Task:
    body = hiapi_body("a", "success", result={"model": link})
    said = PROVIDER.parse(Reply(200, {}, body), Ask("a"))
    assert isinstance(said, Snapshot)
    assert [output.note for output in said.outputs] == ["unmapped: $.data.result.model"]
    return Task(entry=entry("a"), status=Status.SUCCEEDED, snapshot=said)


@pytest.mark.parametrize(
    ("auto", "link", "fetched"),
    [
        (Auto.ALL, LINK, True),
        (Auto.ALL, SIGNED, True),
        (Auto.RESCUE, SIGNED, True),
        (Auto.RESCUE, LINK, False),
        (Auto.OFF, SIGNED, False),
    ],
)
def test_an_unmapped_file_is_rescued_where_its_end_is_known(
    auto: Auto, link: str, fetched: bool
) -> None:
    assert AutoDownload(auto, before=1800.0).wants(unmapped(link), NOW) is fetched
