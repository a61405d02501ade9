"""A provider is found by its name, and a task by how its id or its URL is written."""

import subprocess
import sys
from pathlib import Path

import pytest

from rushes.providers import index, make_index
from rushes.providers.errors import RushesError, UnknownProvider
from rushes.providers.registry import find, known, lazily, recognise, task_in_path


def test_the_index_is_what_the_cards_say() -> None:
    written = Path(index.__file__).read_text(encoding="utf-8")
    assert written == make_index.text(), make_index.__doc__


def test_a_provider_is_loaded_when_one_of_its_parts_is_looked_for() -> None:
    late = lazily("hiapi")
    assert late.id == "hiapi"
    assert late == lazily("hiapi") != lazily("ttapi")
    assert late.card is find("hiapi").card
    assert late.parse is find("hiapi").parse
    assert late.result is None
    with pytest.raises(AttributeError):
        getattr(late, "no_such_part")  # noqa: B009


def test_nothing_is_loaded_to_recognise_an_id() -> None:
    code = (
        "import sys; from rushes.providers.registry import *;"
        "recognise('tk-hiapi-1234'); ids_in('x tk-hiapi-1234'); task_in_path('/task/1');"
        "lazily('hiapi').id; print(*sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = ran.stdout.split()
    assert not {each.module for each in known().values()} & set(loaded)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownProvider, match="did you mean hiapi") as error:
        find("hiappi")
    assert error.value.nearest == "hiapi"
    assert isinstance(error.value, RushesError)
    with pytest.raises(UnknownProvider) as error:
        find("zzz")
    assert error.value.nearest is None


@pytest.mark.parametrize(
    ("task_id", "names"),
    [
        ("tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR", ("hiapi",)),
        ("asyntask_jwgfhsG0m2aDjLmiiELRf74eoWmss6ya", ("anyfast",)),
        ("video_xxx", ("dimilinks",)),
        ("img_xxx", ("dimilinks",)),
        ("task_9abc", ("dimilinks",)),
        ("314052875571396", ("gptge",)),
        ("e45a6a1b-6f05-43e5-ab06-ddfdc97587a7", ("dashscope", "gptge", "ttapi")),
        ("whatever", ()),
        ("", ()),
        ("tk-hiapi-01HZ\n", ()),
    ],
)
def test_an_id_is_recognised_by_how_it_is_written(task_id: str, names: tuple[str, ...]) -> None:
    found = recognise(task_id)
    assert found.task_id == task_id
    assert [name for name in found.providers if name in names] == [*names]
    assert bool(found.providers) == bool(names)


@pytest.mark.parametrize(
    ("path", "task_id", "names"),
    [
        ("/v1/tasks/tk-hiapi-01", "tk-hiapi-01", ("dimilinks", "hiapi")),
        ("/proxy/v1/tasks/x/", "x", ("dimilinks", "hiapi")),
        ("/happyhorse/api/v1/tasks/e45", "e45", ("ttapi",)),
        ("/api/v1/tasks/e45", "e45", ("dashscope",)),
        ("/v1/video/generations/asyntask_1", "asyntask_1", ("anyfast",)),
        ("/v1/videos/video_1/content", "video_1", ("anyfast", "dimilinks")),
        ("/task/314", "314", ("gptge",)),
    ],
)
def test_a_task_is_found_in_the_path_that_asks_for_it(
    path: str, task_id: str, names: tuple[str, ...]
) -> None:
    found = task_in_path(path)
    assert found is not None
    assert found.task_id == task_id
    assert [name for name in found.providers if name in names] == [*names]


@pytest.mark.parametrize("path", ["", "/", "/v1/models", "/v1/tasks/", "/v1/tasks", "/task/a%2Fb"])
def test_a_path_that_asks_for_no_task_has_none(path: str) -> None:
    assert task_in_path(path) is None
