"""Path rules of a call: whether to write plain ones, or regular expressions that match exactly the same paths."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from cors_wsgi import PathMap

from .paths import PathRule, PathTranslation, list_probes
from .predecessor import matches, read_resources
from .verdicts import ask_predecessor, find_widened, list_asked, list_named

Options: TypeAlias = "dict[str, Any]"


@dataclass
class Resources:
    """The path rules of a call.

    Attributes:
        before: the options by the key of Flask-CORS.
        after: the options by the path rule of this library.
    """

    before: dict[Any, Options] = field(default_factory=dict)
    after: dict[PathRule, Options] = field(default_factory=dict)


def is_key(key: Any) -> bool:
    """Tell whether Flask-CORS accepts this as a key."""
    return isinstance(key, str) or (isinstance(key, re.Pattern) and isinstance(key.pattern, str))


def choose_rules(
    keys: Sequence[Any], found: Sequence[PathTranslation], options: Mapping[Any, Options]
) -> list[PathRule | None] | None:
    """Return paths and prefixes if they give every probe the same answer, otherwise regular expressions that do."""
    plain = [translation.rule for translation in found]
    exact: list[PathRule | None] = [t.exact if t.rule is not None else None for t in found]
    return next((rules for rules in (plain, exact) if _is_no_wider(keys, rules, options)), None)


def _is_no_wider(keys: Sequence[Any], rules: Sequence[PathRule | None], options: Mapping[Any, Options]) -> bool:
    """Tell whether every probe is covered by the same options as before, or by none."""
    taken = [rule for rule in rules if rule is not None]
    if len(set(taken)) != len(taken):
        return False
    after = PathMap({rule: key for key, rule in zip(keys, rules, strict=True) if rule is not None})
    order = read_resources({key: {"key": key} for key in keys}) if options else []
    for path in list_probes(keys):
        was = next((said["key"] for matcher, said in order if matches(path, matcher, ignore_case=False)), None)
        now: Any = after.get(path, None)
        if now is not None and (was is None or not _is_narrower(options[now], options[was])):
            return False
    return True


def _is_narrower(now: Options, was: Options) -> bool:
    """Tell whether options let in nobody but those whom others let in, judging only by the options."""
    if now == was:
        return True
    asked = list_asked(list_named(now.get("origins", "*"), was.get("origins", "*")))
    try:
        before = ask_predecessor({"/*": was}, ["/x"], asked)["/x"]
        after = ask_predecessor({"/*": now}, ["/x"], asked)["/x"]
    except ValueError:  # Flask-CORS does not start with one of them
        return False
    return not find_widened(before, after, methods=was.get("methods"))
