"""Several texts that are copied at once."""

from queue import Empty, Queue
from threading import Event

import pytest
from waiting import PATIENCE

from rushes.tui.screen.clipboard import Clipboard


def test_of_texts_copied_one_after_the_other_the_last_stays_however_slow_the_tool_is() -> None:
    handed, begun, may_end = Queue[str](), Event(), Event()

    def tool(text: str) -> bool:
        if text == "first":
            begun.set()
            assert may_end.wait(PATIENCE)
        handed.put(text)
        return True

    told = Queue[bool]()
    clipboard = Clipboard(tool)
    clipboard.put("first", told.put)
    assert begun.wait(PATIENCE)
    clipboard.put("second", told.put)
    clipboard.put("third", told.put)
    with pytest.raises(Empty):
        handed.get(timeout=0.1)
    may_end.set()
    assert [handed.get(timeout=PATIENCE) for _ in range(2)] == ["first", "third"]
    assert [told.get(timeout=PATIENCE) for _ in range(2)] == [True, True]
