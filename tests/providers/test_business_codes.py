"""What a body says counts under any HTTP status; a web page says nothing of a key."""

import pytest

from rushes.providers.model import Problem, ProblemKind
from rushes.providers.registry import find
from rushes.providers.reply import Ask, Reply


def problem(provider: str, status: int, body: bytes, **headers: str) -> Problem:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    result = find(provider).parse(Reply(status, named, body), Ask("a"))
    assert isinstance(result, Problem)
    return result


@pytest.mark.parametrize(
    ("provider", "status", "body", "kind"),
    [
        ("dashscope", 400, b'{"code":"Arrearage","message":"overdue"}', ProblemKind.AUTH),
        ("ttapi", 400, b'{"code":"Arrearage","message":"overdue"}', ProblemKind.AUTH),
        (
            "anyfast",
            500,
            b'{"error":{"code":"insufficient_user_quota","message":"x"}}',
            ProblemKind.AUTH,
        ),
        ("gptge", 500, b'{"error":{"message":"record not found"}}', ProblemKind.NOT_FOUND),
        (
            "gptge",
            500,
            b'{"base_resp":{"status_code":1000,"status_msg":"record not found"}}',
            ProblemKind.NOT_FOUND,
        ),
        (
            "gptge",
            500,
            b'{"base_resp":{"status_code":1002,"status_msg":"slow"}}',
            ProblemKind.RATE_LIMITED,
        ),
        ("hiapi", 500, b'{"message":"something else"}', ProblemKind.UNAVAILABLE),
        ("xai", 400, b'{"error":"Incorrect API key provided: x***y."}', ProblemKind.AUTH),
        ("xai", 400, b'{"error":{"message":"API key not valid."}}', ProblemKind.AUTH),
        ("xai", 400, b'{"error":"an image with an invalid API key"}', ProblemKind.REFUSED),
    ],
)
def test_the_code_in_the_body_counts(
    provider: str, status: int, body: bytes, kind: ProblemKind
) -> None:
    assert problem(provider, status, body).kind is kind


@pytest.mark.parametrize("status", [401, 402, 403])
def test_a_web_page_is_never_a_refused_key(status: int) -> None:
    it = problem("hiapi", status, b"<!DOCTYPE html><html></html>", content_type="text/html")
    assert it.kind is ProblemKind.UNAVAILABLE
    assert it.message == f"a web page came ({status})"


def test_a_402_without_words_is_said_as_payment_required() -> None:
    assert problem("hiapi", 402, b"{}").message == "payment required (402)"
