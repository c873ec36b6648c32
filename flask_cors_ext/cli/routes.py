"""What covers each route, as rows: for `flask cors routes`, and for code that wants them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cors_wsgi import DENY, Policy
from cors_wsgi.origins import show_rule

from ..policies import Policies, ResolvedPolicy, sample_path
from ..preflights import sort_methods

if TYPE_CHECKING:
    from werkzeug.routing import Rule


@dataclass(frozen=True)
class Row:
    """What covers one rule, for those of its methods that share a policy.

    Attributes:
        rule: the rule, with its host or subdomain.
        endpoint: the endpoint.
        methods: the methods.
        resolved: what covers them at a path such as the rule matches.
    """

    rule: str
    endpoint: str
    methods: tuple[str, ...]
    resolved: ResolvedPolicy

    def as_json(self) -> dict[str, Any]:
        """Return the row as JSON has it: origins are strings, regexes and callables by their text and name."""
        row: dict[str, Any] = {"rule": self.rule, "endpoint": self.endpoint, "methods": list(self.methods)}
        policy = self.resolved.policy
        if not isinstance(policy, Policy):
            return {**row, "shared": False, "denied": policy is DENY}
        return {
            **row,
            "shared": True,
            "denied": False,
            "origins": "*" if policy.origins == "*" else [show_rule(rule) for rule in policy.origins],
            "supports_credentials": policy.supports_credentials,
            "allow_headers": _as_list(policy.allow_headers),
            "expose_headers": _as_list(policy.expose_headers),
            "max_age": policy.max_age,
            "sources": dict(self.resolved.sources),
        }


def list_rows(policies: Policies) -> list[Row]:
    """Return the rows of an app, in the order of its rules, static files last; what failed to merge is denied."""
    rules = sorted(policies.app.url_map.iter_rules(), key=lambda rule: rule.endpoint.rpartition(".")[2] == "static")
    return [row for rule in rules for row in _rows_of(rule, policies)]


def _rows_of(rule: Rule, policies: Policies) -> list[Row]:
    scope = policies.scopes.find(sample_path(rule))
    methods = sort_methods((rule.methods or {"GET"}) - _automatic(rule)) or ("OPTIONS",)
    by_policy: dict[ResolvedPolicy, list[str]] = {}
    for method in methods:
        by_policy.setdefault(policies.of_view(rule.endpoint, method, scope), []).append(method)
    domain = rule.host or rule.subdomain or ""
    return [Row(domain + rule.rule, rule.endpoint, tuple(names), resolved) for resolved, names in by_policy.items()]


def _automatic(rule: Rule) -> set[str]:
    return {"OPTIONS"} if getattr(rule, "provide_automatic_options", False) else set()


def _as_list(names: str | tuple[str, ...]) -> str | list[str]:
    return "*" if names == "*" else list(names)


def show_sources(sources: Mapping[str, str]) -> str:
    """Return which layer set what, one layer at a time."""
    said: dict[str, list[str]] = {}
    for option, source in sources.items():
        said.setdefault(source, []).append(option)
    return "; ".join(f"{source}: {', '.join(options)}" for source, options in said.items())
