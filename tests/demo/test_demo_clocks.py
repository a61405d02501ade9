"""Origins whose clocks are wrong, and who are wrong in all they say: to themselves they agree."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from itertools import combinations
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from rushes.demo.chaos import Chaos

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.demo.conftest import Answer, Opener, Theatre

    Ask = Callable[..., Awaitable[Answer]]

BEIJING = timezone(timedelta(hours=8))
SKEWED = Chaos(share=0)
PROVIDERS = ("hiapi", "gptge", "ttapi", "anyfast", "dimilinks", "dashscope")


@pytest.fixture
async def theatre(opened: Opener) -> Theatre:
    return await opened(chaos=SKEWED)


async def told(theatre: Theatre, label: str, offset: float) -> tuple[Any, float]:
    """What a scene's provider says at an offset, and its clock as it says so (Unix seconds)."""
    theatre.at(offset)
    scene = theatre.scene(label)
    answer = await theatre.poll(scene.provider, scene.id)
    return answer.json(), date_of(answer)


def date_of(answer: Answer) -> float:
    return parsedate_to_datetime(answer.headers["date"]).timestamp()


def of_beijing(text: str) -> float:
    stamp = datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f")
    return stamp.replace(tzinfo=BEIJING).timestamp()


def end_of(link: str) -> float:
    """When a signed link dies by what it says of itself (Unix seconds)."""
    said = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    if "X-Tos-Date" in said:
        issued = datetime.strptime(said["X-Tos-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return issued.timestamp() + int(said["X-Tos-Expires"])
    return int(said["Expires"]) if "Expires" in said else int(said["exp"]) / 1000


async def test_every_clock_is_wrong_by_minutes_and_no_two_alike(theatre: Theatre) -> None:
    dates = [date_of(await theatre.poll(name, "x")) for name in PROVIDERS]
    assert all(abs(date - theatre.now) > 60 for date in dates)
    assert all(abs(one - other) > 60 for one, other in combinations(dates, 2))


async def test_how_long_ago_a_task_began_and_ended_is_true_by_its_own_providers_clock(
    theatre: Theatre,
) -> None:
    hiapi, date = await told(theatre, "opening shot", 20)
    assert date - hiapi["data"]["created"] == pytest.approx(20 + 14, abs=2)
    assert date - hiapi["data"]["completed"] == pytest.approx(20 - 14, abs=2)
    ttapi, date = await told(theatre, "雨中的玻璃窗", 86)
    assert date - of_beijing(ttapi["output"]["submit_time"]) == pytest.approx(86 + 5, abs=2)
    assert date - of_beijing(ttapi["output"]["end_time"]) == pytest.approx(86 - 84, abs=2)
    anyfast, date = await told(theatre, "rain on glass", 170)
    within = anyfast["data"]["data"]["output"]
    assert date - anyfast["data"]["submit_time"] == pytest.approx(170 + 10, abs=2)
    assert date - anyfast["data"]["finish_time"] == pytest.approx(170 - 160, abs=2)
    assert date - of_beijing(within["scheduled_time"]) == pytest.approx(170 - 8, abs=2)
    dimilinks, date = await told(theatre, "plate 14 (still)", 20)
    assert date - dimilinks["created_at"] == pytest.approx(20 + 4, abs=2)
    assert date - dimilinks["result"]["created"] == pytest.approx(20 - 12, abs=2)


LABELS = (
    "rain on glass",
    "雨中的玻璃窗",
    "neon alley",
    "storyboard, 3 panels",
    "plate 14 (still)",
    "kite over dunes",
)


async def link_of(theatre: Theatre, label: str) -> tuple[str, float]:
    """A signed link as given at offset 200, and its provider's clock then."""
    body, date = await told(theatre, label, 200)
    text = re.search(r'"((?:http|/p/)[^"]*[?][^"]*)"', str(body).replace("'", '"'))
    assert text is not None
    link = text[1]
    return (theatre.gateway.base_urls["dimilinks"] + link if link[0] == "/" else link), date


@pytest.mark.parametrize("label", LABELS)
async def test_a_signed_link_dies_when_its_own_providers_clock_says(
    theatre: Theatre, ask: Ask, label: str
) -> None:
    link, date = await link_of(theatre, label)
    left = end_of(link) - date
    assert 0 < left <= 86_400
    theatre.at(200 + left - 2)
    assert (await ask(link, "HEAD")).status == 200
    theatre.at(200 + left + 2)
    assert (await ask(link)).status == 403


async def test_an_unsigned_output_dies_when_its_own_providers_clock_says(
    theatre: Theatre, ask: Ask
) -> None:
    body, date = await told(theatre, "harbour, dusk", 0)
    output = body["data"]["output"][0]
    left = output["expireAt"] - date
    assert left == pytest.approx(120, abs=2)
    theatre.at(left - 2)
    assert (await ask(output["url"], "HEAD")).status == 200
    theatre.at(left + 2)
    assert (await ask(output["url"])).status == 403


async def test_what_an_origin_serves_was_last_changed_as_long_ago_as_it_was_made(
    theatre: Theatre, ask: Ask
) -> None:
    body, _ = await told(theatre, "opening shot", 20)
    answers = [await ask(body["data"]["output"][0]["url"], "HEAD")]
    link, _ = await link_of(theatre, "plate 14 (still)")
    answers.append(await ask(link, "HEAD"))
    ages = [
        date_of(answer) - parsedate_to_datetime(answer.headers["last-modified"]).timestamp()
        for answer in answers
    ]
    assert ages == [pytest.approx(20 - 14, abs=2), pytest.approx(200 - 12, abs=2)]
