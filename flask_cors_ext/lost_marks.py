"""Lost marks: those that a decorator without `functools.wraps` hides from Flask; what they cover is never shared."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from types import CodeType, FunctionType, MethodType
from typing import Final, NamedTuple

from flask import Flask

from .layers import Layer
from .marks import (
    UNCLAIMED_MARKS,
    MarkLayers,
    attributes_of,
    bears_mark,
    class_of_view,
    handler_of_class,
    methods_of_class,
    name_of,
    package_of,
    read_marks,
    unwrap,
)

_DEEPEST: Final = 20
_MOST_LOOKED_AT: Final = 500
"""Bounds of the search behind one view: nobody stacks twenty decorators, and a view may hold half of the app."""


class LostMark(NamedTuple):
    """A mark that Flask does not see.

    Attributes:
        view: the endpoint; with the HTTP method, where only that method of a view class is concerned.
        function: the name of the marked function.
        decorator: the function or object that holds it, and where it was written.
    """

    view: str
    function: str
    decorator: str

    def __str__(self) -> str:
        return (
            f"The view {self.view} is not shared: {self.decorator} hides the mark on {self.function}. If that is a "
            "decorator, use functools.wraps in it, or put the mark above it; else mark the view itself, with "
            "@cross_origin or @same_origin."
        )


class Marks(NamedTuple):
    """What the marks of a view say, and the marks that it has lost; these make it, or its method, never shared."""

    layers: MarkLayers
    lost: tuple[LostMark, ...] = ()


def read_all_marks(endpoint: str, view: object, registered: frozenset[int]) -> Marks:
    """Return the layers of a view's marks, with those of lost ones.

    Args:
        endpoint: the endpoint, for messages.
        view: the view function.
        registered: what `find_registered` returned.
    """
    layers = read_marks(view)
    lost = []
    methods = dict(layers.methods)
    if not any(layers) and (found := _find_hidden(view, registered)):
        lost.append(LostMark(repr(endpoint), *found))
        layers = MarkLayers((_denying(lost[0]),), {})
    view_class = class_of_view(view)
    for method in sorted(methods_of_class(view_class)):
        handler = handler_of_class(view_class, method)[1]
        if not bears_mark(handler) and (found := _find_hidden(handler, registered)):
            lost.append(LostMark(f"{endpoint!r} ({method})", *found))
            methods[method] = (_denying(lost[-1]), *layers.view)
    return Marks(MarkLayers(layers.view, methods), tuple(lost))


def find_registered(app: Flask) -> frozenset[int]:
    """Return the `id` of every function and class that Flask calls as a view: to call one by its name hides nothing."""
    found = {id(function) for view in app.view_functions.values() for function in unwrap(view)}
    return frozenset(found | {id(class_of_view(view)) for view in app.view_functions.values()})


def find_lost_marks(app: Flask) -> list[LostMark]:
    """Return the marks that the views of an app have lost, by endpoint."""
    registered = find_registered(app)
    views = sorted(app.view_functions.items())
    return [lost for endpoint, view in views for lost in read_all_marks(endpoint, view, registered).lost]


def find_unseen_marks(app: Flask) -> list[str]:
    """Return the names of what was marked in the app's own package and met on no view so far, sorted.

    A process may hold several apps; what was marked in another package is probably another app's.
    """
    package = app.import_name.partition(".")[0]
    return sorted(name_of(marked) for marked in UNCLAIMED_MARKS.values() if package_of(marked) == package)


def _denying(lost: LostMark) -> Layer:
    return Layer(f"the lost mark on {lost.function}", denies=True)


def _find_hidden(view: object, registered: frozenset[int]) -> tuple[str, str] | None:
    """Return the name of a marked function that a view holds, and who holds it, or None."""
    view_class = class_of_view(view)
    passed = {id(function) for function in unwrap(view)} | {id(view), id(view_class)}
    queue = deque((function, 0) for function in (view, *unwrap(view)))
    while queue and len(passed) < _MOST_LOOKED_AT:
        holder, depth = queue.popleft()
        for name, held in held_by(holder):
            if id(held) in passed or not callable(held):
                continue
            passed.add(id(held))
            is_called_by_name = name == name_of(held).rpartition(".")[2]
            if id(held) in registered and is_called_by_name:
                continue
            if bears_mark(held):
                _forget(held)
                return name_of(held), _describe(holder)
            if depth < _DEEPEST:
                queue.append((held, depth + 1))
    return None


def held_by(holder: object) -> Iterator[tuple[str, object]]:
    """Yield what an object would call: its variable's name, if any, and the value. None of its code runs."""
    kind = type(holder)
    if kind is MethodType:
        yield from (("", holder.__func__), ("", holder.__self__))  # type: ignore[attr-defined]
    elif kind is partial:
        yield from (("", value) for value in (holder.func, *holder.args, *holder.keywords.values()))  # type: ignore[attr-defined]
    elif issubclass(kind, type):
        for method in methods_of_class(holder):  # type: ignore[arg-type]
            yield "", handler_of_class(holder, method)[1]  # type: ignore[arg-type]
        return
    elif kind is FunctionType:
        yield from _closed_over_by(holder)  # type: ignore[arg-type]
    yield from (("", value) for value in attributes_of(holder).values())


def _closed_over_by(function: FunctionType) -> Iterator[tuple[str, object]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with suppress(ValueError):  # the variable has no value yet
            yield name, cell.cell_contents
    yield from (("", value) for value in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()))


def _forget(marked: object) -> None:
    for function in unwrap(marked):
        UNCLAIMED_MARKS.pop(id(function), None)


def _describe(holder: object) -> str:
    """Return who hides a mark, as its author knows it: decorators copy names, but not the place."""
    function: Callable[..., object] | object = holder.__func__ if type(holder) is MethodType else holder
    if type(function) is not FunctionType:
        return f"{name_of(function)}"
    code: CodeType = function.__code__
    # Python 3.10 keeps no qualified name beside the one that may have been copied.
    own = function.__qualname__ if function.__qualname__.endswith(code.co_name) else code.co_name
    name: str = getattr(code, "co_qualname", own)
    return f"{name.removesuffix('.<locals>.' + code.co_name)} ({code.co_filename}:{code.co_firstlineno})"
