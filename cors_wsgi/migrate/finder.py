"""Find the places in a file that are about Flask-CORS, by walking its tree."""

from __future__ import annotations

import ast
import re
from collections import Counter
from typing import Final

import libcst as cst

from .predecessor import PACKAGE
from .sites import AppMade, Call, CallKind, Hook, Setting, Sites, Statement, find_app
from .source import Source
from .values import ComputedError, Known, evaluate

_CORS: Final = {f"{PACKAGE}.CORS", f"{PACKAGE}.extension.CORS"}
_CROSS_ORIGIN: Final = {f"{PACKAGE}.cross_origin", f"{PACKAGE}.decorator.cross_origin"}
_ROUTES: Final = frozenset({"route", "get", "post", "put", "patch", "delete"})
_HEADER = re.compile(r"access-control-(?:allow|expose|max)-", re.IGNORECASE)
_SETTING = re.compile(r"CORS_[A-Z_]+")
_MUTATORS: Final = frozenset({"append", "extend", "insert", "remove", "pop", "clear", "add", "discard", "update"})
_OVERRIDING: Final = frozenset({"from_envvar", "from_prefixed_env", "from_pyfile", "from_file", "from_object"})
"""What overrides the values of settings in the code before it."""
_IMPORTERS: Final = frozenset({"import_module", "__import__"})
_HOOKS: Final = frozenset({"after_request", "after_app_request"})


class _Finder(cst.CSTVisitor):
    def __init__(self, source: Source) -> None:
        self.sites = Sites(source)
        self.source = source
        self.stack: list[cst.CSTNode] = []
        self.bound: Counter[str] = Counter()
        self.changed_settings: set[str] = set()
        self.overridden = 0
        self.imports_all = False
        self.marked: set[int] = set()
        self.registered: set[tuple[cst.FunctionDef | None, str]] = set()

    def on_visit(self, node: cst.CSTNode) -> bool:
        handler = getattr(self, f"find_in_{type(node).__name__.lower()}", None)
        if handler is not None:
            handler(node)
        self.stack.append(node)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:  # noqa: ARG002 - libcst passes it by name
        self.stack.pop()

    def find_in_comment(self, node: cst.Comment) -> None:
        self.sites.comments.append((self.source.start(node), self.source.end(node)))

    def find_in_name(self, node: cst.Name) -> None:
        self.sites.names[node.value] += 1
        self._note_handed_on(node)
        if node.value != PACKAGE or any(isinstance(part, (cst.Import, cst.ImportFrom)) for part in self.stack):
            return
        parent = self.stack[-1]
        if isinstance(parent, cst.Attribute) and parent.attr is node:
            return
        if PACKAGE in self.source.qualify(node):
            attribute = parent.attr.value if isinstance(parent, cst.Attribute) else "CORS"
            if attribute in ("CORS", "cross_origin"):
                self.sites.references.append(node)
            else:
                self.sites.foreign.append((self._position(), f"{PACKAGE}.{attribute}"))

    def find_in_attribute(self, node: cst.Attribute) -> None:
        self._note_handed_on(node)

    def _note_handed_on(self, node: cst.Name | cst.Attribute) -> None:
        """Note where the class or the decorator is passed on: into a variable, an argument, a subclass."""
        parent = self.stack[-1]
        is_call = isinstance(parent, cst.Call) and parent.func is node
        is_test = isinstance(
            parent, (cst.If, cst.UnaryOperation, cst.Comparison, cst.BooleanOperation, cst.AssignTarget)
        )
        in_import = any(isinstance(part, (cst.Import, cst.ImportFrom, cst.Annotation)) for part in self.stack)
        if is_call or is_test or in_import or (isinstance(parent, cst.Attribute) and parent.attr is node):
            return
        if self.source.qualify(node) & (_CORS | _CROSS_ORIGIN):
            self.sites.handed_on.append((self._position(), node))

    def find_in_import(self, node: cst.Import) -> None:
        names = [_dotted(alias.name) for alias in node.names]
        self._note_import()
        self.sites.has_re |= not self._scope() and any(a.asname is None and _dotted(a.name) == "re" for a in node.names)
        if any(name == PACKAGE for name in names):
            self.sites.imports.append(node)
        for name in names:
            if name.startswith(f"{PACKAGE}."):
                self.sites.foreign.append((self._position(), name))

    def find_in_importfrom(self, node: cst.ImportFrom) -> None:
        module = _dotted(node.module) if node.module is not None and not node.relative else ""
        if module != "__future__":
            self._note_import()
        if module == PACKAGE or module in (f"{PACKAGE}.extension", f"{PACKAGE}.decorator"):
            self.imports_all |= isinstance(node.names, cst.ImportStar)
            names = [] if isinstance(node.names, cst.ImportStar) else [_dotted(alias.name) for alias in node.names]
            strange = [name for name in names if name not in ("CORS", "cross_origin")]
            if strange:
                self.sites.foreign.append((self._position(), f"{module}.{strange[0]}"))
            else:
                self.sites.imports.append(node)
        elif module.startswith(f"{PACKAGE}."):
            self.sites.foreign.append((self._position(), module))

    def find_in_assign(self, node: cst.Assign) -> None:
        for target in node.targets:
            self._bind(target.target, node.value)

    def find_in_param(self, node: cst.Param) -> None:
        self.bound[node.name.value] += 2

    def find_in_for(self, node: cst.For) -> None:
        self._rebind(node.target)

    def find_in_compfor(self, node: cst.CompFor) -> None:
        self._rebind(node.target)

    def find_in_namedexpr(self, node: cst.NamedExpr) -> None:
        self._rebind(node.target)

    def find_in_asname(self, node: cst.AsName) -> None:
        self._rebind(node.name)

    def find_in_global(self, node: cst.Global) -> None:
        for item in node.names:
            self.bound[item.name.value] += 2

    def find_in_annassign(self, node: cst.AnnAssign) -> None:
        if node.value is not None:
            self._bind(node.target, node.value)

    def find_in_augassign(self, node: cst.AugAssign) -> None:
        self._rebind(node.target)

    def find_in_simplestring(self, node: cst.SimpleString) -> None:
        text = node.raw_value
        if text == PACKAGE or text.startswith(f"{PACKAGE}."):
            places = self.sites.imports_by_name if self._is_imported_by_name(node) else self.sites.mentions
            places.append(self.source.start(node))
        if _HEADER.match(text):
            self._note_hook(node)

    def _is_imported_by_name(self, node: cst.SimpleString) -> bool:
        call = self.stack[-2]
        if not isinstance(call, cst.Call) or not call.args or call.args[0].value is not node:
            return False
        return self.source.code(call.func).rpartition(".")[2] in _IMPORTERS

    def find_in_call(self, node: cst.Call) -> None:
        # What a call returns is qualified by what was called: cross_origin(...)(view) calls a mark, and makes none.
        names = set() if isinstance(node.func, cst.Call) else self.source.qualify(node.func)
        attribute = node.func.attr.value if isinstance(node.func, cst.Attribute) else ""
        if attribute in _MUTATORS and isinstance(node.func, cst.Attribute):
            self._rebind(node.func.value)
        if attribute in _OVERRIDING:
            self.overridden = max(self.overridden, self.source.start(node))
        name = node.func.value if isinstance(node.func, cst.Name) and self.imports_all else ""
        if names & _CORS or name == "CORS":
            self._add_cors(node)
        elif names & _CROSS_ORIGIN or name == "cross_origin":
            self._add_mark(node)
        elif attribute == "init_app" and isinstance(node.func, cst.Attribute):
            self._add_init(node, node.func.value)
        elif attribute == "register_blueprint" and node.args:
            self.registered.add((self._scope(), self.source.code(node.args[0].value)))
        elif attribute in ("from_mapping", "update", "setdefault") and isinstance(node.func, cst.Attribute):
            self._add_mapped(node, attribute, self.source.code(node.func.value))

    def _rebind(self, target: cst.CSTNode) -> None:
        """Note that names, or the value under a key, change: they are not constants."""
        key = _config_key(target) if isinstance(target, cst.BaseExpression) else None
        if key is not None:
            self.changed_settings.add(key)
        elif isinstance(target, cst.Name):
            self.bound[target.value] += 2
        elif isinstance(target, cst.Subscript):
            self._rebind(target.value)
        elif isinstance(target, (cst.Tuple, cst.List)):
            for element in target.elements:
                self._rebind(element.value)

    def _bind(self, target: cst.BaseExpression, value: cst.BaseExpression) -> None:
        statement = self._simple_statement()
        if isinstance(target, cst.Name):
            self.bound[target.value] += 1
            self._note_constant(target.value, value, statement)
            return
        key = _config_key(target)
        if key is None:
            self._rebind(target)
        if key and _SETTING.fullmatch(key):
            self._add_setting(key, value, statement, None, [])

    def _note_constant(self, name: str, value: cst.BaseExpression, statement: cst.SimpleStatementLine | None) -> None:
        made = self._made_by(value)
        if made == "Flask" and statement is not None:
            self.sites.apps.append(AppMade(self.source, name, statement))
        if made == "Blueprint":
            self.sites.blueprints.add(name)
        in_class = bool(self._blocks()) and isinstance(self._blocks()[-1], cst.ClassDef)
        if not in_class:
            self.sites.constants[name] = value
        if _SETTING.fullmatch(name) and (in_class or not self._blocks()):
            self._add_setting(name, value, statement, None, [])
            self.sites.settings[-1].is_direct = False

    def _made_by(self, value: cst.BaseExpression) -> str:
        if not isinstance(value, cst.Call):
            return ""
        names = {name.rpartition(".")[2] for name in self.source.qualify(value.func)}
        tail = self.source.code(value.func).rpartition(".")[2]
        return next((name for name in ("Flask", "Blueprint") if name in names or name == tail), "")

    def _add_cors(self, node: cst.Call) -> None:
        first = find_app(node)
        target = "" if first is None else self.source.code(first.value)
        if target in ("None",):
            target = ""
        holder = ""
        for part in reversed(self.stack):
            if isinstance(part, (cst.Assign, cst.AnnAssign)) and part.value is node:
                bound = part.targets[0].target if isinstance(part, cst.Assign) else part.target
                holder = self.source.code(bound).rpartition(".")[2]
        if not target:
            is_direct = isinstance(self.stack[-1], cst.Attribute) and self.stack[-1].attr.value == "init_app"
            holder = f"<{self.source.start(node)}>" if is_direct else holder
            self.sites.objects.add(holder)
        self._add_call(CallKind.APP if target else CallKind.OBJECT, node, target, holder)

    def _add_init(self, node: cst.Call, holder: cst.BaseExpression) -> None:
        app = find_app(node)
        if app is None:
            return
        is_direct = isinstance(holder, cst.Call) and bool(self.source.qualify(holder.func) & _CORS)
        name = f"<{self.source.start(holder)}>" if is_direct else self.source.code(holder).rpartition(".")[2]
        self._add_call(CallKind.INIT, node, self.source.code(app.value), name)

    def _add_mark(self, node: cst.Call) -> None:
        call = self._add_call(CallKind.MARK, node, "", "")
        decorator = self.stack[-1]
        if isinstance(decorator, cst.Element):
            self._note_second(call, self.stack[-2])
        if not isinstance(decorator, cst.Decorator):
            return
        call.position = self.source.start(decorator)
        function = self.stack[-2]
        if isinstance(function, cst.FunctionDef):
            call.is_above_route = _is_above_route(function, decorator)
            if not call.is_above_route:
                self._note_second(call, function)
            call.route_methods = self._read_route_methods(function)
            owner = next(
                (part for part in reversed(self.stack[:-2]) if isinstance(part, (cst.ClassDef, cst.FunctionDef))), None
            )
            if isinstance(owner, cst.ClassDef):
                call.is_of_method = not _has_method(owner, "options")

    def _note_second(self, call: Call, marked: cst.CSTNode) -> None:
        """Note that a function, or a list of decorators, has another mark already."""
        call.is_second = id(marked) in self.marked
        self.marked.add(id(marked))

    def _read_route_methods(self, function: cst.FunctionDef) -> frozenset[str] | None:
        found: set[str] = set()
        for decorator in function.decorators:
            call = decorator.decorator
            if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
                continue
            verb = call.func.attr.value
            if verb == "route":
                said = next(
                    (a.value for a in call.args if a.keyword is not None and a.keyword.value == "methods"), None
                )
                try:
                    found |= {"GET"} if said is None else {str(m).upper() for m in evaluate(self.source.parse(said))}
                except (ComputedError, TypeError):
                    return None
            elif verb in _ROUTES:
                found.add(verb.upper())
        return frozenset(found) or None

    def _add_call(self, kind: CallKind, node: cst.Call, target: str, holder: str) -> Call:
        statement = self._statement()
        line = self._simple_statement()
        expression = line.body[0] if line is not None and len(line.body) == 1 else None
        call = Call(
            source=self.source,
            kind=kind,
            node=node,
            target=target,
            holder=holder,
            position=self.source.start(statement),
            statement=statement,
            scope=self._scope(),
            is_alone=isinstance(expression, cst.Expr) and expression.value is node,
            blocks=tuple(id(part) for part in self.stack if isinstance(part, (cst.Module, cst.IndentedBlock))),
            is_too_late=bool(target) and (self._scope(), target) in self.registered,
        )
        self.sites.calls.append(call)
        return call

    def _add_mapped(self, node: cst.Call, attribute: str, holder: str) -> None:
        if holder.rpartition(".")[2] != "config":
            return
        if attribute == "setdefault":
            key = _string(node.args[0].value) if len(node.args) == 2 else None
            if key and _SETTING.fullmatch(key):
                self._add_setting(key, node.args[1].value, self._simple_statement(), None, [])
            return
        arguments: list[cst.CSTNode] = list(node.args)
        for argument in node.args:
            if argument.keyword is not None and _SETTING.fullmatch(argument.keyword.value):
                self._add_setting(argument.keyword.value, argument.value, None, argument, arguments)
            elif argument.keyword is None and isinstance(argument.value, cst.Dict):
                elements: list[cst.CSTNode] = list(argument.value.elements)
                for element in argument.value.elements:
                    key = _string(element.key) if isinstance(element, cst.DictElement) else None
                    if key and _SETTING.fullmatch(key):
                        self._add_setting(key, element.value, None, element, elements)

    def _add_setting(
        self,
        name: str,
        value: cst.BaseExpression,
        statement: cst.SimpleStatementLine | None,
        part: cst.CSTNode | None,
        siblings: list[cst.CSTNode],
    ) -> None:
        block = next(
            p for p in reversed(self.stack) if isinstance(p, (cst.IndentedBlock, cst.SimpleStatementSuite, cst.Module))
        )
        single = statement is not None and len(statement.body) == 1
        size = 0 if isinstance(block, cst.Module) else len(block.body)
        site = Setting(
            self.source,
            name,
            value,
            self._position(),
            statement if single else None,
            part,
            siblings,
            self._scope(),
            id(block),
            size,
        )
        self.sites.settings.append(site)

    def _note_hook(self, node: cst.SimpleString) -> None:
        function = self._scope()
        if function is None:
            return
        if any(call.node is part for call in self.sites.calls for part in self.stack):
            return
        names = {self.source.code(d.decorator).partition("(")[0].rpartition(".")[2] for d in function.decorators}
        text = self.source.data.decode()
        registered = re.search(rf"after_(?:app_)?request\(\s*{re.escape(function.name.value)}\s*\)", text) is not None
        is_hook = bool(names & _HOOKS) or registered
        start = self.source.start(function.decorators[0]) if function.decorators else self.source.start(function)
        position = start if is_hook else self.source.start(node)
        if not any(hook.position == position for hook in self.sites.hooks):
            self.sites.hooks.append(Hook(self.source, position, is_hook))

    def _note_import(self) -> None:
        if self.sites.first_import is None and not self._blocks() and len(self.stack) == 2:
            self.sites.first_import = self._position()

    def _blocks(self) -> list[cst.CSTNode]:
        return [part for part in self.stack if isinstance(part, (cst.ClassDef, cst.FunctionDef, cst.Lambda))]

    def _scope(self) -> cst.FunctionDef | None:
        return next((part for part in reversed(self.stack) if isinstance(part, cst.FunctionDef)), None)

    def _statement(self) -> Statement:
        kinds = (cst.SimpleStatementLine, cst.BaseCompoundStatement)
        return next(part for part in reversed(self.stack) if isinstance(part, kinds))

    def _simple_statement(self) -> cst.SimpleStatementLine | None:
        statement = self._statement()
        return statement if isinstance(statement, cst.SimpleStatementLine) else None

    def _position(self) -> int:
        return self.source.start(self._statement())


def find_sites(source: Source) -> Sites:
    """Return everything in a file that is about Flask-CORS."""
    finder = _Finder(source)
    source.module.visit(finder)
    sites = finder.sites
    constants: dict[str, ast.expr] = {}
    for name, value in sites.constants.items():
        if finder.bound[name] == 1:
            _parse_into(source, constants, name, value)
    settings: dict[str, ast.expr] = {}
    counted = Counter(setting.name for setting in sites.settings)
    for setting in sites.settings:
        is_overridden = setting.is_direct and source.start(setting.value) < finder.overridden
        if counted[setting.name] == 1 and setting.name not in finder.changed_settings and not is_overridden:
            _parse_into(source, settings, setting.name, setting.value)
    sites.constants = {name: value for name, value in sites.constants.items() if name in constants}
    sites.known = Known(constants, settings)
    body = source.module.body
    sites.after_docstring = source.start(body[0]) if body else 0
    if body and _is_docstring(body[0]):
        sites.after_docstring = source.start(body[1]) if len(body) > 1 else len(source.data)
    return sites


def _parse_into(source: Source, found: dict[str, ast.expr], name: str, value: cst.BaseExpression) -> None:
    try:
        found[name] = source.parse(value)
    except ComputedError:
        return


def _is_docstring(statement: cst.CSTNode) -> bool:
    if not isinstance(statement, cst.SimpleStatementLine) or not isinstance(statement.body[0], cst.Expr):
        return False
    return isinstance(statement.body[0].value, (cst.SimpleString, cst.ConcatenatedString))


def _is_above_route(function: cst.FunctionDef, mark: cst.Decorator) -> bool:
    routes = [
        number
        for number, decorator in enumerate(function.decorators)
        if isinstance(decorator.decorator, cst.Call)
        and isinstance(decorator.decorator.func, cst.Attribute)
        and decorator.decorator.func.attr.value in _ROUTES
    ]
    return bool(routes) and list(function.decorators).index(mark) < min(routes)


def _has_method(owner: cst.ClassDef, name: str) -> bool:
    return any(isinstance(part, cst.FunctionDef) and part.name.value == name for part in owner.body.body)


def _config_key(target: cst.BaseExpression) -> str | None:
    """Return the key of `app.config["KEY"]`, and of `config["KEY"]`."""
    if not isinstance(target, cst.Subscript) or len(target.slice) != 1:
        return None
    holder = target.value
    name = holder.attr.value if isinstance(holder, cst.Attribute) else getattr(holder, "value", "")
    index = target.slice[0].slice
    return _string(index.value) if name == "config" and isinstance(index, cst.Index) else None


def _string(node: cst.BaseExpression | None) -> str | None:
    if isinstance(node, cst.SimpleString):
        value = node.evaluated_value
        return value if isinstance(value, str) else None
    return None


def _dotted(node: cst.BaseExpression | None) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return str(node.value) if isinstance(node, cst.Name) else ""
