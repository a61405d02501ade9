"""A key that somebody else wrote down is taken out again (reliability.md S6)."""

import json
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from html import escape
from threading import Thread
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import rounds

from rushes.providers.secret import Secret
from rushes.watch.keys import known_keys
from rushes.watch.keys.find import KeySource, find_key, learn_at_hand
from rushes.watch.keys.known_keys import hide, hide_in, learn
from rushes.watch.keys.spellings import WINDOW, Spellings

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


PLAIN = "sk-4fJq9xZmE7"
"""A key of letters and digits, as most are: no writer escapes any of them, but any reader would."""

EACH: Mapping[str, Callable[[str], str]] = {
    "JSON": lambda c: f"\\u{ord(c):04x}",
    "JSON in capitals": lambda c: f"\\u{ord(c):04X}",
    "JSON in JSON": lambda c: f"\\\\u{ord(c):04x}",
    "JSON thrice": lambda c: f"\\\\\\\\u{ord(c):04x}",
    "repr": lambda c: f"\\x{ord(c):02x}",
    "URL": lambda c: f"%{ord(c):02x}",
    "URL in a URL": lambda c: f"%25{ord(c):02X}",
    "old URL": lambda c: f"%u{ord(c):04X}",
    "page": lambda c: f"&#{ord(c)};",
    "page with zeros": lambda c: f"&#000{ord(c)};",
    "page in hex": lambda c: f"&#x{ord(c):x};",
    "page in a page": lambda c: f"&amp;#x{ord(c):X};",
    "page in JSON": lambda c: f"\\u0026#{ord(c)};",
    "URL in JSON": lambda c: f"\\u0025{ord(c):02x}",
    "JSON in a URL": lambda c: f"%5Cu{ord(c):04x}",
    "page in a URL": lambda c: f"%26%23{ord(c)}%3B",
}


@pytest.mark.parametrize("spelled", EACH.values(), ids=EACH)
@pytest.mark.parametrize("key", [PLAIN, "sk-4/Jq+9'x~??>>&="])
def test_a_key_of_which_any_characters_are_escaped_is_hidden(
    key: str, spelled: Callable[[str], str]
) -> None:
    learn(key)
    header = b64encode(f"Bearer {key}".encode()).decode()
    for form in (
        "".join(map(spelled, key)),
        "".join(spelled(c) if n % 2 else c for n, c in enumerate(key)),
        spelled(key[0]) + key[1:],
        key[:-1] + spelled(key[-1]),
        key[:6] + spelled(key[6]) + key[7:],
    ):
        assert hide(f"<{form}>") == "<***>", form
    whole = hide("".join(map(spelled, header)))
    assert "***" in whole
    assert len(whole) < len("".join(map(spelled, header))) / 2


@given(st.data())
@settings(derandomize=True, max_examples=rounds(80, 3000), deadline=None, database=None)
def test_however_a_key_is_spelled_it_is_hidden_and_nothing_else_is(data: st.DataObject) -> None:
    ways = st.sampled_from([*EACH.values(), str])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(known_keys, "_forms", {})
        learn(PLAIN)
        spelled = "".join(data.draw(ways)(c) for c in PLAIN)
        around = st.text(alphabet='aZ09 .,:;<>"{}%&\\/#', max_size=12)
        before, after = data.draw(around) + " ", " " + data.draw(around)
        assert hide(f"{before}{spelled}{after}") == f"{before}***{after}"


@given(st.text(alphabet='abk47Js-%&\\#xu0;amp "', max_size=80))
@settings(derandomize=True, max_examples=rounds(100, 5000), deadline=None, database=None)
def test_a_text_that_holds_no_key_comes_back_as_it_was(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(known_keys, "_forms", {})
        learn(PLAIN)
        assert hide(text) == text


@pytest.mark.parametrize("shift", [-40, -11, -1, 0, 1, 12, 40])
def test_a_key_is_hidden_wherever_a_long_text_is_cut(shift: int) -> None:
    learn(PLAIN)
    spelled = "".join(f"\\\\u{ord(c):04x}" for c in PLAIN)
    for cut in (WINDOW, 2 * WINDOW):
        filling = "a%2Fb " * (cut // 6) + "x" * (cut % 6 + shift + 60)
        before = filling[: cut + shift]
        assert hide(f"{before}{spelled} {before}") == f"{before}*** {before}"


def test_one_key_alone_can_be_hidden() -> None:
    learn("sk-of-this")
    learn("success")
    said = '{"status": "success", "message": "not sk-of-this"}'
    assert hide(said, Secret("sk-of-this")) == said.replace("sk-of-this", "***")
    assert hide(said, Secret("sk-nobody-learnt")) == said
    assert hide("no sk-nobody-learnt", Secret("sk-nobody-learnt")) == "no ***"


def test_a_key_that_begins_with_another_leaves_no_tail() -> None:
    learn("sk-first")
    learn("sk-first-and-longer")
    assert hide("sk-first, sk-first-and-longer") == "***, ***"
    assert hide("sk-first%2dand-longer, sk-first") == "***, ***"


def test_keys_that_are_found_at_the_same_moment_are_all_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = Thread(target=learn, args=["sk-of-another-account"])
    spellings_of = Spellings.of

    def meanwhile(key: str) -> Spellings:
        if key == KEY:
            other.start()
            # Either it is done by then, or it waits for its turn.
            other.join(0.05)
        return spellings_of(key)

    monkeypatch.setattr(known_keys.Spellings, "of", meanwhile)
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
