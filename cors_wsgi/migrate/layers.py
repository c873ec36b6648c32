"""What each call says, how calls on one app or blueprint form a layer, and how files change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from .edits import Edits
from .groups import Group, Rewriter
from .resources import Options, Resources
from .sites import Call, Sites
from .verdicts import Access


@dataclass(frozen=True)
class Remark:
    """A remark about a place: what is left to do by hand, or what is worth knowing.

    Attributes:
        name: of the file.
        line: from 1; 0 for the file as a whole.
        text: the remark.
    """

    name: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.name}:{self.line}: {self.text}" if self.line else f"{self.name}: {self.text}"


@dataclass
class Row:
    """One line of the table: what one call says about one path.

    Attributes:
        name: of the file.
        line: from 1.
        call: what was called.
        path: the path.
        before: who could read.
        after: who can read now.
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
    """The result for one file.

    Attributes:
        sites: what was found in it.
        edits: what changes.
        rewriter: rewrites its groups.
        rows: of the table.
        notes: what a reader should know.
        left: what a person must decide.
        stopped: why it is not written; empty if it is.
        needs: names to import.
        removed: settings to remove from calls and mappings, with the other settings there.
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
        """Leave something to do by hand, with a comment at its place.

        Args:
            position: where the comment goes.
            place: what it is about.
            text: what to decide.
        """
        self.edits.add_todo(position, text)
        self.left.append(self._remark(place, text))

    def note(self, place: cst.CSTNode | int, text: str) -> None:
        """Add a note that is worth knowing."""
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
    """What applies to an app or a blueprint: `CORS(app)`, or `CORS()` and `init_app` together.

    Attributes:
        parts: its calls; later ones win.
        is_blueprint: whether it is a blueprint's.
    """

    parts: list[Said]
    is_blueprint: bool

    @property
    def last(self) -> Said:
        """The call that additions go to."""
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


def list_inherited(layers: Sequence[Layer], blueprints: bool = False) -> list[Options]:
    """Return every set of options that a view may inherit from calls."""
    found = []
    for layer in layers:
        if layer.is_blueprint is not blueprints:
            continue
        _, after, resources, computed = layer.merge()
        own = after | {name: None for name in computed if name not in after}
        found += [own | rule for rule in resources.after.values()] if resources else [own]
    return found


def is_alike(one: Any, other: Any) -> bool:
    """Tell whether two values mean the same, regardless of order."""

    def listed(value: Any) -> Any:
        return sorted(map(str, value)) if isinstance(value, (list, tuple, set)) else value

    return bool(listed(one) == listed(other))


def may_differ(layer: Options, option: str, value: Any) -> bool:
    """Tell whether a layer above may set an option differently."""
    if "**options" in layer:
        return option in ("supports_credentials", "expose_headers")
    return option in layer and not is_alike(layer[option], value)


def covers_everything(layer: Layer) -> bool:
    """Tell whether a layer covers every path."""
    resources = layer.merge()[2]
    return resources is None or "/*" in resources.after


def ask_of_computed(name: str, text: str) -> str:
    """Return the question for a person if a value is computed."""
    said = " ".join(text.split())
    if name.startswith("*"):
        return f"the options come from {said}. Make sure that they are valid, and that origins are among them."
    return (
        f"{name} is computed here, by {said}. Make sure that it is valid: exact origins or patterns such as "
        "'https://*.example.com', and regular expressions only as re.compile(...)."
        if "origins" in name.lower()
        else f"{name} is computed here, by {said}. Make sure that it is valid."
    )
