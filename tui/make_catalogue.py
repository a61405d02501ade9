"""Writes the catalogues of sentences anew: `python -m rushes.tui.make_catalogue`.

Every sentence of the code goes into locale/rushes.pot. Each language's rushes.po keeps what is
translated, gets what is new with no words yet, and loses what nobody says any more; from it the
rushes.mo is made that the program reads. These are gettext's own files, which every editor of
catalogues knows; its tools are not needed.
"""

import ast
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent
LOCALE = ROOT / "locale"
TEMPLATE = LOCALE / "rushes.pot"
LANGUAGES = ("zh",)

FLOORS = ("tui", "watch", "providers")
"""The folders that are looked through, beside this one."""

HEADS: Mapping[str, str] = {
    "zh": "Language: zh_CN\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\nPlural-Forms: nplurals=1; plural=0;\n"
}
"""What stands at the head of each catalogue; the number of plural forms is in it."""

ELSEWHERE: tuple[tuple[str, str], ...] = (
    ("as of --- ago", ""),
    ("usage: ", ""),
    ("positional arguments", ""),
    ("options", ""),
    ("show this help message and exit", ""),
    ("the following arguments are required: %s", ""),
    ("one of the arguments %s is required", ""),
    ("argument %(argument_name)s: %(message)s", ""),
    ("not allowed with argument %s", ""),
    ("ignored explicit argument %r", ""),
    ("expected one argument", ""),
    ("expected at most one argument", ""),
    ("expected at least one argument", ""),
    ("expected %s argument", "expected %s arguments"),
    ("invalid choice: %(value)r (choose from %(choices)s)", ""),
    ("invalid %(type)s value: %(value)r", ""),
)
"""What is said where nothing may be imported: by the frame of the last time, and by argparse."""

DECLARED: Mapping[str, tuple[int, ...]] = {
    "Command": (2, 3),
    "FigureColumn": (0,),
    "Finding": (),
    "Kind": (0,),
    "ScreenKey": (1,),
    "Topic": (0,),
    "catalogued": (0,),
    "setting": (2,),
}
"""Calls whose texts at these places are looked up when they are said."""

ENUMS = frozenset({"ErrorCode", "Exit", "NoDesktop", "NoPictures", "Range", "Why"})
"""Enums whose members have words."""

NAMED = frozenset({"help", "label", "what"})
"""Arguments by name, of a declaration or of `add_argument`, that are looked up when said."""


@dataclass
class Message:
    """A sentence: its English, its plural where it counts, and the forms of a translation."""

    text: str
    many: str = ""
    places: list[str] = field(default_factory=list[str])
    forms: list[str] = field(default_factory=list[str])
    fuzzy: bool = False


Messages = dict[str, Message]


def catalogue_of(language: str) -> Path:
    """The path of a language's catalogue, as it is edited; beside it is the compiled one."""
    return LOCALE / language / "LC_MESSAGES" / "rushes.po"


# -- what the code says ----------------------------------------------------------------------------


def said(root: Path = ROOT.parent) -> Messages:
    """Every sentence of the code, in the order of the files, with the modules that say it."""
    found = {text: Message(text, many) for text, many in ELSEWHERE}
    for floor in FLOORS:
        for path in sorted((root / floor).rglob("*.py")):
            if path != Path(__file__):
                for text, many in sentences(ast.parse(path.read_text("utf-8"))):
                    message = found.setdefault(text, Message(text, many))
                    message.many = message.many or many
                    place = str(path.relative_to(root))
                    if place not in message.places:
                        message.places.append(place)
    return found


def sentences(module: ast.AST) -> Iterator[tuple[str, str]]:
    """The sentences of a module, each with its plural form or ""."""
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef) and node.name in ENUMS:
            yield from _of_members(node)
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name, args = _name(call.func), call.args
        if name == "plural" and len(args) >= 3:
            one, many = [*_texts(args[0])], [*_texts(args[1])]
            yield from zip(one, many, strict=True)
        elif name == "_" and args:
            yield from ((text, "") for text in _texts(args[0]))
        elif name == "Words" and args and isinstance(args[0], ast.Dict):
            yield from ((text, "") for value in args[0].values for text in _texts(value))
        elif name == "command" and len(args) > 2:
            yield from ((text, "") for text in _command(args))
        elif name in DECLARED or name == "add_argument":
            places = [args[n] for n in DECLARED.get(name, ()) if n < len(args)]
            named = [each.value for each in call.keywords if each.arg in NAMED]
            yield from ((text, "") for node in (*places, *named) for text in _texts(node))


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def _texts(node: ast.expr) -> Iterator[str]:
    """The text that an argument is, both of `a if b else c`; none of what is no constant."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.strip():
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))


def _of_members(enum: ast.ClassDef) -> Iterator[tuple[str, str]]:
    """What the members of an enum say: the texts among their values that are no single words."""
    for member in enum.body:
        for node in ast.walk(member) if isinstance(member, ast.Assign) else ():
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
                yield node.value, ""


def _command(args: list[ast.expr]) -> Iterator[str]:
    """A command's summary, and what is said below its examples."""
    yield from _texts(args[1])
    lines = [node.value for node in args[3:] if isinstance(node, ast.Constant)]
    if "" in lines:
        yield from (str(line) for line in lines[lines.index("") :] if line)


# -- files of gettext ------------------------------------------------------------------------------


def read(text: str) -> Messages:
    """The messages of a .po file; its head is the one without a text."""
    found: Messages = {}
    for block in re.split(r"\n\s*\n", text):
        parts: dict[str, str] = {}
        key = ""
        for line in block.splitlines():
            if line.startswith("#"):
                parts["flags"] = parts.get("flags", "") + (line[2:] if line[:2] == "#," else "")
                continue
            word, _, quoted = line.partition('"')
            key = word.strip() or key
            parts[key] = parts.get(key, "") + ast.literal_eval(f'"{quoted}')
        if "msgid" in parts:
            forms = [parts[name] for name in sorted(parts) if name.startswith("msgstr")]
            message = Message(parts["msgid"], parts.get("msgid_plural", ""), forms=forms)
            message.fuzzy = "fuzzy" in parts.get("flags", "")
            found[message.text] = message
    return found


def written(head: str, messages: Iterable[Message]) -> str:
    """A .po or .pot file of these messages."""
    lines = ['msgid ""', *_entry("msgstr", head), ""]
    for message in messages:
        lines += [f"#: {place}" for place in message.places]
        if re.search(r"\{\w", message.text):
            lines.append("#, python-brace-format")
        lines += _entry("msgid", message.text)
        if message.many:
            lines += _entry("msgid_plural", message.many)
            for n, form in enumerate(message.forms or [""]):
                lines += _entry(f"msgstr[{n}]", form)
        else:
            lines += _entry("msgstr", message.forms[0] if message.forms else "")
        lines.append("")
    return "\n".join(lines)


def _entry(key: str, text: str) -> list[str]:
    parts = text.splitlines(keepends=True)
    if len(parts) > 1:
        return [f'{key} ""', *map(_quoted, parts)]
    return [f"{key} {_quoted(text)}"]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped.replace(chr(9), chr(92) + "t")}"'


def compiled(head: str, messages: Iterable[Message]) -> bytes:
    """The .mo file of what is translated: see "The Format of GNU MO Files" in gettext's manual."""
    pairs = {"": head}
    for message in messages:
        if all(message.forms) and message.forms and not message.fuzzy:
            key = f"{message.text}\0{message.many}" if message.many else message.text
            pairs[key] = "\0".join(message.forms)
    sides = sorted((key.encode(), text.encode()) for key, text in pairs.items())
    count, at = len(sides), 28 + 16 * len(sides)
    table, strings = [b"", b""], b""
    for side in (0, 1):
        for pair in sides:
            table[side] += struct.pack("<2I", len(pair[side]), at + len(strings))
            strings += pair[side] + b"\0"
    start = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0)
    return start + table[0] + table[1] + strings


def merged(messages: Messages, before: Messages) -> list[Message]:
    """The messages with the translations that there are of them."""
    found: list[Message] = []
    for message in messages.values():
        old = before.get(message.text)
        forms = old.forms if old is not None and bool(old.many) == bool(message.many) else []
        found.append(Message(message.text, message.many, message.places, [*forms]))
    return found


def main() -> None:
    """Write the template, and each language's catalogue in both of its forms."""
    messages = said()
    TEMPLATE.write_text(
        written("Content-Type: text/plain; charset=UTF-8\n", messages.values()), "utf-8"
    )
    for language in LANGUAGES:
        path, head = catalogue_of(language), HEADS[language]
        before = read(path.read_text("utf-8")) if path.exists() else {}
        now = merged(messages, before)
        path.write_text(written(head, now), "utf-8")
        path.with_suffix(".mo").write_bytes(compiled(head, now))
        missing = [message.text for message in now if not all(message.forms or [""])]
        print(f"{language}: {len(now)} messages, {len(missing)} without words")


if __name__ == "__main__":
    main()
