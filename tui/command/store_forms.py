"""The forms of the JSON that `rushes store` prints; `schemas.py` says more."""

from collections.abc import Mapping
from types import MappingProxyType

from rushes.tui.command.schema_form import Form

FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "STORE": Form(
            "a team's store as it is reached from here",
            """
            version   1               the version of this form
            store     text            its address, without a password
            schema    whole           the version of its tables
            postgres  whole           the server's version
            made?     flag            whether init made the tables now
            rights?   [text]          the SQL of the others' rights, of init
            lists?    [SHARED_LIST]   the shared lists by name, of status
            members?  [MEMBER]        the processes that watch, by machine, of status
            """,
            "store init|check|status|upgrade --json",
        ),
        "SHARED_LIST": Form(
            "a list that a team shares",
            """
            name   text   as -w takes it
            tasks  whole  how many there are
            """,
        ),
        "MEMBER": Form(
            "a process that works on a team's store",
            """
            machine  text    its machine's name
            rushes   text    its version of Rushes
            since    second  since when it is there
            seen     second  when it was heard of last
            """,
        ),
    }
)
