"""What a whole tree of files says about CORS, and how each call changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from .edits import Edits
from .groups import Rewriter
from .imports import add_extension, finish, rewrite_imports
from .layers import FilePlan, Layer, Said, ask_of_computed, covers_everything, list_inherited, may_differ
from .merging import are_on_one_app, merge_into
from .predecessor import ALL_METHODS
from .resources import Options, Resources
from .sites import Call, CallKind, Sites
from .table import tabulate
from .tree_settings import TreeSettings

_INHERITED: Final[Mapping[str, Any]] = {
    "supports_credentials": False,
    "expose_headers": [],
    "methods": [name for name in ALL_METHODS if name != "OPTIONS"],
    "allow_headers": "*",
}
"""What a mark or a blueprint would now inherit from the app, and its value in Flask-CORS, which does not inherit."""

_MOST_LAYERS: Final = 6

_BARE: Final = (
    "no origins are named, and in Flask-CORS that is everybody. Write origins=['https://app.example.com'], or "
    "origins='*' if everybody may read this."
)
_BARE_HERE: Final = (
    "in Flask-CORS everybody could read this, since no origins are named here; now it has the origins of CORS(app). "
    "Write origins=[...] if these are not the ones."
)
_BARE_IN_BLUEPRINT: Final = (
    "in Flask-CORS everybody could read this, since no origins are named here; now it has the origins of its "
    "blueprint, or none. Write origins=[...] if these are not the ones."
)
_EVERYBODY_WITH_CREDENTIALS: Final = (
    "in Flask-CORS every page on the web could act as your users here, with '*' and supports_credentials=True. Name "
    "the origins, or leave supports_credentials out."
)
_BY_HAND: Final = (
    "this hook sets CORS headers by hand. The policy owns them now: an Access-Control-Allow-Origin of the app can only "
    "lower it. Remove what the policy says anyway."
)


_MARKED_TWICE: Final = (
    "this is the second mark on one view, and the app does not start. Write one @cross_origin. In Flask-CORS the outer "
    "one answered preflights, and the inner one everything else."
)


class TreePlan:
    """The result for a tree.

    Args:
        found: what was found in each file.
        origins: the origins to write into bare calls.
        mentions: how often each setting is mentioned in the tree's Python files.
    """

    def __init__(self, found: Sequence[Sites], origins: Sequence[str], mentions: Mapping[str, int]) -> None:
        self._origins: Any = "*" if list(origins) == ["*"] else list(origins)
        self.files = [self._open(sites) for sites in found]
        self._blueprints = {name for sites in found for name in sites.blueprints}
        self._apps = {app.name for sites in found for app in sites.apps}
        self._objects = {name for sites in found for name in sites.objects if name}
        self._settings = TreeSettings(mentions)
        self._bare_mark = _BARE_HERE

    @staticmethod
    def _open(sites: Sites) -> FilePlan:
        edits = Edits(sites.source, sites.comments)
        return FilePlan(sites, edits, Rewriter(sites, edits))

    def make(self) -> None:
        """Decide everything, and record it in the files' plans."""
        for plan in self.files:
            rewrite_imports(plan)
            self._name_hooks(plan)
            for setting in plan.sites.settings:
                self._settings.rewrite(plan, setting)
        marks, layers = self._read_calls()
        layers = self._merge_doubles(layers)
        for layer in layers:
            if not layer.is_blueprint:
                self._settle_app(layer)
        apps = [layer for layer in layers if not layer.is_blueprint]
        self._bare_mark = _BARE_HERE if apps else _BARE_IN_BLUEPRINT
        can_inherit = bool(apps) and all(covers_everything(layer) for layer in apps)
        for layer in layers:
            if layer.is_blueprint:
                self._settle_inheriting(layer.last, layer.merge(), list_inherited(apps), can_inherit)
        inherited = [{**app, **own} for app in list_inherited(apps) or [{}] for own in list_inherited(layers, True)]
        inherited += list_inherited(apps)
        for mark in marks:
            self._settle_mark(mark, inherited, layers, can_inherit=can_inherit and len(apps) == len(layers))
        if marks and not layers:
            add_extension(self.files, marks)
        for plan in self.files:
            finish(plan)

    def _name_hooks(self, plan: FilePlan) -> None:
        for hook in plan.sites.hooks:
            if hook.is_after_request:
                plan.ask(hook.position, hook.position, _BY_HAND)
            else:
                plan.note(
                    hook.position, "a CORS header is named by hand; if it is set, the policy of the path owns it now"
                )

    def _read_calls(self) -> tuple[list[Said], list[Layer]]:
        marks: list[Said] = []
        alone: list[Said] = []
        objects: dict[str, Said] = {}
        inits: list[tuple[str, Said]] = []
        for plan in self.files:
            for call in plan.sites.calls:
                if call.kind is CallKind.INIT and call.holder not in self._objects:
                    continue
                group, resources = plan.rewriter.rewrite_arguments(call.arguments, call.node.args)
                plan.rewriter.add(call.node, plan.rewriter.keep_json_out(group, call.node.args, call.route_methods))
                said = Said(call, plan, group, resources)
                self._tell(said)
                if call.kind is CallKind.MARK:
                    marks.append(said)
                elif call.kind is CallKind.OBJECT:
                    objects[call.holder or f"<{call.source.name}:{call.line}>"] = said
                elif call.kind is CallKind.INIT:
                    inits.append((call.holder, said))
                else:
                    alone.append(said)
        for said in alone:
            said.call.kind = CallKind.BLUEPRINT if self._is_blueprint(said.call) else CallKind.APP
        layers = [Layer([said], said.call.kind is CallKind.BLUEPRINT) for said in alone]
        for holder, said in inits:
            parts = [objects[holder], said] if holder in objects else [said]
            layers.append(Layer(parts, self._is_blueprint(said.call)))
        used = {holder for holder, _ in inits}
        layers += [Layer([said], False) for holder, said in objects.items() if holder not in used]
        return marks, layers

    def _tell(self, said: Said) -> None:
        call, plan = said.call, said.plan
        if call.is_too_late:
            plan.ask(
                call.position, call.node, f"{call.target} is registered already, and Flask refuses this. Move it up."
            )
        if call.is_second:
            plan.ask(call.position, call.node, _MARKED_TWICE)
        for note in dict.fromkeys(said.group.notes):
            plan.note(call.node, note)
        for question in dict.fromkeys(said.group.questions):
            plan.ask(call.position, call.node, question)
        for name, text in said.group.computed.items():
            plan.ask(call.position, call.node, ask_of_computed(name, text))

    def _is_blueprint(self, call: Call) -> bool:
        name = call.target.rpartition(".")[2]
        return name in self._blueprints and name not in {app.name for app in self._find_plan(call).sites.apps}

    def _find_plan(self, call: Call) -> FilePlan:
        return next(plan for plan in self.files if plan.sites.source is call.source)

    def _merge_doubles(self, layers: list[Layer]) -> list[Layer]:
        """Merge two calls on one app, if one call can replace both."""
        kept: list[Layer] = []
        for layer in layers:
            call = layer.last.call
            first = next((other for other in kept if are_on_one_app(other, layer)), None)
            if first is None:
                kept.append(layer)
            elif not merge_into(first, layer):
                text = (
                    f"{call.kind.value} is called twice on {call.target}, and no single call says both. Write one call."
                )
                layer.last.plan.ask(call.position, call.node, text)
                kept.append(layer)
        return kept

    def _settle_app(self, layer: Layer) -> None:
        said, (before, after, resources, computed) = layer.last, layer.merge()
        own_before, own_after, own_resources, own_computed = self._settings.read(said.call)
        resources = resources or own_resources
        computed |= own_computed - set(before)
        is_unknown = "**options" in computed or "resources" in computed
        if "origins" not in {**own_before, **before} and "origins" not in computed and not is_unknown:
            rules: list[Options] = list(resources.after.values()) if resources else [{}]
            if any("origins" not in rule for rule in rules):
                if self._origins:
                    self._add(said, {"origins": self._origins})
                    after["origins"] = self._origins
                else:
                    said.plan.ask(said.call.position, said.call.node, _BARE)
        if self._asks_of_credentials(own_after | after, resources):
            said.plan.ask(said.call.position, said.call.node, _EVERYBODY_WITH_CREDENTIALS)
        tabulate(said, own_before | before, [own_after | after], resources, computed, origins=self._origins)

    def _asks_of_credentials(self, after: Options, resources: Resources | None) -> bool:
        rules = list(resources.after.values()) if resources else [{}]
        merged = [after | rule for rule in rules]
        return any(rule.get("supports_credentials") and rule.get("origins") in ("*", ["*"]) for rule in merged)

    def _settle_mark(
        self, said: Said, inherited: Sequence[Options], layers: Sequence[Layer], *, can_inherit: bool
    ) -> None:
        if said.call.is_above_route:
            self._remove_mark(said)
            return
        before, after = dict(said.group.before), dict(said.group.after)
        own_before, own_after, _, own_computed = self._settings.read(None)
        preflights = True
        if all(layer.is_blueprint for layer in layers) and (said.call.is_of_method or self._lets_flask_answer(said)):
            preflights = False
            self._add(said, {"methods": [], "allow_headers": []}, unless=after)
            after |= said.group.after
        merged = (own_before | before, own_after | after, None, set(said.group.computed) | (own_computed - set(before)))
        self._settle_inheriting(said, merged, inherited, can_inherit, preflights=preflights)

    def _lets_flask_answer(self, said: Said) -> bool:
        return any(
            argument.keyword is not None
            and argument.keyword.value == "automatic_options"
            and said.call.source.code(argument.value) == "False"
            for argument in said.call.arguments
        )

    def _remove_mark(self, said: Said) -> None:
        text = (
            "this mark stood above the route and had no effect in Flask-CORS; here it would have one, and it is gone. "
            f"It was: @{said.call.source.code(said.call.node)}"
        )
        source, start = said.call.source, said.call.position
        end = source.end(said.call.node)
        said.plan.edits.drop_within(start, end)
        said.plan.edits.cut_lines(start, end)
        said.plan.ask(start, said.call.node, text)

    def _settle_inheriting(
        self,
        said: Said,
        merged: tuple[Options, Options, Resources | None, set[str]],
        inherited: Sequence[Options],
        can_inherit: bool,
        *,
        preflights: bool = True,
    ) -> None:
        """Handle a call that inherits options here, but not in Flask-CORS: write out what it must not inherit."""
        before, after, resources, computed = merged
        above = [*inherited] or [{}]
        if said.call.kind is not CallKind.MARK:
            _, settings, _, own_computed = self._settings.read(None)
            above = [settings | layer for layer in above]
            above += [{name: None} for name in own_computed]
        own = {**said.group.after, **dict.fromkeys(said.group.computed)}
        rules = list(resources.after.values()) if resources else [{}]
        otherwise = {**_INHERITED, **after}  # what Flask-CORS has where the call says nothing: a setting, or a default
        written = {
            option: otherwise[option]
            for option in (*_INHERITED, "origins")
            if option in otherwise
            and any(option not in {**own, **rule} for rule in rules)
            and any(may_differ(layer, option, otherwise[option]) for layer in above)
        }
        self._add(said, written, unless=own)
        after = {**after, **{name: value for name, value in written.items() if name not in own}}
        if any("origins" not in {**own, **after, **rule} for rule in rules) and not computed & {"**options", "origins"}:
            self._settle_bare(said, after, above, can_inherit)
        completed = [layer | after for layer in above]
        if any(self._asks_of_credentials(complete, resources) for complete in completed):
            said.plan.ask(said.call.position, said.call.node, _EVERYBODY_WITH_CREDENTIALS)
        named = sorted(completed, key=lambda complete: "origins" not in complete)
        if any(complete.get("origins", "") is None for complete in named):
            computed = computed | {"origins"}
        tabulate(said, before, named[:_MOST_LAYERS], resources, computed, preflights=preflights, origins=self._origins)

    def _settle_bare(self, said: Said, after: Options, above: Sequence[Options], can_inherit: bool) -> None:
        """Handle a mark or a blueprint without origins: everybody could read it, whatever CORS(app) says."""
        said_above = [layer.get("origins") for layer in above]
        everybody_or_bare = all(value in (None, "*", ["*"], self._origins or None) for value in said_above)
        if can_inherit and everybody_or_bare:
            return  # as before; or what is left to decide is left at CORS(app)
        if self._origins:
            self._add(said, {"origins": self._origins})
            after["origins"] = self._origins
        else:
            text = self._bare_mark if said.call.kind is CallKind.MARK else _BARE_HERE
            text = text if any(said_above) else _BARE
            said.plan.ask(said.call.position, said.call.node, text)

    def _add(self, said: Said, options: Options, *, unless: Mapping[str, Any] | None = None) -> None:
        new = {name: value for name, value in options.items() if name not in (unless or {})}
        said.group.after |= new
        said.plan.rewriter.add(said.call.node, new)
