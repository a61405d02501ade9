"""What generates: a model at an account."""

from rushes.providers.frozen import frozen
from rushes.watch.task import Task

ANY = "*"
"""The name of a model that stands for all that have no price of their own, unnamed ones too."""


@frozen
class Model:
    """A model at an account; None where the gateway names none."""

    provider: str
    name: str | None

    @staticmethod
    def of(written: str) -> "Model | None":
        """What `provider/model` means; None where it means nothing.

        The model's own name may have slashes.
        """
        provider, slash, name = written.partition("/")
        return Model(provider, name) if provider and slash and name else None

    def __str__(self) -> str:
        return f"{self.provider}/{self.name or '?'}"


def model_of(task: Task) -> Model:
    """The model of a task at its account, as far as anybody names it."""
    return Model(task.ref.provider, task.snapshot.model if task.snapshot else None)
