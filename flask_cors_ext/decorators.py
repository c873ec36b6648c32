"""cross_origin and same_origin: they mark views, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

from flask import has_request_context, request_started

from .layers import check_options
from .marks import MARK, UNSEEN, Mark, own_mark, warn_if_missing
from .options import POLICY_OPTIONS, PolicyOptions, check_keywords

if TYPE_CHECKING:
    from typing_extensions import Unpack

View = TypeVar("View", bound="Callable[..., Any]")


class Decorator(Mark):
    """A mark that can be put on views: on functions, coroutine functions, methods, and view classes."""

    __slots__ = ()

    def __call__(self, view: View) -> View:
        """Mark a view, and return it.

        Raises:
            TypeError: if it cannot be marked, or has another mark already.
        """
        target: object = view
        if isinstance(target, MethodType):
            if has_request_context():
                return view  # Flask-RESTful decorates methods anew for each request; the mark was read from the class.
            target = target.__func__
        if not callable(view):
            raise TypeError(f"{self} marks views, and this is none: {view!r}.")
        other = own_mark(target)
        if other is not None and other is not self:
            name = getattr(view, "__qualname__", view)
            raise TypeError(f"{name} is marked twice, by {other} and {self}. Write {_merge(other, self)}.")
        try:
            UNSEEN[id(target)] = target
            setattr(target, MARK, self)
        except (AttributeError, TypeError):
            raise TypeError(f"{view!r} cannot be marked. Write a function that calls it, and mark that.") from None
        request_started.connect(warn_if_missing)
        return view


_PLAIN: Final = Decorator("cross_origin", {})
_NEVER: Final = Decorator("same_origin", {}, denies=True)


@overload
def cross_origin(view: View, /) -> View: ...


@overload
def cross_origin(**options: Unpack[PolicyOptions]) -> Decorator: ...


def cross_origin(view: Any = None, /, **options: Any) -> Any:
    """Mark a view that pages of other origins may read; used bare, or with options that hold for this view only.

    The view is not wrapped: the decorator stands above or below `@app.route`, on functions, coroutine functions,
    `MethodView` classes (or in their `decorators`) and single methods, and on what `View.as_view()` returns. What is
    not said here, blueprints and app say. It takes effect with `CORS(app)`.

    Args:
        view: the view, where the decorator is used bare.
        **options: options of a `cors_wsgi.Policy`.

    Raises:
        TypeError: for an option that does not exist, or a second mark on one view.
        PolicyError: for everything that is wrong with the options themselves.
    """
    if view is None:
        options = check_keywords("cross_origin()", options, POLICY_OPTIONS)
        check_options(options, "@cross_origin")
        return Decorator("cross_origin", options)
    if options or not callable(view):
        raise TypeError(
            "cross_origin() takes keyword options only. Write @cross_origin(origins=['https://app.example.com'])."
        )
    return _PLAIN(view)


def same_origin(view: View, /) -> View:
    """Mark a view that is never shared with other origins, whatever blueprint and app say.

    Its preflights get 403, and CORS headers that it sets itself are removed.

    Raises:
        TypeError: if this is no view, or it has another mark already.
    """
    return _NEVER(view)


def _merge(first: Mark, second: Mark) -> str:
    if first.denies != second.denies:
        return f"one of the two: {first} or {second}"
    return str(Mark(second.name, {**first.options, **second.options}))
