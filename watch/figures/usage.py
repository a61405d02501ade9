"""What a task used, read from the fields that its gateway calls `usage`.

- TTAPI and AnyFast hand on DashScope's record: `duration` is the length of all films, which is what
  is billed; `input_video_duration` and `output_video_duration` are its parts (seeds 002 and 003).
  Only what succeeded is counted there (seed 002), so a failed task has none as a rule.
- GPT.GE hands on the record of whoever it asks: DashScope's, or MiniMax's second version with
  `total_seconds`, `input_seconds`, `output_seconds` (the vendor's clients); `total_tokens` where a
  model counts tokens, as Seedance does.
- DimiLinks has `credit_cost` beside the status (its public documents).
- Vidu, also through GPT.GE, has `credits`, and Kling units of a resource pack (their documents).
- HiAPI states none (seed 000).
"""

from collections.abc import Mapping
from decimal import Decimal

from rushes.providers.frozen import frozen
from rushes.providers.model import Scalar

_OUTPUT_SECONDS = ("output_video_duration", "output_seconds")
_INPUT_SECONDS = ("input_video_duration", "input_seconds")
_BILLED_SECONDS = ("duration", "total_seconds")
_TOKENS = ("total_tokens", "completion_tokens")
_CREDITS = ("credit_cost", "credits", "units")

_MOST = Decimal(10**12)
"""More than this of anything is no record of one task."""


@frozen(kw_only=True)
class Used:
    """What a task used; None is what its gateway does not say.

    `film_ms` is the length of what was made and `billed_ms` of what is paid for, in milliseconds.
    `microcredits` are millionths of a credit of the gateway's own.
    """

    film_ms: int | None = None
    billed_ms: int | None = None
    tokens: int | None = None
    microcredits: int | None = None

    @property
    def charged(self) -> bool | None:
        """Whether anything was taken; None where the gateway does not say."""
        said = [
            number
            for number in (self.billed_ms, self.tokens, self.microcredits)
            if number is not None
        ]
        return any(said) if said else None


def used(usage: Mapping[str, Scalar]) -> Used:
    """What a usage record says, whichever gateway's it is: no two mean one name differently."""
    made = _first(usage, _OUTPUT_SECONDS)
    billed = _first(usage, _BILLED_SECONDS)
    if made is None and not _first(usage, _INPUT_SECONDS):
        made = billed
    return Used(
        film_ms=_scaled(made, 1000),
        billed_ms=_scaled(made if billed is None else billed, 1000),
        tokens=_scaled(_first(usage, _TOKENS), 1),
        microcredits=_scaled(_first(usage, _CREDITS), 10**6),
    )


def _first(usage: Mapping[str, Scalar], names: tuple[str, ...]) -> Decimal | None:
    """The first of these that is a number no smaller than zero, as it was written."""
    for name in names:
        value = usage.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            # By its shortest text, which is what the gateway wrote: 0.1 is a tenth.
            number = Decimal(str(value))
            if number.is_finite() and 0 <= number < _MOST:
                return number
    return None


def _scaled(number: Decimal | None, by: int) -> int | None:
    """So many units as a whole number of parts, rounded half to even."""
    return None if number is None else int((number * by).to_integral_value())
