"""A program that follows the advice of error messages to the letter, like a person who trusts them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from cors_wsgi import PolicyError, Problem

_MOST_ROUNDS = 6

_LITERALS = re.compile(r"""Write (?P<list>(?:'[^']*'|"[^"]*")(?:(?:, | and )(?:'[^']*'|"[^"]*"))*)[.:]""")
_LIST = re.compile(r"Write a list: (\[.*\])\.")
_REGEX = re.compile(r"Write (re\.compile\(.*?\))(?:, which|, or)")
_NAME_ORIGINS = re.compile(r"(?:Name the origins you trust|Write an origin|Write origins='\*' alone)")
_HAND_OVER = re.compile(r"CORS\(app, (\w+)=(app\.config\['\w+'\])\)")
_MAPPING = re.compile(r"Write (\{.*\})\.\Z")
_ONE_CALL = re.compile(r"Write one call: (CORS\(app.*\))\.\Z", re.DOTALL)
_UNKNOWN = re.compile(r"(\w+)\(\) has no option '(\w+)'")
_EXAMPLE = "['https://app.example.com']"


class StuckError(Exception):
    """A message that does not say what to write, or whose advice changes nothing."""


def follow(source: str, start: Callable[[str], object]) -> tuple[str, list[str]]:
    """Return a source that starts, and the messages on the way to it.

    Args:
        source: the module.
        start: runs it, and raises what it is refused with.

    Raises:
        StuckError: if the advice leads nowhere, or round in circles.
    """
    messages: list[str] = []
    for _ in range(_MOST_ROUNDS):
        error = _refuse(source, start)
        if error is None:
            return source, messages
        if str(error) in messages:
            raise StuckError(f"round in circles: {error}")
        messages.append(str(error))
        changed = _apply(source, error)
        if changed == source:
            raise StuckError(f"nothing to write: {error}")
        source = changed
    raise StuckError("too many rounds")


def _refuse(source: str, start: Callable[[str], object]) -> PolicyError | TypeError | RuntimeError | None:
    try:
        start(source)
    except (PolicyError, TypeError, RuntimeError) as error:
        return error
    return None


def _apply(source: str, error: Exception) -> str:
    if isinstance(error, RuntimeError):
        if match := _ONE_CALL.search(str(error)):
            lines = [line for line in source.splitlines() if not line.startswith("CORS(app")]
            return "\n".join([*lines, match[1], ""])
        return _move_up(source) if "Call CORS(blueprint) before" in str(error) else source
    if isinstance(error, TypeError):
        for call, name in _UNKNOWN.findall(str(error)):
            source = _remove_keyword(source, call, name)
        return source
    assert isinstance(error, PolicyError)
    for problem in error.problems:
        source = _mend(source, problem)
    if "no origin is named" in error.advice:
        source = _add_keyword(source, f"origins={_EXAMPLE}")
    return source


def _mend(source: str, problem: Problem) -> str:
    remedy = problem.remedy
    if match := _HAND_OVER.search(remedy):
        return _add_keyword(source, f"{match[1]}={match[2]}")
    if match := _LIST.match(remedy):
        return _replace(source, problem, match[1], is_list=True)
    if match := _MAPPING.match(remedy):
        return _set_option(source, problem.option, match[1])
    if match := _REGEX.match(remedy):
        return "import re\n" + _replace(source, problem, match[1])
    if match := _LITERALS.match(remedy):
        return _replace(source, problem, match["list"].replace(" and ", ", "))
    if remedy.startswith("Leave it out"):
        return _replace(source, problem, "")
    if _NAME_ORIGINS.match(remedy):
        return _set_option(source, "origins", _EXAMPLE)
    return source


def _replace(source: str, problem: Problem, text: str, *, is_list: bool = False) -> str:
    """Replace the literal that is a problem's value: an element of a list, or a value of its own."""
    for node, parent in _walk(ast.parse(source)):
        if not (isinstance(node, ast.Constant) and node.value == problem.value and _says(source, node, problem.option)):
            continue
        in_list = isinstance(parent, (ast.List, ast.Tuple, ast.Set))
        if text == "":
            start, end = _span(source, node)
            return _cut(source[:start], source[end:])
        if not in_list and ("', '" in text or '", "' in text) and not is_list:
            text = f"[{text}]"
        if is_list and in_list:
            text = text[1:-1]
        start, end = _span(source, node)
        return source[:start] + text + source[end:]
    return _set_option(source, problem.option, text if text.startswith("[") else f"[{text}]")


def _says(source: str, node: ast.AST, option: str) -> bool:
    """Tell whether a constant is part of what the source says of an option; of settings, any is."""
    holders = [holder for holder, _ in _walk(ast.parse(source)) if _names(holder, option)]
    start, end = _span(source, node)
    spans = [_span(source, value) for holder in holders for value in _values(holder, option)]
    return not spans or any(first <= start and end <= last for first, last in spans)


def _names(node: ast.AST, option: str) -> bool:
    if isinstance(node, ast.keyword):
        return node.arg == option
    return isinstance(node, ast.Dict) and any(
        isinstance(key, ast.Constant) and key.value == option for key in node.keys
    )


def _values(node: ast.AST, option: str) -> list[ast.AST]:
    if isinstance(node, ast.keyword):
        return [node.value]
    assert isinstance(node, ast.Dict)
    return [
        value
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and key.value == option
    ]


def _set_option(source: str, option: str, text: str) -> str:
    """Give an option another value wherever a call or a mapping says it; where none does, in the call."""
    for node, _ in _walk(ast.parse(source)):
        value = None
        if isinstance(node, ast.keyword) and node.arg == option:
            value = node.value
        elif isinstance(node, ast.Dict):
            said = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
            value = node.values[said.index(option)] if option in said else None
        if value is not None and ast.get_source_segment(source, value) != text:
            start, end = _span(source, value)
            return source[:start] + text + source[end:]
    return _add_keyword(source, f"{option}={text}")


def _add_keyword(source: str, text: str) -> str:
    for node, _ in _walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "CORS" and node.args:
            _, end = _span(source, node)
            return f"{source[: end - 1]}, {text})" + source[end:]
    return source


def _remove_keyword(source: str, call: str, name: str) -> str:
    for node, _ in _walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg == name:
            start, end = _span(source, node)
            return _cut(source[:start], source[end:])
    return source


def _cut(before: str, after: str) -> str:
    """Return what stands before and after an element without the comma that is left over."""
    before, after = before.rstrip(), after.lstrip()
    return before[:-1] + after if before.endswith(",") else before + after.removeprefix(",").lstrip()


def _move_up(source: str) -> str:
    """Write the call for a blueprint in front of its registration."""
    lines = source.splitlines(keepends=True)
    call = next(line for line in lines if line.startswith("CORS(bp"))
    lines.remove(call)
    index = next(number for number, line in enumerate(lines) if "register_blueprint" in line)
    return "".join([*lines[:index], call if call.endswith("\n") else f"{call}\n", *lines[index:]])


def _walk(tree: ast.AST, parent: ast.AST | None = None) -> Iterator[tuple[ast.AST, ast.AST | None]]:
    yield tree, parent
    for child in ast.iter_child_nodes(tree):
        yield from _walk(child, tree)


def _span(source: str, node: ast.AST) -> tuple[int, int]:
    """Return where a node begins and ends in the source, which is ASCII."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    place: ast.expr | ast.keyword = node  # type: ignore[assignment]
    assert place.end_lineno is not None
    assert place.end_col_offset is not None
    return starts[place.lineno - 1] + place.col_offset, starts[place.end_lineno - 1] + place.end_col_offset
