"""The forms of the lines of `--ndjson`, an own one for what each kind of line has."""

from collections.abc import Mapping
from types import MappingProxyType

from rushes.tui.command.schema_form import Form

_OUTPUT = """
version  1
ref      text
n        whole
kind     text?
"""

KINDS = ("STEP", "FILE", "MISSED", "LOSS", "TROUBLED", "IDLE", "SUMMARY")
"""The forms of which a line has one."""

FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "EVENT": Form(
            "a line of --ndjson",
            """
            event             text
            version           1
            ref?              text
            account?          text
            status?           status
            raw_status?       text?
            error?            FAILURE?
            n?                whole
            kind?             text?
            path?             text
            bytes?            whole
            sha256?           sha256?
            note?             text
            expires_at?       second?
            problem?          TROUBLE
            at                millisecond
            tasks?            whole
            succeeded?        whole
            failed?           whole
            canceled?         whole
            gone?             whole
            open?             whole
            saved?            whole
            download_failed?  whole
            expired?          whole
            exit?             whole
            """,
            "wait --ndjson, watch --ndjson, get --ndjson",
            kinds=KINDS,
        ),
        "STEP": Form(
            "a step of a task; one that is its end has a line of its own, too",
            """
            event       "transition"|"succeeded"|"failed"|"canceled"|"gone"
            version     1
            ref         text
            status      status
            raw_status  text?
            error       FAILURE?
            at          millisecond
            """,
        ),
        "FILE": Form(
            "a file that is whole on disk",
            f"""
            event   "saved"|"rescued"
            {_OUTPUT}
            path    text
            bytes   whole
            sha256  sha256?
            at      millisecond
            """,
        ),
        "MISSED": Form(
            "a file that could not be had",
            f"""
            event  "download_failed"
            {_OUTPUT}
            note   text
            at     millisecond
            """,
        ),
        "LOSS": Form(
            "an unsaved file that goes, or went",
            f"""
            event       "expiring"|"expired"
            {_OUTPUT}
            expires_at  second?
            at          millisecond
            """,
        ),
        "TROUBLED": Form(
            "an account that cannot be asked",
            """
            event    "problem"
            version  1
            account  text
            problem  TROUBLE
            at       millisecond
            """,
        ),
        "IDLE": Form(
            "the last open task is over",
            """
            event    "idle"
            version  1
            at       millisecond
            """,
        ),
        "SUMMARY": Form(
            "the last line: what it all came to",
            """
            event            "summary"
            version          1
            tasks            whole
            succeeded        whole
            failed           whole
            canceled         whole
            gone             whole
            open             whole
            saved            whole
            download_failed  whole
            expired          whole
            bytes            whole
            exit             whole
            at               millisecond
            """,
        ),
    }
)
