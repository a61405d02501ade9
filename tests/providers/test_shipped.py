"""The providers in TOML that ship are the examples of the documents."""

from pathlib import Path

import pytest

from rushes import providers
from rushes.providers.registry import find
from rushes.providers.toml_dialect.provider import Described, check

SHIPPED = sorted((Path(providers.__file__).parent / "toml").glob("*.toml"))
DOCS = Path(__file__).resolve().parent.parent.parent / "docs"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_page_is_an_example_a_provider_and_a_section(path: Path) -> None:
    assert path.read_text("utf-8") == (DOCS / "providers" / path.name).read_text("utf-8")
    provider = find(path.stem)
    assert isinstance(provider.parse, Described)
    check(provider)
    assert f"## {path.stem}: {provider.card.name}\n" in (DOCS / "providers.md").read_text("utf-8")


def test_no_example_is_of_something_else() -> None:
    examples = {path.name for path in (DOCS / "providers").glob("*.toml")}
    assert examples == {path.name for path in SHIPPED}
    assert len(SHIPPED) == 6
