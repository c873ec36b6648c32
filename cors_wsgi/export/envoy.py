"""Envoy: routes in order, each with the headers that it adds and removes, and a small Lua filter for the ceiling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cors_wsgi.answers import LONGEST_ECHO

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
from .dialects import RE2_ASCII
from .dialects import write as write_node
from .header_values import FORBIDDEN_METHOD, METHOD, NAMES
from .limits import find_beyond_re2
from .raw_paths import NOT_CANONICAL, TEXT, escape_char, spell
from .refusals import Difference, Refusal, RefusalCode
from .words import comment, indent, say

NAME: Final = "Envoy"
CHECK: Final = ("envoy", "--mode", "validate", "-l", "error", "-c")
COMMENT: Final = "#"
NOTES: Final = (
    "Errors before any rule runs (400, 408, 431) are not shared. A refused preflight has no body.",
    "Envoy itself answers 400 to a request with a body that has no Content-Type and the method QUERY.",
    "A malformed Access-Control-Expose-Headers from the app is passed on, and exposes nothing.",
)
PATH_NOTES: Final = ("A path with a broken escape, or with bytes that browsers never send, is never shared.",)

MOST_IN_REGEX: Final = 1000
"""More exact origins than this are looked up in a Lua table: RE2 accepts some thousands, and then refuses."""

_TYPES = "type.googleapis.com/envoy.extensions.filters."
_LONGEST_ECHO = f"{'.{0,1000}' * (LONGEST_ECHO // 1000)}.{{0,{LONGEST_ECHO % 1000}}}"


def find_refusals(edge: Edge, setting: Setting) -> list[Refusal]:
    """Return what Envoy cannot express."""
    found = list(find_beyond_re2(edge))
    for rule in edge.rules:
        if rule.kind is PathKind.REGEX:
            problem = "Envoy matches the path as it was sent: to a regular expression, `%61` is not `a`."
            remedy = f"Write a path such as '/api/*', or accept it: --allow-difference {Difference.ESCAPED_PATHS}."
            found.append(Refusal("paths", rule.shown, RefusalCode.ESCAPED_PATHS, problem, remedy))
    if Difference.NO_CEILING in setting.accepted and _has_tables(edge):
        problem = "The Lua filter looks up so many origins, but no-ceiling leaves it out."
        remedy = f"Do not accept {Difference.NO_CEILING}."
        found.append(Refusal("origins", f"over {MOST_IN_REGEX}", RefusalCode.TOO_MANY_ORIGINS, problem, remedy))
    elif Difference.NO_CEILING in setting.accepted and _needs_ceiling(edge):
        problem = "Without a Lua filter, an Allow-Origin from the app narrows nothing."
        found.append(Refusal("Allow-Origin", "of the app's", RefusalCode.NO_CEILING, problem, "Use Lua."))
    return found


def write(edge: Edge, setting: Setting) -> list[Piece]:
    """Return the pieces of the configuration."""
    pieces = [Piece("In the routes of the virtual host, in this order", tuple(_write_routes(edge, setting)))]
    if _has_tables(edge) or _has_ceiling(edge, setting):
        pieces.append(Piece("In http_filters, in front of the router", tuple(_write_lua(edge, setting))))
    pieces.append(Piece("In clusters", tuple(_write_cluster(edge, setting))))
    pieces.append(Piece("At the top: by default, Envoy refuses regular expressions as long as these", tuple(_RUNTIME)))
    return pieces


_RUNTIME = (
    "layered_runtime:",
    "  layers:",
    "  - name: cors",
    "    static_layer:",
    "      re2.max_program_size.error_level: 1000000",
    "      re2.max_program_size.warn_level: 1000000",
)


def frame(edge: Edge, setting: Setting, pieces: list[Piece]) -> list[str]:
    """Return a whole configuration that contains the pieces."""
    routes, cluster = pieces[0].lines, pieces[-2].lines
    lua = pieces[1].lines if len(pieces) == 4 else ()
    return [
        "static_resources:",
        "  listeners:",
        f"  - name: {edge.name}",
        "    address:",
        f"      socket_address: {{address: {quote(setting.listen.host)}, port_value: {setting.listen.port}}}",
        "    filter_chains:",
        "    - filters:",
        "      - name: envoy.filters.network.http_connection_manager",
        "        typed_config:",
        f"          '@type': {_TYPES}network.http_connection_manager.v3.HttpConnectionManager",
        f"          stat_prefix: {edge.name}",
        "          upgrade_configs: [{upgrade_type: websocket}]",
        "          # By default, Envoy answers 400 to methods that it does not know.",
        "          http_protocol_options: {allow_custom_methods: true}",
        "          # Paths are matched as they were sent, and passed on unchanged.",
        "          normalize_path: false",
        "          path_with_escaped_slashes_action: KEEP_UNCHANGED",
        "          route_config:",
        f"            name: {edge.name}",
        "            virtual_hosts:",
        f"            - name: {edge.name}",
        "              domains: ['*']",
        "              routes:",
        *indent(routes, 7, by="  "),
        "          http_filters:",
        *indent(lua, 5, by="  "),
        "          - name: envoy.filters.http.router",
        "            typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}",
        "  clusters:",
        *indent(cluster, 1, by="  "),
        *_RUNTIME,
    ]


def _write_cluster(edge: Edge, setting: Setting) -> Iterator[str]:
    upstream = setting.upstream
    yield f"- name: {edge.name}_app"
    yield f"  type: {'STRICT_DNS' if upstream.is_name else 'STATIC'}"
    yield "  connect_timeout: 5s"
    yield "  load_assignment:"
    yield f"    cluster_name: {edge.name}_app"
    yield "    endpoints:"
    yield "    - lb_endpoints:"
    address = f"{{address: {quote(upstream.host)}, port_value: {upstream.port}}}"
    yield f"      - endpoint: {{address: {{socket_address: {address}}}}}"
    if upstream.is_tls:
        yield "  transport_socket:"
        yield "    name: envoy.transport_sockets.tls"
        yield "    typed_config:"
        yield "      '@type': type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"
        yield f"      sni: {quote(upstream.host)}"
        yield "      common_tls_context:"
        yield "        validation_context:"
        yield "          trusted_ca: {filename: /etc/ssl/certs/ca-certificates.crt}"


@dataclass(frozen=True)
class _Route:
    """One route.

    Attributes:
        says: what it is for.
        path: how the path is matched.
        tests: further conditions, all on headers.
        does: the lines of its action.
    """

    says: str
    path: str
    tests: tuple[str, ...]
    does: tuple[str, ...]


@dataclass(frozen=True)
class _App:
    """How requests are passed on.

    Attributes:
        route: the lines of a route to the app.
        has_ceiling: whether a Lua filter looks at the app's own Allow-Origin.
    """

    route: tuple[str, ...]
    has_ceiling: bool


def _write_routes(edge: Edge, setting: Setting) -> Iterator[str]:
    lines = [f"route: {{cluster: {edge.name}_app, timeout: 0s}}"]
    if _has_tables(edge):
        headers = [_header(sharing.name) for sharing in edge.sharings if len(sharing.exact) > MOST_IN_REGEX]
        lines.append(f"request_headers_to_remove: [{', '.join(headers)}]")
    for route in _list_routes(edge, _App(tuple(lines), _has_ceiling(edge, setting))):
        yield f"# {route.says}"
        yield "- match:"
        yield f"    {route.path}"
        if route.tests:
            yield "    headers:"
            yield from (f"    - {test}" for test in route.tests)
        yield from indent(route.does, 1, by="  ")


_PREFLIGHT = (
    "{name: ':method', string_match: {exact: OPTIONS}}",
    "{name: origin, present_match: true}",
    "{name: access-control-request-method, present_match: true}",
)


def _list_routes(edge: Edge, app: _App) -> Iterator[_Route]:
    if edge.looks_at_paths:
        why = "A path that can be read in more than one way is never shared"
        bad = f"safe_regex: {{regex: {quote(f'.*{NOT_CANONICAL}.*')}}}"
        yield from _list_treatment(Fixed.DENY, why, bad, (), app)
        not_text = _match("':path'", TEXT + "(?:[?].*)?", inverted=True)
        yield from _list_treatment(Fixed.DENY, why, "prefix: /", (not_text,), app)
    for rule in edge.rules:
        for path in _write_path(rule):
            yield from _list_chosen(rule.chosen, comment(rule.shown), path, app)
    if not any(rule.kind is PathKind.PREFIX and not rule.text for rule in edge.rules):
        yield from _list_chosen(edge.otherwise, "Every other path" if edge.rules else "Every path", "prefix: /", app)


def _write_path(rule: PathRule) -> Iterator[str]:
    if rule.kind is PathKind.REGEX:
        assert rule.node is not None, "a rule of this kind has an expression"
        yield f"safe_regex: {{regex: {quote(write_node(rule.node, RE2_ASCII))}}}"
        return
    rest = "" if rule.kind is PathKind.EXACT else "(?:(?:/|%2[Ff]).*)?"
    yield f"safe_regex: {{regex: {quote(spell(rule.text) + rest)}}}"


def _list_chosen(chosen: Treatment | ByMethod, where: str, path: str, app: _App) -> Iterator[_Route]:
    if not isinstance(chosen, ByMethod):
        yield from _list_treatment(chosen, f"{where}: {say(chosen)}", path, (), app)
        return
    for methods, treatment in chosen.methods:
        named = "|".join(f"(?i:{_quote_regex(method)})" for method in methods)
        says = f"{where}, {', '.join(methods)}: {say(treatment)}"
        asked = (*_PREFLIGHT, _match("access-control-request-method", named))
        if treatment is not Fixed.HANDS_OFF:
            yield from _list_preflight(treatment, says, path, asked)
        else:
            yield _pass_on(f"{says}: a preflight", path, asked, app)
    if chosen.otherwise is not Fixed.HANDS_OFF:
        yield from _list_preflight(chosen.otherwise, f"{where}: {say(chosen.otherwise)}", path, _PREFLIGHT)
    else:
        yield _pass_on(f"{where}: a preflight, hands off", path, _PREFLIGHT, app)
    for methods, treatment in chosen.methods:
        named = "|".join(f"(?i:{_quote_regex(method)})" for method in methods)
        tests = (_match("':method'", named),)
        yield from _list_actual(treatment, f"{where}, {', '.join(methods)}: {say(treatment)}", path, tests, app)
    yield from _list_actual(chosen.otherwise, f"{where}: {say(chosen.otherwise)}", path, (), app)


def _list_treatment(treatment: Treatment, says: str, path: str, tests: tuple[str, ...], app: _App) -> Iterator[_Route]:
    if treatment is not Fixed.HANDS_OFF:
        yield from _list_preflight(treatment, says, path, (*tests, *_PREFLIGHT))
    yield from _list_actual(treatment, says, path, tests, app)


def _list_preflight(treatment: Treatment, says: str, path: str, tests: tuple[str, ...]) -> Iterator[_Route]:
    vary = _add("vary", quote(VARY_PREFLIGHT))
    if isinstance(treatment, Sharing):
        for trusted in _list_trusted(treatment):
            for methods, headers, asked in _list_echoes(treatment):
                granted = [_add("access-control-allow-origin", "'*'" if treatment.everybody else "'%REQ(origin)%'")]
                if treatment.credentials:
                    granted.append(_add("access-control-allow-credentials", "'true'"))
                granted += [_add(name.lower(), quote(_format(value))) for name, value in treatment.grants]
                granted += [_add("access-control-allow-methods", "'%REQ(access-control-request-method)%'")] * methods
                granted += [_add("access-control-allow-headers", "'%REQ(access-control-request-headers)%'")] * headers
                yield _Route(
                    f"{says}: a preflight is granted",
                    path,
                    (*tests, *trusted, *asked),
                    ("direct_response: {status: 204}", "response_headers_to_add:", *granted, vary),
                )
        if treatment.everybody:
            return
    does = ["direct_response: {status: 403}"]
    if isinstance(treatment, Sharing):
        does += ["response_headers_to_add:", vary]
    yield _Route(f"{says}: a preflight is refused", path, tests, tuple(does))


def _list_echoes(sharing: Sharing) -> Iterator[tuple[bool, bool, tuple[str, ...]]]:
    """Return every combination of echoing the method and the headers, with its conditions; the largest first."""
    asked_method, asked_headers = "access-control-request-method", "access-control-request-headers"
    method = [_match(asked_method, METHOD), _match(asked_method, _LONGEST_ECHO)]
    method.append(_match(asked_method, FORBIDDEN_METHOD, inverted=True))
    headers = [_match(asked_headers, NAMES), _match(asked_headers, _LONGEST_ECHO)]
    for echoes_method in (True, False) if sharing.methods is None else (False,):
        for echoes_headers in (True, False) if sharing.headers is None else (False,):
            yield echoes_method, echoes_headers, tuple(method * echoes_method + headers * echoes_headers)


def _list_actual(treatment: Treatment, says: str, path: str, tests: tuple[str, ...], app: _App) -> Iterator[_Route]:
    if treatment is Fixed.HANDS_OFF:
        yield _pass_on(says, path, tests, app)
        return
    removed = [name.lower() for name in MANAGED]
    if isinstance(treatment, Sharing):
        vary = () if treatment.everybody else (_add("vary", "Origin"),)
        looks_later = app.has_ceiling and not treatment.everybody
        keeps = ("allow-origin", "expose-headers") if looks_later or treatment.everybody else ("expose-headers",)
        kept = [name for name in removed if not name.endswith(keeps)]
        for trusted in _list_trusted(treatment):
            if treatment.everybody:
                # The app's own value stays; this is for responses without one.
                added = [_add("access-control-allow-origin", "'*'", "ADD_IF_ABSENT")]
            elif looks_later:
                added = [_add("x-cors-granted", "'%REQ(origin)%'", "OVERWRITE_IF_EXISTS_OR_ADD")]
            else:
                added = [_add("access-control-allow-origin", "'%REQ(origin)%'")]
            if treatment.credentials:
                added.append(_add("access-control-allow-credentials", "'true'"))
            if treatment.expose:
                added.append(_add("access-control-expose-headers", quote(_format(treatment.expose))))
            does = [
                *app.route,
                f"response_headers_to_remove: [{', '.join(kept)}]",
                "response_headers_to_add:",
                *added,
                *vary,
            ]
            if looks_later:
                does.append("metadata: {filter_metadata: {envoy.filters.http.lua: {cors: true}}}")
            yield _Route(f"{says}: a response is shared", path, (*tests, *trusted), tuple(does))
        if treatment.everybody:
            return
    does = [*app.route, f"response_headers_to_remove: [{', '.join(removed)}]"]
    if isinstance(treatment, Sharing):
        does += ["response_headers_to_add:", _add("vary", "Origin")]
    yield _Route(f"{says}: a response is not shared", path, tests, tuple(does))


def _pass_on(says: str, path: str, tests: tuple[str, ...], app: _App) -> _Route:
    return _Route(says, path, tests, app.route)


def _list_trusted(sharing: Sharing) -> Iterator[tuple[str, ...]]:
    """Return conditions, one of which holds for an origin that may read."""
    if sharing.everybody:
        yield ()
        return
    if len(sharing.exact) > MOST_IN_REGEX:
        yield (f"{{name: {_header(sharing.name)}, string_match: {{exact: trusted}}}}",)
    simple = [] if len(sharing.exact) > MOST_IN_REGEX else [_quote_regex(origin) for origin in sharing.exact]
    for regex in sharing.regexes:
        text = regex.write(RE2_ASCII)
        if not regex.conditions:
            simple.append(text)
            continue
        yield (_match_origin(text), *map(_match_origin, regex.conditions))
    if simple:
        yield (_match_origin("|".join(simple)),)


def _match_origin(regex: str) -> str:
    return _match("origin", regex)


def _match(name: str, regex: str, *, inverted: bool = False) -> str:
    invert = ", invert_match: true" if inverted else ""
    return f"{{name: {name}, string_match: {{safe_regex: {{regex: {quote(regex)}}}}}{invert}}}"


def _add(name: str, value: str, action: str = "") -> str:
    suffix = f", append_action: {action}" if action else ", append_action: APPEND_IF_EXISTS_OR_ADD"
    return f"- {{header: {{key: {name}, value: {value}}}{suffix}}}"


def _has_tables(edge: Edge) -> bool:
    return any(len(sharing.exact) > MOST_IN_REGEX for sharing in edge.sharings)


def _needs_ceiling(edge: Edge) -> bool:
    return any(not (sharing.nobody or sharing.everybody) for sharing in edge.sharings)


def _has_ceiling(edge: Edge, setting: Setting) -> bool:
    return _needs_ceiling(edge) and Difference.NO_CEILING not in setting.accepted


def _write_lua(edge: Edge, setting: Setting) -> Iterator[str]:
    yield "- name: envoy.filters.http.lua"
    yield "  typed_config:"
    yield f"    '@type': {_TYPES}http.lua.v3.Lua"
    yield "    default_source_code:"
    yield "      inline_string: |"
    lines = [*_write_tables(edge), *(_CEILING if _has_ceiling(edge, setting) else ())]
    yield from indent(lines, 4, by="  ")


def _write_tables(edge: Edge) -> Iterator[str]:
    names = {sharing.name: sharing.exact for sharing in edge.sharings if len(sharing.exact) > MOST_IN_REGEX}
    if not names:
        return
    yield "-- More origins than a regular expression can hold. They are in one text, since Lua allows 65536 constants."
    yield "local tables = {}"
    for name, origins in names.items():
        yield f"tables['{_header(name)}'] = [["
        yield from origins
        yield "]]"
    yield "for header, text in pairs(tables) do"
    yield "  local known = {}"
    yield "  for origin in text:gmatch('%S+') do known[origin] = true end"
    yield "  tables[header] = known"
    yield "end"
    yield ""
    yield "function envoy_on_request(handle)"
    yield "  local headers = handle:headers()"
    yield "  local origin = headers:get('origin')"
    yield "  for header, known in pairs(tables) do"
    yield "    headers:remove(header)"
    yield "    if known[origin or ''] then headers:add(header, 'trusted') end"
    yield "  end"
    yield "  handle:clearRouteCache()"
    yield "end"
    yield ""


_CEILING = (
    "-- An Allow-Origin from the app can only narrow this: unless it is `*` or the origin, ours is removed.",
    "-- The route's x-cors-granted says which origin may read, if any.",
    "function envoy_on_response(handle)",
    "  if not handle:metadata():get('cors') then return end",
    "  local headers = handle:headers()",
    "  local granted = headers:get('x-cors-granted')",
    "  headers:remove('x-cors-granted')",
    "  local lines = headers:getNumValues('access-control-allow-origin')",
    "  local own = headers:get('access-control-allow-origin')",
    "  headers:remove('access-control-allow-origin')",
    "  if lines == 0 or (lines == 1 and (own == '*' or own == granted)) then",
    "    headers:add('access-control-allow-origin', granted)",
    "  else",
    "    headers:remove('access-control-allow-credentials')",
    "    headers:remove('access-control-expose-headers')",
    "  end",
    "end",
)


def _header(name: str) -> str:
    return f"x-cors-{name.replace('_', '-')}"


def _quote_regex(text: str) -> str:
    return "".join(map(escape_char, text))


def _format(text: str) -> str:
    """Return a text as a value of a header in Envoy's configuration."""
    return text.replace("%", "%%")


def quote(text: str) -> str:
    """Return a text as a YAML string."""
    return "'" + text.replace("'", "''") + "'"
