"""The value of an expression, as far as its text alone shows it; and the text of a value."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

_DEEPEST: Final = 20


class ComputedError(Exception):
    """The text of an expression does not show its value; the message is the part that does not."""


@dataclass(frozen=True)
class Known:
    """What is known about names, in one file.

    Attributes:
        constants: what module-level names are bound to, if they are bound once.
        settings: what `app.config` has under a key, if it is set once.
    """

    constants: Mapping[str, ast.expr] = field(default_factory=dict)
    settings: Mapping[str, ast.expr] = field(default_factory=dict)


def parse_expression(code: str) -> ast.expr:
    """Return the syntax tree of an expression, which may span several lines."""
    return ast.parse(f"({code}\n)", mode="eval").body


def evaluate(node: ast.expr, known: Known = Known()) -> Any:
    """Return the value of an expression.

    Raises:
        ComputedError: only running the code would show it.
    """
    return _evaluate(node, known, 0)


def _evaluate(node: ast.expr, known: Known, depth: int) -> Any:
    def inner(part: ast.expr) -> Any:
        return _evaluate(part, known, depth + 1)

    if depth > _DEEPEST:
        raise ComputedError(ast.unparse(node))
    match node:
        case ast.Constant(value=bytes()):
            raise ComputedError(ast.unparse(node))
        case ast.Constant(value=value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
        case ast.List(elts=parts):
            return [inner(part) for part in parts]
        case ast.Tuple(elts=parts):
            return tuple(inner(part) for part in parts)
        case ast.Set(elts=parts):
            return _hashable(node, lambda: {inner(part) for part in parts})
        case ast.Dict(keys=keys, values=values) if all(keys):
            return _hashable(node, lambda: {inner(k): inner(v) for k, v in zip(keys, values, strict=True) if k})
        case ast.JoinedStr(values=parts) if all(isinstance(part, ast.Constant) for part in parts):
            return "".join(inner(part) for part in parts)
        case ast.BinOp(op=ast.Add() | ast.Mult()):
            return _add(node, inner(node.left), inner(node.right))
        case ast.Name(id=name) if name in known.constants:
            return inner(known.constants[name])
        case ast.Subscript(slice=ast.Constant(value=str() as key)) if _is_config(node.value) and key in known.settings:
            return inner(known.settings[key])
        case ast.Call():
            return _call(node, known, inner)
    raise ComputedError(ast.unparse(node))


def _add(node: ast.BinOp, left: Any, right: Any) -> Any:
    if isinstance(node.op, ast.Add) and type(left) is type(right) and isinstance(left, (str, list, tuple, int)):
        return left + right
    if isinstance(node.op, ast.Mult) and isinstance(left, int) and isinstance(right, int):
        return left * right
    raise ComputedError(ast.unparse(node))


def _call(node: ast.Call, known: Known, inner: Callable[[ast.expr], Any]) -> Any:
    match node.func:
        case ast.Attribute(value=holder, attr="get") if _is_config(holder) and node.args and not node.keywords:
            key = inner(node.args[0])
            if isinstance(key, str) and key in known.settings:
                return inner(known.settings[key])
        case ast.Attribute(value=text, attr="split" | "strip" | "rstrip" | "lower" as method) if not node.keywords:
            said, arguments = inner(text), [inner(part) for part in node.args]
            if isinstance(said, str) and all(isinstance(part, str) and part for part in arguments):
                return getattr(said, method)(*arguments)
        case ast.Name(id="list" | "tuple" as name) if len(node.args) == 1 and not node.keywords:
            said = inner(node.args[0])
            if isinstance(said, (list, tuple)):
                return list(said) if name == "list" else tuple(said)
        case ast.Name(id="dict") if not node.args and all(keyword.arg for keyword in node.keywords):
            return {keyword.arg: inner(keyword.value) for keyword in node.keywords}
        case ast.Name(id="timedelta") | ast.Attribute(value=ast.Name(id="datetime"), attr="timedelta"):
            if not node.args and all(keyword.arg for keyword in node.keywords):
                return timedelta(**{str(keyword.arg): inner(keyword.value) for keyword in node.keywords})
        case ast.Attribute(value=ast.Name(id="re"), attr="compile") if node.args and not node.keywords:
            return _compile(node, inner(node.args[0]), node.args[1:])
    raise ComputedError(ast.unparse(node))


def _compile(node: ast.Call, text: Any, flags: list[ast.expr]) -> re.Pattern[str]:
    names = ast.unparse(flags[0]).split(" | ") if flags else []
    found = [getattr(re, name.removeprefix("re."), None) for name in names]
    if not isinstance(text, str) or len(flags) > 1 or not all(isinstance(flag, re.RegexFlag) for flag in found):
        raise ComputedError(ast.unparse(node))
    try:
        return re.compile(text, sum(int(flag) for flag in found if flag))
    except re.error as error:
        raise ComputedError(ast.unparse(node)) from error


def _hashable(node: ast.expr, make: Callable[[], Any]) -> Any:
    try:
        return make()
    except TypeError as error:
        raise ComputedError(ast.unparse(node)) from error


def _is_config(node: ast.expr) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "config") or (
        isinstance(node, ast.Name) and node.id == "config"
    )


def write(value: Any) -> str:
    """Return the text of a value, as a person would write it.

    >>> write(["https://a.example", re.compile("http://localhost:[0-9]+")])
    '["https://a.example", re.compile(r"http://localhost:[0-9]+")]'
    """
    if isinstance(value, str):
        return f'"{value}"' if not re.search(r'["\\]', value) and value.isprintable() else repr(value)
    if isinstance(value, re.Pattern):
        return _write_regex(value)
    if isinstance(value, (list, tuple, set)):
        parts = [write(part) for part in value]
        return f"[{', '.join(parts)}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{write(key)}: {write(part)}" for key, part in value.items()) + "}"
    return repr(value)


def _write_regex(value: re.Pattern[str]) -> str:
    text = value.pattern
    is_raw = '"' not in text and "\n" not in text and not text.endswith("\\")
    flags = [f"re.{flag.name}" for flag in re.RegexFlag if flag & value.flags & ~re.UNICODE and flag.name]
    written = f'r"{text}"' if is_raw else repr(text)
    return f"re.compile({', '.join([written, ' | '.join(flags)])})" if flags else f"re.compile({written})"
