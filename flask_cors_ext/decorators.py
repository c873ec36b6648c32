"""cross_origin and same_origin: they mark views, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, overload

from cors_wsgi.options import OPTION_NAMES

from .layers import read_layer
from .marks import Mark, View
from .options import PolicyOptions, check_keywords, find_call

if TYPE_CHECKING:
    from typing_extensions import Unpack

_PLAIN: Final = Mark("cross_origin", {}, {})
_NEVER: Final = Mark("same_origin", {}, {}, denies=True)


@overload
def cross_origin(view: View, /) -> View: ...


@overload
def cross_origin(**options: Unpack[PolicyOptions]) -> Mark: ...


def cross_origin(view: Any = None, /, **options: Any) -> Any:
    """Mark a view that pages of other origins may read; used bare, or with options that hold for this view only.

    The view is not wrapped: write the decorator above or below `@app.route`, on functions, coroutine functions,
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
        options = check_keywords("cross_origin()", options, OPTION_NAMES)
        values = read_layer("@cross_origin", options).values
        return Mark("cross_origin", options, values, called_at=find_call())
    if options or not callable(view):
        raise TypeError(
            "cross_origin() takes keyword options only. Write @cross_origin(origins=['https://app.example.com'])."
        )
    return _PLAIN(view)


def same_origin(view: View, /) -> View:
    """Mark a view that is never shared with other origins, whatever blueprint and app say.

    Its preflights get 403, and CORS headers that it sets itself are removed.

    Raises:
        TypeError: if this is not a view, or it has another mark already.
    """
    return _NEVER(view)
