"""The root of the one exception tree.

RushesError
├── UnexpectedReply        a reply is not of the documented form (providers/reply.py)
├── UnknownProvider        no provider of that name (providers/registry.py)
└── …                      what `watch` and `tui` add, each beside the code that raises it
"""


class RushesError(Exception):
    """The base of every error that Rushes raises; its text is one plain sentence fit to show."""


class UnexpectedReply(RushesError):
    """A reply is not of the documented form; the text says where, what was expected, what came."""

    def __init__(self, path: str, expected: str, got: str) -> None:
        super().__init__(f"{path}: expected {expected}, got {got}")
        self.path = path
        self.expected = expected
        self.got = got


class UnknownProvider(RushesError):
    """No provider has that name; `nearest` is the most similar one, None where none is similar."""

    def __init__(self, name: str, known: tuple[str, ...], nearest: str | None) -> None:
        hint = f"; did you mean {nearest}?" if nearest else ""
        super().__init__(f"unknown provider {name!r} (known: {', '.join(known)}){hint}")
        self.name = name
        self.known = known
        self.nearest = nearest
