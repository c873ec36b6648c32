"""Two calls on one app: whether one call can replace both, and what it says."""

from __future__ import annotations

import re
from typing import Any

from .groups import Group
from .layers import Layer, Said
from .paths import list_probes
from .resources import Options, Resources
from .sites import find_app
from .values import write
from .verdicts import ask_predecessor


def merge_into(first: Layer, second: Layer) -> bool:
    """Make the first call say what both do: in Flask-CORS, the second one takes precedence."""
    one, other = first.last, second.last
    merged = _merge_options(one, other)
    if merged is None or len(first.parts) > 1 or len(second.parts) > 1 or not other.call.is_alone:
        return False
    if find_app(one.call.node) is not one.call.node.args[0] or find_app(other.call.node) is None:
        return False
    if one.group.computed or other.group.computed or one.call.blocks != other.call.blocks:
        return False
    keywords, resources = merged
    arguments = [] if resources is None else [f"resources={write(resources.after)}"]
    arguments += [f"{name}={write(value)}" for name, value in keywords.after.items()]
    source, plan = one.call.source, one.plan
    plan.edits.drop_within(source.start(one.call.node), source.end(one.call.node))
    plan.edits.drop_within(source.start(other.call.node), source.end(other.call.node))
    start, end = source.end(one.call.node.args[0]), source.end(one.call.node) - 1
    plan.edits.replace(start, end, "".join(f", {argument}" for argument in arguments))
    plan.rewriter.writes_regex |= any("re.compile(" in argument for argument in arguments)
    plan.edits.cut_lines(source.start(other.call.statement), source.end(other.call.statement))
    plan.note(other.call.node, f"this second call on {other.call.target} was merged into the first")
    one.group.before, one.group.after, one.resources = keywords.before, keywords.after, resources
    return True


def are_on_one_app(first: Layer, second: Layer) -> bool:
    """Tell whether two calls are on one app and run one after the other, not in two branches of a condition."""
    one, other = first.last.call, second.last.call
    if other.blocks[: len(one.blocks)] != one.blocks and one.blocks[: len(other.blocks)] != other.blocks:
        return False
    return one.source is other.source and one.scope is other.scope and bool(one.target) and one.target == other.target


def _merge_options(one: Said, other: Said) -> tuple[Group, Resources | None] | None:
    """Return what two calls say together, or None if one call cannot."""
    first, second = one.group, other.group
    if one.resources and other.resources:
        return _merge_resources(one, other)
    if other.resources:
        return None
    rest = {name: value for name, value in second.after.items() if name != "origins"}
    if "origins" not in second.after or second.after["origins"] == "*":
        # The second call matches everything, so the first is never used; only the second may say who may read.
        origins = second.after.get("origins", first.after.get("origins"))
        if one.resources and origins is None:
            return _keep_rules(one, other, rest)
        after = rest if origins is None else {"origins": origins, **rest}
        return Group(before=second.before, after=after), None
    first_rest = {name: value for name, value in first.after.items() if name != "origins"}
    if one.resources or first_rest != rest or not isinstance(first.after.get("origins"), list):
        return None
    if not isinstance(second.after["origins"], list):
        return None
    origins = list(dict.fromkeys([*first.after["origins"], *second.after["origins"]]))
    before = [*_listed(first.before["origins"]), *_listed(second.before["origins"])]
    return Group(before=second.before | {"origins": before}, after={"origins": origins, **rest}), None


def _keep_rules(one: Said, other: Said, rest: Options) -> tuple[Group, Resources | None] | None:
    """Return the first call's paths and origins with the second one's options."""
    resources = one.resources
    if resources is None or not all(set(rule) == {"origins"} for rule in resources.after.values()):
        return None
    kept = Resources({key: {} for key in resources.before}, dict(resources.after))
    return Group(before=other.group.before, after=rest), kept


def _merge_resources(one: Said, other: Said) -> tuple[Group, Resources] | None:
    """Return the path rules of both calls in one mapping, if no path is covered by both."""
    first, second = one.resources, other.resources
    if first is None or second is None:
        return None
    before = {key: one.group.before | options for key, options in first.before.items()}
    after = {rule: one.group.after | options for rule, options in first.after.items()}
    probes = list_probes([*first.before, *second.before])
    asked = ["https://a.example"]
    everybody = {"origins": "*"}
    covered = [
        {
            path
            for path, access in ask_predecessor(dict.fromkeys(keys, everybody), probes, asked).items()
            if any(map(any, access.answers.values()))
        }
        for keys in (first.before, second.before)
    ]
    if covered[0] & covered[1] or any(isinstance(rule, re.Pattern) for rule in [*first.after, *second.after]):
        return None
    before |= {key: other.group.before | options for key, options in second.before.items()}
    after |= {rule: other.group.after | options for rule, options in second.after.items()}
    return Group(), Resources(before, after)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple, set)) else [value]
