"""Origin rules that are refused: each has its code, points at the character, and names the rule that was meant."""

from __future__ import annotations

import functools
import re
from typing import Any

import pytest

from cors_wsgi import Policy, PolicyError, Problem, ProblemCode

WILDCARD_PLACE = "A '*' can only replace whole labels in front of a domain, or the port."
ANY_ORIGIN = "Write an origin such as 'https://app.example.com'."
ANY_PATTERN = (
    "Write 'https://*.example.com', 'http://localhost:*', or a compiled regular expression for anything finer."
)
FOR_EVERYBODY = (
    "Name the origins you trust, such as 'https://app.example.com' or 'https://*.example.com'; or write origins='*', "
    "without any other rule and without credentials, if everybody may read this."
)
FROM_ENVIRONMENT = "[origin.strip() for origin in os.environ.get('CORS_ORIGINS', '').split(',') if origin.strip()]"
FOR_NOTHING = (
    "Write an origin such as 'https://app.example.com', or [] for nobody; to read an environment variable, write "
    f"{FROM_ENVIRONMENT}."
)

REFUSED = [
    # what is written, its code, the index of the offending character, what is meant
    ("app.example.com", "missing-scheme", 0, "https://app.example.com"),
    ("app.example.com:8443", "missing-scheme", 0, "https://app.example.com:8443"),
    ("//app.example.com", "missing-scheme", 0, "https://app.example.com"),
    ("App.example.com", "missing-scheme", 0, "https://app.example.com"),
    ("X.example.com", "missing-scheme", 0, "https://x.example.com"),
    ("https:/app.example.com", "missing-scheme", 0, "https://app.example.com"),
    ("localhost", "missing-scheme", 0, "http://localhost"),
    ("localhost:3000", "missing-scheme", 0, "http://localhost:3000"),
    ("127.0.0.1:3000", "missing-scheme", 0, "http://127.0.0.1:3000"),
    ("[::1]:3000", "missing-scheme", 0, "http://[::1]:3000"),
    ("*.example.com", "missing-scheme", 0, "https://*.example.com"),
    ("https://a.example/", "trailing-slash", 17, "https://a.example"),
    ("http://localhost:*/", "trailing-slash", 18, "http://localhost:*"),
    ("https://a.example/index.html", "path", 17, "https://a.example"),
    ("https://a.example//", "path", 17, "https://a.example"),
    ("https://a.example/*", "path", 17, "https://a.example"),
    ("http://localhost/*", "path", 16, "http://localhost"),
    ("https://a.example?a=b", "query", 17, "https://a.example"),
    ("https://a.example#top", "fragment", 17, "https://a.example"),
    ("https://user@a.example", "user-info", 8, "https://a.example"),
    ("https://user:word@a.example/", "user-info", 8, "https://a.example"),
    ("https://a.example:443", "default-port", 17, "https://a.example"),
    ("http://a.example:80", "default-port", 16, "http://a.example"),
    ("https://*.a.example:443", "default-port", 19, "https://*.a.example"),
    ("http://[::1]:80", "default-port", 12, "http://[::1]"),
    (" https://a.example", "white-space", 0, "https://a.example"),
    ("https://user x@a.example", "white-space", 12, "https://a.example"),
    ("https://a.example\n", "white-space", 17, "https://a.example"),
    ("https://a.example\u00a0", "white-space", 17, "https://a.example"),
    ("https://B\u00dcCHER.example", "unicode-host", 9, "https://xn--bcher-kva.example"),
    ("https://*.bücher.example", "unicode-host", 11, "https://*.xn--bcher-kva.example"),
    ("https://straße.example", "unicode-host", 12, "https://xn--strae-oqa.example"),
    ("https://☃.example", "unicode-host", 8, "https://xn--n3h.example"),
    ("https://ΒΌΛΟΣ.example", "unicode-host", 8, "https://xn--nxasmq6b.example"),
    ("https://क्\u200dष.example", "unicode-host", 8, "https://xn--11b2ezcw70k.example"),
    ("https://A.example", "upper-case", 8, "https://a.example"),
    ("http://A.example", "upper-case", 7, "http://a.example"),
    ("https://" + "A" * 504, "upper-case", 8, "https://" + "a" * 504),
    ("https://*.A.example:8443", "upper-case", 10, "https://*.a.example:8443"),
    ("HTTPS://a.example", "upper-case", 0, "https://a.example"),
    ("hTTPS://a.example", "upper-case", 1, "https://a.example"),
    ("Chrome-Extension://abc", "upper-case", 0, "chrome-extension://abc"),
    ("chrome-extension://ABC/", "trailing-slash", 22, "chrome-extension://ABC"),
    ("://a.example", "scheme-malformed", 0, "https://a.example"),
    ("1http://localhost:3000", "scheme-malformed", 0, "http://localhost:3000"),
    ("ht_tps://a.example/?u=http://b.example", "scheme-malformed", 0, "https://a.example"),
    ("app.example.com/?u=http://b.example", "missing-scheme", 0, "https://app.example.com"),
    ("'https://a.example'", "scheme-malformed", 0, "https://a.example"),
    ("my_app://a.example", "scheme-malformed", 0, "https://a.example"),
    ("htpp://a.example", "scheme-misspelled", 0, "http://a.example"),
    ("httpss://a.example", "scheme-misspelled", 0, "https://a.example"),
    ("htps://*.a.example:*", "scheme-misspelled", 0, "https://*.a.example:*"),
    ("htttps://a.example", "scheme-misspelled", 0, "https://a.example"),
    ("hhttp://a.example:80", "scheme-misspelled", 0, "http://a.example"),
    ("ttps://a.example", "scheme-misspelled", 0, "https://a.example"),
    ("httpd://A.example", "scheme-misspelled", 0, "https://a.example"),
    ("thtp://a.example", "scheme-misspelled", 0, "http://a.example"),
    ("htpp://a.example/", "trailing-slash", 16, "http://a.example"),
    ("HTPS://a.example", "upper-case", 0, "https://a.example"),
    ("https://a.example:", "port-malformed", 18, "https://a.example"),
    ("https://a.example:08443", "port-malformed", 18, "https://a.example:8443"),
    ("https://a.example:0443", "port-malformed", 18, "https://a.example"),
    ("http://[::]:08080", "port-malformed", 12, "http://[::]:8080"),
    ("http://[0:0:0:0:0:0:0:1]", "ip-address", 7, "http://[::1]"),
    ("http://[::FFFF:1.2.3.4]", "upper-case", 10, "http://[::ffff:102:304]"),
    ("http://[::ffff:1.2.3.4]", "ip-address", 7, "http://[::ffff:102:304]"),
    ("http://[fe80::1%eth0]", "ip-address", 7, "http://[fe80::1]"),
    ("http://[0:0::1]:*", "ip-address", 7, "http://[::1]:*"),
]


@pytest.mark.parametrize(("rule", "code", "position", "meant"), REFUSED, ids=[repr(row[0]) for row in REFUSED])
def test_a_departure_from_an_origin_is_refused_and_what_was_meant_is_accepted(
    rule: str, code: str, position: int, meant: str
) -> None:
    (problem,) = problems_of(rule)
    assert (problem.option, problem.value, problem.code, problem.position) == ("origins", rule, code, position)
    remedy, _, more = problem.remedy.partition(" To read an environment variable, write ")
    assert remedy == (f"Did you mean {meant!r}?" if code == "scheme-misspelled" else f"Write {meant!r}.")
    assert bool(more) == (rule.strip() != rule)
    assert Policy(meant).origins == (meant,)


WITHOUT_A_NEAR_RULE = [
    # what is written, its code, the index, what the remedy names, a rule one edit away that is accepted
    ("", "origin-empty", None, "https://app.example.com", "https://app.example.com"),
    (" \n", "origin-empty", None, "https://app.example.com", "https://app.example.com"),
    ("https://a.example, https://b.example", "comma-list", 17, "['https://a.example', 'https://b.example']", "https://b.example"),
    ("https://a.example,", "comma-list", 17, "['https://a.example']", "https://a.example"),
    ("https://a.example https://b.example", "comma-list", 17, "['https://a.example', 'https://b.example']", "https://a.example"),
    ("https://a.example; http://b.example", "comma-list", 17, "['https://a.example', 'http://b.example']", "https://a.example"),
    ("https://a.example b.example", "white-space", 17, "https://app.example.com", "https://a.example"),
    ("https://" + "a" * 505, "origin-too-long", None, "shorter", "https://" + "a" * 504),
    (r"https://a\.example", "looks-like-regex", 9, "Write 'https://a.example'.", "https://a.example"),
    ("^https://a.example", "looks-like-regex", 0, "Write 'https://a.example'.", "https://a.example"),
    ("https://a.example$", "looks-like-regex", 17, "Write 'https://a.example'.", "https://a.example"),
    ("https://(a|b).example", "looks-like-regex", 8, "Write 'https://a.example' and 'https://b.example'.", "https://a.example"),
    ("https://[a-z].example", "looks-like-regex", 8, "re.compile", "https://a.example"),
    ("https://.*.example.com", "looks-like-regex", 8, "https://*.example.com", "https://*.example.com"),
    ("https://.+.example.com", "looks-like-regex", 8, "https://*.example.com", "https://*.example.com"),
    ("https://a.{3}", "looks-like-regex", 10, "re.compile", "https://a.b"),
    (".*", "looks-like-regex", 0, "or write origins='*'", "https://a"),
    ("file:///index.html", "file-origin", 0, "http://localhost", "http://localhost"),
    ("file://index.html", "file-origin", 0, "or write 'file://', with accept_risks=['null-origin']", "http://localhost"),
    ("File:", "file-origin", 0, "http://localhost", "http://localhost"),
    ("https://", "host-missing", 8, "https://app.example.com", "https://a"),
    ("https://:8443", "host-missing", 8, "https://app.example.com", "https://a:8443"),
    ("https://:*", "host-missing", 8, "https://app.example.com", "https://a:*"),
    ("https://\u0300.example", "unicode-host", 8, "https://app.example.com", "https://xn--tda.example"),
    ("https://a'.example", "host-malformed", 9, "https://app.example.com", "https://a.example"),
    ("https://a`.example", "host-malformed", 9, "https://app.example.com", "https://a_.example"),
    ("https://a'.example:65535", "host-malformed", 9, "https://app.example.com", "https://a.example:65535"),
    ("https://a%2e.example", "host-malformed", 9, "https://app.example.com", "https://a-2e.example"),
    ("https://a..example", "host-malformed", 9, "https://app.example.com", "https://a.example"),
    ("https://a..b..example", "host-malformed", 9, "https://app.example.com", "https://a.b.example"),
    ("app://A!b", "host-malformed", 7, "https://app.example.com", "app://A-b"),
    ("https://.a.example", "host-malformed", 8, "https://app.example.com", "https://a.example"),
    ("https://*..a.example", "host-malformed", 10, "https://app.example.com", "https://*.a.example"),
    ("capacitor://local host", "white-space", 17, "https://app.example.com", "capacitor://localhost"),
    ("capacitor://local!", "host-malformed", 17, "https://app.example.com", "capacitor://local"),
    ("capacitor://[::1]", "host-malformed", 12, "https://app.example.com", "http://[::1]"),
    ("http://[::1", "ip-address", 7, "https://app.example.com", "http://[::1]"),
    ("http://[::1]x", "ip-address", 7, "https://app.example.com", "http://[::1]"),
    ("http://[abc]", "ip-address", 7, "https://app.example.com", "http://[abc::]"),
    ("http://[1:2:3:4:5:6:7:8:9]", "ip-address", 7, "https://app.example.com", "http://[1:2:3:4:5:6:7:8]"),
    ("http://1.2.3", "ip-address", 7, "https://app.example.com", "http://1.2.3.4"),
    ("http://1.2.3.256", "ip-address", 7, "https://app.example.com", "http://1.2.3.255"),
    ("http://1.2.3.04", "ip-address", 7, "https://app.example.com", "http://1.2.3.4"),
    ("http://1.2.3.4.", "ip-address", 7, "https://app.example.com", "http://1.2.3.4"),
    ("http://a.0x1f", "ip-address", 7, "https://app.example.com", "http://a.0x1g"),
    ("http://2130706433", "ip-address", 7, "https://app.example.com", "http://2130706433a"),
    ("https://a.example:0", "port-malformed", 18, "https://a.example", "https://a.example:1"),
    ("https://a.example:65536", "port-malformed", 18, "https://app.example.com", "https://a.example:65535"),
    ("https://a.example:99999999999", "port-malformed", 18, "https://app.example.com", "https://a.example:9999"),
    ("https://a.example:80a", "port-malformed", 18, "https://app.example.com", "https://a.example:80"),
    ("https://a.example:-1", "port-malformed", 18, "https://app.example.com", "https://a.example:1"),
    ("https://a.example:X80", "port-malformed", 18, "https://app.example.com", "https://a.example:80"),
    ("https://a:1]", "port-malformed", 10, "https://app.example.com", "https://a:1"),
    ("http://[::1]:8]", "port-malformed", 13, "https://app.example.com", "http://[::1]:8"),
    ("https://a.example:80:81", "port-malformed", 18, "https://app.example.com", "https://a.example:80"),
    ("https://*", "wildcard-place", 8, "https://*.example.com", "https://*.example.com"),
    ("https://*.", "wildcard-place", 8, "https://*.example.com", "https://*.example.com"),
    ("https://*:*", "wildcard-place", 8, "https://*.example.com", "http://localhost:*"),
    ("https://*.*.example", "wildcard-place", 10, "https://*.example.com", "https://*.example"),
    ("https://app-*.example", "wildcard-place", 12, "https://*.example.com", "https://*.example"),
    ("https://*app.example", "wildcard-place", 8, "https://*.example.com", "https://*.app.example"),
    ("https://a.example*", "wildcard-place", 17, "https://*.example.com", "https://a.example"),
    ("https://a*.b*", "wildcard-place", 9, "https://*.example.com", "https://a.b"),
    ("https://a.*", "wildcard-place", 10, "https://*.example.com", "https://*.a"),
    ("https://a.example:80*", "wildcard-place", 20, "Write 'https://a.example:*'.", "https://a.example:*"),
    ("https://a.example:**", "wildcard-place", 18, "Write 'https://a.example:*'.", "https://a.example:*"),
    ("*://*.a.example", "wildcard-place", 0, "'http://*.a.example' and 'https://*.a.example'", "https://*.a.example"),
    ("*://a.example", "wildcard-place", 0, "Write 'http://a.example' and 'https://a.example'.", "https://a.example"),
    ("http*://a.example", "wildcard-place", 4, "https://*.example.com", "http://a.example"),
    ("https://*.1.2.3.4", "wildcard-place", 8, "https://*.example.com", "https://1.2.3.4"),
    ("https://*.[::1]", "wildcard-place", 8, "https://*.example.com", "https://[::1]"),
    ("app://*.1.2.3.4", "wildcard-place", 6, "https://*.example.com", "app://*.a"),
    ("h*", "missing-scheme", 0, "https://app.example.com", "https://h"),
    ("http*", "missing-scheme", 0, "https://app.example.com", "https://http"),
    ("*.*", "missing-scheme", 0, "https://app.example.com", "https://*.a"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "code", "position", "named", "twin"),
    WITHOUT_A_NEAR_RULE,
    ids=[repr(row[0]) for row in WITHOUT_A_NEAR_RULE],
)
def test_what_is_no_origin_is_refused_and_a_twin_one_edit_away_is_accepted(
    rule: str, code: str, position: int | None, named: str, twin: str
) -> None:
    (problem,) = problems_of(rule)
    assert (problem.option, problem.value, problem.code, problem.position) == ("origins", rule, code, position)
    assert named in problem.remedy
    assert problem.problem.endswith(".")
    assert Policy(twin).origins == (twin,)


WORDINGS = [
    # what is written, the sentences on what is wrong and on what to write instead
    ("", "The origin is empty.", FOR_NOTHING),
    (
        "https://a.example,https://b.example",
        "This is several origins in one string.",
        "Write a list: ['https://a.example', 'https://b.example'].",
    ),
    (
        "https://" + "a" * 505,
        "An origin has at most 512 characters, and this has 513.",
        "Write a shorter one.",
    ),
    (
        r"https://(a|b|c)\.example",
        "A string is never read as a regular expression, and this looks like one.",
        "Write 'https://a.example', 'https://b.example' and 'https://c.example'.",
    ),
    (
        "https://a.example\n",
        "An origin cannot contain white space.",
        f"Write 'https://a.example'. To read an environment variable, write {FROM_ENVIRONMENT}.",
    ),
    ("capacitor://local host", "An origin cannot contain white space.", ANY_ORIGIN),
    (" capacitor://local host", "An origin cannot contain white space.", ANY_ORIGIN),
    (
        "file:///index.html",
        "The origin of a local file is null, or file:// in some Android web views: no browser sends anything else.",
        (
            "Serve the page over http://localhost while developing, and allow that origin; or write 'file://', with "
            "accept_risks=['null-origin'], if everybody may read this."
        ),
    ),
    ("a.example", "The origin has no scheme.", "Write 'https://a.example'."),
    (
        "1http://localhost",
        "A scheme starts with a letter and contains letters, digits, '+', '-' and '.'.",
        "Write 'http://localhost'.",
    ),
    ("HTTPS://a.example", "Browsers send the scheme in lower case.", "Write 'https://a.example'."),
    ("https://A.example", "Browsers send the host in lower case.", "Write 'https://a.example'."),
    ("https://user@a.example", "An origin has no user name or password.", "Write 'https://a.example'."),
    ("https://user@a.example/", "An origin has no user name or password.", "Write 'https://a.example'."),
    ("https://a.example/", "Browsers send an origin without a trailing slash.", "Write 'https://a.example'."),
    ("https://a.example/x", "An origin has no path: browsers do not send it.", "Write 'https://a.example'."),
    ("https://a.example?x", "An origin has no query: browsers do not send it.", "Write 'https://a.example'."),
    ("https://a.example#x", "An origin has no fragment: browsers do not send it.", "Write 'https://a.example'."),
    (
        "https://bücher.example",
        "Browsers send a host with non-ASCII letters as punycode.",
        "Write 'https://xn--bcher-kva.example'.",
    ),
    ("http://[::1", "The IPv6 address has no closing bracket.", ANY_ORIGIN),
    ("https://a!b", "The character '!' cannot occur in the host of an origin.", ANY_ORIGIN),
    (
        "https://.*.example",
        "A string is never read as a regular expression, and this looks like one.",
        "Write 'https://*.example'.",
    ),
    (
        "*://*.example",
        WILDCARD_PLACE,
        "Write 'http://*.example' and 'https://*.example'.",
    ),
    *(
        (rule, WILDCARD_PLACE, ANY_PATTERN)
        for rule in ("http*://a.example", "app://a*b", "https://*.[::1]", "https://a!b:8*")
    ),
    ("*://*/?u=http://b.example", WILDCARD_PLACE, FOR_EVERYBODY),
    (
        ".*",
        "A string is never read as a regular expression, and this looks like one that matches every origin.",
        FOR_EVERYBODY,
    ),
    ("https://a.example:443", "Browsers leave out port 443, the default of https.", "Write 'https://a.example'."),
    (
        "https://a.example:0",
        "A port must be a number from 1 to 65535, without leading zeros.",
        "Write 'https://a.example'.",
    ),
    ("https://", "The origin has no host.", ANY_ORIGIN),
    ("https://a..example", "The host has an empty label between its dots.", ANY_ORIGIN),
    (
        "http://1.2.3",
        "A host whose last label is a number is an IPv4 address, and browsers send that as four decimal numbers.",
        ANY_ORIGIN,
    ),
    ("http://[abc]", "This is not an IPv6 address.", ANY_ORIGIN),
    ("app://[::1]", "Only http and https origins have an IPv6 host.", ANY_ORIGIN),
    ("http://[0::1]", "Browsers send this IPv6 address as [::1].", "Write 'http://[::1]'."),
    ("htpp://1.2.3", "The scheme 'htpp' is one typo away from 'http', and no page has it.", "Did you mean 'http'?"),
    (
        "htpp://a.example",
        "The scheme 'htpp' is one typo away from 'http', and no page has it.",
        "Did you mean 'http://a.example'?",
    ),
    ("https://*", WILDCARD_PLACE, FOR_EVERYBODY),
]


@pytest.mark.parametrize(("rule", "wrong", "remedy"), WORDINGS, ids=[ascii(row[0][:40]) for row in WORDINGS])
def test_what_is_wrong_and_what_to_write_are_said_in_full(rule: str, wrong: str, remedy: str) -> None:
    (problem,) = problems_of(rule)
    assert (problem.problem, problem.remedy) == (wrong, remedy)


@pytest.mark.parametrize(
    "rule",
    [
        "https://app.example.com",
        "https://app.example.com.",
        "https://app.example.com:8443",
        "http://localhost",
        "http://localhost:65535",
        "https://intranet",
        "https://_dmarc.a_b.example-",
        "https://xn--bcher-kva.example",
        "https://*.xn--bcher-kva.example",
        "http://127.0.0.1:3000",
        "https://255.255.255.255",
        "https://0.0.0.0",
        "http://[::1]:3000",
        "https://[2001:db8::1]",
        "http://[::ffff:102:304]:*",
        "https://*.example.com",
        "https://*.example.com:*",
        "https://*.example.com:8443",
        "https://*.example.com.",
        "http://localhost:*",
        "http://127.0.0.1:*",
        "http://[::1]:*",
        "https://*.internal",
        "https://*.com",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        "moz-extension://8e2a5b3c-0f5a-4c9e-9d0a-6b1c2d3e4f50",
        "safari-web-extension://8E2A5B3C-0F5A-4C9E-9D0A-6B1C2D3E4F50",
        "capacitor://localhost",
        "ionic://localhost",
        "tauri://localhost",
        "app://localhost",
        "http-x://localhost",
        "hxtpx://localhost",
        "https-x://localhost",
        "capacitor://localhost:*",
        "app+x.y-1://A.b_c",
    ],
)
def test_a_well_formed_rule_is_accepted_as_it_is(rule: str) -> None:
    assert Policy(rule).origins == (rule,)
    assert repr(Policy(rule)) == f"Policy({rule!r})"


def allow_two(origin: str, environ: Any) -> bool:
    return True


class Callable:
    def __call__(self, origin: str, environ: Any) -> bool:
        return True

    def method(self, origin: str, environ: Any) -> bool:
        return True

    async def coroutine(self, origin: str, environ: Any) -> bool:
        return True


class AsyncCallable:
    async def __call__(self, origin: str, environ: Any) -> bool:
        return True


async def coroutine(origin: str, environ: Any) -> bool:
    return True


def of_three(first: str, origin: str, environ: Any) -> bool:
    return True


def with_keyword(origin: str, environ: Any, *, tenant: str) -> bool:
    return True


@pytest.mark.parametrize(
    "rule",
    [
        allow_two,
        lambda *args: True,
        lambda origin, environ, extra=None: True,
        Callable(),
        Callable().method,
        functools.partial(of_three, "first"),
        functools.partial(with_keyword, tenant="a"),
        {}.__contains__.__self__.get,
        max,  # Python cannot tell its signature, so that it is believed
        re.compile(r"https://a\.example"),
        re.compile(""),
    ],
)
def test_callables_and_regular_expressions_are_accepted(rule: Any) -> None:
    assert Policy(rule).origins == (rule,)
    assert Policy(["https://a.example", rule]).origins == ("https://a.example", rule)


NEVER_ASKED = [
    # a regular expression that is written for one of the origins that none is asked about, and which one that is
    ("null", "null"),
    ("^null$", "null"),
    ("(?i)NULL", "null"),
    (r"null|https://a\.example", "null"),
    ("file://", "file://"),
    ("file://.*", "file://"),
    ("file:///.+", "file://"),
    (r"^file:\/\/", "file://"),
    ("(file|https)://.*|file:.*", "file://"),
]


COROUTINE = (
    "callable-is-coroutine",
    "A coroutine function returns a coroutine, never True.",
    "Write a plain function (origin, environ) -> bool.",
)
SIGNATURE = (
    "callable-signature",
    "The callable cannot be called with an origin and an environ.",
    "Write it as a function (origin, environ) -> bool.",
)
OTHER_THINGS = [
    pytest.param(coroutine, *COROUTINE, id="a coroutine function"),
    pytest.param(AsyncCallable(), *COROUTINE, id="an object with an async __call__"),
    pytest.param(Callable().coroutine, *COROUTINE, id="a method that is a coroutine"),
    pytest.param(functools.partial(coroutine), *COROUTINE, id="a partial coroutine"),
    pytest.param(functools.partial(AsyncCallable()), *COROUTINE, id="a partial of an object with an async __call__"),
    pytest.param(lambda: True, *SIGNATURE, id="no argument"),
    pytest.param(lambda origin: True, *SIGNATURE, id="one argument"),
    pytest.param(of_three, *SIGNATURE, id="three arguments"),
    pytest.param(with_keyword, *SIGNATURE, id="a keyword without default"),
    pytest.param(Callable, *SIGNATURE, id="a class whose object was meant"),
    *(
        pytest.param(
            re.compile(text),
            "regex-never-asked",
            f"A regular expression only ever sees origins of the form scheme://host, never {named}.",
            (
                f"Take {named} out of it; if everybody may read this, write {named!r} as a separate rule, with "
                "accept_risks=['null-origin']."
            ),
            id=text,
        )
        for text, named in NEVER_ASKED
    ),
    pytest.param(
        re.compile(b"x"),
        "regex-of-bytes",
        "The regular expression matches bytes, and origins are text.",
        "Compile it from a str, without the b prefix.",
        id="a regular expression of bytes",
    ),
    *(
        pytest.param(
            value,
            "origin-type",
            f"An origin rule must be a string, a compiled regular expression or a callable, not {kind}.",
            ANY_ORIGIN,
            id=kind,
        )
        for value, kind in ((b"https://a.example", "bytes"), (bytearray(b"x"), "bytearray"), (7, "int"), (True, "bool"))
    ),
]


@pytest.mark.parametrize(("rule", "code", "wrong", "remedy"), OTHER_THINGS)
def test_other_things_are_refused(rule: Any, code: str, wrong: str, remedy: str) -> None:
    for given in (rule, [rule], ["https://a.example", rule]):
        assert problems_of(given) == (Problem("origins", rule, ProblemCode(code), wrong, remedy),)


def test_none_within_a_list_is_answered_with_how_to_read_an_environment_variable() -> None:
    assert problems_of(["https://a.example", None]) == (
        Problem("origins", None, ProblemCode.ORIGIN_TYPE, "None is not an origin.", FOR_NOTHING),
    )


@pytest.mark.parametrize(
    "text",
    [
        ".*",
        ".*://.*",
        "n.*|https://.*",
        "[a-z:/]*",
        r"https://null\.example",
        ".*null.*",
        r"(https://)?null(\.example)?",
        "profile://a",
        "files://.*",
    ],
)
def test_a_regular_expression_that_does_not_name_null_or_a_file_is_accepted(text: str) -> None:
    rule = re.compile(text)
    assert Policy(rule).origins == (rule,)
    assert [origin for origin in ("null", "file://") if Policy(rule).allows(origin)] == []


@pytest.mark.parametrize("rule", [[], {}, None, ["https://a.example"]], ids=repr)
def test_within_a_list_other_things_are_refused_too(rule: Any) -> None:
    (problem,) = problems_of(["https://a.example", rule])
    assert (problem.option, problem.value, problem.code) == ("origins", rule, "origin-type")


def problems_of(origins: Any) -> tuple[Problem, ...]:
    with pytest.raises(PolicyError) as caught:
        Policy(origins)
    return caught.value.problems
