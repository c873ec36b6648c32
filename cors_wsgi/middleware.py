"""CORSMiddleware: the adapter between WSGI and the pure functions; the only server-side file that reads environ."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from logging import DEBUG
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from .answers import Answers, Header, added_headers, answer_preflight, share_response
from .apps import check_wsgi_app
from .errors import PolicyError, PolicyWarning, Problem
from .fetch import ALLOW_ORIGIN
from .near_misses import explain_call, explain_unknown, find_near_miss
from .options import FLAGS, OPTION_NAMES, normalize_flag
from .paths import PathMap, PathRule, decode_path, is_canonical
from .policy import DENY, Deny, Policy, PolicyOrDeny
from .reports import DEBUG_HEADER, OnDecision, Reports
from .trust import find_blocking_problems, find_blocking_warnings, is_state_changing, is_trusted

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PLAIN = ("Content-Type", "text/plain")
_EMPTY = (_PLAIN, ("Content-Length", "0"))


class Ruling(NamedTuple):
    """What a `PolicySource` says of one request.

    Attributes:
        policy: a `Policy`, `DENY`, or None for hands off.
        allowed: whether the policy allows the request's origin, if the source has found out; else None.
    """

    policy: PolicyOrDeny
    allowed: bool | None = None


class PolicySource(Protocol):
    """Where policies come from in a framework with a router. What a source raises passes through the middleware."""

    def look_up(self, environ: WSGIEnvironment, method: str) -> Ruling:
        """Return the ruling for this request if its method were `method`; called before the app runs.

        It answers preflights, with the requested method, and judges for `block_untrusted`.
        """
        ...

    def follow(self, environ: WSGIEnvironment) -> Callable[[], Ruling]:
        """Follow an actual request: told on entry, it returns what is asked once, at the first `start_response`.

        It may put one mutable holder under a key of its own into `environ`, for the framework to fill.
        """
        ...


class _NotGiven(Enum):
    NOT_GIVEN = "not given"


_NOT_GIVEN: Final = _NotGiven.NOT_GIVEN
_RIGHT_CALL = "Write CORSMiddleware(app, Policy(['https://app.example.com'])), or CORSMiddleware(app, source=...)."
_ARGUMENTS = ("app", "policy", "paths", "source", *FLAGS, "on_decision")
_SHOWN_VALUE = 80


def _explain_call(args: tuple[Any, ...], keywords: Mapping[str, Any]) -> str | None:
    """Return what is wrong with a call of `CORSMiddleware` whose keywords do not exist, or are a policy's."""
    unknown = [name for name in keywords if name not in _ARGUMENTS]
    meant = {name: find_near_miss(name, (*_ARGUMENTS, *OPTION_NAMES)) for name in unknown}
    options = {near: keywords[name] for name, near in meant.items() if near in OPTION_NAMES}
    if not options:
        return explain_unknown("CORSMiddleware", unknown, _ARGUMENTS) or None
    policy = keywords.get("policy", args[1] if len(args) > 1 else options.pop("origins", ["https://app.example.com"]))
    first = "..." if isinstance(policy, Policy) else _show(policy)
    shown = ", ".join([first, *(f"{name}={_show(value)}" for name, value in options.items())])
    names = [repr(name) for name, near in meant.items() if near in OPTION_NAMES]
    wrong = f"no option {names[0]}; it belongs" if len(names) == 1 else f"no options {', '.join(names)}; they belong"
    return f"CORSMiddleware has {wrong} to the policy. Write CORSMiddleware(app, Policy({shown}))."


def _show(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= _SHOWN_VALUE else "..."


class CORSMiddleware:
    """Wrap a WSGI app: answer its preflights, and share its responses as policies say.

    Args:
        app: the WSGI app.
        policy: the policy for every path that `paths` does not cover: a `Policy`, `DENY` (never shared), or None
            (hands off). It can be replaced while serving (`middleware.policy = other`).
        paths: policies by path: exact paths, prefixes such as `"/public/*"`, compiled regular expressions for a whole
            path. Matched on PATH_INFO, as `PathMap` says; a path that is not canonical is never shared.
        source: where policies come from in a framework with a router; excludes `policy` and `paths`.
        block_untrusted: answer 403 to requests of untrusted origins that could change something.
        debug: say in the header `X-CORS-Debug` why a response or preflight was refused.
        on_decision: called with a `Decision` once per CORS request under a policy or `DENY`. A hook that fails changes
            nothing.

    Raises:
        TypeError: for an argument of a wrong type or combination; it shows the right call.
        PolicyError: for paths that can never match, and for `block_untrusted` where anybody is trusted.
    """

    @explain_call(_explain_call)
    def __init__(
        self,
        app: WSGIApplication,
        policy: PolicyOrDeny | _NotGiven = _NOT_GIVEN,
        *,
        paths: Mapping[PathRule, PolicyOrDeny] | None = None,
        source: PolicySource | None = None,
        block_untrusted: bool = False,
        debug: bool = False,
        on_decision: OnDecision | None = None,
    ) -> None:
        app = check_wsgi_app(app, _RIGHT_CALL)
        if (policy is _NOT_GIVEN) is (source is None):
            given = "neither" if source is None else "both"
            raise TypeError(f"CORSMiddleware takes a policy or a source, and {given} is given. {_RIGHT_CALL}")
        if source is not None and paths is not None:
            raise TypeError(f"source excludes paths: the source says which policy a path has. {_RIGHT_CALL}")
        if source is not None and not all(callable(getattr(source, name, None)) for name in ("look_up", "follow")):
            raise TypeError(f"A source has the methods look_up and follow, and {type(source).__name__} lacks one.")
        if paths is not None and not isinstance(paths, Mapping):
            right_call = "Write paths={'/public/*': Policy('*')}."
            raise TypeError(f"paths is a mapping of paths to policies, not {type(paths).__name__}. {right_call}")
        if on_decision is not None and (not callable(on_decision) or inspect.iscoroutinefunction(on_decision)):
            raise TypeError("on_decision is a plain function that takes one Decision. Write on_decision=print.")
        problems: list[Problem] = []
        self._block_untrusted = normalize_flag("block_untrusted", block_untrusted, problems)
        debug = normalize_flag("debug", debug, problems)
        if problems:
            raise PolicyError(problems)
        self.app = app
        self._source = source
        self._reports = Reports(on_decision, debug=debug)
        self._in_paths = tuple((paths or {}).values())
        self._policy: PolicyOrDeny = None if policy is _NOT_GIVEN else self._check(policy, 4)
        self._paths = None if paths is None else PathMap(paths)

    @property
    def policy(self) -> PolicyOrDeny:
        """The policy for every path that `paths` does not cover.

        Setting it is atomic: every response follows the old or the new policy, wholly.

        Raises:
            TypeError: if the new value is no policy, or the middleware has a source.
            PolicyError: if anybody satisfies it, so that `block_untrusted` would have nothing to do.
        """
        return self._policy

    @policy.setter
    def policy(self, policy: PolicyOrDeny) -> None:
        if self._source is not None:
            raise TypeError("This middleware asks its source for policies, and has none of its own.")
        self._policy = self._check(policy, 3)

    def _check(self, policy: PolicyOrDeny, stacklevel: int) -> PolicyOrDeny:
        given = (policy, *self._in_paths)
        for value in given:
            if value is not None and value is not DENY and not isinstance(value, Policy):
                raise TypeError(f"A policy is a Policy, None or DENY, not {type(value).__name__}. {_RIGHT_CALL}")
        if self._block_untrusted:
            if problems := find_blocking_problems(given):
                raise PolicyError(problems)
            for message in find_blocking_warnings(given):
                warnings.warn(message, PolicyWarning, stacklevel=stacklevel)
        return policy

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        origin: str | None = environ.get("HTTP_ORIGIN")
        if origin is not None and environ["REQUEST_METHOD"] == "OPTIONS":
            requested = environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD")
            if requested is not None:
                return self._answer_preflight(environ, start_response, origin, requested)
        if self._source is not None:
            return self._follow(self._source, environ, start_response, origin)
        policy = self._policy if self._paths is None else self._policy_for_path(self._paths, environ)
        if policy is None:
            return self.app(environ, start_response)
        answers = policy.answers
        allowed = origin in answers.exact or (not answers.is_exact and answers.allows(origin, environ))
        if self._block_untrusted and self._is_untrusted(environ, origin, allowed=allowed):
            return self._block(environ, start_response, origin, policy)
        # PERF: added_headers, written out.
        added = (answers.allow_origin or (ALLOW_ORIGIN, origin or ""), *answers.shared) if allowed else answers.refused
        reports = self._reports
        if origin is not None and (not allowed or reports.has_hook) and reports.is_enabled(DEBUG):
            path = environ.get("PATH_INFO", "")
            added = self._report(policy, origin, environ["REQUEST_METHOD"], path, added, allowed=allowed)
        touched = answers.touched

        def start(
            status: str, headers: list[Header], exc_info: OptExcInfo | None = None, /
        ) -> Callable[[bytes], object]:
            # PERF: share_response, written out; nearly always nothing of the app's matters.
            for name, _ in headers:
                if name.lower() in touched:
                    shared = self._share(answers, headers, added)
                    break
            else:
                shared = [*headers, *added]
            return start_response(status, shared) if exc_info is None else start_response(status, shared, exc_info)

        return self.app(environ, start)

    def _follow(
        self, source: PolicySource, environ: WSGIEnvironment, start_response: StartResponse, origin: str | None
    ) -> Iterable[bytes]:
        """Let the framework route, and ask the source for its ruling when the response starts."""
        method: str = environ["REQUEST_METHOD"]
        judged: Ruling | None = None
        if self._block_untrusted and is_state_changing(method, environ.get("HTTP_UPGRADE")):
            policy, verdict = source.look_up(environ, method)
            allowed = _is_allowed(policy, verdict, origin, environ)
            if policy is not None and self._is_untrusted(environ, origin, allowed=allowed):
                return self._block(environ, start_response, origin, policy)
            judged = Ruling(policy, allowed)
        path: str = environ.get("PATH_INFO", "")
        reports = self._reports
        ask = source.follow(environ)
        asked = False
        answers: Answers | None = None
        added: tuple[Header, ...] = ()

        def start(
            status: str, headers: list[Header], exc_info: OptExcInfo | None = None, /
        ) -> Callable[[bytes], object]:
            nonlocal asked, answers, added
            if not asked:
                asked = True
                policy, verdict = ask()
                if verdict is None and judged is not None and judged.policy is policy:
                    verdict = judged.allowed  # a callable is asked once per request
                if policy is not None:
                    answers = policy.answers
                    allowed = _is_allowed(policy, verdict, origin, environ)
                    added = added_headers(answers, origin, allowed=allowed)
                    if origin is not None and (not allowed or reports.has_hook) and reports.is_enabled(DEBUG):
                        added = self._report(policy, origin, method, path, added, allowed=allowed)
            shared = headers if answers is None else self._share(answers, headers, added)
            return start_response(status, shared) if exc_info is None else start_response(status, shared, exc_info)

        return self.app(environ, start)

    def _report(
        self,
        policy: Policy | Deny,
        origin: str,
        method: str,
        path: str,
        added: tuple[Header, ...],
        *,
        allowed: bool,
    ) -> tuple[Header, ...]:
        """Tell whoever listens of an actual request; return `added`, with the debug header if there shall be one."""
        note = self._reports.report_actual(policy, origin, method, path, allowed=allowed)
        return added if note is None else (*added, (DEBUG_HEADER, note))

    def _share(self, answers: Answers, headers: Sequence[Header], added: Sequence[Header]) -> list[Header]:
        shared, removed = share_response(answers, headers, added)
        if removed:
            self._reports.warn_removed(removed)
        return shared

    def _policy_for_path(self, paths: PathMap[PolicyOrDeny], environ: WSGIEnvironment) -> PolicyOrDeny:
        path = decode_path(environ.get("PATH_INFO", ""))
        if path is None or not is_canonical(path):
            return DENY
        found: PolicyOrDeny = paths.get(path, self._policy)  # a name for it, so that mypy infers from the map
        return found

    def _answer_preflight(
        self, environ: WSGIEnvironment, start_response: StartResponse, origin: str, method: str
    ) -> Iterable[bytes]:
        verdict = None
        if self._source is not None:
            policy, verdict = self._source.look_up(environ, method)
        else:
            policy = self._policy if self._paths is None else self._policy_for_path(self._paths, environ)
        if policy is None:
            return self.app(environ, start_response)
        answers = policy.answers
        allowed = origin in answers.exact if answers.is_exact else _is_allowed(policy, verdict, origin, environ)
        note = None
        if self._reports.is_enabled(DEBUG):
            names, path = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS"), environ.get("PATH_INFO", "")
            note = self._reports.report_preflight(policy, origin, method, names, path, allowed=allowed)
        if not allowed:
            return _refuse(start_response, answers.refused_preflight, note)
        headers = answer_preflight(answers, origin, method, environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS"))
        if note is not None:
            headers.append((DEBUG_HEADER, note))
        start_response("204 No Content", headers)
        return []

    def _is_untrusted(self, environ: WSGIEnvironment, origin: str | None, *, allowed: bool) -> bool:
        if not is_state_changing(environ["REQUEST_METHOD"], environ.get("HTTP_UPGRADE")):
            return False
        return not is_trusted(environ.get("HTTP_SEC_FETCH_SITE"), origin, environ.get("HTTP_HOST"), allowed=allowed)

    def _block(
        self, environ: WSGIEnvironment, start_response: StartResponse, origin: str | None, policy: Policy | Deny
    ) -> Iterable[bytes]:
        note = None
        if self._reports.is_enabled(DEBUG):
            method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
            note = self._reports.report_blocked(policy, origin, method, path)
        return _refuse(start_response, policy.answers.refused, note)


def _is_allowed(policy: PolicyOrDeny, verdict: bool | None, origin: str | None, environ: WSGIEnvironment) -> bool:
    """Return the source's verdict, if it took one where there is one to take, else our own."""
    if policy is None:
        return False
    answers = policy.answers
    if verdict is None or policy is DENY or origin is None or answers.origins is None:
        return answers.allows(origin, environ)
    return verdict


def _refuse(start_response: StartResponse, headers: Sequence[Header], note: str | None) -> Iterable[bytes]:
    # The body is not read, here or where a preflight is granted: a client that announces one and sends nothing would
    # hold a worker for as long as the server lets it. What becomes of the rest is the server's business, as with any
    # app that answers without reading: it skips the body before the next request, or closes the connection.
    if note is None:
        start_response("403 Forbidden", [*_EMPTY, *headers])
        return []
    body = note.encode("ascii", "replace") + b"\n"
    length = ("Content-Length", str(len(body)))
    start_response("403 Forbidden", [_PLAIN, length, *headers, (DEBUG_HEADER, note)])
    return [body]
