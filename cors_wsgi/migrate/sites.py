"""The places in a file that are about Flask-CORS: imports, calls, settings, and hooks that set headers by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

import libcst as cst

from .source import Source
from .values import Known

Statement: TypeAlias = "cst.SimpleStatementLine | cst.BaseCompoundStatement"


class CallKind(Enum):
    """What a call says something about."""

    APP = "CORS(app)"
    OBJECT = "CORS()"
    INIT = "init_app"
    BLUEPRINT = "CORS(blueprint)"
    MARK = "@cross_origin"


@dataclass(eq=False)
class Call:
    """One call of `CORS`, `init_app` or `cross_origin`.

    Attributes:
        source: the file.
        kind: what it says something about.
        node: the call.
        target: the text of the app or blueprint; empty for a mark, and for an object without one.
        holder: the name that an object is bound to, or that `init_app` is called on.
        position: where its statement or decorator begins.
        statement: its statement.
        scope: the function that it is in; None for the module.
        is_alone: whether the statement is only this call.
        is_above_route: whether it is a decorator above all route decorators, where Flask-CORS has no effect.
        is_second: whether it is a mark, and what it marks has another.
        is_of_method: whether it marks a method of a class without a method `options`.
        route_methods: for a mark, the methods of its routes, if they are all known.
        is_too_late: whether its blueprint was registered before.
        blocks: the blocks that it is in, the outermost first.
    """

    source: Source
    kind: CallKind
    node: cst.Call
    target: str
    holder: str
    position: int
    statement: Statement
    scope: cst.FunctionDef | None
    is_alone: bool = False
    is_above_route: bool = False
    is_second: bool = False
    is_of_method: bool = False
    route_methods: frozenset[str] | None = None
    is_too_late: bool = False
    blocks: tuple[int, ...] = ()

    @property
    def line(self) -> int:
        """Its line, from 1."""
        return self.source.line(self.source.start(self.node))

    @property
    def arguments(self) -> list[cst.Arg]:
        """Its arguments, without the app or blueprint."""
        app = find_app(self.node) if self.target and self.kind is not CallKind.MARK else None
        return [argument for argument in self.node.args if argument is not app]


def find_app(node: cst.Call) -> cst.Arg | None:
    """Return the argument of `CORS` or `init_app` that is the app or the blueprint."""
    first = node.args[0] if node.args else None
    if first is not None and first.keyword is None and not first.star:
        return first
    return next((one for one in node.args if one.keyword is not None and one.keyword.value == "app"), None)


@dataclass(eq=False)
class Setting:
    """A setting `CORS_*` that code gives a value.

    Attributes:
        source: the file.
        name: of the setting.
        value: the expression; None if its keys are computed.
        position: where its statement begins.
        statement: its statement, if that does nothing else.
        part: the argument or the element of a mapping, if it is one.
        siblings: the arguments or elements next to it.
        scope: the function that it is in; None for the module.
        block: the block that it is in.
        block_size: how many statements that has.
        is_direct: whether it is put into the app's configuration directly, rather than read from a class.
    """

    source: Source
    name: str
    value: cst.BaseExpression
    position: int
    statement: cst.SimpleStatementLine | None
    part: cst.CSTNode | None
    siblings: list[cst.CSTNode]
    scope: cst.FunctionDef | None
    block: int
    block_size: int
    is_direct: bool = True


@dataclass(eq=False)
class Hook:
    """A place that sets CORS headers by hand."""

    source: Source
    position: int
    is_after_request: bool


@dataclass(eq=False)
class AppMade:
    """A statement `app = Flask(...)`."""

    source: Source
    name: str
    statement: cst.SimpleStatementLine


@dataclass(eq=False)
class Sites:
    """Everything in one file that is about Flask-CORS.

    Attributes:
        source: the file.
        imports: the statements that import it.
        foreign: imports of parts of it that nothing here replaces.
        imports_by_name: strings by which code imports it.
        mentions: other strings and places that name the package.
        handed_on: statements and places where `CORS` or `cross_origin` is passed on, and may be called elsewhere.
        calls: of `CORS`, `init_app` and `cross_origin`.
        settings: the settings `CORS_*`.
        hooks: where headers are set by hand.
        apps: statements that make a Flask app.
        blueprints: names bound to blueprints.
        objects: names bound to `CORS()` without an app.
        comments: every comment, as start and end.
        references: expressions that name the package itself, as in `flask_cors.CORS`.
        names: how often each name is read.
        known: what the text says about names and settings.
        has_re: whether the module imports `re`.
        first_import: the first import that is not from `__future__`, if any.
        after_docstring: where the first statement after the docstring begins.
    """

    source: Source
    imports: list[cst.Import | cst.ImportFrom] = field(default_factory=list)
    foreign: list[tuple[int, str]] = field(default_factory=list)
    imports_by_name: list[int] = field(default_factory=list)
    mentions: list[int] = field(default_factory=list)
    handed_on: list[tuple[int, cst.CSTNode]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    hooks: list[Hook] = field(default_factory=list)
    apps: list[AppMade] = field(default_factory=list)
    blueprints: set[str] = field(default_factory=set)
    objects: set[str] = field(default_factory=set)
    comments: list[tuple[int, int]] = field(default_factory=list)
    references: list[cst.Name] = field(default_factory=list)
    names: Counter[str] = field(default_factory=Counter)
    constants: dict[str, cst.BaseExpression] = field(default_factory=dict)
    known: Known = field(default_factory=Known)
    has_re: bool = False
    first_import: int | None = None
    after_docstring: int = 0

    @property
    def use_package(self) -> bool:
        """Whether the file imports the package, in whatever way."""
        return bool(self.imports or self.foreign or self.imports_by_name)
