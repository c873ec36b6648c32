"""What a whole tree of files says of CORS, and what each call of it comes to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import libcst as cst

from cors_wsgi import PathMap
from cors_wsgi.near_misses import find_near_miss

from .edits import Edits
from .groups import Group, Options, Resources, Rewriter
from .paths import list_probes
from .predecessor import ALL_METHODS, NEEDLESS, OPTIONS, PACKAGE, matches, read_resources
from .sites import Call, CallKind, Setting, Sites
from .values import write
from .verdicts import UNKNOWN, Access, ask_policies, ask_predecessor, find_widened, list_asked, list_named

NEW_PACKAGE: Final = "flask_cors_ext"
_PACKAGE_NAME: Final = rf"\b{PACKAGE}(?:\.extension|\.decorator)?\b".encode()

_INHERITED: Final[Mapping[str, Any]] = {
    "supports_credentials": False,
    "expose_headers": [],
    "methods": [name for name in ALL_METHODS if name != "OPTIONS"],
    "allow_headers": "*",
}
"""What a mark or a blueprint would now inherit from the app, and its value in Flask-CORS, where it does not."""

_MOST_LAYERS: Final = 6

_BARE: Final = (
    "no origins are named, and in Flask-CORS that is everybody. Write origins=['https://app.example.com'], or "
    "origins='*' if everybody may read this."
)
_BARE_HERE: Final = (
    "in Flask-CORS everybody could read this, since no origins are named here; now it has the origins of CORS(app). "
    "Write origins=[...] if these are not the ones."
)
_EVERYBODY_WITH_CREDENTIALS: Final = (
    "in Flask-CORS every page of the web could act as your users here, with '*' and supports_credentials=True. Name "
    "the origins, or leave supports_credentials out."
)
_BY_HAND: Final = (
    "this hook sets CORS headers by hand. The policy owns them now: an Access-Control-Allow-Origin of the app can only "
    "lower it. Remove what the policy says anyway."
)


@dataclass(frozen=True)
class Remark:
    """Something about a place: what is left for a person, or what is good to know.

    Attributes:
        name: of the file.
        line: from 1; 0 for the file as a whole.
        text: what is to be said of it.
    """

    name: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.name}:{self.line}: {self.text}" if self.line else f"{self.name}: {self.text}"


@dataclass
class Row:
    """One line of the table: what one call says of one path.

    Attributes:
        name: of the file.
        line: from 1.
        call: what was called.
        path: of which path.
        before: who could read.
        after: who can read.
        named: the origins that it names.
    """

    name: str
    line: int
    call: str
    path: str
    before: Access
    after: Access
    named: list[str]


@dataclass(eq=False)
class FilePlan:
    """What one file comes to.

    Attributes:
        sites: what was found in it.
        edits: what changes.
        rewriter: rewrites its groups.
        rows: of the table.
        notes: what a reader should know.
        left: what a person must decide.
        stopped: why it is not written; empty if it is.
        needs: names that have to be imported.
        removed: settings to take out of calls and mappings, with what stands beside them.
    """

    sites: Sites
    edits: Edits
    rewriter: Rewriter
    rows: list[Row] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    left: list[Remark] = field(default_factory=list)
    stopped: str = ""
    needs: set[str] = field(default_factory=set)
    removed: dict[int, tuple[list[cst.CSTNode], list[cst.CSTNode]]] = field(default_factory=dict)

    def ask(self, position: int, place: cst.CSTNode | int, text: str) -> None:
        """Leave something for a person, with a comment at its place.

        Args:
            position: where the comment is put.
            place: what it is about.
            text: what to decide.
        """
        self.edits.add_todo(position, text)
        self.left.append(self._remark(place, text))

    def note(self, place: cst.CSTNode | int, text: str) -> None:
        """Say something that is good to know."""
        self.notes.append(self._remark(place, text))

    def _remark(self, place: cst.CSTNode | int, text: str) -> Remark:
        source = self.sites.source
        position = place if isinstance(place, int) else source.start(place)
        return Remark(source.name, source.line(position), text)


@dataclass(eq=False)
class Said:
    """What one call says.

    Attributes:
        call: the call.
        plan: the file's.
        group: its keywords.
        resources: its path rules, if it has any.
    """

    call: Call
    plan: FilePlan
    group: Group
    resources: Resources | None


@dataclass(eq=False)
class Layer:
    """What holds for an app or a blueprint: `CORS(app)`, or `CORS()` and `init_app` together.

    Attributes:
        parts: its calls; later ones win.
        is_blueprint: whether it is a blueprint's.
    """

    parts: list[Said]
    is_blueprint: bool

    @property
    def last(self) -> Said:
        """The call that takes what has to be added."""
        return self.parts[-1]

    def merge(self) -> tuple[Options, Options, Resources | None, set[str]]:
        """Return the keywords before and after, the path rules, and the names of what is computed."""
        before: Options = {}
        after: Options = {}
        resources: Resources | None = None
        computed: set[str] = set()
        for part in self.parts:
            before |= part.group.before
            after |= part.group.after
            computed |= set(part.group.computed)
            resources = part.resources or resources
        return before, after, resources, computed


class TreePlan:
    """What a tree comes to.

    Args:
        found: what was found in each file.
        origins: what bare calls are to name.
        mentions: how often each setting is written in the tree's Python files.
    """

    def __init__(self, found: Sequence[Sites], origins: Sequence[str], mentions: Mapping[str, int]) -> None:
        self._origins: Any = "*" if list(origins) == ["*"] else list(origins)
        self._mentions = mentions
        self.files = [self._open(sites) for sites in found]
        self._blueprints = {name for sites in found for name in sites.blueprints}
        self._apps = {app.name for sites in found for app in sites.apps}
        self._objects = {name for sites in found for name in sites.objects if name}
        self._settings: dict[str, list[tuple[Setting, Group, Resources | None]]] = {}
        self._setting_computed: set[str] = set()

    @staticmethod
    def _open(sites: Sites) -> FilePlan:
        edits = Edits(sites.source, sites.comments)
        return FilePlan(sites, edits, Rewriter(sites, edits))

    def make(self) -> None:
        """Decide everything, and put it into the files' plans."""
        for plan in self.files:
            self._rewrite_imports(plan)
            self._name_hooks(plan)
            for setting in plan.sites.settings:
                self._rewrite_setting(plan, setting)
        marks, layers = self._read_calls()
        layers = self._merge_doubles(layers)
        for layer in layers:
            if not layer.is_blueprint:
                self._settle_app(layer)
        apps = [layer for layer in layers if not layer.is_blueprint]
        can_inherit = bool(apps) and all(_covers_everything(layer) for layer in apps)
        for layer in layers:
            if layer.is_blueprint:
                self._settle_inheriting(layer.last, layer.merge(), _list_inherited(apps), can_inherit)
        inherited = [{**app, **own} for app in _list_inherited(apps) or [{}] for own in _list_inherited(layers, True)]
        inherited += _list_inherited(apps)
        for mark in marks:
            self._settle_mark(mark, inherited, layers, can_inherit=can_inherit and len(apps) == len(layers))
        if marks and not layers:
            self._add_extension(marks)
        for plan in self.files:
            self._finish(plan)

    # --- imports, hooks and settings

    def _rewrite_imports(self, plan: FilePlan) -> None:
        sites, source = plan.sites, plan.sites.source
        for statement in sites.imports:
            start, end = source.start(statement), source.end(statement)
            for match in re.finditer(_PACKAGE_NAME, source.data[start:end]):
                plan.edits.replace(start + match.start(), start + match.end(), NEW_PACKAGE)
        for name in sites.references:
            plan.edits.replace_node(name, NEW_PACKAGE)
        for position, part in sites.foreign:
            plan.ask(position, position, f"nothing here stands for {part}. Do without it.")
        for position in sites.mentions:
            plan.note(position, f"a string names {PACKAGE}, and stays as it is")

    def _name_hooks(self, plan: FilePlan) -> None:
        for hook in plan.sites.hooks:
            if hook.is_after_request:
                plan.ask(hook.position, hook.position, _BY_HAND)
            else:
                plan.note(
                    hook.position, "a CORS header is named by hand; where it is set, the policy of the path owns it now"
                )

    def _rewrite_setting(self, plan: FilePlan, setting: Setting) -> None:
        name = setting.name
        option = name.removeprefix("CORS_").lower()
        if name in plan.sites.constants and plan.sites.names[name] > 1:
            return  # a constant that code reads itself, and no setting
        if option in NEEDLESS or option not in (*OPTIONS, "resources"):
            self._drop_setting(plan, setting, option)
            return
        group, resources, is_needless = plan.rewriter.rewrite_setting(option, setting.value)
        if is_needless:
            self._remove_setting(plan, setting)
        self._settings.setdefault(option, []).append((setting, group, resources))
        for note in group.notes:
            plan.note(setting.value, note)
        for question in group.questions:
            plan.ask(setting.position, setting.value, f"{name}: {question}")
        for text in group.computed.values():
            self._setting_computed.add(option)
            plan.ask(setting.position, setting.value, _ask_of_computed(name, text))

    def _drop_setting(self, plan: FilePlan, setting: Setting, option: str) -> None:
        is_ignored = setting.name == "CORS_HEADERS" or find_near_miss(option, OPTIONS) is not None
        if (option in NEEDLESS or is_ignored) and self._mentions.get(setting.name, 0) <= 1:
            self._remove_setting(plan, setting)
            why = "is needless here" if option in NEEDLESS else "had no effect in Flask-CORS"
            plan.note(setting.value, f"the setting {setting.name} {why}, and was taken out")

    def _remove_setting(self, plan: FilePlan, setting: Setting) -> None:
        if setting.part is not None:
            plan.removed.setdefault(id(setting.siblings), (setting.siblings, []))[1].append(setting.part)
        elif setting.statement is not None:
            plan.edits.remove_statement(setting.statement, leaves="pass" if setting.is_alone_in_block else "")

    def _read_settings(self, call: Call | None) -> tuple[Options, Options, Resources | None, set[str]]:
        """Return what settings say, before and after; those that come too late for a call say nothing to it."""
        before: Options = {}
        after: Options = {}
        resources: Resources | None = None
        computed = set()
        for option, found in self._settings.items():
            timely = [one for one in found if call is None or not _is_late(one[0], call)]
            if not timely:
                continue
            if len(timely) > 1 and len({str(one[1].before) for one in timely}) > 1:
                computed.add(option)
            _, group, own = timely[-1]
            before |= group.before
            after |= group.after
            resources = own or resources
            computed |= set(group.computed)
        return before, after, resources, computed

    # --- calls

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
        for note in dict.fromkeys(said.group.notes):
            plan.note(call.node, note)
        for question in dict.fromkeys(said.group.questions):
            plan.ask(call.position, call.node, question)
        for name, text in said.group.computed.items():
            plan.ask(call.position, call.node, _ask_of_computed(name, text))

    def _is_blueprint(self, call: Call) -> bool:
        name = call.target.rpartition(".")[2]
        return name in self._blueprints and name not in {app.name for app in self._find_plan(call).sites.apps}

    def _find_plan(self, call: Call) -> FilePlan:
        return next(plan for plan in self.files if plan.sites.source is call.source)

    def _merge_doubles(self, layers: list[Layer]) -> list[Layer]:
        """Merge two calls on one app, where both together can be said by one."""
        kept: list[Layer] = []
        for layer in layers:
            call = layer.last.call
            first = next((other for other in kept if _are_on_one_app(other, layer)), None)
            if first is None:
                kept.append(layer)
            elif not self._merge_into(first, layer):
                text = (
                    f"{call.kind.value} is called twice on {call.target}, and one call cannot say both. Write one call."
                )
                layer.last.plan.ask(call.position, call.node, text)
                kept.append(layer)
        return kept

    def _merge_into(self, first: Layer, second: Layer) -> bool:
        """Let the first call say what both do: in Flask-CORS the second one goes first."""
        one, other = first.last, second.last
        merged = _merge_options(one, other)
        if merged is None or len(first.parts) > 1 or len(second.parts) > 1 or not other.call.is_alone:
            return False
        if one.group.computed or other.group.computed:
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

    # --- what each call comes to

    def _settle_app(self, layer: Layer) -> None:
        said, (before, after, resources, computed) = layer.last, layer.merge()
        own_before, own_after, own_resources, own_computed = self._read_settings(said.call)
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
        self._tabulate(said, own_before | before, [own_after | after], resources, computed)

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
        own_before, own_after, _, own_computed = self._read_settings(None)
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
        """Settle a call that inherits options here, and did not in Flask-CORS: what must not be inherited is said."""
        before, after, resources, computed = merged
        above = [*inherited] or [{}]
        if said.call.kind is not CallKind.MARK:
            _, settings, _, own_computed = self._read_settings(None)
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
            and any(_may_differ(layer, option, otherwise[option]) for layer in above)
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
        self._tabulate(said, before, named[:_MOST_LAYERS], resources, computed, preflights=preflights)

    def _settle_bare(self, said: Said, after: Options, above: Sequence[Options], can_inherit: bool) -> None:
        """Settle a mark or a blueprint without origins: everybody could read it, whatever CORS(app) says."""
        said_above = [layer.get("origins") for layer in above]
        everybody_or_bare = all(value in (None, "*", ["*"], self._origins or None) for value in said_above)
        if can_inherit and everybody_or_bare:
            return  # as before; or what is left to decide is left at CORS(app)
        if self._origins:
            self._add(said, {"origins": self._origins})
            after["origins"] = self._origins
        else:
            text = _BARE_HERE if any(said_above) else _BARE
            said.plan.ask(said.call.position, said.call.node, text)

    def _add(self, said: Said, options: Options, *, unless: Mapping[str, Any] | None = None) -> None:
        new = {name: value for name, value in options.items() if name not in (unless or {})}
        said.group.after |= new
        said.plan.rewriter.add(said.call.node, new)

    def _tabulate(
        self,
        said: Said,
        before: Options,
        after: Sequence[Options],
        resources: Resources | None,
        computed: set[str],
        *,
        preflights: bool = True,
    ) -> None:
        """Ask both libraries' rules, and put a row for each path into the table."""
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
        named = list_named(*(options.get("origins", []) for options in every), self._origins)
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

    # --- the extension itself, and imports

    def _add_extension(self, marks: Sequence[Said]) -> None:
        """Put the extension on the app: in Flask-CORS a mark works alone, and here it needs it."""
        if all(mark.call.is_above_route for mark in marks) or any(_has_extension(plan.sites) for plan in self.files):
            return
        made = [(plan, app) for plan in self.files for app in plan.sites.apps]
        if len(made) != 1:
            first = next(mark for mark in marks if not mark.call.is_above_route)
            text = (
                "a mark needs the extension. Where the app is made, write CORS(app, resources={}): marks alone share."
            )
            first.plan.ask(first.call.position, first.call.node, text)
            return
        plan, app = made[0]
        plan.edits.add_line_below(app.statement, f"CORS({app.name}, resources={{}})  # marks alone say who may read")
        plan.needs.add("CORS")
        plan.note(app.statement, f"CORS({app.name}, resources={{}}) was added, since marks need the extension")

    def _finish(self, plan: FilePlan) -> None:
        sites = plan.sites
        for siblings, removed in plan.removed.values():
            plan.edits.remove_parts(siblings, removed)
        position = sites.first_import if sites.first_import is not None else sites.after_docstring
        if plan.rewriter.writes_regex and not sites.has_re:
            plan.edits.add_line(position, "import re")
        if "CORS" in plan.needs and not _imports_cors(sites):
            last = next((one for one in sites.imports if isinstance(one, cst.ImportFrom)), None)
            if last is not None and not isinstance(last.names, cst.ImportStar):
                plan.edits.insert(sites.source.end(last.names[-1].name), ", CORS")
            else:
                plan.edits.add_line(position, f"from {NEW_PACKAGE} import CORS")


def _ask_after(
    options: Options, resources: Resources | None, paths: Sequence[str], asked: Sequence[str]
) -> dict[str, Access]:
    if resources is None:
        return ask_policies(None, options, paths, asked)
    return ask_policies({rule: options | own for rule, own in resources.after.items()}, None, paths, asked)


def _tell_apart(paths: Sequence[str], old: Mapping[Any, Options], resources: Resources) -> list[str]:
    """Return one path for each pair of rules, old and new, that paths meet: the rest of a path matters to neither."""
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


def _covers_everything(layer: Layer) -> bool:
    resources = layer.merge()[2]
    return resources is None or "/*" in resources.after


def _may_differ(layer: Options, option: str, value: Any) -> bool:
    """Tell whether a layer above may say something else of an option."""
    if "**options" in layer:
        return option in ("supports_credentials", "expose_headers")
    return option in layer and not _is_alike(layer[option], value)


def _imports_cors(sites: Sites) -> bool:
    names = [one.names for one in sites.imports if isinstance(one, cst.ImportFrom)]
    return any(
        isinstance(found, cst.ImportStar) or any(alias.name.value == "CORS" and not alias.asname for alias in found)
        for found in names
    )


def _has_extension(sites: Sites) -> bool:
    """Tell whether an earlier run put the extension on an app already."""
    return re.search(rf"^from {NEW_PACKAGE} import .*\bCORS\b", sites.source.data.decode(), re.MULTILINE) is not None


def _ask_of_computed(name: str, text: str) -> str:
    said = " ".join(text.split())
    if name.startswith("*"):
        return f"the options come from {said}. See that they are valid, and that origins are among them."
    return (
        f"{name} is computed here, by {said}. See that it is valid: exact origins or patterns such as "
        "'https://*.example.com', and regular expressions only as re.compile(...)."
        if "origins" in name.lower()
        else f"{name} is computed here, by {said}. See that it is valid."
    )


def _is_late(setting: Setting, call: Call) -> bool:
    if setting.source is not call.source or setting.scope is not call.scope:
        return False
    return setting.part is None and setting.source.start(setting.value) > call.source.start(call.node)


def _are_on_one_app(first: Layer, second: Layer) -> bool:
    one, other = first.last.call, second.last.call
    return one.source is other.source and one.scope is other.scope and bool(one.target) and one.target == other.target


def _list_inherited(layers: Sequence[Layer], blueprints: bool = False) -> list[Options]:
    """Return every set of options that a view may inherit from calls."""
    found = []
    for layer in layers:
        if layer.is_blueprint is not blueprints:
            continue
        _, after, resources, computed = layer.merge()
        own = after | {name: None for name in computed if name not in after}
        found += [own | rule for rule in resources.after.values()] if resources else [own]
    return found


def _is_alike(one: Any, other: Any) -> bool:
    def listed(value: Any) -> Any:
        return sorted(map(str, value)) if isinstance(value, (list, tuple, set)) else value

    return bool(listed(one) == listed(other))


def _merge_options(one: Said, other: Said) -> tuple[Group, Resources | None] | None:
    """Return what two calls say together, or None where one cannot say it."""
    first, second = one.group, other.group
    if one.resources and other.resources:
        return _merge_resources(one, other)
    if other.resources:
        return None
    rest = {name: value for name, value in second.after.items() if name != "origins"}
    if "origins" not in second.after or second.after["origins"] == "*":
        # The second call takes everything, so that the first is never asked; but who may read, it alone may say.
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
    """Return the path rules of both calls in one mapping, where no path is covered by both."""
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


def _choose_paths(
    paths: Sequence[str], was: Mapping[str, Access], now: Mapping[str, Access], *, has_resources: bool
) -> Iterator[tuple[str, str]]:
    """Yield one path for each kind of outcome, with how it is shown."""
    seen = set()
    for path in paths:
        outcome = (str(was[path].answers), str(now[path].answers), now[path].refused)
        if outcome in seen:
            continue
        seen.add(outcome)
        is_dark = not any(map(any, was[path].answers.values())) and not any(map(any, now[path].answers.values()))
        if not (has_resources and is_dark and len(paths) > 1):
            yield path, path if has_resources else ""
