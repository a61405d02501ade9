"""The forms of the JSON that is printed of tasks, files and accounts; `schemas.py` says more."""

from collections.abc import Mapping
from types import MappingProxyType

from rushes.tui.command.schema_form import Form

_SAID = """
progress     whole?
model        text?
prompt       text?
created_at   second?
started_at   second?
finished_at  second?
request_id   text?
upstream_id  text?
usage        object
error        FAILURE?
"""

_OUTPUT = """
n             whole
kind          text
url           text?
expires_at    second?
expiry_basis  basis?
needs_auth    flag
file_id       text?
width         whole?
height        whole?
"""

FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "LIST": Form(
            "the tasks of a watchlist, as last known",
            """
            version    1        the version of this form
            watchlist  text     its name
            tasks      [TASK]   those that match the filter
            """,
            "ls --json",
        ),
        "SUMS": Form(
            "the sums over a watchlist, for a status bar",
            """
            version    1           the version of this form
            watchlist  text        its name
            tasks      whole       how many there are
            active     whole       how many of them are not over
            trouble    whole       how many of these have a problem
            statuses   {whole}     how many of each status; waiting: before the first answer
            unsaved    whole       files that are not on disk and can be
            at_risk    whole       files of these that go within the hour
            lost       whole       files that expired before they were saved
            next_loss  NEXT_LOSS?  the file that goes next
            """,
            "ls --summary --json",
        ),
        "NEXT_LOSS": Form(
            "the file that is lost next",
            """
            ref  text    whose it is
            at   second  when, by our clock
            """,
        ),
        "TASK": Form(
            "a task, and all that is known of it",
            f"""
            ref         text
            provider    text
            id          text
            label       text
            tags        [text]
            added       second
            status      status?
            raw_status  text?
            {_SAID}
            problem            TROUBLE?
            outputs            [OUTPUT]
            transitions        [TRANSITION]
            polls              whole
            last_polled_at     second?
            next_poll_at       second?
            record_expires_at  second?
            asked_every        number?
            asked_every_why    pacing?
            rating             rating?
            """,
            "show --json",
        ),
        "FAILURE": Form(
            "why a task failed, in its provider's words",
            """
            code     text?  the provider's
            message  text?  the provider's
            """,
        ),
        "TROUBLE": Form(
            "why the last poll told us nothing",
            """
            kind      problem  what kind of trouble it is
            message   text     what happened, in a sentence
            since     second   since when
            retry_at  second?  when it is asked again
            """,
        ),
        "TRANSITION": Form(
            "a change of status as it was seen",
            """
            status       status       the new status
            raw_status   text?        the provider's own word
            observed_at  millisecond  when it was seen
            provider_at  second?      when it was, as the provider says
            times        whole        how many changes it stands for
            """,
        ),
        "OUTPUT": Form(
            "an output of a task",
            f"""
            {_OUTPUT}
            state    state
            path     text?
            bytes    whole?
            sha256   sha256?
            note     text
            checked  [check]
            rating   rating?
            """,
        ),
        "FETCHED": Form(
            "what became of the outputs that were to be fetched",
            """
            version  1           the version of this form
            outputs  [GOT]       each output
            skipped  [SKIPPED]   each task that could not be fetched from
            """,
            "get --json",
        ),
        "GOT": Form(
            "what became of an output that was to be fetched",
            """
            ref         text
            n           whole
            kind        text
            result      text
            path        text?
            bytes       whole?
            sha256      sha256?
            expires_at  second?
            note        text
            """,
        ),
        "SKIPPED": Form(
            "a task that could not be fetched from",
            """
            ref     text  the task
            reason  text  why
            """,
        ),
        "VERIFIED": Form(
            "saved files, read again",
            """
            version  1          the version of this form
            outputs  [CHECKED]  each saved file
            """,
            "verify --json",
        ),
        "CHECKED": Form(
            "a saved file that was read again",
            """
            ref      text     the task
            n        whole    the output's number
            path     text?    where its file is to be
            bytes    whole?   how long it was
            sha256   sha256?  what it was
            ok       flag     whether it still is
            fault    text?    what is wrong with it, or null
            checked  [check]  what it was held against this time
            """,
        ),
        "ACCOUNTS": Form(
            "the accounts that can be watched",
            """
            providers  [ACCOUNT]  each account
            left_out   [text]     a line for each provider from outside that cannot be used
            """,
            "providers --json",
        ),
        "ACCOUNT": Form(
            "an account: a provider at one address with one key",
            """
            name                   text     its name in config.toml
            dialect                text     the provider whose replies it gives
            base_url               text     what routes are appended to
            key_source             text     where the key was found, or missing
            key_hint               text     what to do where it is missing
            poll_interval          number   seconds between two polls of a task
            poll_interval_learned  flag     whether longer ones are learned
            documented_interval    number?  what the provider's documents say
            polls_saved            whole    polls that were not needed, so far
            max_rate               number   polls that start a second at most
            max_concurrency        whole    requests at a time at most
            asked_every            number   seconds between two polls of a task, as things are
            asked_every_why        pacing   what that is due to
            docs                   text     where its documents are
            drift                  {whole}  what was not understood, and in how many answers
            check                  REACHED? what came of asking it, under --check
            """,
        ),
        "REACHED": Form(
            "what came of asking a gateway about a task that cannot exist",
            """
            verdict     reach    ok, no key, key refused, unreachable or unexpected
            message     text?    the gateway's words or ours, where it was not fine
            latency_ms  whole?   until the whole answer was there
            clock_skew  whole?   seconds by which its clock is ahead of ours
            """,
        ),
        "PARSED": Form(
            "what a saved response body says",
            """
            snapshot?  SNAPSHOT  where it tells of a task
            problem?   PROBLEM   where it tells of none
            """,
            "parse",
            one_of=("snapshot", "problem"),
        ),
        "SNAPSHOT": Form(
            "what one answer says of a task",
            f"""
            status      status
            raw_status  text
            {_SAID}
            outputs     [FOUND_OUTPUT]
            """,
        ),
        "FOUND_OUTPUT": Form(
            "an output as one answer has it",
            f"""
            {_OUTPUT}
            note  text
            """,
        ),
        "PROBLEM": Form(
            "why a reply told us nothing",
            """
            kind         problem  what kind of trouble it is
            message      text     what happened, in a sentence
            code         text?    the provider's
            http_status  whole?   the status it came with
            retry_after  number?  seconds
            """,
        ),
        "SERVED": Form(
            "where the demo's gateway is",
            """
            base_urls  {text}  by provider
            key_envs   {text}  the variable of its key, by provider
            api_key    text    the key it takes
            tasks      [text]  the refs of its cast
            """,
            "demo --serve",
        ),
        "EXPORTED": Form(
            "a task and all that is remembered of it, to be read by import",
            """
            rushes          1                the version of this form
            provider        text             the account's name
            id              text             the provider's own
            label           text             a person's
            tags            [text]           a person's
            added           moment           when it was first watched
            status          status?          null before the first answer
            raw_status      text?            the provider's own word
            snapshot        object?          what the last answer said
            transitions     [[any]]          the changes of status
            polls           whole            how often it was asked about
            last_polled_at  moment?          when it was asked about last
            unfinished_at   moment?          when it was last seen not to be over
            downloads       {[any]}          by number: path, bytes and SHA-256 of what was saved
            times?          {whole}          by place: how many changes a transition stands for
            model?          text             as it was submitted, where that was said
            prompt?         text             as it was submitted, where that was said
            ratings?        {[any]}          by number: an output's rating, and when it was given
            """,
            "export",
        ),
        "SIDECAR": Form(
            "the .json beside a saved file",
            """
            version      1        the version of this form
            name         text     of the file
            bytes        whole    of the file
            sha256       sha256   of the file
            saved_at     second   when it was saved
            note         text     what is odd about it
            ref          text     of the task
            provider     text     of the task
            id           text     of the task
            label        text     of the task
            tags         [text]   of the task
            model        text?    of the task
            prompt       text?    of the task
            request_id   text?    of the task
            upstream_id  text?    of the task
            created_at   second?  of the task
            started_at   second?  of the task
            finished_at  second?  of the task
            usage        object   of the task
            n            whole    the output's number
            kind         text     of the output
            url          text?    of the output, without what signs it
            file_id      text?    of the output
            width        whole?   of the output
            height       whole?   of the output
            """,
            "[download] sidecar",
        ),
    }
)
