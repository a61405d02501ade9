"""What is wrong with a provider in TOML is said in one line each: file, table, key, position."""

import pytest
from toml_provider import HEAD, faults_in, provider_in

from rushes.providers.card import NIL_UUID
from rushes.providers.model import Problem, ProblemKind
from rushes.providers.reply import Ask, Reply
from rushes.providers.toml_dialect.table import BadDialect

OK = 'status = "s"\n'


def test_the_least_that_a_file_says_is_enough() -> None:
    assert faults_in(OK) == []
    card = provider_in(OK).card
    assert (card.id, card.name, card.base_url) == ("studio", "studio", "https://h.example")
    assert (card.route, card.no_task) == ("/v1/tasks/{task_id}", NIL_UUID)
    assert (card.auth.env, card.auth.header, card.auth.scheme) == (
        "STUDIO_API_KEY",
        "Authorization",
        "Bearer ",
    )
    assert (card.poll.every, card.poll.stated) == (5.0, False)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "status: expected a value: the key is needed"),
        ("status = 3", "status: expected a JMESPath expression, of at most 2000 characters"),
        (OK + "statos = 's'", "statos: unknown key; did you mean status?"),
        (OK + "cancel = { method = 'DELETE' }", "cancel: unknown key; expected one of"),
        (OK + "progress = { path = 'p', scale = 10 }",
         "[progress] scale: expected 1 or 100, which means that all is done"),
        (OK + "progress = { scale = 1 }", "[progress] path: expected a value: the key is needed"),
        (OK + "states = { done = ['x'] }", "[states] done: unknown key; did you mean gone?"),
        (OK + "states = { queued = 3 }", "[states] queued: expected a list of texts"),
        (OK + "states = { queued = ['x'], failed = ['X'] }",
         "[states] failed: expected each word once, not 'X' again"),
        (OK + "http = { '404' = 'gone' }", "http: expected 2xx statuses with one of queued"),
        (OK + "http = { '202' = 'succeeded' }", "http: expected 2xx statuses with one of queued"),
        (OK + "codes = { key = ['1'] }", "[codes] key: unknown key; expected one of auth"),
        (OK + "times = { unit = 'h' }", "[times] unit: expected one of s, ms, iso"),
        (OK + "times = { tz = '8' }", "[times] tz: expected an offset such as +08:00"),
        (OK + "expiry = { ttl = '1 day' }",
         "[expiry] ttl: expected a duration such as 90s, 24h or 7d"),
        (OK + "expiry = { from = 'created' }", "[expiry] from: expected none without ttl"),
        (OK + "poll = { every = 5 }",
         "[poll] every: expected a duration such as 90s, 24h or 7d"),
        (OK + "poll = { max_rate = 0 }", "[poll] max_rate: expected a number from 0.01 to 1000"),
        (OK + "auth = { kind = 'query' }", '[auth] kind: expected "bearer" or "header"'),
        (OK + "auth = { kind = 'header' }",
         "[auth] header: expected a value: the key is needed"),
        (OK + "auth = { header = 'x-key' }", '[auth] header: expected none: kind is "bearer"'),
        (OK + "headers = { Authorization = 'Bearer sk-1' }",
         "headers: expected other headers than authorization: keys go into auth"),
        (OK + "headers = { 'a b' = 'c' }",
         "headers: expected names and values that a request can carry"),
        (OK + "id_pattern = '('",
         "id_pattern: expected a regular expression; missing ), unterminated subpattern at"
         " character 1"),
        (OK + "id_pattern = '[a-z]*'", "id_pattern: expected one that no empty text matches"),
        (OK + "own_ids = true", "own_ids: expected false: others have such ids, too"),
        (OK + "id_pattern = '[-0-9a-f]+'\nown_ids = true",
         "own_ids: expected false: others have such ids, too"),
        (OK + "id_pattern = 's-[0-9]+'\nno_task = 'x'",
         "no_task: expected an id of the form in id_pattern, which no task has"),
        (OK + "vars = '(?P<a>.+)#(?P<b>.+)'",
         "no_task: expected an id of the form in vars, which no task has"),
        (OK + "no_task = 'app#0'\nvars = 'app#.*'",
         "vars: expected a pattern of the whole id with named groups, such as (?P<app>.+)"),
        (OK + "own_ids = 'yes'", "own_ids: expected true or false"),
        (OK + "outputs = { url = 'u', content = true }",
         "[outputs.1] url: expected either an expression or content = true"),
        (OK + "outputs = [{ url = 'u', kind = 'A film' }]",
         "[outputs.1] kind: expected a word such as video"),
        (OK + "batch = { path = '/v1/tasks', max = 5 }",
         "[batch] repeat: expected a value: the key is needed"),
        (OK + "resolve = { when = 'succeeded' }",
         "[resolve] path: expected a value: the key is needed"),
        (OK + "extends = 'nobody'", "extends: expected the id of a built-in provider"),
        (OK + "docs = 'ftp://x'", "docs: expected a URL"),
    ],
)  # fmt: skip
def test_a_fault_is_one_line_that_says_where(text: str, fault: str) -> None:
    said = faults_in(text)
    assert len(said) == 1, said
    assert said[0].startswith(fault)


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("", "[query] path: expected a value: the key is needed"),
        ("query = { path = '/v1/tasks' }",
         "[query] path: expected {id} in it, or in the parameters"),
        ("query = { path = 'v1/{id}' }", "[query] path: expected a path such as /v1/tasks/{id}"),
        ("query = { path = '//evil.example/{id}' }",
         "[query] path: expected a path such as /v1/tasks/{id}"),
        ("query = { path = '/v1/{task}' }",
         "[query] path: expected none but {id} in braces, not {task}"),
        ("query = { path = '/v1/{id}?key=1' }",
         "[query] path: expected a path such as /v1/tasks/{id}"),
        ("query = { path = '/v1/{id}', method = 'DELETE' }",
         '[query] method: expected "GET" or "POST"'),
        ("query = { path = '/v1/{id}', body = { a = 1 } }",
         '[query] body: expected none: only with method = "POST"'),
        ("query = { path = '/v1/q', method = 'POST', body = { id = '{id}' } }",
         "[query] docs: expected the page of the documents that calls this POST a query"),
        ("query = { path = '/v1/q', method = 'POST', docs = 'https://d.example',"
         " body = { a = 1 } }",
         '[query] body: expected one value "{id}", and constants'),
        ("query = { path = '/v1/q', method = 'POST', docs = 'https://d.example',"
         " body = { id = '{id}', again = '{id}' } }",
         '[query] body: expected one value "{id}", and constants'),
        ("query = { path = '/v1/q', method = 'POST', docs = 'https://d.example',"
         " body = { id = '{id}', deep = {} } }",
         "[query] body: expected a table of texts, numbers, true and false"),
    ],
)  # fmt: skip
def test_a_route_asks_about_one_task_and_changes_nothing(query: str, fault: str) -> None:
    head = f"base_urls = {{ default = 'https://h.example' }}\n{query}\n"
    assert faults_in(OK, head=head)[0] == fault


@pytest.mark.parametrize(
    ("urls", "fault"),
    [
        ("'https://h'", "base_urls: expected a table of texts"),
        ("{ a = 'h.example' }",
         "base_urls: expected a table of http(s) addresses, without a query"),
        ("{ a = 'https://h.example?key=1' }",
         "base_urls: expected a table of http(s) addresses, without a query"),
        ("{ a = 'https://me:pw@h.example' }",
         "base_urls: expected a table of http(s) addresses, without a query"),
    ],
)  # fmt: skip
def test_an_address_holds_no_key(urls: str, fault: str) -> None:
    head = f"base_urls = {urls}\nquery = {{ path = '/v1/{{id}}' }}\n"
    assert faults_in(OK, head=head) == [fault]


@pytest.mark.parametrize(
    ("expression", "what"),
    [
        ("data..status", "at character 6 of the expression: unexpected '.'"),
        ("data.status ||", "at character 15 of the expression: it ends too early"),
        ("data[0", "at character 7 of the expression: it ends too early"),
        ("a = b", "at character 3 of the expression: unexpected '='"),
        ("lowercase(a)", "at character 1 of the expression: unknown function lowercase()"),
        ("a || lower(b, c)", "at character 6 of the expression: lower() takes 1 argument, not 2"),
        ("not_null()",
         "at character 1 of the expression: not_null() takes at least 1 argument, not 0"),
        ("&a",
         "at character 1 of the expression: a & stands only where a function takes an expression"),
        ("[" * 3000, "expected a JMESPath expression, of at most 2000 characters"),
        ("(" * 2000, "at character 1 of the expression: not an expression of JMESPath"),
    ],
)  # fmt: skip
def test_a_wrong_expression_is_said_with_its_position(expression: str, what: str) -> None:
    assert faults_in(f"[task]\nmodel = '''{expression}'''", head=HEAD + OK) == [
        f"[task] model: {what}"
    ]


def test_every_fault_is_said_at_once() -> None:
    assert len(faults_in("progress = 3\nstates = 4\nodd = 5\nauth = { kind = 'query' }")) == 5


def test_every_wrong_expression_is_said_at_once() -> None:
    assert faults_in("status = 'a..b'\nok_if = 'x('") == [
        "status: at character 3 of the expression: unexpected '.'",
        "ok_if: at character 3 of the expression: it ends too early",
    ]


def test_what_is_no_toml_is_said_with_line_and_column() -> None:
    assert faults_in("status = = 3") == ["Invalid value (at line 3, column 10)"]


def test_a_file_name_is_an_id() -> None:
    with pytest.raises(BadDialect, match="small letters, digits and -"):
        provider_in(OK, name="My Studio")


def test_no_fault_repeats_a_value_that_may_be_a_key() -> None:
    text = 'status = "s"\napi_key = "sk-secret"\nauth = { env = "sk-secret" }\n'
    assert len(faults_in(text)) == 2
    assert "sk-secret" not in "".join(faults_in(text))


def test_an_unchecked_wrong_expression_is_each_tasks_problem() -> None:
    provider = provider_in("status = 'a..b'")
    result = provider.parse(Reply(200, {}, b'{"a": 1}'), Ask("t"))
    assert isinstance(result, Problem)
    assert result.kind is ProblemKind.REFUSED
    assert result.message.startswith("providers/studio.toml: status: at character 3")
