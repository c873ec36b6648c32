"""What stops a script before anything is sent: methods and headers that the browser refuses or drops."""

from __future__ import annotations

from ..fetch import is_forbidden_method, is_forbidden_request_header, is_token
from .engines import Engine
from .errors import FetchError
from .headers import Header, is_header_value, normalize_value
from .reasons import FailureReason


def check_method(method: str) -> None:
    """Refuse what a script may not use as a method (`#dom-request`, step "if init["method"] exists").

    Raises:
        FetchError: `method` is not a token, or it is CONNECT, TRACE or TRACK, case-insensitively.
    """
    if not is_token(method):
        raise FetchError(FailureReason.INVALID_METHOD, None, method=method)
    if is_forbidden_method(method):
        raise FetchError(FailureReason.FORBIDDEN_METHOD, None, method=method)


def check_header(name: str, value: str) -> None:
    """Refuse what cannot be a header (`#headers-validate`).

    Args:
        name: as the script wrote it.
        value: normalized, one byte per character.

    Raises:
        FetchError: `name` is not a token, or the normalized `value` has a NUL, a line end, or a character above U+00FF.
    """
    if not is_token(name):
        raise FetchError(FailureReason.INVALID_HEADER, None, header=name)
    if not is_header_value(value):
        raise FetchError(FailureReason.INVALID_HEADER, None, header=name, value=value)


def guard_header(name: str, value: str, engine: Engine) -> Header | None:
    """Return a header as a request takes it from a script, or None if its guard drops it (`#concept-headers-append`).

    Args:
        name: as the script wrote it.
        value: not yet normalized.
        engine: whose rules; one drops a script's User-Agent too.

    Raises:
        FetchError: as `check_header` says.
    """
    value = normalize_value(value)
    check_header(name, value)
    if is_forbidden_request_header(name, value) or (engine.drops_user_agent and name.lower() == "user-agent"):
        return None
    return name, value
