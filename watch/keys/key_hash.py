"""A key's hash: enough to tell the key when it comes again, and not enough to have it."""

from hashlib import blake2b

from rushes.providers.frozen import frozen

_SALT_BYTES = 16


@frozen
class KeyHash:
    """A hash with a salt of its own, and the number of the key's characters.

    Fast to compute, as a paste has thousands of words. That is safe for keys that nobody can guess,
    as gateways make them.
    """

    length: int
    salt: str
    digest: str

    @classmethod
    def of(cls, key: str) -> "KeyHash":
        """The hash of a key, with a new salt."""
        from secrets import token_hex

        salt = token_hex(_SALT_BYTES)
        return cls(len(key), salt, _digest(key, salt))

    def is_of(self, text: str) -> bool:
        """Whether the text is the key."""
        return len(text) == self.length and _digest(text, self.salt) == self.digest


def _digest(key: str, salt: str) -> str:
    return blake2b(
        key.encode(errors="surrogatepass"), key=salt.encode(), digest_size=20
    ).hexdigest()
