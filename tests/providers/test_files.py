"""Each link of a result is a file, whatever its model calls it, unless its name says otherwise."""

import json
from typing import Any

import pytest

from rushes.providers.files import files
from rushes.providers.reply import Ask, read_json

A, B = "https://cdn.example/a.mp4", "https://cdn.example/b"


def found(result: Any) -> list[tuple[str, object]]:
    node = read_json(json.dumps({"it": result}).encode())["it"]
    return [(it.kind, getattr(it.where, "url", None)) for it in files(node, Ask())]


@pytest.mark.parametrize(
    ("result", "kinds"),
    [
        (A, [("video", A)]),
        ([A, B], [("video", A), ("file", B)]),
        ({"image": B}, [("image", B)]),
        ({"Images": [{"url": B}]}, [("image", B)]),
        ({"x": {"url": B, "content_type": "AUDIO/wav"}}, [("audio", B)]),
        ({"thumbnail": {"url": B, "content_type": "image/png"}}, [("thumbnail", B)]),
        ({"last_frame_url": A}, [("last_frame", A)]),
        ({"a": [[{"b": [A]}]]}, [("video", A)]),
        ({"video": f" {A}\n"}, [("video", A)]),
        ([A, A], [("video", A)]),
        ({"input_image": B, "webhook": A, "status_url": A, "prompt": B}, []),
        ("data: and more", []),
        (f"see {A}", []),
        ({"n": 1, "s": "x", "z": None, "b": True}, []),
        ("/relative/path", []),
        (None, []),
    ],
)
def test_the_files_of_a_result(result: Any, kinds: list[tuple[str, object]]) -> None:
    assert found(result) == kinds


def test_a_result_without_end_is_read_to_a_depth() -> None:
    deep: Any = A
    for _ in range(50):
        deep = [deep]
    assert found(deep) == []
