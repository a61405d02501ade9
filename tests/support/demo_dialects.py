"""What every dialect of the demo is opened with."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

OPENED = 1_795_341_000.25
BEIJING = timezone(timedelta(hours=8))
USAGE = {
    "duration": 5,
    "input_video_duration": 0,
    "output_video_duration": 5,
    "video_count": 1,
    "SR": 720,
    "ratio": "16:9",
}


def of_beijing(text: str) -> float:
    """Return Unix seconds of `YYYY-MM-DD HH:mm:ss.SSS` in UTC+8."""
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", text)
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=BEIJING).timestamp()
