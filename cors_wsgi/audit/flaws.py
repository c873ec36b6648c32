"""The closed set of what an audit can find: how bad it is, what it means, and what to write instead."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Final, NamedTuple


class Severity(IntEnum):
    """How bad a finding is; they compare by that."""

    INFO = 0
    """Nothing is wrong; it is good to know."""
    LOW = 1
    """Untidy, or a hole only together with another."""
    MEDIUM = 2
    """Pages break by chance, or more is open than anybody meant."""
    HIGH = 3
    """A stranger's page reads what was not meant for it."""
    CRITICAL = 4
    """A stranger's page reads what only the visitor who is logged in should see."""


class FlawCode(str, Enum):
    """The kinds of findings; a closed set, each value is its stable name."""

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
        severity: without credentials.
        with_credentials: where the answer lets browsers send cookies and read the response.
        about: what it means, in a sentence.
        remedy: what to change, in the words of `cors_wsgi.Policy` where those help.
    """

    code: FlawCode
    severity: Severity
    with_credentials: Severity
    about: str
    remedy: str


_INFO, _LOW, _MEDIUM, _HIGH, _CRITICAL = Severity
_NAME: Final = "Name each origin: Policy(['https://app.example.com'])."
_EXACT: Final = "Compare whole origins, as Policy does; a regex has to match from the first character to the last."

_ROWS: Final = (
    # Who is let in
    Flaw(
        FlawCode.ANY_ORIGIN, _MEDIUM, _CRITICAL,
        "Whoever asks is written back into Access-Control-Allow-Origin: any website may read this.",
        f"{_NAME} If everybody may read it, say Policy('*'), which is never combined with credentials.",
    ),
    Flaw(
        FlawCode.EVERYBODY, _INFO, _INFO,
        "Everybody may read this, without credentials.",
        f"That is right for public data. For anything else: {_NAME[0].lower()}{_NAME[1:]}",
    ),
    Flaw(
        FlawCode.NULL_ORIGIN, _MEDIUM, _HIGH,
        "The origin null is allowed, which a sandboxed frame of any website has.",
        "Take null out of the list. A local file or an app has to be served from an origin of its own.",
    ),
    Flaw(
        FlawCode.ORIGIN_END, _HIGH, _CRITICAL,
        "An origin that only begins like an allowed one is allowed: anybody can register it.",
        _EXACT,
    ),
    Flaw(
        FlawCode.ORIGIN_BEGIN, _HIGH, _CRITICAL,
        "An origin that only ends like an allowed one is allowed: anybody can register it.",
        f"{_EXACT} For subdomains write https://*.example.com, in which the * stands before the dot.",
    ),
    Flaw(
        FlawCode.UNESCAPED_DOT, _HIGH, _CRITICAL,
        "Another character is taken for a dot of the origin: a regex whose dots are not escaped.",
        "Give the origin as a string; strings are never regexes. In a regex write \\. for a dot.",
    ),
    Flaw(
        FlawCode.SPECIAL_CHARACTERS, _HIGH, _CRITICAL,
        "An origin with a character that ends no host name is allowed; some browsers resolve such hosts.",
        _EXACT,
    ),
    Flaw(
        FlawCode.SEVERAL_IN_ONE, _MEDIUM, _HIGH,
        "A value that is no origin is written back into the answer.",
        "Share nothing with a value that is no serialized origin, as Policy does.",
    ),
    Flaw(
        FlawCode.SCHEME_DOWNGRADE, _MEDIUM, _HIGH,
        "The http twin of a secure origin is allowed: who sits in the network can be that page.",
        "Name https origins alone, and http only on loopback.",
    ),
    Flaw(
        FlawCode.ANY_PORT, _LOW, _MEDIUM,
        "Any port of an allowed host is allowed: another service on that machine may read this.",
        "Name the port: https://app.example.com:8443. Only http://localhost:* is worth a pattern.",
    ),
    Flaw(
        FlawCode.ANY_SUBDOMAIN, _INFO, _LOW,
        "Any subdomain is allowed: one that was given up, or shows what users upload, may read this.",
        "Name the subdomains that need it. A pattern is right where you trust every page below the domain.",
    ),
    Flaw(
        FlawCode.LOCALHOST, _LOW, _MEDIUM,
        "Pages on the visitor's own machine are allowed.",
        "Keep development's origins out of production's settings.",
    ),
    Flaw(
        FlawCode.ORIGIN_REFUSED, _INFO, _INFO,
        "The origin that you named is not allowed.",
        "If it should be, name it: Policy(['https://app.example.com']). 'cors-wsgi check' says more.",
    ),
    # What is answered
    Flaw(
        FlawCode.VARY_MISSING, _MEDIUM, _MEDIUM,
        "The answer depends on Origin and does not say so: a cache gives one origin what was made for another.",
        "Send Vary: Origin on every answer of the URL, on those that are not shared and have no Origin too.",
    ),
    Flaw(
        FlawCode.VARY_REFLECTED, _MEDIUM, _MEDIUM,
        "What the request says in Vary comes back in the answer's Vary.",
        "Build the answer's Vary from what the answer depends on.",
    ),
    Flaw(
        FlawCode.SEVERAL_ANSWERS, _MEDIUM, _MEDIUM,
        "Access-Control-Allow-Origin has several values, and browsers take none of them.",
        "Let one layer send it: the app or the proxy.",
    ),
    Flaw(
        FlawCode.WILDCARD_WITH_CREDENTIALS, _LOW, _LOW,
        "* is combined with Access-Control-Allow-Credentials: true, which browsers refuse.",
        f"{_NAME} Or share without credentials.",
    ),
    Flaw(
        FlawCode.CREDENTIALS_VALUE, _LOW, _LOW,
        "Access-Control-Allow-Credentials has a value other than true, in lower case, which means nothing.",
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
        "Preflight and actual answer do not agree about an origin: two places decide.",
        "Let one policy decide both.",
    ),
    Flaw(
        FlawCode.PRIVATE_NETWORK, _MEDIUM, _HIGH,
        "Public pages may reach this server inside a private network, whoever asked.",
        "Leave out Access-Control-Allow-Private-Network; browsers have dropped it, and nothing needs it.",
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
        "The preflight says not how long it holds: browsers ask again after 5 seconds.",
        "Send Access-Control-Max-Age: Policy(..., max_age=600).",
    ),
    Flaw(
        FlawCode.MAX_AGE_UNREADABLE, _LOW, _LOW,
        "Access-Control-Max-Age is not a number of seconds: Firefox keeps nothing, others 5 seconds.",
        "Send digits alone: Policy(..., max_age=600).",
    ),
    Flaw(
        FlawCode.MAX_AGE_CAPPED, _INFO, _INFO,
        "Access-Control-Max-Age is more than browsers keep.",
        "Say 7200 or less, and do not count on more than 600 in Safari.",
    ),
    Flaw(
        FlawCode.PREFLIGHT_CACHEABLE, _LOW, _MEDIUM,
        "The answer to the preflight names an origin, and says that caches may keep it for all.",
        "Send no Cache-Control with preflights, or Vary: Origin with it.",
    ),
    # The audit itself
    Flaw(
        FlawCode.INCOMPLETE, _INFO, _INFO,
        "The audit could not be concluded: what was not answered may hide any of the others.",
        "Ask a URL that answers 200, with the login that it wants (-H), and not faster than the server takes (--rate).",
    ),
)  # fmt: skip

FLAWS: Final[dict[FlawCode, Flaw]] = {flaw.code: flaw for flaw in _ROWS}
"""Every kind of finding, by its code."""
