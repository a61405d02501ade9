"""The example's contract, as a test suite of its own holds it; also `python test_lumen.py`."""

import json
from pathlib import Path

from rushes_lumen import PROVIDER

from rushes.providers.contract import examine

ROWS = Path(__file__).parent / "rows"


def test_lumen_holds() -> None:
    """Every row means what it says, and no odd reply raises or invents an end."""
    rows = [row for file in sorted(ROWS.glob("*.json")) for row in json.loads(file.read_text())]
    report = examine(PROVIDER, rows)
    assert report.rows == len(rows)
    assert report.faults == ()


if __name__ == "__main__":
    test_lumen_holds()
