"""Apache: mod_rewrite decides, in variables of the request, and mod_headers sets the headers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

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
from .dialects import PCRE, escape, write_whole
from .header_values import ECHO_METHOD, ECHO_NAMES
from .limits import find_too_many
from .raw_paths import NOT_CANONICAL, TEXT
from .refusals import Refusal
from .words import batch, comment, say

NAME: Final = "Apache"
CHECK: Final = ("apache2", "-t", "-C", "DefaultRuntimeDir {folder}", "-C", "ErrorLog {folder}/error.log", "-f")
COMMENT: Final = "#"
NOTES: Final = (
    "An empty Origin or Access-Control-Request-Method counts as absent, as does an empty Allow-Origin from the app.",
    "If the app sets two lines of Access-Control-Allow-Origin, only the first counts.",
    "Errors before any rule runs (400, 408, 414, 431) are not shared. A refused preflight gets Apache's error page.",
    "A malformed Access-Control-Expose-Headers from the app is passed on, and exposes nothing.",
)
PATH_NOTES: Final = ("Apache itself answers 400 or 404 to a path with a broken escape, or with an encoded NUL.",)

MOST_ORIGINS: Final = 10_000
"""Apache tries one regular expression for every 200 of them: 1,000 already triple the time of a preflight."""

# Apache's own regular expressions let a dot match the end of a line; Python's do not.
_PATHS = replace(PCRE, text_prefix=PCRE.text_prefix + "(?-s)")
_AT_ONCE, _LONGEST = 200, 16_000  # origins, and characters: PCRE compiles no more than 64 KiB
_MODULES = ("mpm_event", "authz_core", "headers", "proxy", "proxy_http", "rewrite")


def find_refusals(edge: Edge, setting: Setting) -> list[Refusal]:
    """Return what Apache cannot express; PCRE has everything that Python's regular expressions have."""
    del setting
    return list(find_too_many(edge, MOST_ORIGINS, NAME))


def write(edge: Edge, setting: Setting) -> list[Piece]:
    """Return the pieces of the configuration."""
    modules = ", ".join(f"mod_{name}" for name in _MODULES[2:])
    return [Piece(f"In the VirtualHost; {modules} are needed", tuple(_write_host(edge, setting)))]


def frame(edge: Edge, setting: Setting, pieces: list[Piece]) -> list[str]:
    """Return a whole configuration that contains the pieces."""
    del edge
    folder = "/usr/lib/apache2/modules"
    tls = ("LoadModule ssl_module " + f"{folder}/mod_ssl.so",) if setting.upstream.is_tls else ()
    return [
        "# Modules are where Debian keeps them.",
        *(f"LoadModule {name}_module {folder}/mod_{name}.so" for name in _MODULES),
        *tls,
        "<IfModule unixd_module>",
        "    User www-data",
        "    Group www-data",
        "</IfModule>",
        f"ServerName {setting.listen.host if setting.listen.is_name else 'localhost'}",
        f"Listen {setting.listen}",
        "",
        *pieces[0].lines,
    ]


def _write_host(edge: Edge, setting: Setting) -> Iterator[str]:
    if edge.sharings or Fixed.DENY in edge.treatments:
        yield "RewriteEngine On"
        yield "# Conditions have NV, or Apache would add to Vary every header that they test."
        yield ""
        yield from _write_preflight(edge)
        yield ""
        yield from _write_choice(edge)
        for sharing in edge.sharings:
            yield ""
            yield f"# {sharing.name}: {sharing.said}"
            yield from _write_origins(sharing)
        yield from _write_echoes(edge)
        yield ""
        yield "# The app never sees a preflight."
        yield from _rule(["%{ENV:CORS_PREFLIGHT} =1", '%{ENV:CORS_ORIGIN} !=""'], "R=204,L")
        yield from _rule(["%{ENV:CORS_PREFLIGHT} =1", "%{ENV:CORS_AT} !=hands_off"], "R=403,L")
        for sharing in edge.sharings:
            yield ""
            yield from _write_headers(sharing)
        yield ""
        yield from _write_removal(edge)
        yield ""
    yield "# Paths are passed on as they were sent, upgrades too."
    yield "AllowEncodedSlashes On"
    yield "ProxyPreserveHost On"
    if setting.upstream.is_tls:
        yield "SSLProxyEngine On"
    scheme = "https" if setting.upstream.is_tls else "http"
    yield f"ProxyPass / {scheme}://{setting.upstream}/ nocanon retry=0 upgrade=websocket"


def _write_preflight(edge: Edge) -> Iterator[str]:
    yield "# A preflight is an OPTIONS with Origin and Access-Control-Request-Method; any other OPTIONS is the app's."
    conditions = ["%{REQUEST_METHOD} =OPTIONS", '%{HTTP:Origin} !=""', '%{HTTP:Access-Control-Request-Method} !=""']
    yield from _rule(conditions, "E=CORS_PREFLIGHT:1")
    if any(isinstance(rule.chosen, ByMethod) for rule in edge.rules):
        yield "# The method that counts: the one that a preflight announces, or that a request has."
        yield from _rule([], "E=CORS_ASKED:%{REQUEST_METHOD}")
        yield from _rule(["%{ENV:CORS_PREFLIGHT} =1"], "E=CORS_ASKED:%{HTTP:Access-Control-Request-Method}")


def _write_choice(edge: Edge) -> Iterator[str]:
    if not edge.looks_at_paths:
        yield from _rule([], f"E=CORS_AT:{_key(edge.otherwise)}")
        return
    yield "# A path that can be read in more than one way is never shared: the app may read it differently."
    not_canonical = NOT_CANONICAL.replace(r"\z", r"\x20")
    yield from _rule([rf'%{{THE_REQUEST}} "^[^\x20]+\x20[^?\x20]*{not_canonical}"'], "E=CORS_AT:deny")
    yield from _rule([rf'%{{THE_REQUEST}} "!^[^\x20]+\x20{TEXT}(?:[?][^\x20]*)?\x20HTTP/"'], "E=CORS_AT:deny")
    yield "# The first path that matches counts."
    for rule in edge.rules:
        path = _write_path(rule)
        if isinstance(rule.chosen, ByMethod):
            for methods, treatment in rule.chosen.methods:
                named = "|".join(map(escape, methods))
                yield from _choose(treatment, path, [rf'%{{ENV:CORS_ASKED}} "^(?i:{named})\z"'])
            yield from _choose(rule.chosen.otherwise, path, [])
        else:
            yield f"# {comment(rule.shown)}: {say(rule.chosen)}"
            yield from _choose(rule.chosen, path, [])
    yield from _choose(edge.otherwise, "^", [])


def _choose(treatment: Treatment, path: str, conditions: list[str]) -> Iterator[str]:
    yield from _rule(['%{ENV:CORS_AT} =""', *conditions], f"E=CORS_AT:{_key(treatment)}", path)


def _write_path(rule: PathRule) -> str:
    if rule.kind is PathKind.REGEX:
        assert rule.node is not None, "a rule of this kind has an expression"
        return write_whole(rule.node, _PATHS)
    text = "".join(escape(char) if char.isascii() else _bytes(char) for char in rule.text)
    return rf"^{text}\z" if rule.kind is PathKind.EXACT else rf"^{text}(?:/|\z)"


def _bytes(char: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in char.encode())


def _write_origins(sharing: Sharing) -> Iterator[str]:
    if sharing.nobody:
        return
    is_this = f"%{{ENV:CORS_AT}} ={_key(sharing)}"
    if sharing.everybody:
        yield from _rule([is_this], "E=CORS_ORIGIN:*")
        return
    tests: list[str] = []
    batches = batch(map(escape, sharing.exact), most=_AT_ONCE, longest=_LONGEST)
    tests += [rf'"^(?:{"|".join(texts)})\z"' for texts in batches]
    said = [f"# {comment(regex.rule)}" for regex in sharing.regexes if not regex.rule.startswith("http")]
    tests += [f'"{write_whole(regex.node, PCRE, also=regex.conditions)}"' for regex in sharing.regexes]
    yield from said
    yield f"RewriteCond {is_this} [NV]"
    for number, test in enumerate(tests, 1):
        yield f"RewriteCond %{{HTTP:Origin}} {test} [NV{',OR' if number < len(tests) else ''}]"
    yield "RewriteRule ^ - [E=CORS_ORIGIN:%{HTTP:Origin}]"


def _write_echoes(edge: Edge) -> Iterator[str]:
    if any(sharing.methods is None for sharing in edge.sharings):
        yield ""
        yield "# With credentials browsers treat `*` as a name: the requested method is echoed, if a script may use it."
        name = "%{HTTP:Access-Control-Request-Method}"
        yield from _rule([f'{name} "{ECHO_METHOD}"'], f"E=CORS_ECHO_METHOD:{name}")
    if any(sharing.headers is None for sharing in edge.sharings):
        yield ""
        yield "# With credentials browsers treat `*` as a name: the requested headers are echoed, if they are a list."
        name = "%{HTTP:Access-Control-Request-Headers}"
        yield from _rule([f'{name} "{ECHO_NAMES}"'], f"E=CORS_ECHO_HEADERS:{name}")


def _write_headers(sharing: Sharing) -> Iterator[str]:
    yield f"# What {sharing.name} says, and what its answers depend on; `always` covers errors too, Apache's own"
    here = f"reqenv('CORS_AT') == '{_key(sharing)}'"
    preflight, actual = f"{here} && reqenv('CORS_PREFLIGHT') == '1'", f"{here} && reqenv('CORS_PREFLIGHT') != '1'"
    shared = _shares(sharing)
    if sharing.everybody:
        yield "# An Allow-Origin from the app replaces `*`."
        yield _header(
            "always set", "Access-Control-Allow-Origin", "*", f"{here} && resp('Access-Control-Allow-Origin') == ''"
        )
    elif not sharing.nobody:
        yield "# An Allow-Origin from the app can only narrow this: unless it is `*` or the origin, ours is removed."
        yield f'Header always set Access-Control-Allow-Origin "%{{CORS_ORIGIN}}e" "expr={shared}"'
    if not sharing.nobody:
        if sharing.credentials:
            yield _header("always set", "Access-Control-Allow-Credentials", "true", shared)
        granted = f"{preflight} && -n reqenv('CORS_ORIGIN')"
        for name, value in sharing.grants:
            yield _header("always set", name, value, granted)
        for name, variable, given in (
            ("Access-Control-Allow-Methods", "CORS_ECHO_METHOD", sharing.methods),
            ("Access-Control-Allow-Headers", "CORS_ECHO_HEADERS", sharing.headers),
        ):
            if given is None:
                yield f'Header always set {name} "%{{{variable}}}e" "expr={granted} && -n reqenv(\'{variable}\')"'
        if sharing.expose:
            tests = f"{shared} && reqenv('CORS_PREFLIGHT') != '1'"
            yield _header("always set", "Access-Control-Expose-Headers", sharing.expose, tests)
    yield _header("always set", "Vary", VARY_PREFLIGHT, preflight)
    if not sharing.everybody:
        yield _header("always add", "Vary", "Origin", actual)


def _shares(sharing: Sharing) -> str:
    """Return the condition for sharing a response, as long as the app's own headers are still there."""
    here = f"reqenv('CORS_AT') == '{_key(sharing)}' && -n reqenv('CORS_ORIGIN')"
    if sharing.everybody:
        return here
    own = "resp('Access-Control-Allow-Origin')"
    return f"{here} && ({own} == '' || {own} == '*' || {own} == reqenv('CORS_ORIGIN'))"


def _write_removal(edge: Edge) -> Iterator[str]:
    yield "# The app's own headers are removed: the policy decides what browsers may do. Those above are kept apart."
    ours = "reqenv('CORS_AT') != 'hands_off'"
    shared = " || ".join(f"({_shares(sharing)})" for sharing in edge.sharings if not sharing.nobody)
    exposes = f"{ours} && !({shared})" if shared else ours
    yield f'Header unset Access-Control-Expose-Headers "expr={exposes}"'
    kept = "".join(f" && reqenv('CORS_AT') != '{_key(sharing)}'" for sharing in edge.sharings if sharing.everybody)
    for name in MANAGED:
        if name != "Access-Control-Expose-Headers":
            yield f'Header unset {name} "expr={ours}{kept if name == MANAGED[0] else ""}"'


def _header(action: str, name: str, value: str, condition: str) -> str:
    return f'Header {action} {name} "{_format(value)}" "expr={condition}"'


def _rule(conditions: Iterable[str], flags: str, path: str = "^") -> Iterator[str]:
    yield from (f"RewriteCond {condition} [NV]" for condition in conditions)
    yield f"RewriteRule {path if path == '^' else quote(path)} - [{flags}]"


def _key(treatment: Treatment) -> str:
    if isinstance(treatment, Sharing):
        return f"p_{treatment.name}"
    return "deny" if treatment is Fixed.DENY else "hands_off"


def _format(text: str) -> str:
    """Return the value of a header; names contain neither quotes nor backslashes."""
    return text.replace("%", "%%")


def quote(text: str) -> str:
    """Return a regular expression as mod_rewrite reads it: backslashes stay, and quotes are spelled differently."""
    return f'"{text}"'
