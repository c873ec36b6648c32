"""The parts of a diagnosis: what was asked, a cause from a closed set, a remedy, and the answer that is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from cors_wsgi.browser.headers import Header


class CauseCode(str, Enum):
    """The kinds of causes; a closed set, which the manual lists."""

    # What Access-Control-Allow-Origin says
    TWO_LAYERS = "two-layers"
    SEVERAL_ORIGINS = "several-origins"
    QUOTES = "quotes"
    UNSET_VARIABLE = "unset-variable"
    PATTERN = "pattern"
    TRAILING_SLASH = "trailing-slash"
    SPELLING = "spelling"
    OTHER_ORIGIN = "other-origin"
    PAGE_ORIGIN = "page-origin"
    CACHED = "cached"
    WILDCARD_WITH_CREDENTIALS = "wildcard-with-credentials"
    # Why it is missing
    MISSPELT_HEADER = "misspelt-header"
    NOT_INHERITED = "not-inherited"
    LEFT_OUT_OF_ERRORS = "left-out-of-errors"
    ERROR_PAGE = "error-page"
    NOT_IN_LIST = "not-in-list"
    BEFORE_CORS = "before-cors"
    NOT_SET = "not-set"
    # Credentials, methods, headers
    CREDENTIALS_MISSING = "credentials-missing"
    CREDENTIALS_VALUE = "credentials-value"
    NOT_ALLOWED = "not-allowed"
    NO_COMMAS = "no-commas"
    STAR_IS_A_NAME = "star-is-a-name"
    AUTHORIZATION_BESIDE_STAR = "authorization-beside-star"
    NOT_EXPOSED = "not-exposed"
    # The status
    BAD_HOST = "bad-host"
    BAD_REQUEST = "bad-request"
    LOGIN_BEFORE_PREFLIGHT = "login-before-preflight"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    CSRF = "csrf"
    NOT_FOUND = "not-found"
    NO_OPTIONS = "no-options"
    METHOD_REFUSED = "method-refused"
    TOO_LARGE = "too-large"
    TOO_MANY = "too-many"
    CRASH = "crash"
    NOBODY_BEHIND = "nobody-behind"
    TOO_SLOW = "too-slow"
    OTHER_STATUS = "other-status"
    # Redirects
    REDIRECT_SLASH = "redirect-slash"
    REDIRECT_HTTPS = "redirect-https"
    REDIRECT_LOGIN = "redirect-login"
    REDIRECT_ELSEWHERE = "redirect-elsewhere"
    # The script
    METHOD_CASE = "method-case"
    RESPONSE_HEADER_SENT = "response-header-sent"
    # What an app says about itself
    POLICY = "policy"

    __str__ = str.__str__


@dataclass(frozen=True)
class Asked:
    """What a page asked for.

    Attributes:
        origin: of the page, serialized.
        method: as it is sent.
        path: of the URL, with its query.
        names: the request headers that a preflight must allow, as the script spells them.
        include: whether credentials are included.
        reads: a response header that the script needs to read; empty if it needs none.
    """

    origin: str
    method: str
    path: str
    names: tuple[str, ...] = ()
    include: bool = False
    reads: str = ""


@dataclass(frozen=True)
class Piece:
    """Lines that belong in one place of a configuration.

    Attributes:
        place: where they go, worded to follow a server's name.
        lines: the lines.
    """

    place: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Remedy:
    """The one thing to change.

    Attributes:
        text: what to do, in sentences.
        where: whose configuration the lines are for; empty without lines.
        pieces: the lines.
    """

    text: str
    where: str = ""
    pieces: tuple[Piece, ...] = ()

    @property
    def lines(self) -> list[str]:
        """Every line, with each place as a comment above its lines."""
        return [line for piece in self.pieces for line in (f"# {piece.place}", *piece.lines)]

    def __str__(self) -> str:
        return "\n".join([self.text, *self.lines])


@dataclass(frozen=True)
class Diagnosis:
    """Why the page does not get the response, and what to do about it.

    Attributes:
        code: the kind of cause.
        cause: what it is, in sentences.
        remedy: what to change.
        wanted: the whole answer that the browser wants, a status line first; empty where no header would help.
    """

    code: CauseCode
    cause: str
    remedy: Remedy
    wanted: Sequence[Header] = field(default=())
