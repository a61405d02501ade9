"""A key that somebody else wrote down is taken out again (reliability.md S6)."""

import json
import time
from base64 import b64encode, urlsafe_b64encode
from html import escape
from threading import Thread
from urllib.parse import quote

import pytest

from rushes.providers.secret import Secret
from rushes.watch.keys import known_keys
from rushes.watch.keys.find import KeySource, find_key, learn_at_hand
from rushes.watch.keys.known_keys import hide, hide_in, learn

KEY = "sk-4/Jq+9'x~??>>&\\e"


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_keys, "_forms", {})


@pytest.mark.parametrize("front", ["", "u", "u:", "me:", "a name: "])
def test_a_key_is_hidden_in_every_form_it_takes_on_the_way(front: str) -> None:
    learn(KEY)
    basic = (front + KEY + " and more").encode()
    for form in (
        KEY,
        f"Authorization: Bearer {KEY}",
        repr({"tt-api-key": KEY}),
        f"https://gateway.example/v1?key={quote(KEY, safe='')}&n=1",
        b64encode(basic).decode(),
        urlsafe_b64encode(basic).decode(),
        quote(KEY),
        quote(KEY, safe="").lower().replace("jq", "Jq"),
        quote(quote(KEY)),
        json.dumps(KEY),
        json.dumps(json.dumps(KEY)).replace("/", "\\/"),
        json.dumps(KEY).replace("/", "\\/"),
        json.dumps(KEY).replace("/", "\\u002f").replace("+", "\\u002B"),
        json.dumps(b64encode(basic).decode()).replace("/", "\\/").replace("+", "\\u002b"),
        escape(KEY),
        escape(escape(KEY)),
        escape(KEY).replace("/", "&#x2F;").replace("+", "&#43;").replace("=", "&#x3D;"),
    ):
        hidden = hide(f"<{form}>")
        assert "***" in hidden
        assert (hidden[0], hidden[-1]) == ("<", ">")
        for trace in (KEY, KEY[3:-2], quote(KEY, safe=""), b64encode(KEY.encode()).decode()[4:-4]):
            assert trace not in hidden


def test_a_key_that_begins_with_another_leaves_no_tail() -> None:
    learn("sk-first")
    learn("sk-first-and-longer")
    assert hide("sk-first, sk-first-and-longer") == "***, ***"


def test_keys_that_are_found_at_the_same_moment_are_all_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = Thread(target=learn, args=["sk-of-another-account"])
    forms_of = known_keys._forms_of  # pyright: ignore[reportPrivateUsage]

    def meanwhile(key: str) -> list[str]:
        if key == KEY:
            other.start()
            # Either it is done by then, or it waits for its turn.
            other.join(0.05)
        return list(forms_of(key))

    monkeypatch.setattr(known_keys, "_forms_of", meanwhile)
    learn(KEY)
    other.join()
    assert hide(f"{KEY}, sk-of-another-account") == "***, ***"


def test_text_without_a_key_stays_as_it_is() -> None:
    learn(KEY)
    learn("k")
    assert hide("asking about hiapi:tk-1 took 3 s") == "asking about hiapi:tk-1 took 3 s"
    assert hide_in(b'{"\xff\x00": "\xe9"}') == b'{"\xff\x00": "\xe9"}'


@pytest.mark.parametrize("key", ["-Zm9vYmFyYmF6", "_Zm9vYmFyYmF6", "~~Zm9vYmFyYmF6"])
@pytest.mark.parametrize("sign", ["\\", "%25", "\\u00", "&amp;", "&#000"])
def test_escapes_without_end_take_no_time(key: str, sign: str) -> None:
    learn(key)
    text = sign * (100_000 // len(sign))
    began = time.thread_time()
    assert hide(text) == text
    assert time.thread_time() - began < 2


def test_a_variable_of_bytes_that_are_no_text_is_refused_like_any_bad_key() -> None:
    found = find_key("hiapi", KeySource(env="KEY"), {"KEY": "sk-\udcff-secret"}, keyring=_none)
    assert found.secret is None
    assert "holds spaces or characters that no key has" in found.why_missing
    assert hide("the key sk-\udcff-secret") == "the key ***"


def test_every_key_that_is_found_is_known_even_one_that_cannot_be_used() -> None:
    source = KeySource(env="HIAPI_API_KEY")
    find_key("hiapi", source, {"HIAPI_API_KEY": " sk-in-the-environment\n"}, keyring=_none)
    find_key("hiapi", source, {"HIAPI_API_KEY": "sk-with a space"}, keyring=_none)
    assert hide("sk-in-the-environment") == hide("sk-with a space") == "***"


def test_keys_at_hand_are_known_before_any_is_looked_for() -> None:
    written = KeySource(env="GPTGE_API_KEY", literal=Secret("sk-in-the-file"))
    sources = (KeySource(env="HIAPI_API_KEY"), written)
    learn_at_hand(sources, {"HIAPI_API_KEY": " sk-in-the-environment\n"})
    assert hide("sk-in-the-environment, sk-in-the-file") == "***, ***"


def _none(_service: str, _account: str) -> None:
    return None
