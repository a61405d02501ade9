"""What is installed is what is in the tree, from the wheel as from the source archive."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from rushes.tui.make_catalogue import LANGUAGES, catalogue_of

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("demo", "providers", "tui", "watch")
TREE = {"rushes/__init__.py", "rushes/__main__.py"} | {
    f"rushes/{path.relative_to(ROOT)}" for floor in FLOORS for path in (ROOT / floor).rglob("*.py")
}


def build(what: str, source: Path, into: Path) -> Path:
    """Build the `wheel` or `sdist` of `source`, as pip has hatchling do it."""
    code = f"import sys; from hatchling.build import build_{what} as b; print(b(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(into)],
        cwd=source, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return into / done.stdout.splitlines()[-1]


def modules(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if name.endswith(".py")}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


def test_the_wheel_has_every_module_of_the_tree(wheel: Path) -> None:
    assert modules(wheel) == TREE


def test_the_wheel_has_the_compiled_catalogues(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for language in LANGUAGES:
            path = catalogue_of(language).with_suffix(".mo")
            name = f"rushes/tui/locale/{language}/LC_MESSAGES/rushes.mo"
            assert archive.read(name) == path.read_bytes()


def test_the_wheel_puts_one_name_beside_its_own_record(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        top = {name.partition("/")[0] for name in archive.namelist()}
    record = {name for name in top if name.startswith("rushes-") and name.endswith(".dist-info")}
    assert len(record) == 1
    assert top == {"rushes"} | record


def test_the_demo_finds_its_films_where_only_the_wheel_is(wheel: Path, tmp_path: Path) -> None:
    """In the tree a floor could be found by its bare name as well, and the fault would not show."""
    films = [path.name for path in (ROOT / "demo" / "media").iterdir()]
    code = (
        f"import sys; sys.path.insert(0, {str(wheel)!r})\n"
        "from rushes.demo.media import grow\n"
        f"assert all(grow(name, 1 << 20, 'seed').size >= 1 << 20 for name in {films!r})"
    )
    subprocess.run([sys.executable, "-I", "-S", "-c", code], cwd=tmp_path, check=True)


def test_the_source_archive_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    archive = build("sdist", ROOT, tmp_path)
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    rebuilt = build("wheel", tmp_path / archive.name.removesuffix(".tar.gz"), tmp_path)
    assert modules(rebuilt) == modules(wheel)
    assert rebuilt.name == wheel.name


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rushes", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("rushes ")
