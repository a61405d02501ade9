"""The accounts of which polling tells nothing more, and how a command ends that needs them."""

from collections.abc import Mapping

from rushes.providers.exits import Exit
from rushes.providers.model import ProblemKind
from rushes.watch.desk import Desk


def unaskable(desk: Desk) -> Mapping[str, Exit]:
    """CONFIGURATION for each account that has tasks and is not set up; KEY for one without a key.

    An account whose key is refused has none.
    """
    strangers = set(desk.ledger.used) - set(desk.settings.accounts)
    keyless = {
        name
        for name, state in desk.account_states().items()
        if state.key_missing or (state.trouble and state.trouble.kind is ProblemKind.AUTH)
    }
    return dict.fromkeys(keyless, Exit.KEY) | dict.fromkeys(strangers, Exit.CONFIGURATION)
