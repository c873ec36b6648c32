"""The rows of the comparison: each is a promise, a setup to test it with, and the test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from tools.peers.asking import ALLOW_ORIGIN, Asker
from tools.peers.setups import PAGE

EVIL: Final = "https://evil.example"

_LOOKALIKES: Final = (
    EVIL,
    "null",
    "http://app.example.com",
    "https://app.example.com:8443",
    "https://app.example.com.evil.example",
    "https://app.example.com_.evil.example",
    "https://evilapp.example.com",
    "https://appxexample.com",
)
_BESIDE_SUBDOMAINS: Final = (
    EVIL,
    "null",
    "http://app.example.com",
    "https://evilexample.com",
    "https://app.example.com.evil.example",
    "https://app.example.com_.evil.example",
    "https://appxexample.com",
)
_BESIDE_REGEX: Final = (
    "https://trusted.example.evil.example",
    "https://trusted.example_.evil.example",
    "https://trusted.example:8443",
)
"""All of these are origins that a browser can send."""

_LONG: Final = ",".join(f"x-{number:04}" for number in range(1000))
_LONGEST_ANSWER: Final = 2048


class Probe(NamedTuple):
    """A row.

    Attributes:
        name: an identifier.
        promise: what holds where the cell says yes.
        setup: under which it is asked.
        holds: asks, and tells whether it holds.
    """

    name: str
    promise: str
    setup: str
    holds: Callable[[Asker], bool]


def _lets_none_in(asker: Asker, origins: tuple[str, ...]) -> bool:
    answers = [(origin, send(origin=origin)) for origin in origins for send in (asker.ask, asker.preflight)]
    return not any(answer.lets_in(origin) for origin, answer in answers)


def _varies(asker: Asker, origin: str | None) -> bool:
    """Tell whether the answer says that it varies, or has no need to, since it is the same for all."""
    allowed = {asker.ask(origin=one).get(ALLOW_ORIGIN) for one in (PAGE, EVIL, None)}
    return len(allowed) == 1 or bool({"origin", "*"} & asker.ask(origin=origin).names("vary"))


def _is_one_for_all(asker: Asker) -> bool:
    answers = [asker.ask(origin=origin) for origin in (PAGE, EVIL, None)]
    return all(answer.get(ALLOW_ORIGIN) == "*" and "origin" not in answer.names("vary") for answer in answers)


def _keeps_the_apps_vary(asker: Asker) -> bool:
    return "accept-language" in asker.ask("/vary").names("vary")


def _is_not_entered(asker: Asker) -> bool:
    before = asker.ask("/entered", origin=None).body
    is_answered = asker.preflight().lets_in(PAGE)
    return is_answered and asker.ask("/entered", origin=None).body == before


def _answers_briefly(asker: Asker) -> bool:
    answer = asker.preflight(Access_Control_Request_Headers=_LONG)
    return sum(len(name) + len(value) + 4 for name, value in answer.headers) < _LONGEST_ANSWER


PROBES: Final = (
    Probe(
        "no-reflection",
        "everybody and credentials together let no unknown page act as the user",
        "everybody-with-credentials",
        lambda asker: not asker.ask(origin=EVIL).lets_in_with_credentials(EVIL),
    ),
    Probe(
        "look-alikes",
        "one named origin: no look-alike of it gets in",
        "named",
        lambda asker: _lets_none_in(asker, _LOOKALIKES),
    ),
    Probe(
        "subdomains",
        "subdomains, as documented: nothing but subdomains gets in",
        "subdomains",
        lambda asker: asker.ask().lets_in(PAGE) and _lets_none_in(asker, _BESIDE_SUBDOMAINS),
    ),
    Probe(
        "whole-regex",
        "a regular expression without anchors has to match the whole origin",
        "regex",
        lambda asker: _lets_none_in(asker, _BESIDE_REGEX),
    ),
    Probe(
        "misspelled",
        "an option whose name is misspelled opens nothing",
        "misspelled",
        lambda asker: _lets_none_in(asker, (EVIL,)),
    ),
    Probe(
        "nothing-said",
        "where nothing is configured, nobody gets in",
        "none",
        lambda asker: _lets_none_in(asker, (EVIL,)),
    ),
    Probe(
        "private-network",
        "no access to a private network is granted unasked",
        "named",
        lambda asker: (
            asker.preflight(Access_Control_Request_Private_Network="true").get("access-control-allow-private-network")
            != "true"
        ),
    ),
    Probe("vary-allowed", "`Vary: Origin` for the named origin", "named", lambda asker: _varies(asker, PAGE)),
    Probe(
        "vary-refused",
        "`Vary: Origin` for a refused origin",
        "named",
        lambda asker: _varies(asker, EVIL),
    ),
    Probe(
        "vary-absent",
        "`Vary: Origin` without an Origin",
        "named",
        lambda asker: _varies(asker, None),
    ),
    Probe("vary-kept", "the app's own `Vary` is kept", "named", _keeps_the_apps_vary),
    Probe(
        "one-for-all",
        "for everybody there is one answer, `*` without `Vary: Origin`",
        "everybody",
        _is_one_for_all,
    ),
    Probe("before-the-app", "a preflight is answered without entering the view", "named", _is_not_entered),
    Probe(
        "method",
        "a method that was not allowed is not granted",
        "named",
        lambda asker: not {"delete", "*"} & asker.preflight("DELETE").names("access-control-allow-methods"),
    ),
    Probe(
        "header",
        "a header that was not allowed is not granted",
        "named",
        lambda asker: (
            not {"x-evil"}
            & asker.preflight(Access_Control_Request_Headers="x-evil").names("access-control-allow-headers")
        ),
    ),
    Probe("long-list", "a thousand requested headers are answered in 2 KiB", "named", _answers_briefly),
    Probe(
        "max-age",
        "the chosen max age is sent with preflights",
        "named",
        lambda asker: asker.preflight().get("access-control-max-age") == "600",
    ),
    Probe(
        "exposed",
        "headers are exposed with responses",
        "named",
        lambda asker: "etag" in asker.ask().names("access-control-expose-headers"),
    ),
    Probe(
        "not-found",
        "a 404 is readable",
        "named",
        lambda asker: (answer := asker.ask("/nowhere")).status == 404 and answer.lets_in(PAGE),
    ),
    Probe(
        "crash",
        "the error page of a crashed view is readable",
        "named",
        lambda asker: (answer := asker.ask("/crash")).status == 500 and answer.lets_in(PAGE),
    ),
)
"""In the order of the table."""

SHORT: Final = (
    ("never reflects any origin with credentials", ("no-reflection",)),
    ("can allow subdomains, and nothing else with them", ("subdomains",)),
    ("a regex has to match the whole origin", ("whole-regex",)),
    ("a misspelled option opens nothing", ("misspelled",)),
    ("nobody gets in where nothing is configured", ("nothing-said",)),
    ("`Vary: Origin` on every answer that needs it", ("vary-allowed", "vary-refused", "vary-absent")),
    ("one answer, cached once, for everybody", ("one-for-all",)),
    ("a preflight does not run the view", ("before-the-app",)),
    ("a 404 is readable", ("not-found",)),
)
"""The rows of the short table, and the probes that each stands for."""
