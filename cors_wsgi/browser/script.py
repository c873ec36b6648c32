"""What stops a script before anything is sent: methods, names and values that its own browser refuses."""

from __future__ import annotations

from ..fetch import is_forbidden_method, is_token
from .errors import FetchError
from .headers import is_header_value
from .reasons import Reason


def check_method(method: str) -> None:
    """Refuse what no script may use as a method (`#dom-request`, step "if init["method"] exists").

    Raises:
        FetchError: `method` is no token, or it is CONNECT, TRACE or TRACK in any case of letters.
    """
    if not is_token(method):
        raise FetchError(Reason.INVALID_METHOD, None, method=method)
    if is_forbidden_method(method):
        raise FetchError(Reason.FORBIDDEN_METHOD, None, method=method)


def check_header(name: str, value: str) -> None:
    """Refuse what cannot be a header (`#headers-validate`).

    Raises:
        FetchError: `name` is no token, or the normalized `value` has a NUL, a line end, or a character that is no byte.
    """
    if not is_token(name):
        raise FetchError(Reason.INVALID_HEADER, None, header=name)
    if not is_header_value(value):
        raise FetchError(Reason.INVALID_HEADER, None, header=name, value=value)
