"""The house keeps its floors (docs/architecture.md)."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import tui
from watch.version import VERSION

ROOT = Path(__file__).resolve().parent.parent
OURS = ("tui", "watch", "providers", "demo")
MAY_IMPORT = {
    "providers": {"providers"},
    "watch": {"watch", "providers"},
    "tui": {"tui", "watch", "providers", "demo"},
    "demo": {"demo"},
}
MODULES = [path for package in OURS for path in sorted((ROOT / package).rglob("*.py"))]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield node.module or ""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_from_its_own_floor_and_below(path: Path) -> None:
    floor = path.relative_to(ROOT).parts[0]
    reached = {name.split(".")[0] for name in imports(path)} & set(OURS)
    assert reached <= MAY_IMPORT[floor]


def test_only_the_demo_command_knows_the_demo() -> None:
    knowing = {
        str(path.relative_to(ROOT))
        for path in MODULES
        if path.relative_to(ROOT).parts[0] != "demo"
        and any(name.split(".")[0] == "demo" for name in imports(path))
    }
    assert knowing == {"tui/plain/demo.py"}


def test_httpx_is_imported_in_one_place() -> None:
    importing = {
        str(path.relative_to(ROOT))
        for path in MODULES
        if any(name.split(".")[0] == "httpx" for name in imports(path))
    }
    assert importing == {"watch/client.py"}


def test_parsers_have_no_clock_no_network_no_files_and_no_log() -> None:
    forbidden = {"time", "socket", "os", "io", "logging", "asyncio", "urllib.request", "pathlib"}
    for path in MODULES:
        if path.relative_to(ROOT).parts[0] == "providers":
            assert not forbidden & set(imports(path)), path


def test_the_demo_needs_nothing_but_the_standard_library() -> None:
    for path in MODULES:
        if path.relative_to(ROOT).parts[0] == "demo":
            foreign = {name.split(".")[0] for name in imports(path)} - {"demo"}
            assert foreign <= sys.stdlib_module_names, path


def test_the_tests_test_this_tree() -> None:
    assert Path(tui.__file__ or "").resolve().parent == ROOT / "tui"


def test_the_version_is_said_once() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        assert tomllib.load(file)["project"]["version"] == VERSION


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["ls"]])
def test_plain_commands_do_not_wait_for_the_dashboards_imports(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        f"sys.argv[1:] = {arguments!r}\n"
        "from tui.entry import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit:\n"
        "    pass\n"
        "print('loaded', 'textual' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "loaded False" in done.stderr
