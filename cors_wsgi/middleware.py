"""CORSMiddleware: the adapter between WSGI and the pure functions; the only server-side file that reads environ."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from .answers import DEBUG_HEADER, Header, answer_preflight, headers_to_add, merge_headers, merge_quietly, refuse
from .apps import check_wsgi_app
from .errors import PolicyError, PolicyWarning, Problem
from .fetch import ALLOW_ORIGIN
from .near_misses import explain_call, explain_unknown, find_near_miss
from .options import FLAGS, OPTION_NAMES, normalize_flag
from .paths import PathMap, PathRule, decode_path, is_canonical
from .policy import DENY, Deny, Policy, PolicyOrDeny
from .reports import OnDecision, Reports
from .sources import PolicySource, Verdict
from .trust import Sender, find_blocking_problems, find_blocking_warnings, is_state_changing

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from .decisions import Decision

DENIALS: Final = "cors_wsgi.denials"
"""The key in an environ of a list, shared by all middlewares around an app; not empty once an inner one says `DENY`."""


class _NotGiven(Enum):
    NOT_GIVEN = "not given"


_NOT_GIVEN: Final = _NotGiven.NOT_GIVEN
_RIGHT_CALL = "Write CORSMiddleware(app, Policy(['https://app.example.com'])), or CORSMiddleware(app, source=...)."
_ARGUMENTS = ("app", "policy", "paths", "source", *FLAGS, "on_decision")
_SHOWN_VALUE = 80


def _explain_call(args: tuple[Any, ...], keywords: Mapping[str, Any]) -> str | None:
    """Return what is wrong with a call of `CORSMiddleware` whose keywords do not exist, or belong to a policy."""
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
            raise TypeError(f"paths must be a mapping of paths to policies, not {type(paths).__name__}. {right_call}")
        if on_decision is not None and (not callable(on_decision) or inspect.iscoroutinefunction(on_decision)):
            raise TypeError("on_decision must be a plain function that takes one Decision. Write on_decision=print.")
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
    def paths(self) -> PathMap[PolicyOrDeny] | None:
        """The policies by path, or None where the path is never looked at."""
        return self._paths

    @property
    def source(self) -> PolicySource | None:
        """Where policies come from in a framework with a router, or None."""
        return self._source

    @property
    def block_untrusted(self) -> bool:
        """Whether requests of untrusted origins that could change something get 403."""
        return self._block_untrusted

    @property
    def debug(self) -> bool:
        """Whether `X-CORS-Debug` says why a response or preflight was refused."""
        return self._reports.debug

    @property
    def policy(self) -> PolicyOrDeny:
        """The policy for every path that `paths` does not cover.

        Setting it is atomic: every response follows the old or the new policy, wholly.

        Raises:
            TypeError: if the new value is not a policy, or the middleware has a source.
            PolicyError: if anybody satisfies it, so that `block_untrusted` would have nothing to do.
        """
        return self._policy

    @policy.setter
    def policy(self, policy: PolicyOrDeny) -> None:
        if self._source is not None:
            raise TypeError("This middleware gets its policies from its source, so you cannot set one here.")
        self._policy = self._check(policy, 3)

    def _check(self, policy: PolicyOrDeny, stacklevel: int) -> PolicyOrDeny:
        given = (policy, *self._in_paths)
        for value in given:
            if value is not None and value is not DENY and not isinstance(value, Policy):
                raise TypeError(f"A policy must be a Policy, None or DENY, not {type(value).__name__}. {_RIGHT_CALL}")
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
        compiled = policy.compiled
        # PERF: compiled.allows, written out; nearly every request ends here.
        allowed = origin in compiled.exact or (not compiled.is_exact and compiled.allows(origin, environ))
        if (
            self._block_untrusted
            or policy is DENY
            or (origin is not None and (not allowed or self._reports.has_hook) and self._reports.is_enabled())
        ):
            return self._share(environ, start_response, origin, policy, allowed=allowed)
        # PERF: headers_to_add, written out.
        if allowed:
            added = (compiled.allow_origin or (ALLOW_ORIGIN, origin or ""), *compiled.actual_allowed)
        else:
            added = compiled.actual_refused
        harmless = compiled.harmless
        denials: list[bool] = environ.setdefault(DENIALS, [])
        given = environ, origin, policy, allowed  # PERF: one cell of the closure in place of four
        response: _Response | None = None

        def start(
            status: str, headers: list[Header], exc_info: OptExcInfo | None = None, /
        ) -> Callable[[bytes], object]:
            # PERF: _Response.start, written out for what nobody listens to; nearly always nothing of the app's matters.
            nonlocal response
            if response is None:
                shared = None
                if not denials:
                    for name, _ in headers:
                        if name not in harmless:
                            shared = merge_quietly(compiled, headers, added)
                            break
                    else:
                        shared = [*headers, *added]
                if shared is not None:
                    if exc_info is None:
                        return start_response(status, shared)
                    return start_response(status, shared, exc_info)
                response = self._respond(start_response, *given)
            return response.start(status, headers, exc_info)

        return self.app(environ, start)

    def _share(
        self,
        environ: WSGIEnvironment,
        start_response: StartResponse,
        origin: str | None,
        policy: Policy | Deny,
        *,
        allowed: bool,
    ) -> Iterable[bytes]:
        """Answer an actual request where it may be blocked, is denied, or somebody listens."""
        response = self._respond(start_response, environ, origin, policy, allowed)
        if response.verdict.must_block(policy, environ["REQUEST_METHOD"]):
            return self._block(environ, start_response, origin, policy)
        return self._run(environ, response)

    def _follow(
        self, source: PolicySource, environ: WSGIEnvironment, start_response: StartResponse, origin: str | None
    ) -> Iterable[bytes]:
        """Let the framework route, and ask the source for its policy when the response starts."""
        sender = self._read_sender(environ)
        verdict = Verdict(origin, environ, sender)
        if sender is not None:
            method = environ["REQUEST_METHOD"]
            if is_state_changing(method, sender.upgrade):
                verdict.must_block(source.look_up(environ, method, verdict), method)
                if verdict.blocked is not None:
                    return self._block(environ, start_response, origin, verdict.blocked)
        ask = source.follow(environ, verdict)
        return self._run(environ, _Response(self._reports, environ, start_response, verdict, ask))

    def _run(self, environ: WSGIEnvironment, response: _Response) -> Iterable[bytes]:
        """Run the app; what must not run is answered with 403, whatever the app returned."""
        verdict = response.verdict
        try:
            body = self.app(environ, response.start)
        except BaseException:
            if verdict.blocked is None:
                response.leave()
                raise
            return self._block(environ, response.start_response, verdict.origin, verdict.blocked)
        if verdict.blocked is not None:
            _close(body)
            return self._block(environ, response.start_response, verdict.origin, verdict.blocked)
        if verdict.sender is not None and not response.has_started:
            return self._run_late(environ, response, body)
        return body

    def _run_late(self, environ: WSGIEnvironment, response: _Response, body: Iterable[bytes]) -> Iterator[bytes]:
        """Pass on a body that may run the app while it is read, and so may still reach what must not run."""
        verdict = response.verdict
        try:
            try:
                for chunk in body:
                    if verdict.blocked is not None:
                        break
                    yield chunk
            except BaseException:
                if verdict.blocked is None:
                    raise
            if verdict.blocked is not None:
                yield from self._block(environ, response.start_response, verdict.origin, verdict.blocked)
        finally:
            _close(body)

    def _respond(
        self,
        start_response: StartResponse,
        environ: WSGIEnvironment,
        origin: str | None,
        policy: Policy | Deny,
        allowed: bool,
    ) -> _Response:
        verdict = Verdict(origin, environ, self._read_sender(environ))
        verdict.keep(policy, allowed=allowed)
        return _Response(self._reports, environ, start_response, verdict, lambda: policy)

    def _read_sender(self, environ: WSGIEnvironment) -> Sender | None:
        """Return what a request says about where it comes from, if untrusted ones are blocked."""
        if not self._block_untrusted:
            return None
        get = environ.get
        return Sender(get("HTTP_SEC_FETCH_SITE"), get("HTTP_HOST"), get("HTTP_UPGRADE"))

    def _policy_for_path(self, paths: PathMap[PolicyOrDeny], environ: WSGIEnvironment) -> PolicyOrDeny:
        path = decode_path(environ.get("PATH_INFO", ""))
        if path is None or not is_canonical(path):
            return DENY
        found: PolicyOrDeny = paths.get(path, self._policy)  # a name for it, so that mypy infers from the map
        return found

    def _answer_preflight(
        self, environ: WSGIEnvironment, start_response: StartResponse, origin: str, method: str
    ) -> Iterable[bytes]:
        if self._source is not None:
            verdict = Verdict(origin, environ)
            policy = self._source.look_up(environ, method, verdict)
            allowed = verdict.of(policy)
        else:
            policy = self._policy if self._paths is None else self._policy_for_path(self._paths, environ)
            allowed = policy is not None and policy.compiled.allows(origin, environ)
        if policy is None:  # hands off: the app answers the OPTIONS
            return self.app(environ, start_response)
        compiled, reports = policy.compiled, self._reports
        names: str | None = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS")
        decision = note = None
        # PERF: asking a logger takes as long as half the answer, and it hears nothing of a preflight that misses
        # nothing: those are remembered.
        if reports.hears_everything or (
            not compiled.fully_granted.get((method, names)) if allowed else reports.is_enabled()
        ):
            path = environ.get("PATH_INFO", "")
            decision = reports.hear_preflight(policy, origin, method, names, path, allowed=allowed)
            note = reports.note(decision)
        elif allowed and compiled.preflight_allowed is not None:
            # PERF: answer_preflight, written out.
            allow_origin = compiled.allow_origin or (ALLOW_ORIGIN, origin)
            start_response("204 No Content", [allow_origin, *compiled.preflight_allowed])
            return []
        status, headers, body = answer_preflight(compiled, origin, method, names, allowed=allowed, note=note)
        start_response(status, headers)
        if decision is not None:
            reports.tell(decision)
        return body

    def _block(
        self, environ: WSGIEnvironment, start_response: StartResponse, origin: str | None, policy: Policy | Deny
    ) -> list[bytes]:
        """Answer 403 in place of the app."""
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        decision = self._reports.hear_blocked(policy, origin, method, path)
        status, headers, body = refuse(policy.compiled.actual_refused, self._reports.note(decision))
        start_response(status, headers)
        if decision is not None:
            self._reports.tell(decision)
        return body


class _Unasked(Enum):
    UNASKED = "unasked"


class _Response:
    """One response of the app: which headers it gets, whenever it starts, and what is reported of it, once.

    Attributes:
        start_response: the server's.
        verdict: whether policies trust the request's origin.
    """

    __slots__ = ("_ask", "_denials", "_method", "_note", "_path", "_policy", "_reports", "start_response", "verdict")

    def __init__(
        self,
        reports: Reports,
        environ: WSGIEnvironment,
        start_response: StartResponse,
        verdict: Verdict,
        ask: Callable[[], PolicyOrDeny],
    ) -> None:
        self._reports = reports
        self._ask = ask
        self._policy: PolicyOrDeny | _Unasked = _Unasked.UNASKED
        self._denials: list[bool] = environ.setdefault(DENIALS, [])
        self._method: str = environ["REQUEST_METHOD"]
        self._path: str = environ.get("PATH_INFO", "")
        self._note: str | None = None
        self.start_response = start_response
        self.verdict = verdict

    @property
    def has_started(self) -> bool:
        """Whether the app has called `start`."""
        return self._policy is not _Unasked.UNASKED

    def start(
        self, status: str, headers: list[Header], exc_info: OptExcInfo | None = None, /
    ) -> Callable[[bytes], object]:
        """Start the response; what the app gets as its `start_response`."""
        policy, verdict, decision = self._policy, self.verdict, None
        is_first = policy is _Unasked.UNASKED
        if policy is _Unasked.UNASKED:
            policy = self._policy = self._ask()
        if verdict.blocked is not None:
            return _discard
        shared = headers
        if policy is not None:
            if policy is DENY and not self._denials:
                self._denials.append(True)
            elif self._denials:
                policy = DENY
            compiled, allowed = policy.compiled, verdict.of(policy)
            added = headers_to_add(compiled, verdict.origin, allowed=allowed)
            shared, removed, app_refused = merge_headers(compiled, headers, verdict.origin, added)
            if removed:
                self._reports.warn_removed(removed)
            if is_first and verdict.origin is not None and (not allowed or app_refused or self._reports.has_hook):
                decision = self._hear(policy, verdict.origin, allowed=allowed, app_refused=app_refused)
            if self._note is not None:
                shared.append((DEBUG_HEADER, self._note))
        try:
            if exc_info is None:
                return self.start_response(status, shared)
            return self.start_response(status, shared, exc_info)
        finally:
            if decision is not None:
                self._reports.tell(decision)

    def leave(self) -> None:
        """Report a request whose app raised before it started a response."""
        origin = self.verdict.origin
        if self.has_started or origin is None or not self._reports.is_enabled():
            return
        policy = self._ask()
        if policy is not None:
            decision = self._hear(policy, origin, allowed=self.verdict.of(policy))
            if decision is not None:
                self._reports.tell(decision)

    def _hear(self, policy: Policy | Deny, origin: str, *, allowed: bool, app_refused: bool = False) -> Decision | None:
        decision = self._reports.hear_actual(
            policy, origin, self._method, self._path, allowed=allowed, app_refused=app_refused
        )
        self._note = self._reports.note(decision)
        return decision


def _discard(_: bytes) -> None:
    """Discard what an app writes, because another answer is sent."""


def _close(body: Iterable[bytes]) -> None:
    close = getattr(body, "close", None)
    if close is not None:
        close()
