"""Parts of an id fill a route and are read from it again; nothing leads to another path."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import rounds

from rushes.providers.card import Auth, Card, PollPolicy
from rushes.providers.routes import filled, id_of, names_in, parts_at_end, parts_in, parts_of

QUICK = settings(derandomize=True, max_examples=rounds(30, 1000), deadline=None, database=None)

APP = r"(?P<app>[^#]+)#(?P<request_id>[^#]+)"
OPERATION = r"models/[^/]+/operations/[^/]+"
DOTTED = r"(?P<kind>text2video|image2video)\.(?P<task_id>\d+)"


def card(
    form: str,
    route: str,
    *others: tuple[str, str],
    result_route: str | None = None,
    content_route: str | None = None,
) -> Card:
    return Card(
        id="x",
        name="X",
        docs="",
        base_url="https://x.example",
        route=route,
        auth=Auth(env="X_KEY"),
        poll=PollPolicy(every=5.0, quote=""),
        statuses={},
        id_form=form,
        other_routes=others,
        result_route=result_route,
        content_route=content_route,
    )


FAL = card(
    APP,
    "/{+app}/requests/{request_id}/status",
    result_route="/{+app}/requests/{request_id}",
)
VEO = card(
    OPERATION, "/v1/{+task_id}", content_route="/{version}/files/{file_id}:download?alt=media"
)
KLING = card(
    "",
    "/tasks?task_ids={task_id}",
    (r"(?P<kind>\w+)/(?P<task_id>\d+)", "/v1/videos/{kind}/{task_id}"),
)


@pytest.mark.parametrize(
    ("asked", "task_id", "path", "name"),
    [
        (FAL, "owner/app#1-2", "/owner/app/requests/1-2/status", "1-2"),
        (VEO, "models/m/operations/o1", "/v1/models/m/operations/o1", "models/m/operations/o1"),
        (KLING, "123", "/tasks?task_ids=123", "123"),
        (KLING, "text2video/123", "/v1/videos/text2video/123", "123"),
        (card(DOTTED, "/{kind}/{task_id}"), "text2video.7", "/text2video/7", "7"),
        (card("", "/q?id={task_id}"), "a b", "/q?id=a%20b", "a b"),
    ],
)
def test_an_id_is_asked_about_on_the_route_of_its_form(
    asked: Card, task_id: str, path: str, name: str
) -> None:
    assert asked.path(task_id) == path
    assert asked.name_of(task_id) == name
    assert asked.fits(task_id) is asked.is_route(path) is (" " not in task_id)


@pytest.mark.parametrize(
    ("asked", "task_id"),
    [
        (FAL, "no-app"),
        (FAL, "a/../b#1"),
        (FAL, "a//b#1"),
        (FAL, "a#1/2"),
        (FAL, "a#"),
        (FAL, "a%2e%2e/b#1"),
        (VEO, "files/secret"),
        (VEO, "models/../operations/x"),
        (VEO, "models/m/operations/x:cancel?y"),
        (KLING, "text2video/abc"),
        (KLING, ""),
    ],
)
def test_an_id_of_no_form_or_with_a_step_is_not_asked_about(asked: Card, task_id: str) -> None:
    assert not asked.fits(task_id)
    assert not asked.is_route(asked.path(task_id))


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        (VEO, "/v1/models/m"),
        (VEO, "/v1/files/f1"),
        (VEO, "/v1/models/m/operations/o/x"),
        (FAL, "/a/requests/1/cancel"),
        (FAL, "/a/requests/1%2Fx/status"),
        (FAL, "/a/%2e%2e/requests/1/status"),
        (KLING, "/v1/videos/text2video/abc"),
        (KLING, "/v1/videos/text2video/1/2"),
        (KLING, "/tasks?task_ids=1&x=2"),
        (FAL, ""),
    ],
)
def test_a_path_that_no_id_makes_is_no_route(asked: Card, path: str) -> None:
    assert not asked.is_route(path)


def test_the_second_question_is_a_route_and_takes_what_the_first_said() -> None:
    assert FAL.result_path("o/a#1") == "/o/a/requests/1"
    assert FAL.is_route("/o/a/requests/1")
    by_file = card("", "/q/{task_id}", result_route="/files?file_id={file_id}")
    assert by_file.result_path("1") is None
    assert by_file.result_path("1", {"file_id": "f&2"}) == "/files?file_id=f%262"
    assert by_file.is_route("/files?file_id=f%262")
    assert not by_file.is_route("/files?file_id=..")


def test_a_file_behind_the_key_may_have_a_name_of_its_own() -> None:
    path = "/v1beta/files/f1:download?alt=media"
    assert VEO.is_content(path, "models/m/operations/o1")
    assert VEO.is_route(path)
    assert VEO.content_path("models/m/operations/o1") is None
    own = card("", "/q/{task_id}", content_route="/q/{task_id}/content")
    assert own.is_content("/q/1/content", "1")
    assert not own.is_content("/q/2/content", "1")


SEGMENTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)


@QUICK
@given(app=st.lists(SEGMENTS, min_size=1, max_size=3), request_id=SEGMENTS)
def test_what_is_asked_about_is_read_back_from_the_path(app: list[str], request_id: str) -> None:
    task_id = f"{'/'.join(app)}#{request_id}"
    path = FAL.path(task_id)
    assert FAL.is_route(path) is FAL.fits(task_id)
    if FAL.fits(task_id):
        parts = parts_in(FAL.route, path)
        assert parts is not None
        assert id_of(APP, parts) == task_id


def test_a_form_is_taken_apart_and_put_together_again() -> None:
    assert names_in(APP) == ("app", "request_id")
    assert names_in(OPERATION) == names_in("") == ("task_id",)
    assert parts_of(DOTTED, "text2video.7") == {"kind": "text2video", "task_id": "7"}
    assert id_of(DOTTED, {"kind": "text2video", "task_id": "7"}) == "text2video.7"
    assert id_of(DOTTED, {"kind": "other", "task_id": "7"}) is None
    assert id_of(DOTTED, {"task_id": "7"}) is None


def test_a_route_is_found_behind_a_proxys_prefix() -> None:
    assert parts_at_end(FAL.route, "/proxy/o/a/requests/1/status/") == {
        "app": "proxy/o/a",
        "request_id": "1",
    }
    assert parts_at_end("/v1/tasks/{task_id}", "/any/v1/tasks/a:b") == {"task_id": "a:b"}
    assert filled("/v1/tasks/{task_id}", {}) is None
