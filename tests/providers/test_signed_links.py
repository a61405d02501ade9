"""Each family of signed links says when it dies, and nothing else does."""

import time
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from signed_links import AT, ENDING, ENDLESS, UNIX, jwt, queries

from rushes.providers.expiry import signed
from rushes.providers.model import Basis, Content, Handle, Inline, Link
from rushes.providers.signed_links import end_of
from rushes.providers.text import without_query


@pytest.mark.parametrize("family", ENDING)
def test_a_signed_link_says_when_it_dies(family: str) -> None:
    (claim,) = signed(Link(ENDING[family]))
    assert (claim.basis, claim.at) == (Basis.SIGNED, AT)


@pytest.mark.parametrize("what", ENDLESS)
def test_no_end_is_invented(what: str) -> None:
    assert signed(Link(ENDLESS[what])) == ()


@pytest.mark.parametrize("where", [Content("/c?Expires=1"), Handle("1"), Inline(b"x")])
def test_only_a_link_can_be_signed(where: Content | Handle | Inline) -> None:
    assert signed(where) == ()


FAMILIES = tuple(queries(UNIX))
mixes = st.lists(
    st.tuples(st.sampled_from(FAMILIES), st.integers(UNIX, UNIX + 10**7)), min_size=1, max_size=4
)


@given(mixes, st.randoms(use_true_random=False))
def test_any_mix_of_signatures_ends_with_the_earliest(
    mix: list[tuple[str, int]], rng: Random
) -> None:
    pairs = [pair for name, end in mix for pair in queries(end)[name].split("&")]
    names = [pair.partition("=")[0].lower() for pair in pairs if "=" in pair]
    assume(len(set(names)) == len(names))
    rng.shuffle(pairs)
    found = end_of("https://h.example/a.mp4?" + "&".join(pairs))
    assert found is not None
    assert found[0].timestamp() == min(end for _, end in mix)


pieces = st.sampled_from(
    "".join((*ENDING.values(), *ENDLESS.values())).replace("?", "&").split("&")
) | st.text(max_size=40)


@given(st.lists(pieces, max_size=30), st.sampled_from(["&", "?", "/", "~", "%", "&sign="]))
def test_whatever_a_link_is_made_of_nothing_is_raised(parts: list[str], between: str) -> None:
    link = f"https://h.example/{between.join(parts)}"
    found = end_of(link)
    assert found is None or 2000 <= found[0].year <= 2100
    without_query(link)


LONG = {
    "deep lists": f"token=eyJ.{'W1tb' * 2000}.c",
    "a deep policy": f"Key-Pair-Id=k&Policy={'W1tb' * 2000}",
    "a huge number": f"token={jwt(exp=10**4000)}",
    "a huge value": f"token={'eyJ' * 10**5}.{'eyJ' * 10**5}.c",
    "many parameters": "&".join(f"a{n}=b" for n in range(10**5)),
    "many long names": "&".join(f"{'_' * 8000}{n}=b" for n in range(10**3)) + "&expires=1",
    "long steps": f"a/{'/'.join('~' * 8000 + '&a=b' for _ in range(100))}",
    "many fields": "a=" + "~".join("exp=1" for _ in range(10**5)) + "~hmac=a",
    "a huge parameter": f"q-sign-time={';' * 10**6}",
}


@pytest.mark.parametrize("what", LONG)
def test_the_inside_of_a_link_is_bounded(what: str) -> None:
    begun = time.process_time()
    assert end_of(f"https://h.example/a.mp4?{LONG[what]}") is None
    assert time.process_time() - begun < 0.25


def test_nothing_longer_than_the_limit_is_decoded() -> None:
    def end(filler: int) -> object:
        return end_of(f"https://h.example/a.mp4?token={jwt(sub='a' * filler, exp=UNIX)}")

    assert end(4000) == (AT, "JWT")
    assert end(8000) is None
