"""Each family of signed links says when it dies; of several claims the right one counts."""

from datetime import UTC, datetime, timedelta

import pytest

from providers.expiry import deadline, documented, signed, stated
from providers.model import Basis, Content, ExpiryClaim, Handle, Inline, Link

AT = datetime(2026, 4, 27, 10, 0, tzinfo=UTC)
UNIX = int(AT.timestamp())
START = "20260427T090000Z"

SIGNED = {
    "OSS V1": f"Expires={UNIX}&OSSAccessKeyId=k&Signature=a%2Bb",
    "OSS V2": f"x-oss-signature-version=OSS2&x-oss-expires={UNIX}",
    "OSS V4": f"x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-date={START}&x-oss-expires=3600",
    "OSS V4 with an absolute time": f"x-oss-date={START}&x-oss-expires={UNIX}",
    "AWS SigV4": f"X-Amz-Date={START}&X-Amz-Expires=3600&X-Amz-Signature=f",
    "AWS SigV4 in lower case": f"x-amz-date={START}&x-amz-expires=3600",
    "AWS SigV2": f"AWSAccessKeyId=k&Expires={UNIX}&Signature=s",
    "CloudFront": f"Expires={UNIX}&Key-Pair-Id=k&Signature=s",
    "TOS": f"X-Tos-Date={START}&X-Tos-Expires=3600",
    "Google V4": f"X-Goog-Date={START}&X-Goog-Expires=3600",
    "Google V2": f"GoogleAccessId=a&Expires={UNIX}&Signature=s",
    "COS": f"q-sign-algorithm=sha1&q-sign-time={UNIX - 3600};{UNIX}&q-key-time=1777280400;{UNIX}",
    "COS, escaped": f"q-sign-time={UNIX - 3600}%3B{UNIX}",
    "Azure": "sv=2024&se=2026-04-27T10%3A00%3A00Z&sp=r&sig=a%3D",
    "Azure with an offset": "se=2026-04-27T18%3A00%3A00%2B08%3A00&sig=a",
    "exp in milliseconds": f"exp={UNIX}000&sig=a",
    "exp in seconds": f"exp={UNIX}&sig=a",
    "Expires in milliseconds": f"Expires={UNIX}000",
}

UNSIGNED = {
    "no query": "",
    "an exp without a signature": f"exp={UNIX}000",
    "an se without a signature": "se=2026-04-27T10:00:00Z",
    "a zero": "Expires=0",
    "text": "Expires=tomorrow",
    "a number beyond any time": "Expires=99999999999999999999",
    "an early number": "Expires=3600",
    "seconds after no date": "X-Amz-Expires=3600",
    "seconds after a broken date": "X-Amz-Date=today&X-Amz-Expires=3600",
    "a COS time without its end": "q-sign-time=1777280400",
    "a time in the fragment": f"x=1#Expires={UNIX}",
    "a negative number": "Expires=-5",
    "a date at the end of all dates": "X-Amz-Date=99991231T235959Z&X-Amz-Expires=0",
    "an se at the end of all dates": "se=9999-12-31T23:59:59Z&sig=a",
    "an se beyond all dates": "se=9999-12-31T23:59:59-14:00&sig=a",
    "an se before all dates": "se=0001-01-01T00:00:00%2B14:00&sig=a",
}


@pytest.mark.parametrize("family", SIGNED)
def test_a_signed_link_says_when_it_dies(family: str) -> None:
    (claim,) = signed(Link(f"https://h/a.mp4?{SIGNED[family]}"))
    assert (claim.basis, claim.at) == (Basis.SIGNED, AT)


@pytest.mark.parametrize("what", UNSIGNED)
def test_no_time_is_invented_for_a_link_without_a_signature(what: str) -> None:
    assert signed(Link(f"https://h/a.mp4?{UNSIGNED[what]}")) == ()


@pytest.mark.parametrize("where", [Content("/c?Expires=1"), Handle("1"), Inline(b"x")])
def test_only_a_link_can_be_signed(where: Content | Handle | Inline) -> None:
    assert signed(where) == ()


def test_of_two_times_of_one_signature_the_earlier_counts() -> None:
    (claim,) = signed(Link(f"https://h/?q-sign-time=1;{UNIX}&q-key-time=1;{UNIX + 60}"))
    assert claim.at == AT


HOUR = timedelta(hours=1)
DAY = documented(24 * HOUR)


def test_a_stated_time_outranks_a_signed_one_and_that_the_documents() -> None:
    say, sign = stated(AT + HOUR), (ExpiryClaim(Basis.SIGNED, at=AT),)
    assert deadline((*DAY, *sign, *say), AT, None) == (AT + HOUR, Basis.STATED)
    assert deadline((*DAY, *sign), AT, None) == (AT, Basis.SIGNED)
    assert deadline(DAY, AT, None) == (AT + 24 * HOUR, Basis.DOCUMENTED)


def test_within_one_basis_the_earliest_counts() -> None:
    assert deadline((*stated(AT + HOUR), *stated(AT)), None, None) == (AT, Basis.STATED)


def test_a_lifetime_counts_from_the_finish_else_from_the_last_unfinished_sighting() -> None:
    assert deadline(DAY, AT, AT - HOUR) == (AT + 24 * HOUR, Basis.DOCUMENTED)
    assert deadline(DAY, None, AT) == (AT + 24 * HOUR, Basis.DOCUMENTED)
    assert deadline(DAY, None, None) is None


def test_nothing_known_is_no_deadline() -> None:
    assert deadline((*stated(None), *documented(None)), AT, AT) is None
