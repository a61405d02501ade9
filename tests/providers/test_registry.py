"""A provider is found by its name, and a task by how its id or its URL is written."""

import importlib

import pytest

from rushes.providers import registry
from rushes.providers.errors import RushesError, UnknownProvider
from rushes.providers.registry import Recognised, all_providers, find, recognise, task_in_path


def test_the_five_gateways_and_dashscope_are_found_and_no_others() -> None:
    names = ["anyfast", "dashscope", "dimilinks", "gptge", "hiapi", "ttapi"]
    assert list(all_providers()) == names


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
    assert recognise(task_id) == Recognised(task_id, names)


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
        ("/v1/tasks/a%2Fb", "a/b", ("dimilinks", "hiapi")),
    ],
)
def test_a_task_is_found_in_the_path_that_asks_for_it(
    path: str, task_id: str, names: tuple[str, ...]
) -> None:
    assert task_in_path(path) == Recognised(task_id, names)


@pytest.mark.parametrize("path", ["", "/", "/v1/models", "/v1/tasks/", "/v1/tasks", "/v1/videos/x"])
def test_a_path_that_asks_for_no_task_has_none(path: str) -> None:
    assert task_in_path(path) is None


def test_a_module_that_is_passed_over_has_no_provider() -> None:
    for name in registry._NO_PROVIDERS:  # pyright: ignore[reportPrivateUsage]
        assert not hasattr(importlib.import_module(f"rushes.providers.{name}"), "PROVIDER")
