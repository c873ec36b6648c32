"""Names of options that do not exist: which option was probably meant, also by users of other libraries."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final, ParamSpec

P = ParamSpec("P")

_ELSEWHERE: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "allow_all_origins",
            "allow_origin",
            "allow_origin_func",
            "allow_origin_regex",
            "allow_origins",
            "allowed_origin",
            "allowed_origin_regexes",
            "allowed_origins",
            "origin",
            "origin_allow_all",
            "origin_whitelist",
        ),
        "origins",
    ),
    **dict.fromkeys(("allow_method", "allow_methods", "allowed_methods", "method"), "methods"),
    **dict.fromkeys(
        ("allow_header", "allowed_headers", "header", "headers", "request_headers", "resource_headers"), "allow_headers"
    ),
    **dict.fromkeys(("expose", "expose_header", "exposed_headers", "response_headers"), "expose_headers"),
    **dict.fromkeys(
        ("allow_credentials", "credentials", "support_credentials", "with_credentials"), "supports_credentials"
    ),
    **dict.fromkeys(("maxage", "max_age_seconds", "preflight_max_age"), "max_age"),
    **dict.fromkeys(("accept_risk", "risks"), "accept_risks"),
}
"""What other libraries, and the CORS headers themselves, call an option."""


def find_near_miss(name: str, known: Iterable[str]) -> str | None:
    """Return the known option that an unknown name probably means, or None.

    >>> find_near_miss("allow_credentials", ["allow_headers", "supports_credentials"])
    'supports_credentials'
    """
    names = sorted(known)
    bare = name.lower().replace("-", "_").removeprefix("cors_").removeprefix("access_control_")
    if (elsewhere := _ELSEWHERE.get(bare)) in names:
        return elsewhere
    return next(iter(difflib.get_close_matches(bare, names, n=1, cutoff=0.75)), None)


def explain_unknown(call: str, unknown: Iterable[str], known: Collection[str]) -> str:
    """Return the message about the unknown keywords of a call: each with its near miss, or the options there are."""
    said = []
    for name in unknown:
        near = find_near_miss(name, known)
        remedy = f"Did you mean {near!r}?" if near else f"The options are {', '.join(sorted(known))}."
        said.append(f"{call} has no option {name!r}. {remedy}")
    return " ".join(said)


def explain_call(
    explain: Callable[[tuple[Any, ...], Mapping[str, Any]], str | None],
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Let an `__init__` say what to write where Python's own TypeError would only name the wrong keyword.

    Type checkers and `inspect.signature` go on seeing the parameters as they are written, and no `**unknown`.

    Args:
        explain: takes the positional arguments without `self`, and the keywords; returns what is wrong, or None.
    """

    def decorate(init: Callable[P, None]) -> Callable[P, None]:
        @functools.wraps(init)
        def checked(*args: P.args, **kwargs: P.kwargs) -> None:
            if wrong := explain(args[1:], kwargs):
                raise TypeError(wrong)
            init(*args, **kwargs)

        return checked

    return decorate
