"""What state.toml remembers of keys that commands and the keyring gave (row 85)."""

from pathlib import Path

import pytest

from rushes.providers.secret import Secret
from rushes.watch.keys.find import Key
from rushes.watch.keys.remembered import LONGEST, note, used_keys

KEY = "sk-remembered-0123456789"


def test_a_key_is_known_again_by_its_hash(tmp_path: Path) -> None:
    state = tmp_path / "state.toml"
    note(state, "studio", Key(Secret(KEY), "command pass", asked_for=True))
    (used,) = used_keys(state)
    assert used.is_of(KEY)
    assert not used.is_of(KEY[:-1] + "0")
    assert KEY not in state.read_text("utf-8")


@pytest.mark.parametrize("length", [-1, 0, LONGEST + 1, 2**40])
def test_a_length_that_no_key_has_is_not_believed(tmp_path: Path, length: int) -> None:
    """Such a number would be a pattern's, over all that is pasted."""
    state = tmp_path / "state.toml"
    state.write_text(f'used = [{{ length = {length}, salt = "aa", hash = "bb" }}]\n')
    assert used_keys(state) == ()
