"""Caddy: a Caddyfile whose `route` keeps its order, with `map` for verdicts and a snippet for each policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cors_wsgi.answers import LONGEST_ECHO
from cors_wsgi.origins import MAX_ORIGIN_LENGTH

from .description import (
    MANAGED,
    VARY_PREFLIGHT,
    ByMethod,
    Edge,
    Fixed,
    PathKind,
    PathRule,
    Piece,
    Setting,
    Sharing,
    Treatment,
)
from .dialects import RE2, escape, write_whole
from .dialects import write as write_node
from .header_values import FORBIDDEN_METHOD, METHOD, NAMES
from .limits import find_beyond_re2, find_too_many
from .origins import LENGTHS
from .raw_paths import NOT_CANONICAL, TEXT
from .refusals import Refusal
from .words import comment, indent, say

NAME: Final = "Caddy"
CHECK: Final = ("caddy", "validate", "--adapter", "caddyfile", "--config")
COMMENT: Final = "#"
NOTES: Final = (
    "Errors before any rule runs (400, 408, 431) are not shared. A refused preflight has no body.",
    "A malformed Access-Control-Expose-Headers from the app is passed on, and exposes nothing.",
)
PATH_NOTES: Final = ("Caddy itself answers 400 to a path with a broken escape.",)

MOST_ORIGINS: Final = 10_000
"""Caddy compares them one by one: with 100,000, that takes most of a preflight's more than one millisecond."""


def find_refusals(edge: Edge, setting: Setting) -> list[Refusal]:
    """Return what Caddy cannot express; its regular expressions are Go's, which are RE2's."""
    del setting
    return [*find_beyond_re2(edge), *find_too_many(edge, MOST_ORIGINS, NAME)]


def write(edge: Edge, setting: Setting) -> list[Piece]:
    """Return the pieces of the configuration."""
    snippets = Piece("At the top, after the global options and outside any site", tuple(_write_snippets(edge, setting)))
    return [snippets, Piece("Inside the site", tuple(_write_site(edge)))]


def frame(edge: Edge, setting: Setting, pieces: list[Piece]) -> list[str]:
    """Return a whole configuration that contains the pieces."""
    del edge
    snippets, site = (piece.lines for piece in pieces)
    listen = setting.listen
    return [
        "# Certificates and the admin endpoint are up to you.",
        "{",
        "\tadmin off",
        "\tauto_https off",
        "}",
        "",
        *snippets,
        f"http://:{listen.port} {{",
        f"\tbind {listen.host}",
        "",
        *indent(site, by="\t"),
        "}",
    ]


def _write_snippets(edge: Edge, setting: Setting) -> Iterator[str]:
    scheme = "https://" if setting.upstream.is_tls else ""
    upstream = f"{scheme}{setting.upstream}"
    for treatment in edge.treatments:
        said = f": {treatment.said}" if isinstance(treatment, Sharing) else ""
        yield f"# {_name(treatment)}, {say(treatment)}{said}"
        yield f"(cors_{_name(treatment)}) {{"
        yield from indent(_write_treatment(treatment, upstream), by="\t")
        yield "}"
        yield ""


def _write_site(edge: Edge) -> Iterator[str]:
    yield "route {"
    if any(isinstance(treatment, Sharing) or treatment is Fixed.DENY for treatment in edge.treatments):
        yield from indent(_write_preflight(), by="\t")
    yield from indent(_write_choice(edge) if edge.looks_at_paths else [f"import cors_{_name(edge.otherwise)}"], by="\t")
    yield "}"


def _write_preflight() -> Iterator[str]:
    yield "# A preflight is an OPTIONS with Origin and Access-Control-Request-Method; any other OPTIONS is the app's."
    yield "@cors_preflight {"
    yield "\tmethod OPTIONS"
    yield "\theader Origin *"
    yield "\theader Access-Control-Request-Method *"
    yield "}"
    yield "vars cors_kind actual"
    yield "vars @cors_preflight cors_kind preflight"
    yield ""


def _write_choice(edge: Edge) -> Iterator[str]:
    yield "# A path that can be read in more than one way is never shared: the app may read it differently."
    yield f"@cors_not_canonical vars_regexp {{uri}} {quote(f'^[^?]*{NOT_CANONICAL}')}"
    yield "route @cors_not_canonical {"
    yield "\timport cors_deny"
    yield "}"
    # Where an expression does not match, Caddy 2.6 tries it on the text `<nil>` as well: hence the slash.
    yield f"@cors_no_text not vars_regexp {{uri}} {quote(rf'^/{TEXT}(?:[?]|{chr(92)}z)')}"
    yield "route @cors_no_text {"
    yield "\timport cors_deny"
    yield "}"
    yield ""
    yield "# The first path that matches counts."
    yield "map {path} {cors_at} {"
    for number, rule in enumerate(edge.rules):
        yield f"\t# {comment(rule.shown)}: {say(rule.chosen)}"
        yield f"\t{quote('~' + _write_path(rule))} {_at(rule.chosen, number)}"
    yield f"\tdefault {_name(edge.otherwise)}"
    yield "}"
    chosen = "{cors_at}"
    if any(isinstance(rule.chosen, ByMethod) for rule in edge.rules):
        chosen = "{cors_chosen}"
        yield "# The method that counts: the one that a preflight announces, or that a request has."
        yield "vars cors_asked {method}"
        yield "vars @cors_preflight cors_asked {header.Access-Control-Request-Method}"
        yield 'map "{cors_at} {vars.cors_asked}" {cors_chosen} {'
        for number, rule in enumerate(edge.rules):
            if isinstance(rule.chosen, ByMethod):
                yield from _write_methods(rule.chosen, number)
        for treatment in edge.treatments:
            yield f"\t{quote(f'~^{_name(treatment)} ')} {_name(treatment)}"
        yield "}"
    yield ""
    for treatment in edge.treatments:
        yield f"@cors_{_name(treatment)} vars {chosen} {_name(treatment)}"
        yield f"route @cors_{_name(treatment)} {{"
        yield f"\timport cors_{_name(treatment)}"
        yield "}"


def _write_methods(chosen: ByMethod, number: int) -> Iterator[str]:
    for methods, treatment in chosen.methods:
        named = "|".join(map(escape, methods))
        yield f"\t{quote(rf'~^at_{number} (?i:{named}){chr(92)}z')} {_name(treatment)}"
    yield f"\t{quote(f'~^at_{number} ')} {_name(chosen.otherwise)}"


def _at(chosen: Treatment | ByMethod, number: int) -> str:
    return f"at_{number}" if isinstance(chosen, ByMethod) else _name(chosen)


def _write_path(rule: PathRule) -> str:
    if rule.kind is PathKind.REGEX:
        assert rule.node is not None, "a rule of this kind has an expression"
        return write_whole(rule.node, RE2)
    text = "".join(escape(char) if char.isascii() else f"\\x{{{ord(char):x}}}" for char in rule.text)
    return rf"^{text}\z" if rule.kind is PathKind.EXACT else rf"^{text}(?:/|\z)"


def _write_treatment(treatment: Treatment, upstream: str) -> Iterator[str]:
    if treatment is Fixed.HANDS_OFF:
        yield f"reverse_proxy {upstream}"
        return
    yield "@asked vars {vars.cors_kind} preflight"
    if not isinstance(treatment, Sharing):
        yield "respond @asked 403"
        yield from _pass_on(upstream, MANAGED)
        return
    sharing = treatment
    yield "# What an answer depends on, and caches must know"
    yield f'header @asked Vary "{VARY_PREFLIGHT}"'
    if not sharing.everybody:
        yield "@actual vars {vars.cors_kind} actual"
        yield "header @actual +Vary Origin"
    if sharing.nobody:
        yield "respond @asked 403"
        yield from _pass_on(upstream, MANAGED)
        return
    verdict = f"{{cors_{sharing.name}_verdict}}"
    if not sharing.everybody:
        yield "# Who may read"
        yield from _write_origins(sharing, verdict)
        yield f"@stranger vars {verdict} stranger"
        yield "route @stranger {"
        yield "\t# The app never sees a preflight."
        yield "\trespond @asked 403"
        yield from indent(_pass_on(upstream, MANAGED), by="\t")
        yield "}"
    yield from _write_shared(sharing, upstream)


def _write_origins(sharing: Sharing, verdict: str) -> Iterator[str]:
    conditions = list(dict.fromkeys(text for regex in sharing.regexes for text in regex.conditions))
    tokens = {text: f"{{cors_{sharing.name}_{number}}}" for number, text in enumerate(conditions)}
    for text, token in tokens.items():
        what = f"at most {MAX_ORIGIN_LENGTH} characters" if text == LENGTHS else "as browsers write it"
        yield f"map {{header.Origin}} {token} {{"
        yield f"\t# {what}"
        yield f"\t{quote(rf'~^{text}{chr(92)}z')} yes"
        yield "\tdefault no"
        yield "}"
    yield f'map "{"".join(f"{token} " for token in tokens.values())}{{header.Origin}}" {verdict} {{'
    any_token = "(?:yes|no) "
    for origin in sharing.exact:
        text = origin if not tokens else rf"~^{any_token * len(tokens)}{escape(origin)}\z"
        yield f"\t{quote(text)} trusted"
    for regex in sharing.regexes:
        if not regex.rule.startswith("http"):
            yield f"\t# {comment(regex.rule)}"
        needed = "".join("yes " if text in regex.conditions else any_token for text in tokens)
        yield f"\t{quote(rf'~^{needed}{write_node(regex.node, RE2)}{chr(92)}z')} trusted"
    yield "\tdefault stranger"
    yield "}"


def _write_shared(sharing: Sharing, upstream: str) -> Iterator[str]:
    yield "# Set before the app is called, so that they are there even if it cannot be reached."
    yield f"header Access-Control-Allow-Origin {'*' if sharing.everybody else '{header.Origin}'}"
    if sharing.credentials:
        yield "header Access-Control-Allow-Credentials true"
    for name, value in sharing.grants:
        yield f"header @asked {name} {_value(value)}"
    if sharing.methods is None:
        yield "# With credentials browsers treat `*` as a name: the requested method is echoed, if a script may use it."
        yield "@usable {"
        yield f"\tvars_regexp {{header.Access-Control-Request-Method}} {quote(rf'^{METHOD}{chr(92)}z')}"
        yield f"\tnot vars_regexp {{header.Access-Control-Request-Method}} {quote(rf'^{FORBIDDEN_METHOD}{chr(92)}z')}"
        yield f"\texpression size({{header.Access-Control-Request-Method}}) <= {LONGEST_ECHO}"
        yield "\tvars {vars.cors_kind} preflight"
        yield "}"
        yield "header @usable Access-Control-Allow-Methods {header.Access-Control-Request-Method}"
    if sharing.headers is None:
        yield "# With credentials browsers treat `*` as a name: the requested headers are echoed, if they are a list."
        yield "@names {"
        yield f"\tvars_regexp {{header.Access-Control-Request-Headers}} {quote(rf'^{NAMES}{chr(92)}z')}"
        yield f"\texpression size({{header.Access-Control-Request-Headers}}) <= {LONGEST_ECHO}"
        yield "\tvars {vars.cors_kind} preflight"
        yield "}"
        yield "header @names Access-Control-Allow-Headers {header.Access-Control-Request-Headers}"
    yield "# The app never sees a preflight."
    yield "respond @asked 204"
    if sharing.expose:
        yield f"header Access-Control-Expose-Headers {_value(sharing.expose)}"
    own = "{http.reverse_proxy.header.Access-Control-Allow-Origin}"
    yield f"reverse_proxy {upstream} {{"
    for name in MANAGED:
        if name != "Access-Control-Expose-Headers":
            yield f"\theader_down -{name}"
    yield "\t@own header Access-Control-Allow-Origin *"
    yield "\thandle_response @own {"
    yield "\t\troute {"
    if sharing.everybody:
        yield "\t\t\t# An Allow-Origin from the app replaces `*`."
        yield f"\t\t\theader Access-Control-Allow-Origin {own}"
    else:
        yield "\t\t\t# An Allow-Origin of the app's own can only lower this: neither `*` nor the origin, it takes"
        yield "\t\t\t# ours away."
        yield f"\t\t\t@lower not vars {own} * {{header.Origin}}"
        yield "\t\t\theader @lower {"
        yield "\t\t\t\t-Access-Control-Allow-Origin"
        yield "\t\t\t\t-Access-Control-Allow-Credentials"
        yield "\t\t\t\t-Access-Control-Expose-Headers"
        yield "\t\t\t\tdefer"
        yield "\t\t\t}"
    yield "\t\t\tcopy_response"
    yield "\t\t}"
    yield "\t}"
    yield "}"


def _pass_on(upstream: str, removed: tuple[str, ...]) -> Iterator[str]:
    yield f"reverse_proxy {upstream} {{"
    yield from (f"\theader_down -{name}" for name in removed)
    yield "}"


def _name(treatment: Treatment) -> str:
    if isinstance(treatment, Sharing):
        return f"p_{treatment.name}"
    return "deny" if treatment is Fixed.DENY else "hands_off"


def _value(text: str) -> str:
    """Return the value of a header; names contain neither quotes nor braces."""
    return f'"{text}"'


def quote(text: str) -> str:
    """Return a word of a Caddyfile; what this package writes has no backtick, except for header names in a class."""
    if "`" not in text:
        return f"`{text}`"
    return '"' + text.replace('"', '\\"') + '"'
