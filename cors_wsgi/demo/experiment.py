"""What the page wants to try: a script and a policy, read from JSON that anybody may have sent."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from cors_wsgi import Policy, PolicyError, PolicyWarning
from cors_wsgi.options import OPTION_NAMES, unknown_option
from cors_wsgi.settings import parse_settings

BodyKind = Literal["none", "text", "params", "form", "stream"]
Mode = Literal["cors", "no-cors"]
Element = Literal["none", "img", "style", "font", "module"]
CrossOrigin = Literal["none", "anonymous", "use-credentials"]

MOST_HEADERS: Final = 20
LONGEST_TEXT: Final = 4096
MOST_TIMES: Final = 3


_DOTS: Final = re.compile(r"[/\\](?:\.|%2e){1,2}(?:[/\\?#]|$)", re.IGNORECASE)


class PlanError(ValueError):
    """What was sent is not a plan.

    Attributes:
        key: of the text that says why.
        facts: what the text is filled with.
    """

    def __init__(self, key: str, **facts: object) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts


@dataclass(frozen=True)
class Script:
    """What the page's script does.

    Attributes:
        method: as it writes it.
        path: at the API, with a slash in front.
        headers: those that it sets.
        body_kind: what it passes as the body: nothing, text, URLSearchParams, FormData, or a ReadableStream.
        body: the text; for URLSearchParams and FormData as in a query.
        mode: the request's mode.
        credentials: whether the credentials mode is `include`.
        listener: whether it is an XMLHttpRequest with a listener on its upload, and not `fetch()`.
        times: how often it repeats the call, from 1 to `MOST_TIMES`.
        element: what the page loads without a script, by GET; `none` for a script.
        crossorigin: the attribute of the element, of a picture, style sheet or module.
    """

    method: str = "GET"
    path: str = "/items/1"
    headers: tuple[tuple[str, str], ...] = ()
    body_kind: BodyKind = "none"
    body: str = ""
    mode: Mode = "cors"
    credentials: bool = False
    listener: bool = False
    times: int = 1
    element: Element = "none"
    crossorigin: CrossOrigin = "none"


@dataclass(frozen=True)
class Plan:
    """A script, and the policy of the server that it calls.

    Attributes:
        script: the script.
        policy: the policy; None for a server that knows nothing about CORS.
        warnings: the policy's warnings.
    """

    script: Script
    policy: Policy | None
    warnings: tuple[str, ...] = ()


def read_plan(data: Mapping[str, Any]) -> Plan:
    """Read a plan from parsed JSON.

    Raises:
        PlanError: it is not a plan.
        PolicyError: the policy is invalid.
    """
    script = _read_script(_get(data, "script", dict))
    if data.get("policy") is None:
        return Plan(script, None)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", PolicyWarning)
        policy = make_policy(_read_texts(_get(data, "policy", dict)))
    return Plan(script, policy, tuple(str(warning.message) for warning in caught))


def make_policy(settings: Mapping[str, str]) -> Policy:
    """Return the policy that the fields of the page describe; an empty one leaves an option at its default.

    Raises:
        PolicyError: for everything that is wrong with it.
    """
    unknown = [unknown_option(name, OPTION_NAMES) for name in settings if name not in OPTION_NAMES]
    if unknown:
        raise PolicyError(unknown)
    given = {name: text for name, text in settings.items() if text.strip() or name == "origins"}
    return Policy(**{"origins": [], **parse_settings(given)})


def read_json(content: bytes) -> Mapping[str, Any]:
    """Return the object that JSON describes.

    Raises:
        PlanError: it is not JSON, or not an object.
    """
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise PlanError("plan.json") from error
    if not isinstance(data, dict):
        raise PlanError("plan.object")
    return data


def _read_script(data: Mapping[str, Any]) -> Script:
    path = _get(data, "path", str)
    if not path.startswith("/") or path.startswith(("//", "/\\")):
        raise PlanError("plan.path", path=repr(path[:100]))
    if _DOTS.search(path):
        raise PlanError("plan.dots", path=repr(path[:100]))
    headers = _get(data, "headers", list)
    if len(headers) > MOST_HEADERS or not all(_is_pair(pair) for pair in headers):
        raise PlanError("plan.headers", most=MOST_HEADERS)
    times = _get(data, "times", int)
    if not 1 <= times <= MOST_TIMES:
        raise PlanError("plan.times", times=times, most=MOST_TIMES)
    return Script(
        method=_get(data, "method", str),
        path=path,
        headers=tuple((name, value) for name, value in headers),
        body_kind=_choose(data, "bodyKind", get_args(BodyKind)),
        body=_get(data, "body", str),
        mode=_choose(data, "mode", get_args(Mode)),
        credentials=_get(data, "credentials", bool),
        listener=_get(data, "listener", bool),
        times=times,
        element=_choose(data, "element", get_args(Element)),
        crossorigin=_choose(data, "crossorigin", get_args(CrossOrigin)),
    )


def _get(data: Mapping[str, Any], name: str, kind: type) -> Any:
    value = data.get(name)
    if not isinstance(value, kind) or (isinstance(value, str) and len(value) > LONGEST_TEXT):
        raise PlanError("plan.value", name=name, most=LONGEST_TEXT, kind=kind.__name__)
    return value


def _choose(data: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> Any:
    value = data.get(name)
    if value not in choices:
        raise PlanError("plan.choice", name=name, choices=", ".join(choices))
    return value


def _is_pair(pair: Any) -> bool:
    if not isinstance(pair, list) or len(pair) != len(("name", "value")):
        return False
    return all(isinstance(part, str) and len(part) <= LONGEST_TEXT for part in pair)


def _read_texts(data: Mapping[str, Any]) -> dict[str, str]:
    return {name[:100]: _get(data, name, str) for name in data}
