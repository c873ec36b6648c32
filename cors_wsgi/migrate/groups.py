"""Groups of options as written in a file, keywords or a mapping in `resources`: each is rewritten separately."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from cors_wsgi.near_misses import find_near_miss

from .edits import Edits
from .options import REMOVED, translate_option
from .origins import translate_origin
from .paths import PathRule, translate_path
from .predecessor import NEEDLESS, OPTIONS, read_resources
from .resources import Options, Resources, choose_rules, is_key
from .sites import Sites
from .values import ComputedError, evaluate, write


@dataclass
class Group:
    """Options that belong together.

    Attributes:
        before: what Flask-CORS reads, by option.
        after: what this library reads.
        computed: the text of what only running the code would show, by option.
        notes: what a reader should know.
        questions: what a person must decide.
    """

    before: Options = field(default_factory=dict)
    after: Options = field(default_factory=dict)
    computed: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)

    def take(self, other: Group) -> None:
        """Add the notes and questions of another group, but not its options."""
        self.computed |= other.computed
        self.notes += other.notes
        self.questions += other.questions


class Rewriter:
    """Rewrites the groups of one file.

    Args:
        sites: the file.
        edits: where the changes go.
    """

    def __init__(self, sites: Sites, edits: Edits) -> None:
        self._sites = sites
        self._source = sites.source
        self._edits = edits
        self.writes_regex = False

    def rewrite_arguments(
        self, arguments: Sequence[cst.Arg], all_arguments: Sequence[cst.Arg]
    ) -> tuple[Group, Resources | None]:
        """Rewrite the keyword arguments of a call.

        Args:
            arguments: those that are options.
            all_arguments: all of the call.
        """
        parts = [
            (argument, argument.keyword.value if argument.keyword is not None else None, argument.value, argument.star)
            for argument in arguments
        ]
        return self._rewrite_parts(parts, all_arguments)

    def _rewrite_parts(
        self, parts: Sequence[tuple[cst.CSTNode, str | None, cst.BaseExpression, str]], siblings: Sequence[cst.CSTNode]
    ) -> tuple[Group, Resources | None]:
        group = Group()
        resources: Resources | None = None
        removed: list[cst.CSTNode] = []
        for part, name, value, star in parts:
            if star or name is None:
                if star:
                    group.computed["**options"] = f"{star}{self._source.code(value)}"
                else:
                    removed.append(part)
                    group.notes.append(f"the argument {self._source.code(value)} had no effect, and was removed")
            elif name == "resources":
                resources = self._rewrite_resources(value, group)
            elif name in OPTIONS:
                if self._rewrite_option(name, value, group):
                    removed.append(part)
            else:
                removed.append(part)
                group.notes.append(_explain_ignored(name, self._source.code(value)))
        self._edits.remove_parts(siblings, removed)
        return group, resources

    def keep_json_out(
        self, group: Group, parts: Sequence[cst.CSTNode], routed: frozenset[str] | None = None
    ) -> Options:
        """Return what must be added if `methods` has no POST: browsers send it without asking, except for its headers.

        Args:
            group: the options.
            parts: where they are.
            routed: the methods of the view, if they are known.
        """
        methods, names = group.after.get("methods"), group.after.get("allow_headers", "*")
        if methods is None or "POST" in methods or (routed is not None and "POST" not in routed):
            return {}
        if "allow_headers" in group.computed or not (names in ("*", ["*"]) or "content-type" in str(names).lower()):
            return {}
        kept = [] if names in ("*", ["*"]) else [name for name in names if name.lower() != "content-type"]
        group.notes.append(
            "methods has no POST, so that Flask-CORS refused a POST of JSON; browsers only ask for its Content-Type, "
            f"and allow_headers={write(kept)} keeps it out. Name the headers that other requests need."
        )
        stated = "allow_headers" in group.after
        group.after["allow_headers"] = kept
        if not stated:
            return {"allow_headers": kept}
        part = next(part for part in parts if self._name_of(part) == "allow_headers")
        value = getattr(part, "value")  # noqa: B009 - arguments and elements of a mapping both have one
        self._edits.drop_within(self._source.start(value), self._source.end(value))
        self._edits.replace_node(value, write(kept))
        return {}

    def add(self, call: cst.Call, options: Options) -> None:
        """Add keyword arguments to a call."""
        if options:
            self._edits.add_to_call(call, ", ".join(f"{name}={write(value)}" for name, value in options.items()))

    def _name_of(self, part: cst.CSTNode) -> str | None:
        if isinstance(part, cst.Arg):
            return part.keyword.value if part.keyword is not None else None
        return self._read_key(part) if isinstance(part, cst.BaseDictElement) else None

    def rewrite_setting(self, option: str, value: cst.BaseExpression) -> tuple[Group, Resources | None, bool]:
        """Rewrite the value of a setting; the last part of the result says whether to remove it."""
        group = Group()
        if option == "resources":
            return group, self._rewrite_resources(value, group), False
        return group, None, self._rewrite_option(option, value, group)

    def _rewrite_option(self, name: str, value: cst.BaseExpression, group: Group) -> bool:
        """Rewrite one value in its place, and tell whether it must be removed instead."""
        if name == "origins":
            self._rewrite_origins(value, group)
            return False
        node, is_own = self._resolve(value)
        try:
            said = evaluate(self._source.parse(value), self._sites.known)
        except ComputedError as error:
            group.computed[name] = str(error)
            return False
        change = translate_option(name, said)
        group.before[name] = said
        group.notes += change.notes
        group.questions += [change.question] if change.question else []
        if change.value is REMOVED:
            return True
        group.after[name] = change.value
        if change.value != said or type(change.value) is not type(said):
            self._edits.replace_node(node if is_own else value, write(change.value))
        return False

    def _resolve(self, value: cst.BaseExpression) -> tuple[cst.BaseExpression, bool]:
        """Return the expression that a name is bound to, and whether it may change there: nothing else reads it."""
        if isinstance(value, cst.Name) and value.value in self._sites.constants:
            return self._sites.constants[value.value], self._sites.names[value.value] == 2
        return value, True

    def _rewrite_origins(self, value: cst.BaseExpression, group: Group) -> None:
        node, is_own = self._resolve(value)
        if is_own and isinstance(node, (cst.List, cst.Tuple, cst.Set)):
            self._rewrite_origin_list(node, group)
            return
        try:
            said = evaluate(self._source.parse(value), self._sites.known)
        except ComputedError as error:
            group.computed["origins"] = str(error)
            return
        listed = list(said) if isinstance(said, (list, tuple, set)) else [said]
        rules = [rule for one in listed for rule in self._translate_origin(one, group)]
        group.before["origins"] = said
        group.after["origins"] = "*" if "*" in rules else rules
        if rules != listed and said not in ("*", ["*"]):
            written = rules[0] if len(rules) == 1 and isinstance(said, (str, re.Pattern)) else group.after["origins"]
            self._replace(node if is_own else value, written)

    def _rewrite_origin_list(self, node: cst.List | cst.Tuple | cst.Set, group: Group) -> None:
        before: list[Any] = []
        after: list[Any] = []
        changed: list[tuple[cst.CSTNode, list[Any]]] = []
        computed: list[str] = []
        for element in node.elements:
            try:
                if isinstance(element, cst.StarredElement):
                    raise ComputedError(self._source.code(element))
                said = evaluate(self._source.parse(element.value), self._sites.known)
            except ComputedError as error:
                computed.append(str(error))
                continue
            rules = self._translate_origin(said, group)
            before.append(said)
            after += rules
            if rules != [said]:
                changed.append((element, rules))
        if computed:
            group.computed["origins"] = ", ".join(computed)
        group.before["origins"], group.after["origins"] = before, "*" if "*" in after else after
        if "*" in after and not computed:
            if before != ["*"]:
                self._replace(node, "*")
            return
        if not after and not computed and before:
            self._replace(node, [])
            return
        self._edits.remove_parts(node.elements, [element for element, rules in changed if not rules])
        for changed_element, rules in changed:
            if rules:
                self.writes_regex |= any(isinstance(rule, re.Pattern) for rule in rules)
                self._edits.replace_node(changed_element, ", ".join(map(write, rules)))

    def _translate_origin(self, said: Any, group: Group) -> list[Any]:
        translation = translate_origin(said)
        group.notes += translation.notes
        group.questions += [translation.question] if translation.question else []
        return list(translation.rules)

    def _replace(self, node: cst.CSTNode, value: Any) -> None:
        text = write(value)
        self.writes_regex |= "re.compile(" in text
        self._edits.replace_node(node, text)

    def _rewrite_resources(self, value: cst.BaseExpression, group: Group) -> Resources | None:
        node, is_own = self._resolve(value)
        if is_own and isinstance(node, cst.Dict):
            return self._rewrite_resource_mapping(node, group)
        try:
            said = evaluate(self._source.parse(value), self._sites.known)
        except ComputedError as error:
            group.computed["resources"] = str(error)
            return None
        if isinstance(said, Mapping):
            group.computed["resources"] = self._source.code(value)
            return None
        keys = list(said) if isinstance(said, (list, tuple, set)) else [said]
        rules = self._translate_paths(keys, {key: {} for key in keys if is_key(key)}, group)
        if rules is None:
            return None
        kept = [rule for rule in rules if rule is not None]
        if rules != keys:
            written = kept[0] if len(kept) == 1 and isinstance(said, (str, re.Pattern)) else kept
            self._replace(node if is_own else value, written)
        return Resources({key: {} for key in keys}, {rule: {} for rule in kept})

    def _rewrite_resource_mapping(self, node: cst.Dict, group: Group) -> Resources | None:
        found: list[tuple[cst.DictElement, Any, Group]] = []
        for element in node.elements:
            if not isinstance(element, cst.DictElement):
                group.computed["resources"] = self._source.code(element)
                continue
            try:
                key = evaluate(self._source.parse(element.key), self._sites.known)
            except ComputedError as error:
                group.computed["resources"] = str(error)
                continue
            found.append((element, key, self._rewrite_resource(element.value, group)))
        options = {key: inner.before for _, key, inner in found if is_key(key)}
        keys = [key for _, key, _ in found]
        rules = self._translate_paths(keys, options, group)
        for _, _, inner in found:
            group.take(inner)
        if rules is None:
            return None if len(found) < 2 or group.computed else self._put_in_order(node, keys, found, group)
        gone = [element for (element, _, _), rule in zip(found, rules, strict=True) if rule is None]
        self._edits.remove_parts(node.elements, gone)
        resources = Resources()
        for (element, key, inner), rule in zip(found, rules, strict=True):
            resources.before[key] = inner.before
            if rule is None:
                continue
            if rule != key:
                self._replace(element.key, rule)
            resources.after[rule] = inner.after
        return resources

    def _put_in_order(
        self, node: cst.Dict, keys: Sequence[Any], found: Sequence[tuple[cst.DictElement, Any, Group]], group: Group
    ) -> Resources | None:
        """Rewrite path rules, as regular expressions in the order in which Flask-CORS tries its keys."""
        if group.questions and any(question.startswith("Flask-CORS does not start") for question in group.questions):
            return None
        inner = {key: one for _, key, one in found}
        resources = Resources()
        for _, said in read_resources({key: {"key": key} for key in keys}):
            key = said["key"]
            translation = translate_path(key)
            resources.before[key] = inner[key].before
            if translation.rule is not None and translation.exact not in resources.after:
                resources.after[translation.exact] = inner[key].after
        self._edits.drop_within(self._source.start(node), self._source.end(node))
        self._replace(node, resources.after)
        return resources

    def _rewrite_resource(self, value: cst.BaseExpression, group: Group) -> Group:
        """Rewrite the options of one path rule."""
        node, is_own = self._resolve(value)
        parts: list[tuple[cst.CSTNode, str | None, cst.BaseExpression, str]] = []
        if is_own and isinstance(node, cst.Dict):
            for element in node.elements:
                key = self._read_key(element)
                star = "**" if isinstance(element, cst.StarredDictElement) or key is None else ""
                parts.append((element, key, element.value, star))
            inner = self._rewrite_parts(parts, node.elements)[0]
            for name, said in self.keep_json_out(inner, node.elements).items():
                self._edits.insert(self._source.end(node.elements[-1]), f', "{name}": {write(said)}')
            return inner
        if is_own and isinstance(node, cst.Call) and self._source.code(node.func) == "dict":
            inner = self.rewrite_arguments(node.args, node.args)[0]
            self.add(node, self.keep_json_out(inner, node.args))
            return inner
        group.computed["resources"] = self._source.code(value)
        return Group()

    def _read_key(self, element: cst.BaseDictElement) -> str | None:
        if not isinstance(element, cst.DictElement):
            return None
        try:
            key = evaluate(self._source.parse(element.key), self._sites.known)
        except ComputedError:
            return None
        return key if isinstance(key, str) else None

    def _translate_paths(
        self, keys: Sequence[Any], options: Mapping[Any, Options], group: Group
    ) -> list[PathRule | None] | None:
        """Return the path rules that replace keys, or None if Flask-CORS would not start with them."""
        try:
            if not all(map(is_key, keys)):
                raise ValueError("a key is a string or a regular expression")
            found = [translate_path(key) for key in keys]
        except ValueError as error:
            group.questions.append(f"Flask-CORS does not start with these resources: {error}")
            return None
        rules = choose_rules(keys, found, options)
        if rules is None:
            return None
        for translation, rule in zip(found, rules, strict=True):
            group.notes += translation.notes if rule is None or isinstance(rule, str) else ()
        return rules


def _explain_ignored(name: str, value: str) -> str:
    if name in NEEDLESS:
        return f"{name}={value} is not needed here, and was removed"
    meant = find_near_miss(name, (*OPTIONS, "resources"))
    probably = f"; probably {meant} was meant" if meant else ""
    return f"{name}={value} had no effect in Flask-CORS, and was removed{probably}"
