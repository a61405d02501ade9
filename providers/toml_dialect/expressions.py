"""JMESPath expressions: checked as a whole before any reply is read, and never raising afterwards.

The library takes longer to load than a small list to print, so nothing imports this module before
an expression is needed. Beside JMESPath's functions there are `from_json`, `find_urls`, `lower`.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any

from rushes.providers.errors import UnexpectedReply
from rushes.providers.frozen import frozen
from rushes.providers.links import is_url
from rushes.providers.node import OUTPUT_LIMIT, Json, Node
from rushes.providers.reply import DIGITS_LIMIT, read_json
from rushes.providers.text import clean
from rushes.providers.toml_dialect.places import ANY_NAME, Path
from rushes.providers.toml_dialect.table import BadDialect, Written

# The library has no types.
_jmespath: Any = import_module("jmespath")
_errors: Any = import_module("jmespath.exceptions")
_visitor: Any = import_module("jmespath.visitor")

_TROUBLE = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RecursionError)
"""What the library raises of a reply; comparing a text with a number is a TypeError of Python's."""

_DOTTED = re.compile(r"\w+(\.\w+|\[\d*\])*", re.ASCII)


@frozen
class Expression:
    """A compiled expression; `reads` are the places of a reply that it looks at."""

    text: str
    reads: frozenset[Path]
    ast: Any

    def of(self, body: Node) -> Node:
        """Its value in a reply, null where there is none.

        Raises UnexpectedReply where a function in it does not take what the reply holds.
        """
        path = f"$.{self.text}" if _DOTTED.fullmatch(self.text) else clean(self.text, 120)
        try:
            value: Json = _INTERPRETER.visit(self.ast, body.value)
        except _errors.JMESPathTypeError as error:
            said = f"what {error.function_name}() takes"
            raise UnexpectedReply(path, said, str(error.actual_type)) from None
        except _TROUBLE as error:
            raise UnexpectedReply(path, "values that agree", type(error).__name__) from None
        if isinstance(value, int) and abs(value) >= 10**DIGITS_LIMIT:
            raise UnexpectedReply(path, "a number", "one out of range")
        return body.beside(path, value)

    def holds(self, body: Node) -> bool:
        """Whether its value is true as JMESPath has it: not null, false or empty."""
        value = self.of(body).value
        return not (value is None or value is False or value in ("", [], {}))


def compiled(written: Written) -> Expression:
    """The expression that was written; raises BadDialect with its place and the position in it."""
    try:
        ast = _jmespath.compile(written.text).parsed
        _check(ast)
    except _Wrong as error:
        at = written.text.find(error.name) + 1
        raise _bad(written, at, str(error)) from None
    except _errors.EmptyExpressionError:
        raise _bad(written, 1, "empty") from None
    except _errors.IncompleteExpressionError:
        raise _bad(written, len(written.text) + 1, "it ends too early") from None
    except _errors.ParseError as error:
        at = min(error.lex_position, len(written.text)) + 1
        raise _bad(written, at, f"unexpected {clean(str(error.token_value), 40)!r}") from None
    except (*_TROUBLE, Warning):
        raise _bad(written, 1, "not an expression of JMESPath") from None
    reads: set[Path] = set()
    results = _reads(ast, frozenset({()}), reads)
    return Expression(written.text, frozenset(reads | results), ast)


def _bad(written: Written, at: int, what: str) -> BadDialect:
    return BadDialect(f"{written.place}: at character {at} of the expression: {what}")


# -- checks -----------------------------------------------------------------------------------


class _Wrong(Exception):
    """A function is called as it cannot be; `name` is what to look for in the expression."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def _check(ast: Any, takes: Collection[str] = ()) -> None:
    """Raise _Wrong for what the library would only find in a reply: names and numbers of functions.

    `takes` are the types of the argument that this part of the expression is.
    """
    if ast["type"] == "expref" and "expref" not in takes:
        raise _Wrong("&", "a & stands only where a function takes an expression")
    arguments: list[Any] = [()] * len(ast.get("children", ()))
    if ast["type"] == "function_expression":
        arguments = _argument_types(ast)
    for child, types in zip(ast.get("children", ()), arguments, strict=True):
        if isinstance(child, dict):
            _check(child, types)


def _argument_types(call: Any) -> list[Any]:
    name, given = call["value"], len(call["children"])
    if name in _OWN:
        signature: tuple[Any, ...] = ({"types": ()},)
    else:
        found = _FUNCTIONS.usual.get(name)
        if found is None:
            raise _Wrong(name, f"unknown function {clean(name, 40)}()")
        signature = found["signature"]
    least, variadic = len(signature), bool(signature and signature[-1].get("variadic"))
    if given < least or (given > least and not variadic):
        wanted = f"at least {least}" if variadic else str(least)
        raise _Wrong(name, f"{name}() takes {wanted} argument{'s' * (least != 1)}, not {given}")
    types = [one["types"] for one in signature]
    return types + types[-1:] * (given - least)


# -- which places of a reply are read ----------------------------------------------------------


def _reads(ast: Any, at: frozenset[Path], seen: set[Path]) -> frozenset[Path]:
    """The places that the value of an expression may come from, read at these places.

    `seen` gets those that only decide something. Steps into lists are left out: a reader of drift
    does not tell elements apart.
    """
    children: list[Any] = [child for child in ast.get("children", ()) if isinstance(child, dict)]
    match ast["type"]:
        case "field":
            return frozenset((*path, ast["value"]) for path in at)
        case "literal":
            return frozenset()
        case "subexpression" | "index_expression" | "pipe" | "projection":
            for child in children:
                at = _reads(child, at, seen)
            return at
        case "value_projection":
            inside = frozenset((*path, ANY_NAME) for path in _reads(children[0], at, seen))
            return _reads(children[1], inside, seen)
        case "filter_projection":
            elements = _reads(children[0], at, seen)
            seen |= _reads(children[2], elements, seen)
            return _reads(children[1], elements, seen)
        case "comparator" | "not_expression":
            for child in children:
                seen |= _reads(child, at, seen)
            return frozenset()
        case "function_expression":
            values = [child for child in children if child["type"] != "expref"]
            places = _union(_reads(child, at, seen) for child in values)
            for child in children:
                if child["type"] == "expref":  # which is applied to what the others give
                    seen |= _reads(child["children"][0], places, seen)
            return places
        case _ if children:
            return _union(_reads(child, at, seen) for child in children)
        case _:  # the value itself, an element or a part of a list
            return at


def _union(every: Iterable[frozenset[Path]]) -> frozenset[Path]:
    return frozenset[Path]().union(*every)


# -- functions --------------------------------------------------------------------------------


def _from_json(text: Json) -> Json:
    """The value of JSON inside a text; null for anything else."""
    if not isinstance(text, str):
        return None
    try:
        return read_json(text.encode("utf-8", "surrogatepass")).value
    except UnexpectedReply:
        return None


def _find_urls(value: Json) -> Json:
    """The texts in a value, at any depth and in order, that are http(s) links as a whole."""
    return [link for link, _ in zip(_links(value), range(OUTPUT_LIMIT), strict=False)]


def _links(value: Json) -> Iterator[Json]:
    left = [value]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            left.extend(reversed(value.values()))
        elif isinstance(value, list):
            left.extend(reversed(value))
        elif isinstance(value, str) and is_url(value.strip()):
            yield value


def _lower(text: Json) -> Json:
    """A text in small letters; null for anything else."""
    return text.lower() if isinstance(text, str) else None


_OWN = {"from_json": _from_json, "find_urls": _find_urls, "lower": _lower}


class _Functions:
    """JMESPath's functions and the three of our own."""

    def __init__(self) -> None:
        self._usual: Any = import_module("jmespath.functions").Functions()
        self.usual: Mapping[str, Any] = self._usual.FUNCTION_TABLE

    def call_function(self, name: str, arguments: list[Json]) -> Json:
        """The value of a call whose name and number of arguments were checked."""
        own = _OWN.get(name)
        return own(*arguments) if own else self._usual.call_function(name, arguments)


_FUNCTIONS = _Functions()
_INTERPRETER: Any = _visitor.TreeInterpreter(_visitor.Options(custom_functions=_FUNCTIONS))
