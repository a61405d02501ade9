"""The README in Chinese is the README: the same commands, settings, gateways and links."""

import re

from documents import ROOT

ENGLISH = (ROOT / "README.md").read_text("utf-8")
CHINESE = (ROOT / "README.zh.md").read_text("utf-8")


def commands(text: str) -> list[str]:
    """The lines of all blocks of code, without their comments."""
    blocks = re.findall(r"^```\w+\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = (re.sub(r"\s+# .*", "", line).rstrip() for line in "".join(blocks).split("\n"))
    return [line for line in lines if line and not line.startswith("#")]


def gateways(text: str) -> list[tuple[str, ...]]:
    """The gateways of the table, and the variables of their keys."""
    return re.findall(r"^\| `([\w-]+)` ([^|]*) \| (`\w+`)?", text, re.MULTILINE)


def links(text: str) -> set[str]:
    return set(re.findall(r"\]\(([^)]+)\)", text)) - {"README.md", "README.zh.md"}


def test_the_commands_are_the_same() -> None:
    assert commands(CHINESE) == commands(ENGLISH)
    assert len(commands(ENGLISH)) > 20


def test_the_gateways_are_the_same() -> None:
    assert gateways(CHINESE) == gateways(ENGLISH)
    assert len(gateways(ENGLISH)) > 20


def test_what_is_linked_is_the_same() -> None:
    assert links(CHINESE) == links(ENGLISH)


def test_the_sections_are_the_same() -> None:
    marks = re.compile(r"^(#+|[-|]) ", re.MULTILINE)
    assert marks.findall(CHINESE) == marks.findall(ENGLISH)
