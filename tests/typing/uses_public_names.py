"""A user's file, for the type checkers: everything public of the core, used as its documentation says."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from cors_wsgi import (
    DENY,
    CORSMiddleware,
    Decision,
    Deny,
    Kind,
    OriginRule,
    PathMap,
    Policy,
    PolicyError,
    PolicySource,
    PolicyWarning,
    Problem,
    Reason,
    Remembered,
    Verdict,
    is_canonical,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


def is_tenant(origin: str, environ: WSGIEnvironment) -> bool:
    return origin.endswith(".example") and environ["PATH_INFO"].startswith("/t/")


rules: list[OriginRule] = ["https://app.example.com", re.compile(r"https://pr-[0-9]+\.example\.com"), is_tenant]
policy = Policy(rules, methods=["GET"], allow_headers=("X-A",), expose_headers="*", max_age=timedelta(minutes=1))
everybody = Policy("*", max_age=None)
stricter: Policy = dataclasses.replace(policy, max_age=0)
seconds: int | None = stricter.max_age
trusted: bool = policy.allows("https://app.example.com")


def is_customer(origin: str) -> bool:
    return origin == "https://shop.example"


def is_customer_of(origin: str, tenant: str) -> bool:
    return origin == f"https://{tenant}"


remembered = Remembered(is_customer, seconds=timedelta(minutes=1), refused_seconds=0.5)
Policy([remembered, Remembered(is_customer_of, key=lambda environ: environ["HTTP_HOST"])])
remembered.forget("https://shop.example")
remembered.forget()
counts: dict[str, int] = remembered.statistics()


def note(decision: Decision) -> None:
    kind: Kind = decision.kind
    reasons: tuple[Reason, ...] = decision.reasons
    print(kind, reasons, decision.allowed, decision.nearest)


class Source:
    def look_up(self, environ: WSGIEnvironment, method: str, verdict: Verdict) -> Policy | Deny | None:
        return policy if is_canonical(environ["PATH_INFO"]) and verdict.of(policy) else DENY

    def follow(self, environ: WSGIEnvironment, verdict: Verdict) -> Callable[[], Policy | Deny | None]:
        return lambda: None


source: PolicySource = Source()
by_path: PathMap[int] = PathMap({"/a/*": 1, re.compile("/b.*"): 2})
found: int | None = by_path.get("/a", None)
wrapped: WSGIApplication = CORSMiddleware(
    app, policy, paths={"/public/*": everybody, "/internal/*": None, "/admin/*": DENY}, on_decision=note, debug=True
)
routed = CORSMiddleware(app, source=source, block_untrusted=True)
routed_policy: Policy | Deny | None = CORSMiddleware(app, None).policy

try:
    Policy("app.example.com")
except PolicyError as error:
    problems: tuple[Problem, ...] = error.problems
    print([(problem.code, problem.remedy, problem.position) for problem in problems], PolicyWarning)
