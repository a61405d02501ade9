"""A signature in a path is hidden as a query is, and no part of what a link is the address of."""

import pytest
from signed_links import HEX, MD5, SHA, UNIX, jwt

from rushes.providers.text import without_queries, without_query

H = "https://h.example"

SHOWN = {
    f"{H}/{MD5}/{HEX}/video/tos/cn/tos-cn-v-1/abc/?a=1": f"{H}/…/…/video/tos/cn/tos-cn-v-1/abc/?…",
    f"{H}/202703012000/{MD5}/clip.mp4": f"{H}/…/…/clip.mp4",
    f"{H}/{UNIX}/{SHA}/a/clip.mp4": f"{H}/…/…/a/clip.mp4",
    f"{H}/{MD5.upper()}/{UNIX}/clip.mp4": f"{H}/…/…/clip.mp4",
    f"{H}/p/AbCdEf-_AbCdEf-_AbCdEf/{UNIX}/clip.mp4": f"{H}/p/…/…/clip.mp4",
    f"{H}/AbCdEf-_AbCdEf-_AbCdEf,{UNIX}/clip.mp4": f"{H}/…/clip.mp4",
    f"{H}/image/upload/s--AbCdEf12--/w_400/clip.png": f"{H}/image/upload/…/w_400/clip.png",
    f"{H}/bcdn_token=a&expires={UNIX}&token_path=%2Fv%2F/v/a.m3u8": f"{H}/…/v/a.m3u8",
    f"{H}/edge-cache-token=Expires={UNIX}&KeyName=k&Signature=s/a.mpd": f"{H}/…/a.mpd",
    f"{H}/hdntl=exp={UNIX}~acl=%2f*~hmac={SHA}/a/clip.mp4": f"{H}/…/a/clip.mp4",
    f"{H}/exp={UNIX}~acl=%2f*~hmac={SHA}/a/clip.mp4": f"{H}/…/a/clip.mp4",
    f"{H}/{jwt(exp=UNIX)}/downloads/default.mp4": f"{H}/…/downloads/default.mp4",
}

KEPT = (
    f"{H}/files/{MD5}.mp4",
    f"{H}/{MD5}/clip.mp4",
    f"{H}/20270301/{MD5}/clip.mp4",
    f"{H}/{UNIX}/clip.mp4",
    f"{H}/out/{UNIX}/{MD5}",
    f"{H}/w=200&h=300/clip.png",
    f"{H}/00000000-0000-4000-8000-000000000000/{UNIX}/clip.mp4",
    f"{H}/202799999999/{MD5}/clip.mp4",
)


@pytest.mark.parametrize("link", SHOWN)
def test_a_link_is_shown_without_what_signs_its_path(link: str) -> None:
    assert without_query(link) == SHOWN[link]
    assert without_queries(f"cannot read '{link}' now") == f"cannot read '{SHOWN[link]}' now"
    escaped = link.replace("/", "\\/")
    assert without_queries(f'{{"u": "{escaped}"}}') == (
        '{"u": "' + SHOWN[link].replace("/", "\\/") + '"}'
    )


@pytest.mark.parametrize("link", KEPT)
def test_what_only_looks_like_a_signature_is_shown(link: str) -> None:
    assert without_query(link) == link
    assert without_queries(f"at {link}, see") == f"at {link}, see"


def test_a_path_of_any_length_is_looked_through_in_a_moment() -> None:
    assert without_query(f"{H}{f'/{MD5}/{HEX}' * 20_000}/a").startswith(f"{H}/…/…/")
