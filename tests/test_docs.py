"""What the code cites is in docs/, and what the documents name is in the tree."""

import ast
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from documents import DOCS, ROOT, document, tables

from rushes.providers.make_table import with_tables
from rushes.providers.registry import built_in

FOLDERS = ("tui", "watch", "providers", "demo", "rushes", "tests", "bench", "screenshots")
DOCUMENTS = sorted([*DOCS.glob("*.md"), *ROOT.glob("*.md")])
ABOUT_NOW = [path for path in DOCUMENTS if path.name != "CHANGELOG.md"]


@cache
def files(suffix: str) -> list[Path]:
    """The files of the tree; the links in rushes/ lead to the same ones again."""
    roots = [ROOT / folder for folder in FOLDERS]
    return sorted(path for root in roots for path in root.rglob(f"*{suffix}"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def prose(path: Path) -> str:
    """The comments and docstrings of a module, each folded into one line."""
    with tokenize.open(path) as file:
        comments = [
            token.string
            for token in tokenize.generate_tokens(file.readline)
            if token.type == tokenize.COMMENT
        ]
    strings = [
        node.value.value
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ]
    return "\n".join(" ".join(text.split()) for text in (" ".join(comments), *strings))


def cited(pattern: str) -> Iterator[tuple[str, re.Match[str]]]:
    """What is found in the prose of the code, with the module that says it."""
    for path in files(".py"):
        # To take a module apart costs more than to see that it does not say it anywhere.
        if re.search(pattern, " ".join(path.read_text("utf-8").split())):
            for found in re.finditer(pattern, prose(path)):
                yield name_of(path), found


def numbers(text: str) -> set[int]:
    """The numbers in "7", "3, 4", "19–21" and "29 to 39"."""
    found: set[int] = set()
    for first, last in re.findall(r"(\d+)(?:\s*(?:–|to)\s*(\d+))?", text):
        found |= set(range(int(first), int(last or first) + 1))
    return found


def headings(text: str) -> set[str]:
    return set(re.findall(r"^#+ (.*)$", text, re.MULTILINE))


def test_every_label_is_defined() -> None:
    defined = set(re.findall(r"^- \*\*([SRMP]\d+)\*\*", document("reliability.md"), re.MULTILINE))
    # What the documents cite themselves counts, too.
    used = {(name, found[0]) for name, found in cited(r"\b[SRMP]\d{1,2}\b")}
    used |= {
        ("reliability.md", label)
        for label in re.findall(r"\b[SRMP]\d{1,2}\b", document("reliability.md"))
    }
    assert not {(name, label) for name, label in used if label not in defined}


def fault_rows() -> list[int]:
    found = re.findall(r"^\| ([\d, –]+) \|", document("reliability.md"), re.MULTILINE)
    return [number for text in found for number in numbers(text)]


def test_every_row_is_in_the_tables() -> None:
    each = fault_rows()
    assert len(each) == len(set(each)), "a row is there twice"
    row = r"\brows? (\d+(?:(?:,? (?:and|to) |, )\d+)*)"
    used = {(name, number) for name, one in cited(row) for number in numbers(one[1])}
    assert not {(name, number) for name, number in used if number not in each}


def test_every_document_is_there_with_the_heading_that_is_cited() -> None:
    known = {path.name: headings(path.read_text("utf-8")) for path in DOCUMENTS}
    for name, found in cited(r"\b([A-Za-z_]+\.md)(?:, \"([^\"]+)\")?"):
        assert found[1] in known, f"{name} cites {found[1]}"
        assert not found[2] or found[2] in known[found[1]], f"{name} cites {found[0]}"


def test_the_sources_of_the_contract_are_there() -> None:
    known = {path.name: headings(path.read_text("utf-8")) for path in DOCUMENTS}
    labels = set(re.findall(r"\*\*(\w+)\*\*", document("reliability.md")))
    for path in (ROOT / "tests" / "contract").rglob("*.json"):
        for source in re.findall(r'(?m)^ {4}"source": "([^"]*)"', path.read_text("utf-8")):
            name, _, place = source.partition(", ")
            if found := re.fullmatch(r"reliability\.md rows? (.*)", source):
                assert numbers(found[1]) <= set(fault_rows()), source
            elif found := re.fullmatch(r"reliability\.md (\w+)", source):
                assert found[1] in labels, source
            elif name in known:
                assert place in known[name], source
            else:
                assert re.match(r"pub: |seed \d{3}\b", source), source


def test_every_seed_is_told_of() -> None:
    told = set(re.findall(r"\bseed (\d{3})\b", document("providers.md")))
    used = {number for _, one in cited(r"\b[Ss]eeds? (\d{3}(?:, \d{3})*)") for number in
            one[1].split(", ")}  # fmt: skip
    assert told == used


def test_nothing_is_explained_by_the_number_of_an_issue() -> None:
    assert not [(name, found[0]) for name, found in cited(r"\bissues? #?\d+")]


@cache
def is_there(name: str) -> bool:
    """Whether a path, or the end of one, is in the tree."""
    wanted = name.rstrip("/").split("/")
    ending = "." + wanted[-1].rpartition(".")[2] if "." in wanted[-1] else ""
    return (ROOT / name).exists() or any(
        path.name == wanted[-1] and list(path.parts[-len(wanted) :]) == wanted
        for path in files(ending)
    )


_MODULE = r"`rushes\.((?:tui|watch|providers|demo)\.[\w.]+)`"


def is_module(name: str) -> bool:
    """Whether a dotted name is a module of ours, or something in one."""
    *room, module = re.sub(r"(\.[A-Z]\w*)+$", "", name).split(".")
    place = ROOT.joinpath(*room, module)
    within = ROOT.joinpath(*room).with_suffix(".py")
    return place.is_dir() or place.with_suffix(".py").exists() or within.exists()


def test_every_module_that_the_code_names_is_there() -> None:
    named = {(name, found[1]) for name, found in cited(r"`([\w/]+\.(?:py|md))`")}
    assert not sorted((name, module) for name, module in named if not is_there(module))
    dotted = {(name, found[1]) for name, found in cited(_MODULE)}
    assert not sorted((name, module) for name, module in dotted if not is_module(module))


@pytest.mark.parametrize("path", ABOUT_NOW, ids=lambda path: path.name)
def test_every_path_that_a_document_names_is_there(path: Path) -> None:
    text = path.read_text("utf-8")
    named = set(re.findall(r"`([\w./-]+\.(?:py|md|toml|json|txt|sh))`", text))
    named |= set(re.findall(r"`((?:tui|watch|providers|demo|tests|docs|bench)/[\w/.-]*)`", text))
    named |= set(re.findall(r"\]\(([^):#]+)\)", text))
    # A person's files, and what a reader is asked to write.
    own = {"config.toml", "state.toml", "reply.json", "out.json"}
    missing = sorted(name for name in named - own if not is_there(name) and "NAME" not in name)
    assert not [name for name in missing if not (path.parent / name).exists()]
    assert not [module for module in re.findall(_MODULE, text) if not is_module(module)]


def test_every_test_that_holds_a_fault_is_there() -> None:
    held = [
        name
        for rows in re.findall(r"^\| .* \| ([^|]*) \|$", document("reliability.md"), re.MULTILINE)
        for name in re.findall(r"[\w/]*\btest_\w+", rows)
    ]
    assert held
    assert not [name for name in held if not (ROOT / "tests" / f"{name}.py").exists()]
    assert tables(document("reliability.md"))


@pytest.mark.parametrize("page", ["README.md", "docs/providers.md"])
def test_the_tables_of_providers_are_made_from_the_cards(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    assert with_tables(text) == text
    assert all(f"| `{name}` " in text for name in built_in())
