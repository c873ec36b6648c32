"""nginx: chains of `map`, and a `location` for each path rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
from .header_values import ECHO_METHOD, ECHO_NAMES, LIST_OF_NAMES
from .origins import OriginRegex
from .raw_paths import NOT_CANONICAL, TEXT
from .refusals import Refusal, RefusalCode
from .words import comment, indent, say

NAME: Final = "nginx"
CHECK: Final = ("nginx", "-t", "-q", "-e", "{folder}/error.log", "-g", "pid {folder}/nginx.pid;", "-c")
COMMENT: Final = "#"

NOTES: Final = (
    "An empty Origin or Access-Control-Request-Method counts as absent, as does an empty CORS header from the app.",
    "nginx before 1.23 sees only the first line of a repeated header: of Origin, and of headers that the app sets.",
    "Errors before any rule runs (400, 408, 414, 494) are not shared. A refused preflight gets nginx's error page.",
    "A malformed Access-Control-Expose-Headers from the app is dropped entirely.",
)
PATH_NOTES: Final = (
    "nginx itself answers 400 to a path that leaves the root or has a broken escape.",
    "It answers 500 to a path that is not UTF-8 where a regular expression on paths looks at it.",
)

# What nginx allots to look-ups, in entries and in bytes; each entry needs this many bytes besides its text.
_MOST_IN_HASH, _BUCKET, _ENTRY = 1000, 64, 32
_LONGEST = 4000  # nginx does not read words longer than 4096 bytes in its configuration


def find_refusals(edge: Edge, setting: Setting) -> list[Refusal]:
    """Return what nginx cannot express; PCRE has everything that Python's regular expressions have."""
    del setting
    found: list[Refusal] = []
    for where, line in _walk_long_lines(edge):
        problem = f"{len(line)} bytes are needed in one word of the configuration, but nginx reads only 4096."
        found.append(Refusal(where, line, RefusalCode.REGEX, problem, "Write a pattern, or a shorter expression."))
    return found


def write(edge: Edge, setting: Setting) -> list[Piece]:
    """Return the pieces of the configuration."""
    return [
        Piece("Inside http { }", tuple(_write_http(edge, setting))),
        Piece("Inside server { }", tuple(_write_server(edge, setting))),
    ]


def frame(edge: Edge, setting: Setting, pieces: list[Piece]) -> list[str]:
    """Return a whole configuration that contains the pieces."""
    del edge
    http, server = (piece.lines for piece in pieces)
    return [
        "events { }",
        "",
        "http {",
        *indent(http),
        "",
        "    server {",
        f"        listen {setting.listen};",
        "",
        *indent(server, 2),
        "    }",
        "}",
    ]


def _write_http(edge: Edge, setting: Setting) -> Iterator[str]:
    yield from _write_hash_sizes(edge)
    yield f"upstream {edge.name}_app {{"
    yield f"    server {setting.upstream};"
    yield "    keepalive 32;"
    yield "}"
    yield ""
    yield "# Upgrades, such as to WebSocket, are passed on; otherwise connections to the app are kept open."
    yield from _map("$http_upgrade", "$cors_connection", ['"" "";', "default upgrade;"])
    if not edge.sharings and not _denies(edge):
        return
    yield ""
    yield from _write_preflight()
    if edge.looks_at_paths:
        yield ""
        yield from _write_canonical()
    for number, rule in enumerate(edge.rules):
        if isinstance(rule.chosen, ByMethod):
            yield ""
            yield f"# Which policy {comment(rule.shown)} has depends on the method."
            cases = [
                f"{quote(method)} {_location_name(treatment)};"
                for methods, treatment in rule.chosen.methods
                for method in methods
            ]
            cases.append(f"default {_location_name(rule.chosen.otherwise)};")
            yield from _map("$cors_asked", f"$cors_at_{number}", cases)
            for name, variable in _list_headers_by_method(rule.chosen, number).items():
                yield from _map(f"$cors_at_{number}", variable, _pick(rule.chosen, name))
    if _needs_dollar(edge):
        yield ""
        yield "# nginx has no escape for a dollar sign."
        yield 'geo $cors_dollar { default "$"; }'
    yield from _write_echoes(edge)
    for sharing in edge.sharings:
        yield ""
        yield from _write_sharing(sharing)


def _write_hash_sizes(edge: Edge) -> Iterator[str]:
    """Return the room that look-ups need, if nginx does not allot it itself."""
    exact = [origin for sharing in edge.sharings for origin in sharing.exact]
    longest = max(map(len, exact), default=0)
    if len(exact) > _MOST_IN_HASH:
        yield f"map_hash_max_size {1 << (2 * len(exact)).bit_length()};"
    if longest + _ENTRY > _BUCKET:
        yield f"map_hash_bucket_size {1 << (longest + _ENTRY).bit_length()};"


def _write_preflight() -> Iterator[str]:
    yield "# A preflight is an OPTIONS with Origin and Access-Control-Request-Method; any other OPTIONS is the app's."
    yield from _map("$http_access_control_request_method", "$cors_asks", ['"" "";', "default $request_method;"])
    yield from _map("$http_origin", "$cors_asks_from", ['"" "";', "default $cors_asks;"])
    yield from _map("$cors_asks_from", "$cors_preflight", ["OPTIONS 1;", "default 0;"])
    yield "# The method that counts: the one that a preflight announces, or that a request has."
    yield from _map(
        "$cors_preflight", "$cors_asked", ["1 $http_access_control_request_method;", "default $request_method;"]
    )
    yield "# What an answer depends on, and caches must know."
    yield from _map("$cors_preflight", "$cors_vary_origin", [f'1 "{VARY_PREFLIGHT}";', "default Origin;"])
    yield from _map("$cors_preflight", "$cors_vary_nothing", [f'1 "{VARY_PREFLIGHT}";', 'default "";'])
    yield "# Maps ignore case, but origins differ by it: exact ones are looked up here."
    yield from _map("$http_origin", "$cors_lower_case_origin", ['"~[A-Z]" "";', "default $http_origin;"])
    yield "# What the app exposes is merged, if it is a list of names."
    cases = [
        f"{quote(f'~^{LIST_OF_NAMES}{chr(92)}z', variables=True)} $upstream_http_access_control_expose_headers;",
        'default "";',
    ]
    yield from _map("$upstream_http_access_control_expose_headers", "$cors_app_exposes", cases)


def _write_canonical() -> Iterator[str]:
    yield "# A path that can be read in more than one way is never shared: the app may read it differently."
    cases = [
        f"{quote(f'~^[^?]*{NOT_CANONICAL}', variables=True)} 1;",
        f"{quote(f'~^{TEXT}(?:[?]|{chr(92)}z)', variables=True)} 0;",
        "default 1;",
    ]
    yield from _map("$request_uri", "$cors_not_canonical", cases)


def _write_echoes(edge: Edge) -> Iterator[str]:
    if any(sharing.methods is None for sharing in edge.sharings):
        yield ""
        yield "# With credentials browsers treat `*` as a name: the requested method is echoed, if a script may use it."
        cases = [f"{quote('~' + ECHO_METHOD, variables=True)} $http_access_control_request_method;", 'default "";']
        yield from _map("$http_access_control_request_method", "$cors_echo_method", cases)
    if any(sharing.headers is None for sharing in edge.sharings):
        yield ""
        yield "# With credentials browsers treat `*` as a name: the requested headers are echoed, if they are a list."
        cases = [f"{quote('~' + ECHO_NAMES, variables=True)} $http_access_control_request_headers;", 'default "";']
        yield from _map("$http_access_control_request_headers", "$cors_echo_headers", cases)


def _write_sharing(sharing: Sharing) -> Iterator[str]:
    var = f"$cors_{sharing.name}"
    yield f"# {sharing.name}: {sharing.said}"
    if sharing.everybody:
        yield "# Everybody may read, with or without an Origin; an Allow-Origin from the app replaces this one."
        yield from _map("$cors_preflight", f"{var}_does", ["1 grant;", "default pass;"])
        yield from _map("$upstream_http_access_control_allow_origin", f"{var}_allow_origin", ['"" "*";', 'default "";'])
        shares, is_shared = "$cors_preflight", ["0 {};", 'default "";']
    else:
        yield from _write_origins(sharing, var)
        yield from _map(f"{var}_origin", f"{var}_verdict", ['"" refuse;', "default grant;"])
        yield from _map("$cors_preflight", f"{var}_does", [f"1 {var}_verdict;", "default pass;"])
        yield "# An Allow-Origin from the app can only narrow this: unless it is `*` or the origin, ours is removed."
        yield from _map(
            f'"{var}_origin $upstream_http_access_control_allow_origin"',
            f"{var}_allow_origin",
            [rf'"~^\S+ \*?\z" {var}_origin;', rf'"~^(\S+) \1\z" {var}_origin;', 'default "";'],
        )
        shares, is_shared = f'"$cors_preflight{var}_allow_origin"', ['"~^0." {};', 'default "";']
    if sharing.credentials:
        yield from _map(f"{var}_allow_origin", f"{var}_credentials", ['"" "";', '"~." true;'])
    for name, value in (("methods", sharing.methods), ("headers", sharing.headers), ("max_age", sharing.max_age)):
        if value != "":
            granted = f"$cors_echo_{name[:-1] if name == 'methods' else name}" if value is None else quote(value)
            yield from _map(f"{var}_does", f"{var}_{name}", [f"grant {granted};", 'default "";'])
    if sharing.expose:
        yield from _map(shares, f"{var}_expose", [case.format(quote(sharing.expose)) for case in is_shared])
    if sharing.expose != "*":
        cases = [case.format("$cors_app_exposes") for case in is_shared]
        yield from _map(shares, f"{var}_app_exposes", cases)


def _write_origins(sharing: Sharing, var: str) -> Iterator[str]:
    yield "# The origin itself if it may read, otherwise nothing."
    default = '""'
    look_up = [origin for origin in sharing.exact if origin == origin.lower()]
    if look_up:
        default = f"{var}_exact"
        cases = ['default "";', *(f"{quote(origin)} $http_origin;" for origin in look_up)]
        yield from _map("$cors_lower_case_origin", default, cases)
    cases = [f"default {default};"]
    cases += [
        f"{quote(f'~^{escape(origin)}{chr(92)}z')} $http_origin;" for origin in sharing.exact if origin not in look_up
    ]
    for regex in sharing.regexes:
        if not regex.rule.startswith("http"):
            cases.append(f"# {comment(regex.rule)}")
        cases.append(f"{quote(_write_regex(regex), variables=True)} $http_origin;")
    yield from _map("$http_origin", f"{var}_origin", cases)


def _write_regex(regex: OriginRegex) -> str:
    return "~" + write_whole(regex.node, PCRE, also=regex.conditions)


def _write_server(edge: Edge, setting: Setting) -> Iterator[str]:
    scheme = "https" if setting.upstream.is_tls else "http"
    target = f"{scheme}://{edge.name}_app"
    if not edge.sharings and not _denies(edge):
        yield "location / {"
        yield from indent(_pass_on(target))
        yield "}"
        return
    if edge.looks_at_paths:
        yield "# If a path can be read in more than one way, nothing is shared."
        yield "error_page 418 = @cors_deny;"
        yield "if ($cors_not_canonical) { return 418; }"
        yield ""
    places = list(_list_places(edge))
    uses: dict[Treatment, int] = {Fixed.DENY: 2} if edge.looks_at_paths else {}
    for place, _, chosen, _ in places:
        # nginx answers /a with a redirect where `proxy_pass` is in `location = /a/` itself.
        is_apart = isinstance(chosen, ByMethod) or (place.startswith("= ") and place.endswith('/"'))
        for treatment in chosen.all if isinstance(chosen, ByMethod) else (chosen,):
            uses[treatment] = uses.get(treatment, 0) + (2 if is_apart else 1)
    for place, shown, chosen, number in places:
        yield f"# {comment(shown)}: {say(chosen)}"
        yield f"location {place} {{"
        if isinstance(chosen, ByMethod):
            yield from indent(_go_to(f"$cors_at_{number}", _list_headers_by_method(chosen, number)))
        elif uses[chosen] > 1:
            yield from indent(_go_to(_location_name(chosen), _list_headers(chosen)))
        else:
            yield from indent(_write_treatment(chosen, target))
        yield "}"
        yield ""
    for treatment, count in uses.items():
        if count > 1:
            yield f"# {say(treatment)}"
            yield f"location @{_location_name(treatment)} {{"
            yield from indent(_write_treatment(treatment, target))
            yield "}"
            yield ""


def _list_places(edge: Edge) -> Iterator[tuple[str, str, Treatment | ByMethod, int]]:
    exact = {rule.text for rule in edge.rules if rule.kind is PathKind.EXACT}
    covers_all = behind_regex = False
    for number, rule in enumerate(edge.rules):
        if rule.kind is PathKind.EXACT:
            yield f"= {quote(rule.text, variables=True)}", rule.shown, rule.chosen, number
        elif rule.kind is PathKind.PREFIX and behind_regex:
            pattern = rf"^{_escape_path(rule.text)}(?:/|\z)"
            yield f"~ {quote(pattern, variables=True)}", rule.shown, rule.chosen, number
            covers_all = covers_all or not rule.text
        elif rule.kind is PathKind.PREFIX:
            if rule.text and rule.text not in exact:
                yield f"= {quote(rule.text, variables=True)}", rule.shown, rule.chosen, number
            # ^~ keeps regular expressions from being tried: any path that is written out beats them.
            yield f"^~ {quote(rule.text + '/', variables=True)}", rule.shown, rule.chosen, number
            covers_all = covers_all or not rule.text
        else:
            behind_regex = True  # and nginx looks at expressions in their order, and at these prefixes before them
            yield f"~ {quote(_write_path_regex(rule), variables=True)}", rule.shown, rule.chosen, number
    if not covers_all:
        yield "/", "everything else" if edge.rules else "every path", edge.otherwise, -1


def _escape_path(text: str) -> str:
    return "".join(escape(char) if char.isascii() else char for char in text)


def _write_path_regex(rule: PathRule) -> str:
    assert rule.node is not None, "a rule of this kind has an expression"
    return write_whole(rule.node, PCRE)


def _write_treatment(treatment: Treatment, target: str) -> Iterator[str]:
    if treatment is Fixed.HANDS_OFF:
        yield from _pass_on(target)
        return
    everybody = isinstance(treatment, Sharing) and treatment.everybody
    for name in MANAGED:
        if not (everybody and name == MANAGED[0]):
            yield f"proxy_hide_header {name};"
    if not isinstance(treatment, Sharing):
        yield "if ($cors_preflight) { return 403; }"
        yield from _pass_on(target)
        return
    var = f"$cors_{treatment.name}"
    yield "# A header with an empty value is not sent; `always` covers errors too, including the proxy's own."
    yield f"add_header Access-Control-Allow-Origin {var}_allow_origin always;"
    if treatment.credentials:
        yield f"add_header Access-Control-Allow-Credentials {var}_credentials always;"
    for name, key, value in (
        ("Access-Control-Allow-Methods", "methods", treatment.methods),
        ("Access-Control-Allow-Headers", "headers", treatment.headers),
        ("Access-Control-Max-Age", "max_age", treatment.max_age),
        ("Access-Control-Expose-Headers", "expose", treatment.expose),
        ("Access-Control-Expose-Headers", "app_exposes", None if treatment.expose != "*" else ""),
    ):
        if value != "":
            yield f"add_header {name} {var}_{key} always;"
    yield f"add_header Vary $cors_vary_{'nothing' if everybody else 'origin'} always;"
    yield "# The app never sees a preflight."
    yield f"if ({var}_does = grant) {{ return 204; }}"
    if not everybody:
        yield f"if ({var}_does = refuse) {{ return 403; }}"
    yield from _pass_on(target)


def _go_to(location: str, headers: dict[str, str]) -> Iterator[str]:
    """Return the lines that lead to a named location."""
    if headers:
        yield "# For errors that nginx raises before it goes on, such as 413."
        yield from (f"add_header {name} {variable} always;" for name, variable in headers.items())
    yield f"error_page 418 = @{location};"
    yield "return 418;"


def _list_headers(treatment: Treatment) -> dict[str, str]:
    """Return the headers of a response to an actual request, and their variables."""
    if not isinstance(treatment, Sharing):
        return {}
    var = f"$cors_{treatment.name}"
    found = {"Access-Control-Allow-Origin": f"{var}_allow_origin"}
    if treatment.credentials:
        found["Access-Control-Allow-Credentials"] = f"{var}_credentials"
    if treatment.expose:
        found["Access-Control-Expose-Headers"] = f"{var}_expose"
    return {**found, "Vary": f"$cors_vary_{'nothing' if treatment.everybody else 'origin'}"}


def _list_headers_by_method(chosen: ByMethod, number: int) -> dict[str, str]:
    names = dict.fromkeys(name for treatment in chosen.all for name in _list_headers(treatment))
    short = {name: name.removeprefix("Access-Control-").lower().replace("-", "_") for name in names}
    return {name: f"$cors_at_{number}_{key}" for name, key in short.items()}


def _pick(chosen: ByMethod, name: str) -> Iterator[str]:
    """Return, for each treatment that has a header, the variable that holds it."""
    yield 'default "";'
    for treatment in chosen.all:
        if variable := _list_headers(treatment).get(name):
            yield f"{_location_name(treatment)} {variable};"


def _pass_on(target: str) -> Iterator[str]:
    yield "proxy_http_version 1.1;"
    yield "proxy_set_header Host $http_host;"
    yield "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"
    yield "proxy_set_header X-Forwarded-Proto $scheme;"
    yield "proxy_set_header Upgrade $http_upgrade;"
    yield "proxy_set_header Connection $cors_connection;"
    yield f"proxy_pass {target};"


def _location_name(treatment: Treatment) -> str:
    if isinstance(treatment, Sharing):
        return f"cors_{treatment.name}"
    return "cors_deny" if treatment is Fixed.DENY else "cors_hands_off"


def _denies(edge: Edge) -> bool:
    return Fixed.DENY in edge.treatments


def _needs_dollar(edge: Edge) -> bool:
    values = [value for sharing in edge.sharings for value in (sharing.methods, sharing.headers, sharing.expose)]
    return any("$" in (value or "") for value in values)


def _map(source: str, target: str, cases: Iterable[str]) -> Iterator[str]:
    cases = list(cases)
    if len(cases) <= 2 and sum(map(len, cases)) < 50:
        yield f"map {source} {target} {{ {' '.join(cases)} }}"
        return
    yield f"map {source} {target} {{"
    yield from indent(cases)
    yield "}"


def _walk_long_lines(edge: Edge) -> Iterator[tuple[str, str]]:
    for _, regex in edge.walk_regexes():
        if len(_write_regex(regex)) > _LONGEST:
            yield "origins", regex.rule
    for sharing in edge.sharings:
        for option, value in (
            ("methods", sharing.methods),
            ("allow_headers", sharing.headers),
            ("expose_headers", sharing.expose),
        ):
            if len(value or "") > _LONGEST:
                yield option, value or ""
    for rule in edge.rules:
        text = _write_path_regex(rule) if rule.kind is PathKind.REGEX else rule.text
        if len(text.encode()) > _LONGEST:
            yield "paths", rule.shown


def quote(text: str, *, variables: bool = False) -> str:
    r"""Return a word of nginx's configuration.

    Args:
        text: the text.
        variables: whether a dollar sign is literal here, as in names of locations and regular expressions.
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    for char, written in (("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        escaped = escaped.replace(char, written)
    return f'"{escaped}"' if variables else '"' + escaped.replace("$", "${cors_dollar}") + '"'
