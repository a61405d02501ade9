"""Each family of signed links says when it dies, and nothing else does."""

import pytest
from signed_links import AT, ENDING, ENDLESS

from providers.expiry import signed
from providers.model import Basis, Content, Handle, Inline, Link


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
