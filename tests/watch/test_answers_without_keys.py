"""What was read of a reply holds no key, and no other account's key changes what is acted upon."""

import pytest

from rushes.providers.model import (
    Content,
    Failure,
    Link,
    Output,
    Problem,
    ProblemKind,
    Snapshot,
    Status,
)
from rushes.providers.secret import Secret
from rushes.watch.keys import known_keys
from rushes.watch.keys.answers import rid_of_keys
from rushes.watch.keys.known_keys import learn

OWN = Secret("sk-of-this-account")
OTHER = "success"


@pytest.fixture(autouse=True)
def two_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_keys, "_forms", {})
    learn(OWN.reveal())
    learn(OTHER)


@pytest.mark.parametrize("key", [OWN.reveal(), OTHER, "%73k-of-this-account", "succes&#115;"])
def test_texts_for_people_hold_no_key(key: str) -> None:
    told = rid_of_keys(
        Snapshot(
            status=Status.UNKNOWN,
            raw_status=key,
            model=key,
            prompt=key,
            request_id=key,
            upstream_id=key,
            usage={"credits": 3, "by": key},
            failure=Failure("code", key),
            outputs=(Output(kind="video", where=Content("/v1/a"), note=key),),
            drift=(key,),
        ),
        OWN,
    )
    assert told == Snapshot(
        status=Status.UNKNOWN,
        raw_status="***",
        model="***",
        prompt="***",
        request_id="***",
        upstream_id="***",
        usage={"credits": 3, "by": "***"},
        failure=Failure("code", "***"),
        outputs=(Output(kind="video", where=Content("/v1/a"), note="***"),),
        drift=("***",),
    )
    problem = Problem(kind=ProblemKind.AUTH, message=f"no such key: {key}", code="401")
    told = rid_of_keys(problem, OWN)
    assert told == Problem(kind=ProblemKind.AUTH, message="no such key: ***", code="401")


def test_another_accounts_key_changes_no_status_id_or_link() -> None:
    said = Snapshot(
        status=Status.SUCCEEDED,
        raw_status="success",
        task_id="video_success_1",
        outputs=(Output(kind="video", where=Link("https://cdn.example/success.mp4")),),
    )
    assert rid_of_keys(said, OWN) == said


def test_the_accounts_own_key_is_taken_out_of_a_link() -> None:
    link = Link("https://cdn.example/a?k=%73k-of-this-account")
    said = Snapshot(
        status=Status.SUCCEEDED, raw_status="success", outputs=(Output(kind="video", where=link),)
    )
    told = rid_of_keys(said, OWN)
    assert isinstance(told, Snapshot)
    assert told.outputs[0].where == Link("https://cdn.example/a?k=***")
