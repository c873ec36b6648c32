"""The routes of a Flask app as what an edge must answer: the extension judges an example of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi import DENY, Policy, Verdict
from cors_wsgi.export import Reader, Refusal, RefusalCode
from cors_wsgi.export.automata import Automaton, have_common, is_within
from cors_wsgi.export.description import ByMethod, Edge, Fixed, PathKind, PathRule, Treatment
from cors_wsgi.export.regexes import UnwritableError, parse
from cors_wsgi.export.subjects import sort_rules
from cors_wsgi.policy import PolicyOrDeny
from flask_cors_ext.layers import PathScope
from flask_cors_ext.preflights import COMMON_METHODS
from flask_cors_ext.source import RouterSource
from flask_cors_ext.state import ExtensionState
from flask_cors_ext.url_map import never_overlaps

if TYPE_CHECKING:
    from werkzeug.routing import Rule

_PLACEHOLDER = re.compile(r"<(?:(?:[A-Za-z_][A-Za-z0-9_]*)(?:\([^()]*\))?:)?([^<>():]+)>")
_SAMPLES: Final = ("x", "xx", "1", "1.5", "x/x", "00000000-0000-4000-8000-000000000000", "xxxxxxxx")
_NO_METHOD: Final = "X-NO-SUCH-METHOD"
_LEAVE = "Leave it to the extension behind the proxy: export a policy and paths, with None for these paths."


def describe_flask(state: ExtensionState, called: str) -> tuple[Edge, list[Refusal]]:
    """Return what an edge must answer in front of a Flask app, and what a proxy cannot do.

    Args:
        state: the extension on the app.
        called: the app's name.

    Raises:
        PolicyError: if the app's configuration is wrong.
    """
    policies = state.validate()
    reader = Reader(called)
    debug = bool(state.app.debug) if state.debug is None else state.debug
    reader.refuse(block_untrusted=state.block_untrusted, debug=debug)
    rules: list[PathRule] = []
    known: set[str] = set()
    url_rules = list(state.app.url_map.iter_rules())
    url_map = state.app.url_map
    readable = [
        rule
        for rule in url_rules
        if "<" in rule.rule and not any(_find_converter_problem(url_map, one) for one in rule._converters.values())
    ]
    patterns = tuple(_read_rule(rule, rule.rule)[1] for rule in readable)
    asker = _Asker(state, RouterSource(state.app, policies), reader, readable, patterns)
    for rule in sorted(url_rules, key=lambda rule: "<" in rule.rule):
        if rule.rule not in known:
            known.add(rule.rule)
            rules += asker.describe(rule, url_rules)
    otherwise = asker.decide_unrouted(policies.scopes.all[-1])
    resources = [path for scope in policies.scopes.all for path in asker.describe_scope(scope)]
    rules += sort_rules(resources)
    first: dict[tuple[PathKind, str], PathRule] = {}
    for one in rules:  # a path may be that of a route and of a resource, or of two routes
        first.setdefault((one.kind, one.text), one)
    rules = list(first.values())
    if all(rule.chosen == otherwise for rule in rules) and policies.scopes.only is not None:
        rules = []
    return Edge(reader.name, tuple(rules), otherwise), reader.refusals


class _Trusting(Verdict):
    """A verdict on an origin that every policy trusts, to find out what such an origin would get."""

    def of(self, policy: PolicyOrDeny) -> bool:
        return policy is not None and policy is not DENY


@dataclass
class _Asker:
    """Queries an extension.

    Attributes:
        state: the extension.
        source: its policies by route.
        reader: collects policies and refusals.
        readable: the rules with placeholders whose converters are Werkzeug's own.
        patterns: their expressions.
    """

    state: ExtensionState
    source: RouterSource
    reader: Reader
    readable: list[Rule]
    patterns: tuple[re.Pattern[str], ...]

    def describe(self, rule: Rule, rules: list[Rule]) -> Iterator[PathRule]:
        """Return the path rules for one rule of the URL map, with and without a slash at its end."""
        if rule.host or rule.subdomain:
            self._refuse(rule, "It depends on the host, and an exported table is for one.")
            return
        if rule.websocket or rule.build_only:
            return
        texts = [rule.rule] if rule.rule == "/" else [rule.rule.rstrip("/"), rule.rule.rstrip("/") + "/"]
        if "<" not in rule.rule:
            for text in texts:
                chosen = self._ask(text, text)
                is_matched = any(pattern.fullmatch(text) for pattern in self.patterns)
                if text == rule.rule or is_matched or chosen != self.decide_unrouted(self.source.scopes.find(text)):
                    yield PathRule(PathKind.EXACT, text, None, chosen, text)
            return
        if _depends_on_values(rule, rules) or self._overlaps(rule, rules):
            self._refuse(rule, "Some of its URLs may be another rule's, and which ones only Flask's router can tell.")
            return
        for text in texts:
            yield from self._describe_pattern(rule, text)

    def _describe_pattern(self, rule: Rule, text: str) -> Iterator[PathRule]:
        for converter in rule._converters.values():
            if problem := _find_converter_problem(self.state.app.url_map, converter):
                self._refuse(rule, problem)
                return
        sample, pattern = _read_rule(rule, text)
        try:
            node = parse(pattern, is_path=True)
        except UnwritableError as error:
            self._refuse(rule, f"A proxy cannot match its URLs: {error.problem}.")
            return
        if any(_may_split(resource, Automaton(node)) for resource in self._list_resources()):
            self._refuse(rule, "Some of its URLs lie in a resource, and others do not.")
            return
        chosen = self._ask(sample, text)
        if text == rule.rule or chosen != self.decide_unrouted(self.source.scopes.find(sample)):
            yield PathRule(PathKind.REGEX, text, node, chosen, text)

    def describe_scope(self, scope: PathScope) -> Iterator[PathRule]:
        """Return the path rule for one resource, for paths that no route answers."""
        rule = scope.rule
        if rule is None:
            return
        chosen = self.decide_unrouted(scope)
        if not isinstance(rule, str):
            found = self.reader.read_paths([(rule, None)])
            yield from (PathRule(path.kind, path.text, path.node, chosen, path.shown) for path in found)
            return
        kind = PathKind.PREFIX if rule.endswith("/*") else PathKind.EXACT
        yield PathRule(kind, rule.removesuffix("/*"), None, chosen, rule)

    def decide_unrouted(self, scope: PathScope) -> Treatment:
        """Return how to treat a path that no route answers."""
        return self.reader.read(self.source.policies.of_path(scope).policy, scope.name)

    def _ask(self, path: str, called: str) -> Treatment | ByMethod:
        """Return how to treat requests at a path, by method."""
        asked = {method.upper() for method in (*COMMON_METHODS, "OPTIONS", *self._list_methods())}
        by_treatment: dict[Treatment, list[str]] = {}
        for method in sorted(asked):
            by_treatment.setdefault(self._ask_method(path, method, called), []).append(method)
        otherwise = self._ask_method(path, _NO_METHOD, called)
        by_treatment.pop(otherwise, None)
        if not by_treatment:
            return otherwise
        return ByMethod(tuple((tuple(methods), treatment) for treatment, methods in by_treatment.items()), otherwise)

    def _ask_method(self, path: str, method: str, called: str) -> Treatment:
        actual = self._look_up(path, method, "GET")
        preflight = self._look_up(path, method, "OPTIONS")
        if _differ(actual, preflight):
            problem = f"A preflight for {method} is judged differently from the request itself."
            self.reader.refusals.append(Refusal("routes", called, RefusalCode.ROUTE, problem, _LEAVE))
            return Fixed.DENY
        return self.reader.read(preflight, called)

    def _look_up(self, path: str, method: str, request_method: str) -> PolicyOrDeny:
        from werkzeug.test import create_environ  # noqa: PLC0415 - where there is no Flask app, there may be no Werkzeug

        environ = create_environ(path, f"http://{self.state.app.config.get('SERVER_NAME') or 'localhost'}")
        environ["REQUEST_METHOD"] = request_method
        return self.source.look_up(environ, method, _Trusting("https://app.example.com", environ))

    def _list_methods(self) -> Iterable[str]:
        for rule in self.state.app.url_map.iter_rules():
            yield from rule.methods or ()
        for resolved in self.source.policies.all_resolved():
            if isinstance(resolved.policy, Policy) and resolved.policy.methods != "*":
                yield from resolved.policy.methods

    def _overlaps(self, rule: Rule, rules: Iterable[Rule]) -> bool:
        """Tell whether some of a rule's URLs may belong to another rule with placeholders; no is certain."""
        others = [other for other in rules if "<" in other.rule and other.rule.rstrip("/") != rule.rule.rstrip("/")]
        if not all(other in self.readable for other in others) or rule not in self.readable:
            return not never_overlaps(rule, [rule, *others])
        mine, *theirs = (Automaton(parse(_with_slash(each), is_path=True)) for each in (rule, *others))
        return any(have_common(mine, other) for other in theirs)

    def _list_resources(self) -> Iterator[object]:
        """Return the path rules of the app's resources, and of its blueprints'."""
        yield from (scope.rule for scope in self.source.scopes.all if scope.rule is not None)
        for layer in self.state.blueprints.values():
            yield from () if layer.resources is None else (rule for rule, _ in layer.resources.items())

    def _refuse(self, rule: Rule, problem: str) -> None:
        refusal = Refusal("routes", rule.rule, RefusalCode.ROUTE, problem, _LEAVE)
        if refusal not in self.reader.refusals:
            self.reader.refusals.append(refusal)


def _read_rule(rule: Rule, text: str) -> tuple[str, re.Pattern[str]]:
    """Return a path that a rule matches, and an expression for all of them; its converters are Werkzeug's own."""
    pieces: list[str] = []
    sample: list[str] = []
    place = 0
    for match in _PLACEHOLDER.finditer(text):
        converter: Any = rule._converters[match[1]]
        literal = text[place : match.start()]
        pieces += [re.escape(literal), f"(?:{converter.regex})"]
        sample += [literal, next(value for value in _list_samples(converter) if re.fullmatch(converter.regex, value))]
        place = match.end()
    return "".join([*sample, text[place:]]), re.compile("".join([*pieces, re.escape(text[place:])]))


def _with_slash(rule: Rule) -> re.Pattern[str]:
    return re.compile(f"{_read_rule(rule, rule.rule.rstrip('/'))[1].pattern}/?")


def _may_split(resource: object, route: Automaton) -> bool:
    """Tell whether a resource may contain some of a route's URLs, but not all."""
    if isinstance(resource, str):
        rest = "(?:/(?s:.*))?" if resource.endswith("/*") else ""
        held = Automaton(parse(re.compile(re.escape(resource.removesuffix("/*")) + rest), is_path=True))
        return have_common(route, held) and not is_within(route, held)
    assert isinstance(resource, re.Pattern), "resources are checked"
    try:
        return have_common(route, Automaton(parse(resource, is_path=True)))
    except UnwritableError:
        return True


def _depends_on_values(rule: Rule, rules: Iterable[Rule]) -> bool:
    """Tell whether some of a rule's URLs may be redirected, but not all."""
    return bool(rule.redirect_to or rule.alias or any(r.defaults for r in rules if r.endpoint == rule.endpoint))


def _differ(one: PolicyOrDeny, other: PolicyOrDeny) -> bool:
    if not isinstance(one, Policy) or not isinstance(other, Policy):
        return one is not other
    mine, theirs = ((p.origins, p.supports_credentials, p.expose_headers) for p in (one, other))
    return mine != theirs


def _find_converter_problem(url_map: Any, converter: Any) -> str:
    if type(converter) not in set(type(url_map).default_converters.values()):
        return f"{type(converter).__name__} is a converter of the app's own, which a proxy cannot ask."
    if any(getattr(converter, name, None) for name in ("min", "max", "fixed_digits")):
        return "Its numbers are bounded, and a proxy compares text."
    return ""


def _list_samples(converter: Any) -> Iterator[str]:
    yield from _SAMPLES
    yield from getattr(converter, "items", ())
    yield from ("x" * length for length in range(1, 200))
