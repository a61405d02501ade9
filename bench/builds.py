"""Makes what is measured: this tree, an earlier commit, and the peers, each in an environment.

Everything lies in one folder that may be thrown away, and is made only where it is not there yet.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from line import Builds

ROOT = Path(__file__).resolve().parents[1]

PEERS = {
    "toolong": "toolong==1.5.0",
    "harlequin": "harlequin==2.17.0",
    "dolphie": "dolphie==6.18.0",
    "lazygit": "lazygit-py==0.66.2",
}
"""Programs for a terminal from the package index; pinned, so that figures can be compared."""

COMMANDS = {"toolong": "tl", "aria2": "aria2c"}
"""The command of each peer that is not called as its package."""

DEBIAN = ("htop", "fzf", "aria2", "curl")
"""Peers that come with the system's packages; they are only looked for."""


def make_builds(folder: Path, before: str | None, *, with_peers: bool) -> Builds:
    """Make what is missing. `before` is a commit, or None; raises CalledProcessError.

    This tree is installed as a person would install it, not editable: both builds start alike.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return Builds(
        now=_build(folder, "HEAD"),
        before=_build(folder, before) if before is not None else None,
        peers=_peers(folder / "peers") if with_peers else None,
    )


def missing() -> list[str]:
    """The peers of the system that are not installed."""
    return [name for name in DEBIAN if shutil.which(COMMANDS.get(name, name)) is None]


def _build(folder: Path, commit: str) -> Path:
    """The environment in which that commit is installed."""
    name = _output("git", "rev-parse", f"{commit}^{{commit}}").strip()
    place = folder / name[:12]
    if not (place / "bin" / "rushes").exists():
        with tempfile.TemporaryDirectory(prefix="rushes-build-") as made:
            tree = Path(made) / "tree"
            archive = subprocess.run(
                ["git", "archive", "--prefix=tree/", name],
                cwd=ROOT,
                check=True,
                stdout=subprocess.PIPE,
            )
            subprocess.run(["tar", "-x", "-C", made], input=archive.stdout, check=True)
            _environment(place, "-c", str(tree / "constraints.txt"), str(tree))
    return place


def _peers(folder: Path) -> Path:
    for name, package in PEERS.items():
        if not (folder / name / "bin" / COMMANDS.get(name, name)).exists():
            try:
                _environment(folder / name, package)
            except subprocess.CalledProcessError as error:
                print(f"{name} could not be installed: {error}", file=sys.stderr)
    return folder


def _environment(place: Path, *wanted: str) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    pip = [str(place / "bin" / "python"), "-m", "pip", "install", "-q"]
    subprocess.run([*pip, *wanted], check=True)


def _output(*argv: str) -> str:
    return subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True).stdout
