"""Everything that an audit can find, a closed set: how bad it is, what it means, and what to write instead."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Final, NamedTuple


class Severity(IntEnum):
    """How bad a finding is, in ascending order."""

    INFO = 0
    """Nothing is wrong, but it is worth knowing."""
    LOW = 1
    """Untidy, or a hole only in combination with another."""
    MEDIUM = 2
    """Pages break now and then, or more is open than anybody meant."""
    HIGH = 3
    """A stranger's page can read what was not meant for it."""
    CRITICAL = 4
    """A stranger's page can read what only the logged-in visitor should see."""


class FlawCode(str, Enum):
    """The kinds of findings; a closed set, in which each value is a stable name."""

    ANY_ORIGIN = "any-origin"
    EVERYBODY = "everybody"
    NULL_ORIGIN = "null-origin"
    ORIGIN_END = "origin-end"
    ORIGIN_BEGIN = "origin-begin"
    UNESCAPED_DOT = "unescaped-dot"
    SPECIAL_CHARACTERS = "special-characters"
    SEVERAL_IN_ONE = "several-in-one"
    SCHEME_DOWNGRADE = "scheme-downgrade"
    ANY_PORT = "any-port"
    ANY_SUBDOMAIN = "any-subdomain"
    LOCALHOST = "localhost"
    ORIGIN_REFUSED = "origin-refused"
    VARY_MISSING = "vary-missing"
    VARY_REFLECTED = "vary-reflected"
    SEVERAL_ANSWERS = "several-answers"
    WILDCARD_WITH_CREDENTIALS = "wildcard-with-credentials"
    CREDENTIALS_VALUE = "credentials-value"
    PREFLIGHT_STATUS = "preflight-status"
    PREFLIGHT_DIFFERS = "preflight-differs"
    PRIVATE_NETWORK = "private-network"
    ANY_METHOD = "any-method"
    UNNEEDED_METHODS = "unneeded-methods"
    ANY_HEADER = "any-header"
    MAX_AGE_MISSING = "max-age-missing"
    MAX_AGE_UNREADABLE = "max-age-unreadable"
    MAX_AGE_CAPPED = "max-age-capped"
    PREFLIGHT_CACHEABLE = "preflight-cacheable"
    INCOMPLETE = "incomplete"

    __str__ = str.__str__


class Flaw(NamedTuple):
    """A kind of finding.

    Attributes:
        code: the kind of finding.
        severity: how bad it is without credentials.
        with_credentials: how bad it is if the answer lets pages send cookies and read the response.
        about: what it means, in a sentence.
        remedy: what to change, written for `cors_wsgi.Policy` where that helps.
    """

    code: FlawCode
    severity: Severity
    with_credentials: Severity
    about: str
    remedy: str


_INFO, _LOW, _MEDIUM, _HIGH, _CRITICAL = Severity
_NAME: Final = "Name each origin: Policy(['https://app.example.com'])."
_EXACT: Final = "Compare whole origins, as Policy does; a regex must match from the first character to the last."

_ROWS: Final = (
    # Who is let in
    Flaw(
        FlawCode.ANY_ORIGIN, _MEDIUM, _CRITICAL,
        "Access-Control-Allow-Origin repeats whatever origin asks: any website may read this.",
        f"{_NAME} If everybody may read it, write Policy('*'), which never allows credentials.",
    ),
    Flaw(
        FlawCode.EVERYBODY, _INFO, _INFO,
        "Everybody may read this, but without credentials.",
        f"That is right for public data. For anything else: {_NAME[0].lower()}{_NAME[1:]}",
    ),
    Flaw(
        FlawCode.NULL_ORIGIN, _MEDIUM, _HIGH,
        "The origin null is allowed, and any website can use it, in a sandboxed frame.",
        "Remove null from the list. Serve a local file or an app from an origin instead.",
    ),
    Flaw(
        FlawCode.ORIGIN_END, _HIGH, _CRITICAL,
        "An origin is allowed because it begins like an allowed one: anybody can register such a name.",
        _EXACT,
    ),
    Flaw(
        FlawCode.ORIGIN_BEGIN, _HIGH, _CRITICAL,
        "An origin is allowed because it ends like an allowed one: anybody can register such a name.",
        f"{_EXACT} For subdomains write https://*.example.com, with the dot after the *.",
    ),
    Flaw(
        FlawCode.UNESCAPED_DOT, _HIGH, _CRITICAL,
        "An origin with another character in place of a dot is allowed: a regex with unescaped dots.",
        "Write the origin as a string; strings are never regexes. In a regex, write \\. for a dot.",
    ),
    Flaw(
        FlawCode.SPECIAL_CHARACTERS, _HIGH, _CRITICAL,
        "An origin is allowed where a character like _ follows the allowed name; some browsers resolve such hosts.",
        _EXACT,
    ),
    Flaw(
        FlawCode.SEVERAL_IN_ONE, _MEDIUM, _HIGH,
        "A value that is not an origin is written back into the answer.",
        "Refuse any value that is not a serialized origin, as Policy does.",
    ),
    Flaw(
        FlawCode.SCHEME_DOWNGRADE, _MEDIUM, _HIGH,
        "The http twin of a secure origin is allowed: anyone on the network path can pose as that page.",
        "Name only https origins, and http only on loopback.",
    ),
    Flaw(
        FlawCode.ANY_PORT, _LOW, _MEDIUM,
        "Any port of an allowed host is allowed: another service on that machine may read this.",
        "Name the port: https://app.example.com:8443. Use a pattern only for http://localhost:*.",
    ),
    Flaw(
        FlawCode.ANY_SUBDOMAIN, _INFO, _LOW,
        "Any subdomain is allowed: an abandoned one, or one that shows uploads of users, may read this.",
        "Name the subdomains that need it. A pattern is right if you trust every page under the domain.",
    ),
    Flaw(
        FlawCode.LOCALHOST, _LOW, _MEDIUM,
        "Pages on the visitor's own machine are allowed.",
        "Keep development origins out of the production settings.",
    ),
    Flaw(
        FlawCode.ORIGIN_REFUSED, _INFO, _INFO,
        "The origin that you named is not allowed.",
        "If it should be, name it: Policy(['https://app.example.com']). 'cors-wsgi check' says more.",
    ),
    # What is answered
    Flaw(
        FlawCode.VARY_MISSING, _MEDIUM, _MEDIUM,
        "The answer depends on Origin but does not say so: a cache gives one origin what was made for another.",
        "Send Vary: Origin on every answer for the URL, even if it is not shared or the request has no Origin.",
    ),
    Flaw(
        FlawCode.VARY_REFLECTED, _MEDIUM, _MEDIUM,
        "The answer's Vary repeats the request's Vary.",
        "Build the answer's Vary from what the answer depends on.",
    ),
    Flaw(
        FlawCode.SEVERAL_ANSWERS, _MEDIUM, _MEDIUM,
        "Access-Control-Allow-Origin has several values, and browsers accept none of them.",
        "Let only one layer send it: the app or the proxy.",
    ),
    Flaw(
        FlawCode.WILDCARD_WITH_CREDENTIALS, _LOW, _LOW,
        "* is combined with Access-Control-Allow-Credentials: true, which browsers refuse.",
        f"{_NAME} Or share without credentials.",
    ),
    Flaw(
        FlawCode.CREDENTIALS_VALUE, _LOW, _LOW,
        "Access-Control-Allow-Credentials has a value other than true in lower case, so it has no effect.",
        "Send true, or leave the header out.",
    ),
    # Preflights
    Flaw(
        FlawCode.PREFLIGHT_STATUS, _MEDIUM, _MEDIUM,
        "The preflight of an allowed origin is answered with a status that browsers refuse.",
        "Answer preflights before routing, authentication and redirects, with 200 to 299.",
    ),
    Flaw(
        FlawCode.PREFLIGHT_DIFFERS, _MEDIUM, _HIGH,
        "The preflight and the actual answer disagree about an origin: two places decide.",
        "Let one policy decide both.",
    ),
    Flaw(
        FlawCode.PRIVATE_NETWORK, _MEDIUM, _HIGH,
        "Any public page may reach this server inside a private network.",
        "Remove Access-Control-Allow-Private-Network; browsers have dropped it, and nothing needs it.",
    ),
    Flaw(
        FlawCode.ANY_METHOD, _LOW, _LOW,
        "A method that nobody has heard of is allowed.",
        "Name the methods that the pages need: Policy(..., methods=['GET', 'PUT']).",
    ),
    Flaw(
        FlawCode.UNNEEDED_METHODS, _INFO, _INFO,
        "The preflight allows methods that the resource does not have.",
        "Name the methods that the pages need: Policy(..., methods=['GET', 'PUT']).",
    ),
    Flaw(
        FlawCode.ANY_HEADER, _INFO, _INFO,
        "Any request header is allowed.",
        "Fine for most. To be strict: Policy(..., allow_headers=['Content-Type', 'Authorization']).",
    ),
    Flaw(
        FlawCode.MAX_AGE_MISSING, _INFO, _INFO,
        "The preflight does not say how long it holds: browsers ask again after 5 seconds.",
        "Send Access-Control-Max-Age: Policy(..., max_age=600).",
    ),
    Flaw(
        FlawCode.MAX_AGE_UNREADABLE, _LOW, _LOW,
        "Access-Control-Max-Age is not a number of seconds: Firefox ignores it, other browsers count 5 seconds.",
        "Send only digits: Policy(..., max_age=600).",
    ),
    Flaw(
        FlawCode.MAX_AGE_CAPPED, _INFO, _INFO,
        "Access-Control-Max-Age is longer than browsers keep an answer.",
        "Set 7200 or less, and do not count on more than 600 in Safari.",
    ),
    Flaw(
        FlawCode.PREFLIGHT_CACHEABLE, _LOW, _MEDIUM,
        "The answer to the preflight names one origin, but lets caches keep it for everybody.",
        "Do not send Cache-Control with preflights, or send Vary: Origin too.",
    ),
    # The audit itself
    Flaw(
        FlawCode.INCOMPLETE, _INFO, _INFO,
        "The audit is not conclusive: requests without an answer may hide any of the other findings.",
        "Use a URL that answers 200, with the login that it requires (-H), as slowly as the server asks for (--rate).",
    ),
)  # fmt: skip

FLAWS: Final[dict[FlawCode, Flaw]] = {flaw.code: flaw for flaw in _ROWS}
"""Every kind of finding, by its code."""
