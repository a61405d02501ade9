"""What providers from others may import is there, and is explained."""

import importlib
import re
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "providers.md"
NAMES = [
    (module, name)
    for module, names in re.findall(
        r"^\| `(rushes\.providers\.\w+)` \| (.*) \|$", DOCUMENT.read_text("utf-8"), re.MULTILINE
    )
    for name in re.findall(r"`(\w+)`", names)
]


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_a_public_name_is_there_and_explained(module: str, name: str) -> None:
    home = importlib.import_module(module)
    public = getattr(home, name)
    source = Path(str(home.__file__)).read_text("utf-8")
    if callable(public) and getattr(public, "__module__", "") == module:
        assert public.__doc__
    else:  # a constant or an alias: the sentence stands below it
        assert re.search(rf'^{name}\b.*\n(?:(?! *"""|\w).*\n)*"""\w', source, re.MULTILINE), name


def test_there_are_such_names() -> None:
    assert len(NAMES) > 40
