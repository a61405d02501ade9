"""Counts of what became of this process's questions."""

from rushes.providers.frozen import frozen
from rushes.providers.model import ProblemKind, Snapshot
from rushes.watch.polling.session import PollAnswer


@frozen
class Tally:
    """How many questions were sent, were answered at all, and were refused for their key."""

    asked: int = 0
    reached: int = 0
    refused: int = 0

    def with_answer(self, answer: PollAnswer) -> "Tally":
        """These counts with one more answer."""
        if not answer.asked:
            return self
        result = answer.result
        good = isinstance(result, Snapshot)
        return Tally(
            asked=self.asked + 1,
            reached=self.reached + (isinstance(result, Snapshot) or result.http_status is not None),
            refused=self.refused + (not good and result.kind is ProblemKind.AUTH),
        )

    def __add__(self, other: "Tally") -> "Tally":
        """The sums."""
        return Tally(
            self.asked + other.asked, self.reached + other.reached, self.refused + other.refused
        )
