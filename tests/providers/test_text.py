"""Foreign text is made safe once, and a key shows itself nowhere."""

import copy
import logging
import pickle
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sampling import rounds

from rushes.providers.secret import Secret
from rushes.providers.text import COMBINING_LIMIT, TEXT_LIMIT, clean, without_queries, without_query

QUICK = settings(derandomize=True, max_examples=rounds(80, 3000), deadline=None, database=None)

ODD = (
    "ab \t\n\r\x00\x07\x1b\x7f\x85\x9b\xad\u2028\u202e\u2062\u2066\u200b"
    "\u0301\u0489\ud800\U000e0041é漢"
)
hostile = st.text() | st.text(st.sampled_from(ODD))


def banned(char: str) -> bool:
    return (
        unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")
        or char in "\xad\u061c\u180e\u200b\u200e\u200f\ufeff"
        or "\u202a" <= char <= "\u202e"
        or "\u2060" <= char <= "\u206f"
        or "\U000e0000" <= char <= "\U000e007f"
    )


@QUICK
@given(hostile, st.integers(1, 40))
@example("a\u0301" * 30 + "\u0301" * 30, 40)
@example(" x \n", 2)
def test_clean_text_is_clean_bounded_and_stays_as_it_is(text: str, limit: int) -> None:
    once = clean(text, limit)
    assert clean(once, limit) == once
    assert len(once) <= limit
    assert not any(banned(char) for char in once)


@QUICK
@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E)))
def test_printable_ascii_is_left_alone(text: str) -> None:
    assert clean(text) == text


def test_controls_stay_visible_and_lines_become_one() -> None:
    assert clean("a\x1b[2J\x7f\x9b\u202eb\nc\td") == "a␛[2J␡⟦U+009B⟧⟦U+202E⟧b c d"


def test_combining_marks_and_long_texts_are_cut() -> None:
    assert clean("a" + "\u0301" * 4000) == "a" + "\u0301" * COMBINING_LIMIT
    assert len(clean("x" * 2**20)) == TEXT_LIMIT


@pytest.mark.parametrize("mark", ["\u0489", "\u20dd", "\ufe0f", "\u034f", "\u0e31", "\u200d"])
def test_marks_of_every_kind_are_cut(mark: str) -> None:
    assert clean("a" + mark * 4000 + "b") == "a" + mark * COMBINING_LIMIT + "b"


def test_a_joined_emoji_is_left_alone() -> None:
    assert clean("👩\u200d🚀 ❤\ufe0f का") == "👩\u200d🚀 ❤\ufe0f का"


KEY = "sk-very-secret"


def test_a_secret_shows_in_no_text(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret(KEY)
    with caplog.at_level(logging.DEBUG):
        logging.getLogger().debug("%s %r", secret, secret)
    shown = [str(secret), repr(secret), f"{secret}", f"{secret!r}", f"{[secret]}", caplog.text]
    assert not any(KEY in text for text in shown)
    with pytest.raises(TypeError):
        format(secret, ">20")
    assert not hasattr(secret, "__dict__")
    assert secret.reveal() == KEY


def test_a_secret_cannot_be_written_down() -> None:
    for write in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError) as error:
            write(Secret(KEY))
        assert KEY not in str(error.value)


def test_secrets_are_compared_by_what_they_hide() -> None:
    assert Secret(KEY) == Secret(KEY)
    assert Secret(KEY) != Secret("other")
    assert Secret(KEY) != KEY
    assert len({Secret(KEY), Secret(KEY)}) == 1


def test_the_links_in_a_sentence_are_shown_without_their_queries() -> None:
    told = "cannot read HTTPS://h/a.png?X-Sig=s&e=1, nor 'https://h/b?c': really?"
    assert without_queries(told) == "cannot read HTTPS://h/a.png?… nor 'https://h/b?…': really?"
    assert without_queries('{"u": "http:\\/\\/h\\/a?sig=s"}') == '{"u": "http:\\/\\/h\\/a?…"}'


def test_a_link_is_shown_without_its_query() -> None:
    assert without_query("https://h/a.mp4?Signature=s") == "https://h/a.mp4?…"
    assert without_query("https://h/a.mp4") == "https://h/a.mp4"
    assert without_query("data:image/png;base64,AAAA") == "data:image/png;base64,…"
