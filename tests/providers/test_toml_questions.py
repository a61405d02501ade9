"""A provider in TOML may have ids of parts, ask twice, about several, by POST, or extend one."""

from toml_provider import BASE, provider_in, snapshot

from rushes.providers.model import Failure, Problem, Snapshot, Status
from rushes.providers.reply import Ask, Reply, read_json

TWO_PARTS = (
    'base_urls = { a = "https://h.example" }\nquery = { path = "/{+app}/requests/{request_id}" }\n'
)


def test_an_id_may_have_parts() -> None:
    text = (
        'status = "s"\ntask = { id = "id" }\nno_task = "a#0"\n'
        "vars = '(?P<app>[^#]+)#(?P<request_id>[^#]+)'"
    )
    provider = provider_in(text, head=TWO_PARTS)
    assert provider.card.path("a/b#7") == "/a/b/requests/7"
    assert not provider.card.fits("7")
    result = snapshot(text, {"s": "running", "id": "7"}, task_id="a/b#7", head=TWO_PARTS)
    assert result.status is Status.RUNNING


RESOLVE = (
    'status = "s"\noutputs = [{ url = "resolve.file.url", kind = "video" }]\n'
    'error = { message = "why || resolve.why" }\nfail_if = "resolve.bad"\n'
    'resolve = { path = "/v1/files", params = { id = "{file}" }, values = { file = "f" } }'
)


def test_a_second_question_tells_the_rest() -> None:
    provider = provider_in(RESOLVE)
    first = snapshot(RESOLVE, {"s": "succeeded", "f": "a/b"})
    assert first.then == "/v1/files?id=a%2Fb"
    assert provider.card.result_route == "/v1/files?id={file}"
    assert snapshot(RESOLVE, {"s": "running", "f": "a"}).then is None
    assert provider.result is not None
    good = provider.result(
        Reply(200, {}, b'{"file": {"url": "https://c/1", "n": 1}}'), Ask("t", BASE)
    )
    assert isinstance(good, Snapshot)
    assert (good.status, len(good.outputs), good.drift) == (Status.SUCCEEDED, 1, ("$.file.n",))
    bad = provider.result(Reply(200, {}, b'{"bad": true, "why": "lost"}'), Ask("t", BASE))
    assert isinstance(bad, Snapshot)
    assert (bad.status, bad.failure) == (Status.FAILED, Failure(None, "lost"))
    assert isinstance(provider.result(Reply(500, {}, b"{}"), Ask("t", BASE)), Problem)


def test_several_tasks_in_one_question() -> None:
    text = (
        'status = "s"\ntask = { id = "id" }\n'
        'batch = { path = "/v1/tasks", repeat = "filter.ids", max = 3,'
        ' items = "items", key = "id" }'
    )
    batch = provider_in(text).card.batch
    assert batch is not None
    assert batch.path(["a", "b c"]) == "/v1/tasks?filter.ids=a&filter.ids=b%20c"
    assert batch.limit == 3
    body = read_json(b'{"items": [{"id": "a", "s": "running"}, {"s": "x"}]}')
    assert list(batch.parts(body)) == [("a", {"id": "a", "s": "running"}), (None, {"s": "x"})]


POST = (
    'base_urls = { a = "https://h.example" }\n[query]\nmethod = "POST"\npath = "/v1/status"\n'
    'docs = "https://d.example"\nbody = { requestId = "{id}", full = true }\n'
)


def test_a_question_that_is_sent_by_post_holds_the_id_and_constants() -> None:
    card = provider_in("", head=f'status = "s"\n{POST}').card
    path = card.path('a"b')
    assert card.is_route(path)
    assert card.body_of(path) == b'{"requestId": "a\\"b", "full": true}'
    assert not card.is_route("/v1/status")
    assert provider_in('status = "s"').card.body_of("/v1/tasks/t") is None


# -- extends --------------------------------------------------------------------------------------


def test_a_gateway_that_relays_another_is_three_lines() -> None:
    head = 'extends = "hiapi"\nbase_urls = { default = "https://relay.example" }\n'
    provider = provider_in('auth = { env = "RELAY_KEY" }', head=head)
    assert (provider.card.id, provider.card.base_url) == ("studio", "https://relay.example")
    assert (provider.card.auth.env, provider.card.route) == ("RELAY_KEY", "/v1/tasks/{task_id}")
    body = b'{"code": 200, "data": {"status": "handling", "taskId": "t"}}'
    result = provider.parse(Reply(200, {}, body), Ask("t"))
    assert isinstance(result, Snapshot)
    assert result.status is Status.RUNNING


def test_one_in_toml_may_extend_another_one() -> None:
    head = 'extends = "wavespeed"\nbase_urls = { default = "https://relay.example" }\n'
    provider = provider_in('poll = { every = "9s" }', head=head)
    assert provider.card.route == "/api/v3/predictions/{task_id}/result"
    assert (provider.card.poll.every, provider.card.base_url) == (9.0, "https://relay.example")
