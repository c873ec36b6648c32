"""HAProxy: access lists over variables of a transaction, and rules that run in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .description import (
    MANAGED,
    VARY_PREFLIGHT,
    ByMethod,
    Edge,
    Fixed,
    PathKind,
    Piece,
    Setting,
    Sharing,
    Treatment,
)
from .dialects import PCRE_NAMED, write_whole
from .header_values import ECHO_METHOD, ECHO_NAMES, LIST_OF_NAMES
from .limits import find_too_many
from .raw_paths import NOT_CANONICAL, TEXT
from .refusals import Refusal, RefusalCode
from .words import batch, comment, indent

NAME: Final = "HAProxy"
CHECK: Final = ("haproxy", "-c", "-q", "-f")
COMMENT: Final = "#"
NOTES: Final = (
    "If Access-Control-Request-Headers is repeated, only the last line is echoed.",
    "Errors before any rule runs (400, 408) are not shared. A refused preflight has no body.",
    "A malformed Access-Control-Expose-Headers from the app is dropped entirely.",
)
PATH_NOTES: Final = ("A path with a broken escape, or with bytes that browsers never send, is never shared.",)

MOST_ORIGINS: Final = 200_000
"""HAProxy has no tables in its configuration: time grows with the lines, to half a millisecond for 100,000."""

_WORDS = 50  # HAProxy takes at most 64 words in a line
_LONGEST = 12_000  # a line holds 16 KiB


def find_refusals(edge: Edge, setting: Setting) -> list[Refusal]:
    """Return what HAProxy cannot express; PCRE has everything that Python's regular expressions have."""
    del setting
    found = list(find_too_many(edge, MOST_ORIGINS, NAME))
    for where, line in _walk_lines(edge):
        if len(line.encode()) > _LONGEST:
            problem = f"{len(line)} bytes are needed in one line, but HAProxy reads only {_LONGEST}."
            found.append(Refusal(where, line, RefusalCode.REGEX, problem, "Write less in one value."))
    return found


def write(edge: Edge, setting: Setting) -> list[Piece]:
    """Return the pieces of the configuration."""
    return [
        Piece(f"In the frontend, with `default_backend {edge.name}_app`", tuple(_write_frontend(edge))),
        Piece("Beside the frontend", tuple(_write_backend(edge, setting))),
    ]


def frame(edge: Edge, setting: Setting, pieces: list[Piece]) -> list[str]:
    """Return a whole configuration that contains the pieces."""
    rules, backend = (piece.lines for piece in pieces)
    return [
        "defaults",
        "    mode http",
        "    timeout connect 5s",
        "    timeout client 60s",
        "    timeout server 60s",
        "    timeout tunnel 1h",
        "",
        f"frontend {edge.name}",
        f"    bind {setting.listen}",
        "    option forwardfor",
        f"    default_backend {edge.name}_app",
        "",
        *indent(rules),
        "",
        *backend,
    ]


def _write_backend(edge: Edge, setting: Setting) -> Iterator[str]:
    yield f"backend {edge.name}_app"
    yield "    mode http"
    yield "    # Without a limit, HAProxy tries an app that is down for seconds, while the browser waits."
    yield "    retries 1"
    tls = " ssl verify required ca-file @system-ca" + (
        f" sni str({setting.upstream.host})" if setting.upstream.is_name else ""
    )
    yield f"    server app {setting.upstream}" + (tls if setting.upstream.is_tls else "")


def _write_frontend(edge: Edge) -> Iterator[str]:
    if not edge.sharings and Fixed.DENY not in edge.treatments:
        yield "# Hands off: the app's own answers pass as they are."
        return
    yield "# A preflight is an OPTIONS with Origin and Access-Control-Request-Method; any other OPTIONS is the app's."
    yield "acl cors_preflight var(txn.cors_preflight) -m int 1"
    yield (
        "http-request set-var(txn.cors_preflight) int(1) if METH_OPTIONS { req.fhdr_cnt(origin) gt 0 } "
        "{ req.fhdr_cnt(access-control-request-method) gt 0 }"
    )
    yield "# Several lines of Origin count as no Origin."
    yield "http-request set-var(txn.cors_origin) req.fhdr(origin) if { req.fhdr_cnt(origin) eq 1 }"
    if any(isinstance(rule.chosen, ByMethod) for rule in edge.rules):
        yield "# The method that counts: the one that a preflight announces, or that a request has."
        # Without a converter, HAProxy does not keep the name of a method that it has no number for, such as PATCH.
        yield "http-request set-var(txn.cors_asked) method,upper"
        yield "http-request set-var(txn.cors_asked) req.fhdr(access-control-request-method) if cors_preflight"
    yield ""
    yield from _write_choice(edge)
    for sharing in edge.sharings:
        yield ""
        yield f"# {sharing.name}: {sharing.said}"
        yield from _write_origins(sharing)
    yield ""
    yield "# The app never sees a preflight."
    yield "acl cors_allowed var(txn.cors_allowed) -m int 1"
    yield "acl cors_hands_off var(txn.cors) -m str hands_off"
    yield from _write_echoes(edge)
    for sharing in edge.sharings:
        if sharing.headers is None:
            yield "# Rules that add headers have a limit of 1024 bytes, and what is echoed may be longer."
            echo = "'%[var(txn.cors_echo_headers)]'"
            tests = f"{{ var(txn.cors) -m str {_key(sharing)} }} {{ var(txn.cors_echo_headers) -m found }}"
            yield (
                f"http-request return status 204 hdr Access-Control-Allow-Headers {echo} "
                f"if cors_preflight cors_allowed {tests}"
            )
    yield "http-request return status 204 if cors_preflight cors_allowed"
    yield "http-request return status 403 if cors_preflight !cors_hands_off"
    yield ""
    yield from _write_ceiling(edge)
    yield ""
    yield "# These also run for HAProxy's own answers: 204, 403, 503."
    yield "acl cors_shared var(txn.cors_shared) -m int 1"
    yield "http-after-response set-var(txn.cors_shared) int(1) if cors_allowed !{ var(txn.cors_lowered) -m int 1 }"
    for sharing in edge.sharings:
        yield from _write_headers(sharing)


def _write_choice(edge: Edge) -> Iterator[str]:
    if not edge.looks_at_paths:
        yield f"http-request set-var(txn.cors) str({_key(edge.otherwise)})"
        return
    found = "!{ var(txn.cors) -m found }"
    yield "# A path that can be read in more than one way is never shared: the app may read it differently."
    yield "http-request set-var(txn.cors_path) path,url_dec"
    yield f"http-request set-var(txn.cors) str(deny) if {{ path -m reg {quote(NOT_CANONICAL)} }}"
    yield rf"http-request set-var(txn.cors) str(deny) unless {{ path -m reg {quote(f'^{TEXT}{chr(92)}z')} }}"
    yield "# The first path that matches counts."
    for rule in edge.rules:
        if rule.kind is PathKind.EXACT:
            test = f"{{ var(txn.cors_path) -m str -- {quote(rule.text)} }}"
        elif rule.kind is PathKind.REGEX:
            assert rule.node is not None, "a rule of this kind has an expression"
            test = f"{{ var(txn.cors_path) -m reg {quote(write_whole(rule.node, PCRE_NAMED))} }}"
        else:
            test = f"{{ var(txn.cors_path) -m beg -- {quote(rule.text + '/')} }}"
            if rule.text:
                also = f"{{ var(txn.cors_path) -m str -- {quote(rule.text)} }}"
                yield from _set_choice(rule.chosen, f"{found} {also}")
        yield from _set_choice(rule.chosen, f"{found} {test}")
    yield f"http-request set-var(txn.cors) str({_key(edge.otherwise)}) if {found}"


def _set_choice(chosen: Treatment | ByMethod, condition: str) -> Iterator[str]:
    if not isinstance(chosen, ByMethod):
        yield f"http-request set-var(txn.cors) str({_key(chosen)}) if {condition}"
        return
    for methods, treatment in chosen.methods:
        test = f"{{ var(txn.cors_asked) -m str -i -- {' '.join(map(quote, methods))} }}"
        yield f"http-request set-var(txn.cors) str({_key(treatment)}) if {condition} {test}"
    yield f"http-request set-var(txn.cors) str({_key(chosen.otherwise)}) if {condition}"


def _write_origins(sharing: Sharing) -> Iterator[str]:
    is_this = f"{{ var(txn.cors) -m str {_key(sharing)} }}"
    if sharing.nobody:
        return
    if sharing.everybody:
        yield f"http-request set-var(txn.cors_allowed) int(1) if {is_this}"
        return
    name = f"cors_{sharing.name}_trusts"
    for words in batch(map(quote, sharing.exact), most=_WORDS, longest=_LONGEST // 2):
        yield f"acl {name} var(txn.cors_origin) -m str -- {' '.join(words)}"
    for regex in sharing.regexes:
        if not regex.rule.startswith("http"):
            yield f"# {comment(regex.rule)}"
        text = write_whole(regex.node, PCRE_NAMED, also=regex.conditions)
        yield f"acl {name} var(txn.cors_origin) -m reg {quote(text)}"
    yield f"http-request set-var(txn.cors_allowed) int(1) if {is_this} {name}"


def _write_echoes(edge: Edge) -> Iterator[str]:
    if any(sharing.methods is None for sharing in edge.sharings):
        yield "# With credentials browsers treat `*` as a name: the requested method is echoed, if a script may use it."
        yield (
            "http-request set-var(txn.cors_echo_method) req.fhdr(access-control-request-method) if "
            f"{{ req.fhdr(access-control-request-method) -m reg {quote(ECHO_METHOD)} }}"
        )
    if any(sharing.headers is None for sharing in edge.sharings):
        yield "# With credentials browsers treat `*` as a name: the requested headers are echoed, if they are a list."
        yield (
            "http-request set-var(txn.cors_echo_headers) req.fhdr(access-control-request-headers) if "
            f"{{ req.fhdr(access-control-request-headers) -m reg {quote(ECHO_NAMES)} }}"
        )


def _write_ceiling(edge: Edge) -> Iterator[str]:
    allow_origin = "res.fhdr(access-control-allow-origin)"
    counted = "res.fhdr_cnt(access-control-allow-origin)"
    everybody = [sharing for sharing in edge.sharings if sharing.everybody]
    kept = "".join(f" !{{ var(txn.cors) -m str {_key(sharing)} }}" for sharing in everybody)
    if len(everybody) < len(edge.sharings):
        yield "# An Allow-Origin from the app can only narrow this: unless it is `*` or the origin, ours is removed."
        yield f"http-response set-var(txn.cors_own) {allow_origin} if {{ {counted} gt 0 }}"
        yield f"http-response set-var(txn.cors_lowered) int(1) if {{ {counted} gt 1 }}{kept}"
        yield (
            f"http-response set-var(txn.cors_lowered) int(1) if {{ {counted} eq 1 }} "
            f"!{{ var(txn.cors_own) -m str -- '*' }} !{{ var(txn.cors_own),strcmp(txn.cors_origin) eq 0 }}{kept}"
        )
    yield "# The app's own headers are removed: the policy decides what browsers may do."
    for name in MANAGED:
        if name == "Access-Control-Expose-Headers":
            yield f"http-response del-header {name} if !cors_hands_off !cors_allowed"
            yield f"http-response del-header {name} if !cors_hands_off {{ var(txn.cors_lowered) -m int 1 }}"
            continue
        yield f"http-response del-header {name} if !cors_hands_off" + (kept if name == MANAGED[0] else "")
    yield "# What the app exposes is merged, if it is a list of names."
    yield (
        f"http-response del-header Access-Control-Expose-Headers if !cors_hands_off "
        f"!{{ res.fhdr(access-control-expose-headers) -m reg {quote(rf'^{LIST_OF_NAMES}{chr(92)}z')} }}"
    )


def _write_headers(sharing: Sharing) -> Iterator[str]:
    is_this = f"{{ var(txn.cors) -m str {_key(sharing)} }}"
    yield f"# What {sharing.name} says, and what its answers depend on"
    rule = "http-after-response"
    if sharing.everybody:
        absent = "!{ res.fhdr_cnt(access-control-allow-origin) gt 0 }"
        yield f"{rule} set-header Access-Control-Allow-Origin '*' if {is_this} {absent}"
    else:
        yield f"{rule} set-header Access-Control-Allow-Origin %[var(txn.cors_origin)] if {is_this} cors_shared"
    if sharing.credentials:
        yield f"{rule} set-header Access-Control-Allow-Credentials true if {is_this} cors_shared"
    granted = f"if {is_this} cors_shared cors_preflight"
    for name, value in sharing.grants:
        yield f"{rule} set-header {name} {quote(_format(value))} {granted}"
    if sharing.methods is None:
        echo, is_there = "%[var(txn.cors_echo_method)]", "{ var(txn.cors_echo_method) -m found }"
        yield f"{rule} set-header Access-Control-Allow-Methods {echo} {granted} {is_there}"
    if sharing.expose:
        expose = quote(_format(sharing.expose))
        yield f"{rule} add-header Access-Control-Expose-Headers {expose} if {is_this} cors_shared !cors_preflight"
    if not sharing.everybody:
        yield f"{rule} add-header Vary Origin if {is_this} !cors_preflight"
    yield f"{rule} set-header Vary {quote(VARY_PREFLIGHT)} if {is_this} cors_preflight"


def _key(treatment: Treatment) -> str:
    if isinstance(treatment, Sharing):
        return f"p_{treatment.name}"
    return "deny" if treatment is Fixed.DENY else "hands_off"


def _walk_lines(edge: Edge) -> Iterator[tuple[str, str]]:
    for sharing in edge.sharings:
        yield from (("origins", line) for line in _write_origins(sharing))
        yield from (("names", line) for line in _write_headers(sharing))
    yield from (("paths", line) for line in _write_choice(edge))


def _format(text: str) -> str:
    """Return a text as part of a log format."""
    return text.replace("%", "%%")


def quote(text: str) -> str:
    r"""Return a word of HAProxy's configuration: single quotes preserve all but themselves and the ends of lines.

    >>> quote("it's")
    "'it'\\''s'"
    """
    pieces = text.replace("'", r"'\''")
    for char, escape in (("\n", r"\n"), ("\r", r"\r"), ("\t", r"\t")):
        pieces = pieces.replace(char, f"'{escape}'")
    return f"'{pieces}'"
