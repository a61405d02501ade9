"""What `client.py` and `assets.py` use alike of httpx, the HTTP library that is behind both.

They use its transports, which know nothing of redirects, cookies, proxies, .netrc and content
codings (reliability.md M1, M2, M16, M18, M20 and M21).
"""

import httpx

from rushes.watch.version import VERSION

TROUBLE = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError)
"""The errors of an exchange that fails."""


def request_headers(accept: str) -> dict[str, str]:
    """The headers of every request; only what was asked for is to come, in no other coding."""
    return {"User-Agent": f"rushes/{VERSION}", "Accept": accept, "Accept-Encoding": "identity"}


def lowered(headers: httpx.Headers) -> dict[str, str]:
    """The headers of an answer, their names in lower case."""
    return {name.lower(): value for name, value in headers.items()}
