"""What came of the questions of one process, all in all."""

from dataclasses import dataclass, replace

from rushes.providers.model import ProblemKind, Snapshot
from rushes.watch.polling.session import PollAnswer


@dataclass(frozen=True, slots=True)
class Tally:
    """How many questions were sent, how many of them reached somebody, how many were refused."""

    asked: int = 0
    reached: int = 0
    refused: int = 0

    def with_answer(self, answer: PollAnswer) -> "Tally":
        """This and one answer more."""
        if not answer.asked:
            return self
        result = answer.result
        good = isinstance(result, Snapshot)
        return replace(
            self,
            asked=self.asked + 1,
            reached=self.reached + (isinstance(result, Snapshot) or result.http_status is not None),
            refused=self.refused + (not good and result.kind is ProblemKind.AUTH),
        )

    def __add__(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(
            self.asked + other.asked, self.reached + other.reached, self.refused + other.refused
        )
