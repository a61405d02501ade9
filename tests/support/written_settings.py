"""A config.toml that is written and read."""

from pathlib import Path

import pytest

from rushes.watch.config.settings import BadSettings, Settings, load


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def read(config: Path, text: str, mode: int = 0o600) -> Settings:
    config.write_text(text, encoding="utf-8")
    config.chmod(mode)
    return load(config, {"RUSHES_HOME": str(config.parent)})


def faults(config: Path, text: str) -> list[str]:
    with pytest.raises(BadSettings) as bad:
        read(config, text)
    assert str(bad.value) == "\n".join(bad.value.lines)
    assert all(line.startswith(f"{config}: ") for line in bad.value.lines)
    return [line.removeprefix(f"{config}: ") for line in bad.value.lines]
