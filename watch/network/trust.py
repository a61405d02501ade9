"""The certificates by which the other side of a TLS connection proves its name."""

import ssl
from functools import cache

import certifi

from rushes.providers.text import clean
from rushes.watch.network.options import PUBLIC_TRUST, Trust
from rushes.watch.network.unreachable import Untrusted
from rushes.watch.network.url import Refused


@cache
def trust(source: Trust = PUBLIC_TRUST) -> ssl.SSLContext:
    """A client's context that believes `source`; shared, as loading one takes 20 to 100 ms (M20).

    Raises Untrusted where what config.toml or the environment names cannot be used.
    """
    named = source.cert_file or source.cert_dir
    try:
        if named:
            context = ssl.create_default_context(cafile=source.cert_file, capath=source.cert_dir)
        else:
            context = ssl.create_default_context(cafile=certifi.where())
        if source.ca_file:
            named = source.ca_file
            context.load_verify_locations(cafile=named)
    except (OSError, ValueError):
        raise Untrusted(f"no certificates can be read from {clean(str(named))}") from None
    return context


def trust_or_refuse(source: Trust) -> ssl.SSLContext:
    """The same for a file, which is not asked for again within minutes; raises Refused."""
    try:
        return trust(source)
    except Untrusted as error:
        raise Refused(str(error)) from None
