"""`rushes notify --test`: which way a notice goes, what was left out, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rushes.providers.exits import Exit

if TYPE_CHECKING:
    from tests.cli.conftest import Rushes


@pytest.fixture(autouse=True)
def no_desktop(rushes: Rushes) -> None:
    rushes.environ["SSH_CONNECTION"] = "192.0.2.1 1 192.0.2.2 22"


def test_off_sends_nothing_and_says_so(rushes: Rushes) -> None:
    rushes.configure('[notify]\nmethod = "off"\n')
    result = rushes("notify", "--test")
    assert result.code == Exit.FINE
    assert result.out == 'method off: nothing was sent: config.toml has method = "off"\n'


@pytest.mark.parametrize("method", ["auto", "bell", "osc777"])
def test_without_a_terminal_and_a_desktop_there_is_no_way(rushes: Rushes, method: str) -> None:
    rushes.configure(f'[notify]\nmethod = "{method}"\nquiet = "00:00-23:59"\n')
    result = rushes("notify", "--test")
    assert result.code == Exit.CONFIGURATION
    first, *rest = result.out.splitlines()
    assert first == f"method {method}: nothing was sent: no terminal is written to"
    assert any(line.startswith("quiet hours 00:00-23:59: ") for line in rest)
    assert "told of: failed, expiring, idle; together what happens within 30s" in rest


def test_a_test_is_asked_for_by_name(rushes: Rushes) -> None:
    assert rushes("notify").code == Exit.USAGE


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('method = "osc7"', "unknown value; did you mean osc777"),
        ('on = ["faild"]', "unknown value faild; did you mean failed"),
        ('on = ["transition"]', "unknown value transition"),
        ('on = "failed"', "expected a list of succeeded"),
        ('digest = "0s"', "expected at least 1s"),
        ('quiet = "22-8"', 'expected two times of day such as "22:00-08:00"'),
        ("quiet = 22", "expected text, got 22"),
        ("sound = true", "unknown key"),
    ],
)
def test_what_is_wrong_with_the_settings_is_told_in_a_line(
    rushes: Rushes, line: str, fault: str
) -> None:
    rushes.configure(f"[notify]\n{line}\n")
    result = rushes("config", "check")
    assert result.code == Exit.CONFIGURATION
    (said,) = [each for each in result.err.splitlines() if "[notify]" in each]
    assert fault in said
