"""Loads the certificates that TLS connections are verified with."""

import ssl
from functools import cache

import certifi

from rushes.providers.text import clean
from rushes.watch.disk.atomic import plain_words
from rushes.watch.disk.shortage import shortage
from rushes.watch.network.options import PUBLIC_TRUST, Trust
from rushes.watch.network.unreachable import Unreachable, Untrusted
from rushes.watch.network.url import Refused


@cache
def trust(source: Trust = PUBLIC_TRUST) -> ssl.SSLContext:
    """A client's context that trusts `source`; shared, as loading one takes 20 to 100 ms (M20).

    Raises Untrusted where a file that config.toml or the environment names cannot be used, and
    Unreachable where there are too few descriptors or too little memory for it.
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
    except (OSError, ValueError) as error:
        if (lack := shortage(error)) is not None:
            raise Unreachable(plain_words(lack)) from None
        raise Untrusted(f"no certificates can be read from {clean(str(named))}") from None
    return context


def trust_or_refuse(source: Trust) -> ssl.SSLContext:
    """The same for the download of a file; raises Refused, as another try soon would not help."""
    try:
        return trust(source)
    except Untrusted as error:
        raise Refused(str(error)) from None
