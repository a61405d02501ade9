"""What is told of a fault of ours gives no link away (row 117)."""

import pytest
from signed_links import HEX, MD5

from rushes.tui.shell.internal_error_text import told


@pytest.mark.parametrize("filler", [0, 330, 350, 370, 380])
def test_a_signature_in_a_path_is_hidden_wherever_the_sentence_is_cut(filler: int) -> None:
    error = ValueError(f"{'x' * filler} https://h.example/{MD5}/{HEX}/video/tos/a.mp4?sig=secret")
    (line, *_) = told(error)
    assert MD5[:6] not in line
    assert HEX not in line
    assert "secret" not in line
