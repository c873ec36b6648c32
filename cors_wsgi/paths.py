"""PathMap: path patterns -> anything."""

from __future__ import annotations

import re
from collections.abc import ItemsView, Mapping
from typing import Generic, TypeAlias, TypeVar

from .errors import PolicyError, Problem, ProblemCode

T = TypeVar("T")
D = TypeVar("D")

PathRule: TypeAlias = "str | re.Pattern[str]"

# /a//b, /a/../b, a path that ends with /. or /.., /a\\b, a NUL, and a %2f, %2e or %5c that is left over.
_NOT_CANONICAL = re.compile(r"//|/\.{1,2}(?:/|\Z)|\A\.{1,2}(?:/|\Z)|[\\\0]|%(?:2[ef]|5c)", re.IGNORECASE)
# /, /api/v1.0 and /api/*
_PLAIN = re.compile(r"/[\w\-./~]*(?<!\*)|(?:/[\w\-.~]+)*/\*")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")


def is_canonical(path: str) -> bool:
    r"""Tell whether a decoded path can be read in only one way.

    Not canonical are an empty segment (`//`), a segment `.` or `..`, a backslash, a NUL, and what is left of a twice
    encoded `/`, `.` or `\`: the app may read them differently from the rules.
    """
    return _NOT_CANONICAL.search(path) is None


def decode_path(path_info: str) -> str | None:
    """Return the text of a PATH_INFO, whose bytes WSGI passes as latin-1, or None if they are not UTF-8."""
    if path_info.isascii():
        return path_info
    try:
        return path_info.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return None


class PathMap(Generic[T]):
    """Values by path: exact paths, prefixes that end in `/*`, and regular expressions for a whole path.

    `/public/*` covers `/public` and everything below it. Exact beats prefix, a longer prefix a shorter one, any literal
    any regular expression, and those are tried in their order. Paths are text, decoded and case-sensitive. A look-up
    takes time for the segments of the path, up to the longest prefix, and not for the number of literals.

    Args:
        rules: the rules and their values, in order.
        option: the option's name, for problems.

    Raises:
        PolicyError: for rules that are not a path pattern or can never match.
    """

    __slots__ = ("_depth", "_exact", "_prefixes", "_regexes", "_rules")

    def __init__(self, rules: Mapping[PathRule, T], *, option: str = "paths") -> None:
        problems = [problem for rule in rules if (problem := find_path_problem(rule, option))]
        if problems:
            raise PolicyError(problems)
        self._rules = dict(rules)
        literals = {rule: value for rule, value in rules.items() if isinstance(rule, str)}
        self._exact = {rule: value for rule, value in literals.items() if not rule.endswith("/*")}
        self._prefixes = {rule[:-2]: value for rule, value in literals.items() if rule.endswith("/*")}
        self._depth = max((prefix.count("/") for prefix in self._prefixes), default=-1)
        self._regexes = [(rule.fullmatch, value) for rule, value in rules.items() if isinstance(rule, re.Pattern)]

    def items(self) -> ItemsView[PathRule, T]:
        """Return the rules and their values, in order."""
        return self._rules.items()

    def get(self, path: str, default: D) -> T | D:
        """Return the value of the rule that covers `path`, or `default`; linear in the length of the path."""
        if path in self._exact:
            return self._exact[path]
        for prefix in reversed(self._prefixes_of(path)):
            if prefix in self._prefixes:
                return self._prefixes[prefix]
        return next((value for fullmatch, value in self._regexes if fullmatch(path)), default)

    def _prefixes_of(self, path: str) -> list[str]:
        """Return `path` itself and what precedes each of its slashes, shortest first, down to the deepest rule."""
        prefixes: list[str] = []
        slash = path.find("/")
        while slash != -1 and len(prefixes) <= self._depth:
            prefixes.append(path[:slash])
            slash = path.find("/", slash + 1)
        if len(prefixes) <= self._depth:
            prefixes.append(path)
        return prefixes


def _compile_wildcards(rule: str) -> re.Pattern[str]:
    """Return the regular expression that a path with `*` in its middle most probably means: a segment for each."""
    return re.compile("[^/]*".join(map(re.escape, rule.split("*"))))


def find_path_problem(rule: object, option: str) -> Problem | None:
    """Return what is wrong with one path rule, or None if it is valid."""
    if isinstance(rule, re.Pattern) and isinstance(rule.pattern, str):
        return None
    if not isinstance(rule, str):
        problem = f"A path rule must be a string or a compiled regular expression of text, not {type(rule).__name__}."
        return Problem(option, rule, ProblemCode.PATH_TYPE, problem, "Write a path such as '/api/*'.")
    if _PLAIN.fullmatch(rule) and _NOT_CANONICAL.search(rule) is None:
        return None
    from .written_regexes import find_meant_path  # noqa: PLC0415 - only for a rule that is odd

    meant = find_meant_path(rule)
    if isinstance(meant, re.Pattern) or (meant not in (None, rule) and rule.strip("/*") != str(meant).strip("/*")):
        problem = "A string is a path and never a regular expression, and this looks like one."
        remedy = f"Write {meant!r}." if isinstance(meant, str) else f"Write {meant!r}, which must match the whole path."
        return Problem(option, rule, ProblemCode.LOOKS_LIKE_REGEX, problem, remedy)
    if not rule.startswith("/"):
        meant = meant or find_meant_path(f"/{rule}")
        remedy = f"Write {meant or '/' + rule!r}." if rule and "://" not in rule else "Write a path such as '/api/*'."
        return Problem(option, rule, ProblemCode.PATH_START, "A path must start with a slash.", remedy, 0)
    literal = rule.removesuffix("/*")
    if "*" in literal:
        problem = "A '*' is allowed only at the end of a path, after a slash."
        remedy = f"Write {meant!r}." if meant else f"Write {_compile_wildcards(rule)!r}, or a prefix such as '/api/*'."
        return Problem(option, rule, ProblemCode.PATH_WILDCARD, problem, remedy, literal.index("*"))
    if match := re.search(r"[?#]", rule):
        problem = "A rule matches the path only, without query or fragment."
        return Problem(
            option, rule, ProblemCode.PATH_QUERY, problem, f"Write {rule[: match.start()]!r}.", match.start()
        )
    if match := _ESCAPE.search(rule):
        problem = "Paths are compared decoded, as the app sees them."
        return Problem(option, rule, ProblemCode.PATH_ESCAPE, problem, "Write the character itself.", match.start())
    if match := _NOT_CANONICAL.search(rule):
        problem = "A path like this is never shared, because it can be read in more than one way."
        remedy = "Write it without empty segments, '.', '..' and backslashes."
        return Problem(option, rule, ProblemCode.PATH_NOT_CANONICAL, problem, remedy, match.start())
    return None
