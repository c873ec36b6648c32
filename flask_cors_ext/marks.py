"""Marks: what the decorators leave on a view, and how it is found again; the view itself is never wrapped."""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from types import CellType, MethodType
from typing import Any, Final, NamedTuple

from flask import Flask

from .layers import Layer

MARK: Final = "__cors__"
"""The attribute of a view that holds its mark; `functools.wraps` copies it."""

UNSEEN: Final[weakref.WeakSet[Any]] = weakref.WeakSet()
"""What was marked, and not yet found on any app."""

_DEEPEST = 8
_MOST_WRAPPERS = 100


class Mark:
    """What a decorator says of a view.

    Attributes:
        name: the decorator.
        options: the options of a policy that it says.
        denies: whether it says that the view is never shared.
    """

    __slots__ = ("denies", "name", "options")

    def __init__(self, name: str, options: Mapping[str, Any], *, denies: bool = False) -> None:
        self.name = name
        self.options = options
        self.denies = denies

    def __repr__(self) -> str:
        options = ", ".join(f"{option}={value!r}" for option, value in self.options.items())
        return f"@{self.name}({options})" if options else f"@{self.name}"


class MarkLayers(NamedTuple):
    """The layers that a view's marks make.

    Attributes:
        view: those of the whole view, the most specific first.
        methods: those of the methods of a view class that say something of their own, the whole view's included.
    """

    view: tuple[Layer, ...]
    methods: Mapping[str, tuple[Layer, ...]]


def read_marks(view: Callable[..., Any] | None) -> MarkLayers:
    """Return the layers of a view's marks: on the function that Flask calls, on its class, on its class's methods."""
    view_class = getattr(view, "view_class", None)
    found = [_find_mark(view)]
    if view_class is not None:
        found += [(mark, name_of(view_class)) for mark in _marks_among(getattr(view_class, "decorators", None))]
        found += [(_inherited_mark(view_class), name_of(view_class))]
    whole = _make_layers(found)
    by_method = {
        method: (*layers, *whole) for method in _methods_of(view_class) if (layers := _read_method(view_class, method))
    }
    return MarkLayers(whole, by_method)


def find_marked_endpoints(app: Flask) -> list[str]:
    """Return the endpoints of an app whose views are marked, sorted."""
    views = app.view_functions.items()
    return sorted(endpoint for endpoint, view in views if any(read_marks(view)))


def find_lost_marks(app: Flask) -> dict[str, str]:
    """Return the endpoints whose view hides a marked function from Flask, and the name of that function.

    That is what a decorator does which stands above the mark and does not use `functools.wraps`.
    """
    shown = {id(function) for view in app.view_functions.values() for function in _unwrap(view)}
    found = {}
    for endpoint, view in sorted(app.view_functions.items()):
        if not any(read_marks(view)) and (hidden := _find_hidden(view, shown, _DEEPEST)) is not None:
            found[endpoint] = name_of(hidden)
    return found


def own_mark(view: object) -> Mark | None:
    """Return the mark that an object bears itself, if it has one."""
    mark = getattr(view, "__dict__", {}).get(MARK)
    return mark if isinstance(mark, Mark) else None


def name_of(view: object) -> str:
    """Return a view's name for messages."""
    return str(getattr(view, "__qualname__", view))


def _find_mark(view: object) -> tuple[Mark | None, str]:
    """Return the mark of a function or of what it wraps, and the name of the function."""
    found: tuple[Mark | None, str] = None, ""
    for function in _unwrap(view):
        mark = own_mark(function)
        if mark is None:
            continue
        with suppress(TypeError):  # a wrapper to which no weak reference can be made was not marked itself
            UNSEEN.discard(function)
        if found[0] is None:
            found = mark, name_of(function)
    return found


def _unwrap(view: object) -> Iterator[object]:
    for _ in range(_MOST_WRAPPERS):
        if view is None:
            return
        yield view.__func__ if isinstance(view, MethodType) else view
        view = getattr(view, "__wrapped__", None)


def _inherited_mark(view_class: type) -> Mark | None:
    bases = inspect.getmro(view_class)
    UNSEEN.difference_update(bases)
    return next((mark for base in bases if (mark := own_mark(base))), None)


def _marks_among(decorators: object) -> list[Mark]:
    return [mark for mark in decorators if isinstance(mark, Mark)] if isinstance(decorators, Iterable) else []


def _methods_of(view_class: type | None) -> set[str]:
    methods: set[str] = set(getattr(view_class, "methods", None) or ())
    return methods | {"HEAD"} if "GET" in methods else methods


def _read_method(view_class: type | None, method: str) -> tuple[Layer, ...]:
    """Return the layers of one method of a view class; Flask answers HEAD with `get` where there is no `head`."""
    name = method.lower()
    handler = getattr(view_class, name, None)
    if handler is None and method == "HEAD":
        name, handler = "get", getattr(view_class, "get", None)
    declared = getattr(view_class, "method_decorators", None)
    if isinstance(declared, Mapping):
        declared = declared.get(name)
    return _make_layers([_find_mark(handler), *((mark, name_of(handler)) for mark in _marks_among(declared))])


def _make_layers(found: Iterable[tuple[Mark | None, str]]) -> tuple[Layer, ...]:
    marks = {id(mark): (mark, name) for mark, name in reversed(list(found)) if mark is not None}
    return tuple(
        Layer(f"@{mark.name} on {name}", mark.options, denies=mark.denies) for mark, name in reversed(marks.values())
    )


def _find_hidden(view: object, passed: set[int], depth: int) -> object | None:
    """Return a marked function that a view holds on to, in its closure or attributes, if it is not among the passed."""
    for held in _held_by(view) if depth else ():
        if callable(held) and id(held) not in passed:
            passed = passed | {id(held)}
            hidden = held if own_mark(held) is not None else _find_hidden(held, passed, depth - 1)
            if hidden is not None:
                return hidden
    return None


def _held_by(view: object) -> Iterator[object]:
    if isinstance(view, partial):
        yield view.func
    cells: tuple[CellType, ...] = getattr(view, "__closure__", None) or ()
    yield from (cell.cell_contents for cell in cells if cell != CellType())  # an empty cell has no contents
    yield from getattr(view, "__dict__", {}).values() if not isinstance(view, type) else ()
