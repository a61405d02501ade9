"""The forms of errors and of `rushes help --json`; `schemas.py` says more."""

from collections.abc import Mapping
from types import MappingProxyType

from rushes.tui.command.schema_form import Form

FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "FAILED": Form(
            "what a command prints under --json where it can give no data",
            """
            error  ERROR  why
            """,
            "every --json",
        ),
        "ERROR": Form(
            "why a command could not do what it should",
            """
            code       error_code  a word of the registry of error codes
            message    text        what happened, in a sentence
            hint       text?       what can be done about it
            retryable  flag        whether it may succeed later, without any change
            """,
        ),
        "ERROR_LINE": Form(
            "the last line under --ndjson where a command ended with an error",
            """
            event    "error"  as for other lines
            version  1        the version of this form
            error    ERROR    why
            """,
            "every --ndjson",
        ),
        "DOCTOR": Form(
            "how everything is that Rushes needs",
            """
            version   1          the version of this form
            findings  [FINDING]  one for each thing that was looked at, or several
            """,
            "doctor --json",
        ),
        "FINDING": Form(
            "how one thing is",
            """
            what     text     what it is about
            verdict  verdict  how it is
            said     text     that in a line
            mend     text?    what to do about it
            """,
        ),
        "HELP": Form(
            "the whole command line",
            """
            version      1                the version of this form
            program      text             what is asked with --version
            commands     [COMMAND]        every command
            options      [OPTION]         those of every command
            exit_codes   [EXIT_CODE]      every exit code
            error_codes  [ERROR_CODE]     every error code
            settings     [SETTING]        every setting of config.toml
            variables    {text}           the environment variables that are read: what they do
            keys         {[text]}         the dashboard's actions and their keys
            filter       {text}           the terms of a filter, and what they find
            topics       {text}           the topics of rushes help
            schemas      {text}           the JSON Schemas, and what prints what they describe
            """,
            "help --json",
        ),
        "COMMAND": Form(
            "a command",
            """
            name       text        as it is written
            summary    text        what it does
            usage      text        its words
            arguments  [ARGUMENT]  its words without a dash
            options    [OPTION]    its own options
            examples   text        and what else stands under its help
            """,
        ),
        "ARGUMENT": Form(
            "a word of a command without a dash",
            """
            metavar     text     what stands for it
            help        text     what it is
            needed      flag     whether it has to be there
            repeatable  flag     whether there may be several
            choices     [text]?  the only words it can be
            """,
        ),
        "OPTION": Form(
            "an option",
            """
            long        text     with two dashes
            short       text?    with one
            metavar     text?    what stands for its value; null where it takes none
            default     any      the value without it
            help        text     what it does
            repeatable  flag     whether it may be given several times
            choices     [text]?  the only values it can have
            excludes    [text]   the options that it cannot be given with
            """,
        ),
        "EXIT_CODE": Form(
            "an exit code",
            """
            code     whole  the number
            meaning  text   what it says
            """,
        ),
        "ERROR_CODE": Form(
            "an error code",
            """
            code       error_code  its word
            exit       whole       the exit code of a command that ends with it
            meaning    text        what it says
            hint       text?       what can be done about it
            retryable  flag        whether it may pass without any change
            """,
        ),
        "SETTING": Form(
            "a setting of config.toml",
            """
            table    text   the table that it stands in, "" above them all
            key      text   its name
            value    text   what it can be
            default  text?  as it is written; null where it depends on the machine
            help     text   what it does
            """,
        ),
    }
)
