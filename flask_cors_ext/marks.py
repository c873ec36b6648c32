"""Marks: what the decorators leave on a view, and how it is found again; the view itself is never wrapped.

An app's views may be proxies, mocks or remote objects, so everything here is read statically: no code of theirs runs.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import FunctionType, GetSetDescriptorType, MethodType
from typing import Any, Final, NamedTuple, TypeVar

from flask import Flask, has_request_context, request_started

from .layers import Layer, merge_options
from .options import EXTENSION

View = TypeVar("View", bound="Callable[..., Any]")

MARK: Final = "__cors__"
"""The attribute of a view that holds its mark; `functools.wraps` copies it."""

UNCLAIMED_MARKS: Final[weakref.WeakValueDictionary[int, Any]] = weakref.WeakValueDictionary()
"""What was marked but not yet found on any app, by `id`: a view's own `__hash__` must not run."""

_CHECKED: Final = "flask_cors_ext.checked"
_MOST_WRAPPERS = 100
"""A longer chain of `__wrapped__` is a circle, or as good as one; real ones have a handful."""
_dict_of_class: Callable[[type], Mapping[str, Any]] = type.__dict__["__dict__"].__get__
_bases_of_class: Callable[[type], tuple[type, ...]] = type.__dict__["__mro__"].__get__
_name_of_class: Callable[[type], str] = type.__dict__["__qualname__"].__get__


class Mark:
    """What a decorator says about a view; called with a view, it marks it.

    Attributes:
        name: the decorator.
        options: the options of a policy that it says, as they are written.
        values: the same, normalised.
        denies: whether it says that the view is never shared.
        called_at: file and line of the decorator; empty for a bare one.
    """

    __slots__ = ("called_at", "denies", "name", "options", "values")

    def __init__(
        self,
        name: str,
        options: Mapping[str, Any],
        values: Mapping[str, Any],
        *,
        denies: bool = False,
        called_at: str = "",
    ) -> None:
        self.called_at = called_at
        self.name = name
        self.options = options
        self.values = values
        self.denies = denies

    def __call__(self, view: View) -> View:
        """Mark a view, and return it: a function, coroutine function, method or view class.

        Raises:
            TypeError: if it cannot be marked, or has another mark already.
        """
        target: object = view
        if isinstance(target, MethodType):
            if has_request_context():
                return view  # Flask-RESTful decorates methods anew for each request; the mark was read from the class.
            target = target.__func__
        if not callable(view):
            raise TypeError(f"{self} marks views, and this is not one: {view!r}.")
        other = own_mark(target)
        if other is not None and other is not self:
            view_class = class_of_view(target)
            name = getattr(view, "__qualname__", view) if view_class is None else name_of(view_class)
            raise TypeError(f"{name} is marked twice, by {other} and {self}. Write {_merge(other, self)}.")
        try:
            UNCLAIMED_MARKS[id(target)] = target
            setattr(target, MARK, self)
        except (AttributeError, TypeError):
            raise TypeError(f"{view!r} cannot be marked. Write a function that calls it, and mark that.") from None
        request_started.connect(warn_if_missing)
        return view

    def __repr__(self) -> str:
        return _show_call(self.name, self.options)


def _merge(first: Mark, second: Mark) -> str:
    if first.denies != second.denies:
        return f"one of the two: {first} or {second}"
    return _show_call(second.name, merge_options(first.options, second.options))


def _show_call(name: str, options: Mapping[str, Any]) -> str:
    shown = ", ".join(f"{option}={value!r}" for option, value in options.items())
    return f"@{name}({shown})" if shown else f"@{name}"


class MarkLayers(NamedTuple):
    """The layers that a view's marks make.

    Attributes:
        view: those of the whole view, the most specific first.
        methods: those methods of a view class that have their own options, the whole view's included.
    """

    view: tuple[Layer, ...]
    methods: Mapping[str, tuple[Layer, ...]]


def read_marks(view: object) -> MarkLayers:
    """Return the layers of a view's marks: on the function that Flask calls, on its class, on its class's methods."""
    view_class = class_of_view(view)
    found = [_find_mark(view)]
    if view_class is not None:
        decorators = attribute_of_class(view_class, "decorators")
        found += [(mark, name_of(view_class)) for mark in _marks_among(decorators)]
        found += [(_inherited_mark(view_class), name_of(view_class))]
    whole = _make_layers(found)
    by_method = {
        method: (*layers, *whole)
        for method in methods_of_class(view_class)
        if (layers := _read_method(view_class, method))
    }
    return MarkLayers(whole, by_method)


def find_marked_endpoints(app: Flask) -> list[str]:
    """Return the endpoints of an app whose views are marked, sorted."""
    return sorted(endpoint for endpoint, view in app.view_functions.items() if any(read_marks(view)))


def warn_if_missing(app: Flask, **_: Any) -> None:
    """Warn once where views are marked and no extension reads the marks.

    A receiver of Flask's `request_started`, from the first mark on until every mark was seen on an app that serves.
    """
    if _CHECKED in app.extensions:
        return
    app.extensions[_CHECKED] = True
    views = find_marked_endpoints(app)
    if not UNCLAIMED_MARKS:
        request_started.disconnect(warn_if_missing)
    if views and EXTENSION not in app.extensions:
        app.logger.warning(
            "Nothing is shared: these views are marked with @cross_origin or @same_origin, and no extension reads "
            "the marks: %s. Write CORS(app).",
            ", ".join(views),
        )


def own_mark(value: object) -> Mark | None:
    """Return the mark that an object bears itself, if it has one."""
    mark = attributes_of(value).get(MARK)
    return mark if issubclass(type(mark), Mark) else None


def bears_mark(value: object) -> bool:
    """Tell whether a function or what it wraps is marked, or a class or one that it inherits from."""
    is_class = issubclass(type(value), type)
    return any(map(own_mark, _bases_of_class(value) if is_class else unwrap(value)))  # type: ignore[arg-type]


def name_of(value: object) -> str:
    """Return the name of a function, class or view for messages; an object without one is called by its class."""
    name = value.__qualname__ if type(value) is FunctionType else attributes_of(value).get("__qualname__")
    if type(name) is str:
        return name
    return _name_of_class(value if issubclass(type(value), type) else type(value))  # type: ignore[arg-type]


def module_of(value: object) -> str:
    """Return the module in which a function, class or view was written, or nothing if it does not say."""
    module = value.__module__ if type(value) is FunctionType else attributes_of(value).get("__module__")
    return module if type(module) is str else ""


def package_of(value: object) -> str:
    """Return the top-level package of that module."""
    return module_of(value).partition(".")[0]


def attributes_of(value: object) -> Mapping[str, Any]:
    """Return what an object holds in its own `__dict__`; nothing where its class hides that behind code."""
    kind = type(value)
    if issubclass(kind, type):
        return _dict_of_class(value)  # type: ignore[arg-type]
    for base in _bases_of_class(kind):
        descriptor = _dict_of_class(base).get("__dict__")
        if descriptor is not None:
            return dict.copy(descriptor.__get__(value)) if type(descriptor) is GetSetDescriptorType else {}
    return {}


def attribute_of_class(kind: type | None, name: str) -> object:
    """Return an attribute as a class or one of its bases holds it, or None; unlike `inspect`, no metaclass is asked."""
    for base in () if kind is None else _bases_of_class(kind):
        held = _dict_of_class(base)
        if name in held:
            return held[name]
    return None


def unwrap(view: object) -> Iterator[object]:
    """Yield a view, the function of a bound method, and what `functools.wraps` says that each wraps; bounded."""
    for _ in range(_MOST_WRAPPERS):
        if view is None:
            return
        function: object = view.__func__ if type(view) is MethodType else view
        yield function
        view = attributes_of(function).get("__wrapped__")


def class_of_view(view: object) -> type | None:
    """Return the class of a view that `as_view` made, or None."""
    function = view.__func__ if type(view) is MethodType else view
    view_class = attributes_of(function).get("view_class")
    return view_class if issubclass(type(view_class), type) else None


def methods_of_class(view_class: type | None) -> set[str]:
    """Return the HTTP methods that a view class answers; Flask answers HEAD with `get`."""
    declared = attribute_of_class(view_class, "methods")
    is_collection = type(declared) in (set, frozenset, list, tuple)
    methods = {name for name in declared if type(name) is str} if is_collection else set()  # type: ignore[attr-defined]
    return methods | {"HEAD"} if "GET" in methods else methods


def handler_of_class(view_class: type | None, method: str) -> tuple[str, object]:
    """Return the name of the method of a view class that answers an HTTP method, and the function, or None."""
    for name in (method.lower(), "get") if method == "HEAD" else (method.lower(),):
        handler: Any = attribute_of_class(view_class, name)
        if handler is not None:
            return name, handler.__func__ if type(handler) in (staticmethod, classmethod) else handler
    return method.lower(), None


def _find_mark(view: object) -> tuple[Mark | None, str]:
    """Return the mark of a function or of what it wraps, and the name of the function."""
    found: tuple[Mark | None, str] = None, ""
    for function in unwrap(view):
        mark = own_mark(function)
        if mark is None:
            continue
        UNCLAIMED_MARKS.pop(id(function), None)
        if found[0] is None:
            found = mark, name_of(function)
    return found


def _inherited_mark(view_class: type) -> Mark | None:
    bases = _bases_of_class(view_class)
    for base in bases:
        UNCLAIMED_MARKS.pop(id(base), None)
    return next((mark for base in bases if (mark := own_mark(base))), None)


def _marks_among(decorators: object) -> list[Mark]:
    is_list = type(decorators) in (list, tuple)
    return [mark for mark in decorators if issubclass(type(mark), Mark)] if is_list else []  # type: ignore[attr-defined]


def _read_method(view_class: type | None, method: str) -> tuple[Layer, ...]:
    """Return the layers of one method of a view class."""
    name, handler = handler_of_class(view_class, method)
    declared = attribute_of_class(view_class, "method_decorators")
    if type(declared) is dict:
        declared = declared.get(name)
    return _make_layers([_find_mark(handler), *((mark, name_of(handler)) for mark in _marks_among(declared))])


def _make_layers(found: Iterable[tuple[Mark | None, str]]) -> tuple[Layer, ...]:
    marks = {id(mark): (mark, name) for mark, name in reversed(list(found)) if mark is not None}
    return tuple(
        Layer(f"@{mark.name} on {name}", mark.values, denies=mark.denies, called_at=mark.called_at)
        for mark, name in reversed(marks.values())
    )
