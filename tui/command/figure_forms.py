"""The forms of what `stats --json` prints; `schemas.py` says more."""

from collections.abc import Mapping
from types import MappingProxyType

from rushes.tui.command.schema_form import Form

FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "FIGURES": Form(
            "what the tasks of a list, or of all lists, came to",
            """
            version    1        the version of this form
            watchlist  text?    its name; null for all of them
            by         [text]   what the groups are made by
            total      GROUP    all of it
            groups     [GROUP]  a group for each that there is
            uncounted  whole    tasks that are over and not in it: the history cannot be written
            """,
            "stats --json",
        ),
        "GROUP": Form(
            "what a group of tasks came to",
            """
            provider?              text?    its account, where that makes the group
            model?                 text?    its model, where that makes the group
            tag?                   text?    its tag, where that makes the group
            day?                   text?    the day on which its tasks were over, likewise
            tasks                  whole
            open                   whole
            succeeded              whole
            failed                 whole
            canceled               whole
            gone                   whole
            success_rate           number?
            queue_p50              number?
            queue_p95              number?
            run_p50                number?
            run_p95                number?
            files                  whole
            saved                  whole
            bytes                  whole
            film_seconds           number?
            film_unknown           whole
            cost                   [MONEY]
            cost_unknown           whole
            failed_charged         whole?
            failed_charge_unknown  whole
            failed_cost            [MONEY]
            lost                   whole
            """,
        ),
        "MONEY": Form(
            "an amount of money, exact to its last digit",
            """
            amount    text  as a decimal number
            currency  text  three letters, or the gateway's own credits
            """,
        ),
    }
)
