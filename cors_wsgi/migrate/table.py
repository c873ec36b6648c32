"""The table of who could read before and who can read now: a row for each path that a call distinguishes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cors_wsgi import PathMap

from .layers import Row, Said
from .paths import list_probes
from .predecessor import matches, read_resources
from .resources import Options, Resources
from .verdicts import UNKNOWN, Access, ask_policies, ask_predecessor, find_widened, list_asked, list_named


def tabulate(
    said: Said,
    before: Options,
    after: Sequence[Options],
    resources: Resources | None,
    computed: set[str],
    *,
    origins: Any,
    preflights: bool = True,
) -> None:
    """Evaluate both libraries' rules, and put a row for each path into the table."""
    call, plan = said.call, said.plan
    if computed:
        plan.rows.append(Row(call.source.name, call.line, call.kind.value, "", UNKNOWN, UNKNOWN, []))
        return
    keys: dict[Any, Options] = resources.before if resources else {"/*": {}}
    old = {key: before | options for key, options in keys.items()}
    every = [
        *old.values(),
        *(one | rule for one in after for rule in (resources.after.values() if resources else [{}])),
    ]
    named = list_named(*(options.get("origins", []) for options in every), origins)
    asked = list_asked(named)
    paths = _tell_apart(list_probes(list(keys)), old, resources) if resources else ["/x"]
    try:
        was = ask_predecessor(old, paths, asked, preflights=preflights)
    except ValueError as error:
        plan.rows.append(
            Row(call.source.name, call.line, call.kind.value, "", Access({}, refused=str(error)), UNKNOWN, named)
        )
        return
    answers = [_ask_after(one, resources, paths, asked) for one in after]
    now = answers[0]
    refused = next((access.refused for one in answers for access in one.values() if access.refused), "")
    if refused and not any(left.line == call.line for left in plan.left):
        plan.ask(call.position, call.node, f"this does not start: {refused}")
    for path in [] if refused else paths:
        widened = [
            text
            for one in answers
            for text in find_widened(was[path], one[path], methods=before.get("methods"), routed=call.route_methods)
        ]
        if widened:
            plan.stopped = f"line {call.line} would let somebody in at {path}: {widened[0]}"
    for path, label in _choose_paths(paths, was, now, has_resources=resources is not None):
        plan.rows.append(Row(call.source.name, call.line, call.kind.value, label, was[path], now[path], named))


def _ask_after(
    options: Options, resources: Resources | None, paths: Sequence[str], asked: Sequence[str]
) -> dict[str, Access]:
    if resources is None:
        return ask_policies(None, options, paths, asked)
    return ask_policies({rule: options | own for rule, own in resources.after.items()}, None, paths, asked)


def _tell_apart(paths: Sequence[str], old: Mapping[Any, Options], resources: Resources) -> list[str]:
    """Return one path for each pair of rules, old and new, that applies: the rest of a path matters to neither."""
    try:
        order = read_resources({key: {"key": key} for key in old})
    except ValueError:
        return list(paths)
    after = PathMap({rule: rule for rule in resources.after})
    met: dict[Any, str] = {}
    for path in paths:
        was = next((said["key"] for matcher, said in order if matches(path, matcher, ignore_case=False)), None)
        met.setdefault((was, after.get(path, None)), path)
    return list(met.values())


def _choose_paths(
    paths: Sequence[str], was: Mapping[str, Access], now: Mapping[str, Access], *, has_resources: bool
) -> Iterator[tuple[str, str]]:
    """Yield one path for each kind of outcome, and how to show it."""
    seen = set()
    for path in paths:
        outcome = (str(was[path].answers), str(now[path].answers), now[path].refused)
        if outcome in seen:
            continue
        seen.add(outcome)
        is_dark = not any(map(any, was[path].answers.values())) and not any(map(any, now[path].answers.values()))
        if not (has_resources and is_dark and len(paths) > 1):
            yield path, path if has_resources else ""
