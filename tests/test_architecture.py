"""The house keeps its floors (docs/architecture.md)."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import rushes
from rushes.watch.version import VERSION

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("tui", "watch", "providers", "demo")
MAY_IMPORT = {
    "providers": {"providers"},
    "watch": {"watch", "providers"},
    "tui": {"tui", "watch", "providers", "demo"},
    "demo": {"demo"},
}
MODULES = [path for floor in FLOORS for path in sorted((ROOT / floor).rglob("*.py"))]
OTHERS = [
    path
    for folder in ("tests", "bench", "screenshots", "rushes")
    for path in sorted((ROOT / folder).rglob("*.py"))
]

OTHERS_WORDS = {"providers/dialects/newapi.py": {"task failed"}}
"""What other programs say and ours has to understand, by the module that reads it."""


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Every statement in a node: what expressions hold, which is most of a module, has none."""
    for block in ("body", "handlers", "orelse", "finalbody", "cases"):
        for each in getattr(node, block, ()):
            yield each
            yield from statements(each)


@cache
def imports(path: Path) -> frozenset[str]:
    found: set[str] = set()
    for node in statements(tree(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            module = node.module or ""
            names = (f"{module}.{alias.name}" for alias in node.names)
            found.update(names if module == "rushes" else (module,))
    return frozenset(found)


def floors(path: Path) -> set[str]:
    """The floors that a module imports from."""
    names = [name.split(".") for name in imports(path)]
    return {name[1] for name in names if name[0] == "rushes"}


def test_a_frozen_class_has_no_field_of_dataclasses() -> None:
    for path in (*MODULES, *OTHERS):
        for node in statements(tree(path)):
            if isinstance(node, ast.ImportFrom) and node.module == "dataclasses":
                names = {alias.name for alias in node.names}
                assert "field" not in names or "dataclass" in names, path


def test_a_module_imports_only_from_its_own_floor_and_below() -> None:
    for path in MODULES:
        assert floors(path) <= MAY_IMPORT[path.relative_to(ROOT).parts[0]], path


def test_a_floor_is_never_imported_by_its_bare_name() -> None:
    """`watch.task` would be a second module beside `rushes.watch.task`, with other classes."""
    for path in MODULES + OTHERS:
        assert not {name.split(".")[0] for name in imports(path)} & set(FLOORS), path


def test_the_floors_are_linked_into_the_package() -> None:
    links = {
        path.name: path.readlink() for path in (ROOT / "rushes").iterdir() if path.is_symlink()
    }
    assert links == {floor: Path("..", floor) for floor in FLOORS}


def test_only_the_demo_command_knows_the_demo() -> None:
    knowing = {
        str(path.relative_to(ROOT))
        for path in MODULES
        if path.relative_to(ROOT).parts[0] != "demo" and "demo" in floors(path)
    }
    assert knowing == {"tui/command/demo.py"}


def sentences_compared(module: ast.Module) -> Iterator[str]:
    """The texts with a blank between words that a module compares something with."""
    for node in ast.walk(module):
        held: list[ast.expr] = []
        match node:
            case ast.Compare(left, _, others):
                held = [left, *others]
            case ast.MatchValue(value):
                held = [value]
            case ast.Call(ast.Attribute(_, "startswith" | "endswith" | "removeprefix"), tested):
                held = tested
            case _:
                pass
        parts = [
            each.elts if isinstance(each, ast.Tuple | ast.List | ast.Set) else [each]
            for each in held
        ]
        for value in (each for some in parts for each in some):
            text = value.value if isinstance(value, ast.Constant) else None
            if isinstance(text, str) and re.search(r"\w \w", text):
                yield text


def test_no_sentence_is_compared_with_another() -> None:
    """State is an enum or a value: words may then be mended, and said in another language."""
    for path in MODULES:
        found = set(sentences_compared(tree(path)))
        assert found <= OTHERS_WORDS.get(str(path.relative_to(ROOT)), set()), path


def test_httpx_is_imported_where_requests_are_sent() -> None:
    importing = {
        str(path.relative_to(ROOT))
        for path in MODULES
        if any(name.split(".")[0] == "httpx" for name in imports(path))
    }
    where = ("assets", "client", "connections", "http", "probe", "single", "through")
    assert importing == {f"watch/network/{name}.py" for name in where}


def test_files_are_locked_and_synced_in_one_place() -> None:
    locking = {
        str(path.relative_to(ROOT))
        for path in MODULES
        if path.relative_to(ROOT).parts[0] == "watch" and "fcntl" in imports(path)
    }
    syncing = {str(path.relative_to(ROOT)) for path in MODULES if "os.fsync(" in path.read_text()}
    assert locking == {"watch/disk/locks.py"}
    assert syncing == {"watch/disk/descriptors.py"}


def test_only_the_store_of_one_machine_knows_sqlite() -> None:
    """Everybody else knows the port, `watch/store.py`, and no type of a database."""
    naming = {
        str(path.relative_to(ROOT).parent)
        for path in MODULES
        if "sqlite3" in path.read_text("utf-8")
    }
    assert naming == {"watch/history", "watch/team"}  # whose marks are a small file of their own


TEAM = ("copying", "opening", "own_events", "reader", "store", "unsent")


def test_the_engine_knows_its_store_by_the_port_alone() -> None:
    knowing = {
        str(path.relative_to(ROOT))
        for path in MODULES
        if path.parent.name != "history"
        and any(name.startswith("rushes.watch.history") for name in imports(path))
    }
    assert knowing == {
        "watch/opening.py",
        # It joins the home's history with what is shared, and is the port again.
        *(f"watch/team/{name}.py" for name in TEAM),
        "tui/command/portable.py",
        "tui/command/summary.py",
        "tui/shell/memory.py",
        "tui/shell/open_history.py",
        "tui/shell/figures.py",
    }


def _is_of(node: ast.stmt, libraries: set[str]) -> bool:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    return any(name.split(".")[0] in libraries for name in names)


def test_who_shows_no_pictures_loads_nothing_for_them_and_films_are_decoded_in_one_place() -> None:
    libraries = {"PIL", "av"}
    at_once = [
        str(path.relative_to(ROOT))
        for path in MODULES
        if any(_is_of(node, libraries) for node in tree(path).body)
    ]
    assert at_once == []
    decoding = [str(path.relative_to(ROOT)) for path in MODULES if "av" in imports(path)]
    assert decoding == ["watch/posters/decoding.py"]


def test_parsers_have_no_clock_no_network_no_files_and_no_log() -> None:
    forbidden = {"time", "socket", "os", "io", "logging", "asyncio", "urllib.request", "pathlib"}
    for path in MODULES:
        if path.relative_to(ROOT).parts[0] == "providers":
            assert not forbidden & set(imports(path)), path


def test_the_demo_needs_nothing_but_the_standard_library() -> None:
    for path in MODULES:
        if path.relative_to(ROOT).parts[0] == "demo":
            foreign = {name.split(".")[0] for name in imports(path)} - {"rushes"}
            assert foreign <= sys.stdlib_module_names, path


def test_the_tests_test_this_tree() -> None:
    assert Path(rushes.__file__ or "").resolve().parent == ROOT / "rushes"


def test_the_version_stands_once() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    assert "version" not in project["project"]
    assert project["tool"]["hatch"]["version"]["path"] == "rushes/watch/version.py"
    saying = [path for path in MODULES + OTHERS if f'"{VERSION}"' in path.read_text("utf-8")]
    assert saying == [ROOT / "watch" / "version.py"]


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["ls"]])
def test_plain_commands_do_not_wait_for_the_dashboards_imports(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        f"sys.argv[1:] = {arguments!r}\n"
        "from rushes.tui.entry import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit:\n"
        "    pass\n"
        "print('loaded', 'textual' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "loaded False" in done.stderr


def test_the_type_checker_is_given_every_floor_by_name() -> None:
    """It passes over a link inside a folder without a word, and so would check nothing of ours."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        included = set(tomllib.load(file)["tool"]["pyright"]["include"])
    assert {f"rushes/{floor}" for floor in FLOORS} <= included
