"""What is wrong with a configuration, as data: every problem has a code, a sentence, and a remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from textwrap import indent
from typing import Final

_SHOWN: Final = 20


class ProblemCode(str, Enum):
    """The kinds of mistakes; a closed set, in which each value is a stable name.

    `RESOURCES_TYPE` and `RESOURCE_TYPE` are found by `flask_cors_ext` alone. `SHARES_NOTHING` is the former name of
    `NO_ORIGINS`.
    """

    NO_ORIGINS = "no-origins"
    WILDCARD_BESIDE_RULES = "wildcard-beside-rules"
    WILDCARD_WITH_CREDENTIALS = "wildcard-with-credentials"
    NULL_ORIGIN = "null-origin"
    NULL_WITH_CREDENTIALS = "null-with-credentials"
    INSECURE_ORIGIN = "insecure-origins"
    OPEN_REGEX = "open-regex"
    PUBLIC_SUFFIX = "public-suffix"
    ORIGIN_TYPE = "origin-type"
    ORIGIN_EMPTY = "origin-empty"
    ORIGIN_TOO_LONG = "origin-too-long"
    LIST_IN_STRING = "list-in-string"
    COMMA_LIST = "comma-list"
    LOOKS_LIKE_REGEX = "looks-like-regex"
    WHITE_SPACE = "white-space"
    FILE_ORIGIN = "file-origin"
    MISSING_SCHEME = "missing-scheme"
    SCHEME_MALFORMED = "scheme-malformed"
    SCHEME_MISSPELLED = "scheme-misspelled"
    UPPER_CASE = "upper-case"
    USER_INFO = "user-info"
    TRAILING_SLASH = "trailing-slash"
    PATH = "path"
    QUERY = "query"
    FRAGMENT = "fragment"
    UNICODE_HOST = "unicode-host"
    IP_ADDRESS = "ip-address"
    HOST_MISSING = "host-missing"
    HOST_MALFORMED = "host-malformed"
    DEFAULT_PORT = "default-port"
    PORT_MALFORMED = "port-malformed"
    WILDCARD_PLACE = "wildcard-place"
    REGEX_OF_BYTES = "regex-of-bytes"
    REGEX_NEVER_ASKED = "regex-never-asked"
    CALLABLE_IS_COROUTINE = "callable-is-coroutine"
    CALLABLE_SIGNATURE = "callable-signature"
    NAMES_TYPE = "names-type"
    NOT_A_TOKEN = "not-a-token"
    WILDCARD_BESIDE_NAMES = "wildcard-beside-names"
    FORBIDDEN_METHOD = "forbidden-method"
    METHOD_CASE = "method-case"
    FORBIDDEN_HEADER = "forbidden-header"
    RESPONSE_HEADER = "response-header"
    REQUEST_HEADER = "request-header"
    EXPOSE_WILDCARD_WITH_CREDENTIALS = "expose-wildcard-with-credentials"
    NOT_A_BOOL = "not-a-bool"
    MAX_AGE = "max-age"
    UNKNOWN_RISK = "unknown-risk"
    UNKNOWN_OPTION = "unknown-option"
    BLOCKS_NOTHING = "blocks-nothing"
    PATH_TYPE = "path-type"
    PATH_START = "path-start"
    PATH_WILDCARD = "path-wildcard"
    PATH_QUERY = "path-query"
    PATH_ESCAPE = "path-escape"
    PATH_NOT_CANONICAL = "path-not-canonical"
    RESOURCES_TYPE = "resources-type"
    RESOURCE_TYPE = "resource-type"
    SHARES_NOTHING = NO_ORIGINS

    __str__ = str.__str__

    @classmethod
    def _missing_(cls, value: object) -> ProblemCode | None:
        former = {"shares-nothing": cls.NO_ORIGINS, "insecure-origin": cls.INSECURE_ORIGIN}
        return former.get(value) if isinstance(value, str) else None


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a configuration.

    Attributes:
        option: the option that holds the mistake, such as `origins`.
        value: the offending value, exactly as it was given.
        code: the kind of mistake.
        problem: one sentence on what is wrong.
        remedy: one sentence on what to write instead.
        position: index of the offending character in a string value, or None where no character is to blame.
        risk: the risk that would accept it (`accept_risks`), or None where nothing does.
        said_in: the place that says it, where one error reports on several; empty otherwise.
    """

    option: str
    value: object
    code: ProblemCode
    problem: str
    remedy: str
    position: int | None = None
    risk: str | None = None
    said_in: str = ""

    def __str__(self) -> str:
        shown = _shorten(repr(self.value))
        option = f"{self.option} ({self.said_in})" if self.said_in else self.option
        lines = [f"{option}: {shown}  [{self.code}]"]
        if self.position is not None and isinstance(self.value, str):
            column = len(repr(self.value[: self.position])) - 1
            if column < len(shown):
                lines.append(" " * (len(f"{option}: ") + column) + "^")
        return "\n".join([*lines, f"    {self.problem}", f"    {self.remedy}"])


class PolicyError(ValueError):
    """A configuration that must not start; it reports all its problems together.

    Attributes:
        problems: every `Problem` that was found, in the order of the options.
        where: what has them; empty for a policy.
        advice: what else to write, if that is known already.
    """

    problems: tuple[Problem, ...]

    def __init__(self, problems: Iterable[Problem], where: str = "", advice: str = "") -> None:
        self.problems = tuple(problems)
        self.where = where
        self.advice = advice
        super().__init__(self.problems, where, advice)

    def __str__(self) -> str:
        count = len(self.problems)
        head = f"{count} problem{'s' * (count != 1)}" + (f" in {self.where}" if self.where else "")
        shown = [indent(str(problem), "  ") for problem in self.problems[:_SHOWN]]
        more = [f"  … and {count - _SHOWN} more"] if count > _SHOWN else []
        advice = [indent(self.advice, "  ")] if self.advice else []
        return "\n".join([f"{head}:", *shown, *more, *advice])


class PolicyWarning(UserWarning):
    """A configuration that works, but not as its author probably thinks."""


def _shorten(text: str, limit: int = 200) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
