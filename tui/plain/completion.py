"""`rushes completion`: what a shell needs to complete our command lines, made from argparse's tree.

Tasks are completed by their ids: a ref's colon breaks words in bash, and an id is a ref as well.
"""

import argparse
from argparse import Namespace
from collections.abc import Iterator, Mapping

from tui.arguments import Parser, tree
from tui.plain.exits import Exit
from tui.plain.shell import Shell

_IDS = "rushes ls 2>/dev/null | cut -f1 | sed -n 's/^[^:]*://p'"


def run(args: Namespace, shell: Shell) -> Exit:
    """Print the script for one shell."""
    shell.out.line(_WRITERS[args.shell](tree().commands))
    return Exit.FINE


def _actions(parser: Parser) -> list[argparse.Action]:
    # argparse has no public way to ask a parser what was added to it.
    return parser._actions  # pyright: ignore[reportPrivateUsage]


def _options(parser: Parser) -> list[argparse.Action]:
    return [action for action in _actions(parser) if action.option_strings]


def _flags(parser: Parser) -> list[str]:
    return [flag for action in _options(parser) for flag in action.option_strings]


def _words(parser: Parser) -> list[str]:
    """The words that may stand where an option does not."""
    return [
        str(word)
        for action in _actions(parser)
        if not action.option_strings and action.choices is not None
        for word in action.choices
    ]


def _takes_refs(parser: Parser) -> bool:
    return any(action.metavar == "REF" for action in _actions(parser))


def _bash(commands: Mapping[str, Parser]) -> str:
    return f"""\
_rushes() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} words=
  case ${{COMP_WORDS[1]}} in
{chr(10).join(_cases(commands))}
  esac
  [ "$COMP_CWORD" -eq 1 ] && words="{" ".join(commands)} --help --version --watchlist"
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}}
complete -o default -F _rushes rushes"""


def _zsh(commands: Mapping[str, Parser]) -> str:
    return f"""\
#compdef rushes
_rushes() {{
  local words_=
  case ${{words[2]}} in
{chr(10).join(_cases(commands, variable="words_"))}
  esac
  (( CURRENT == 2 )) && words_="{" ".join(commands)} --help --version --watchlist"
  compadd -- ${{=words_}}
}}
compdef _rushes rushes"""


def _cases(commands: Mapping[str, Parser], variable: str = "words") -> Iterator[str]:
    for name, parser in commands.items():
        ids = f" $({_IDS})" if _takes_refs(parser) else ""
        yield f'    {name}) {variable}="{" ".join([*_flags(parser), *_words(parser)])}{ids}" ;;'


def _fish(commands: Mapping[str, Parser]) -> str:
    lines = ["complete -c rushes -f"]
    for name, parser in commands.items():
        alone = "-n __fish_use_subcommand"
        lines.append(f"complete -c rushes {alone} -a {name} -d {_quoted(parser.description)}")
        within = f"complete -c rushes -n '__fish_seen_subcommand_from {name}'"
        for action in _options(parser):
            flags = " ".join(
                f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}"
                for flag in action.option_strings
            )
            needs = "" if action.nargs == 0 else " -r"
            lines.append(f"{within} {flags}{needs} -d {_quoted(action.help)}")
        if words := _words(parser):
            lines.append(f"{within} -a {_quoted(' '.join(words))}")
        if _takes_refs(parser):
            lines.append(f"{within} -a {_quoted(f'({_IDS})')}")
    return "\n".join(lines)


def _quoted(text: str | None) -> str:
    escaped = (text or "").replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


_WRITERS = {"bash": _bash, "zsh": _zsh, "fish": _fish}
