"""Where a file was saved is remembered whatever bytes its name has (row 129)."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rushes.watch.path_text import read_path, write_path


@pytest.mark.parametrize("name", ["a.mp4", "电影/a.mp4", "100% sure?#.mp4", "a b"])
def test_a_path_is_kept_as_people_read_it(name: str) -> None:
    assert write_path(Path("/home") / name) == f"/home/{name}"


def test_a_name_of_other_bytes_is_kept_too() -> None:
    path = Path(os.fsdecode(b"/home/\xe9t\xe9 100%/a b.mp4"))
    text = write_path(path)
    text.encode("utf-8")
    assert read_path(text) == path


@given(st.binary(min_size=1, max_size=40).filter(lambda name: not {0, 47} & set(name)))
def test_any_name_comes_back(name: bytes) -> None:
    path = Path(os.fsdecode(b"/home/" + name))
    assert read_path(write_path(path)) == path
    write_path(path).encode("utf-8")
