"""The targets: what each one feeds with input, and what must hold."""

from __future__ import annotations

from collections.abc import Callable

from cors_wsgi import DENY, CORSMiddleware, PathMap, Policy, PolicyError
from cors_wsgi.answers import can_echo_headers, headers_to_add, merge_headers
from cors_wsgi.fetch import extract_names
from cors_wsgi.origin_rules import find_origin_problem, suggest_origin
from cors_wsgi.origins import parse_origin
from cors_wsgi.paths import find_path_problem, is_canonical
from cors_wsgi.settings import PARSERS, parse_settings
from tools.fuzz import naive

_POLICIES = [
    Policy(["https://a.example", "https://*.b.example", "http://localhost:*"], supports_credentials=True, methods="*"),
    Policy("*", expose_headers="*"),
    Policy("null", accept_risks="null-origin", allow_headers=["X-A"], methods=["GET"]),
    DENY,
    None,
]


def fuzz_origins(data: bytes) -> None:
    """An origin is well-formed exactly if the naive twin says so; a rule that may stand is one, a repaired one, too."""
    text = data.decode("latin-1")
    assert (parse_origin(text) is not None) == naive.is_origin(text), text
    problem = find_origin_problem(text)
    is_slip = naive.is_slip_of_the_web(text.partition("://")[0])
    assert (problem is None) == ((naive.is_origin(text) or _is_pattern(text)) and not is_slip), text
    if problem is not None:
        assert str(problem)
        assert problem.position is None or 0 <= problem.position <= len(text), (text, problem)
    meant = suggest_origin(text)
    assert meant is None or find_origin_problem(meant) is None, (text, meant)
    find_origin_problem(data.decode("utf-8", "replace"))


def _is_pattern(text: str) -> bool:
    if "*" not in text or "://" not in text:
        return False
    scheme, rest = text.split("://", 1)
    host = rest.removesuffix(":*")
    without = host.removeprefix("*.")
    if host == rest and without == host:
        return False
    if host != rest and not naive.is_origin(f"{scheme}://{without}:1"):
        return False
    if without != host and scheme in ("http", "https"):
        # In front of an address there are no labels.
        name = without.partition(":")[0]
        if without.startswith("[") or naive._is_ipv4(name):
            return False
    elif without != host and naive._is_ipv4(without.partition(":")[0]):
        return False
    return naive.is_origin(f"{scheme}://{without}")


def fuzz_settings(data: bytes) -> None:
    """Settings become a policy or a PolicyError with words for every problem, and nothing else."""
    lines = data.decode("utf-8", "replace").split("\0")
    names = sorted(PARSERS)
    settings = {names[number % len(names)]: line for number, line in enumerate(lines)}
    found = _find_problems(settings)
    assert found is None or all(problem.problem and problem.remedy and problem.code for problem in found.problems)
    assert found is None or (found.problems and str(found))


def _find_problems(settings: dict[str, str]) -> PolicyError | None:
    try:
        options = parse_settings(settings)
        flags = {name: options.pop(name) for name in ("block_untrusted", "debug") if name in options}
        CORSMiddleware(_app([]), Policy(**{"origins": (), **options}), **flags)
    except PolicyError as error:
        return error
    return None


def fuzz_header_lists(data: bytes) -> None:
    """Lists of names are read as the naive twin reads them, and the app's own headers survive being shared."""
    text = data.decode("latin-1")
    assert extract_names(text) == naive.names(text)
    if naive.names(text) and len(text) <= 4096:
        assert can_echo_headers(text)
    ours = {"access-control-allow-origin", "access-control-expose-headers", "vary"}
    app_headers = [tuple(line.partition(":")[::2]) for line in text.split("\n")]
    for policy in _POLICIES[:3]:
        assert isinstance(policy, Policy)
        before = list(app_headers)
        added = headers_to_add(policy.compiled, "https://a.example", allowed=True)
        shared, _, _ = merge_headers(policy.compiled, app_headers, "https://a.example", added)
        assert app_headers == before
        kept = [header for header in app_headers if not header[0].lower().startswith("access-control-")]
        kept = [header for header in kept if header[0].lower() not in ours]
        assert [header for header in shared if header in kept][: len(kept)] == kept


def fuzz_paths(data: bytes) -> None:
    """A path is covered by the rule that the naive twin finds; a rule with a problem never enters a map."""
    *rules, path = data.decode("utf-8", "replace").split("\0")
    valid = {rule: rule for rule in rules if find_path_problem(rule, "paths") is None}
    found = PathMap(valid).get(path, None)
    exact = [rule for rule in valid if rule == path and not rule.endswith("/*")]
    prefixes = sorted((rule for rule in valid if rule.endswith("/*") and naive.covers(rule, path)), key=len)
    assert found == (exact or prefixes[-1:] or [None])[0], (rules, path)
    segments = path.split("/")
    plain = not any(bad in path.lower() for bad in ("//", "\\", "\0", "%2f", "%2e", "%5c"))
    assert is_canonical(path) == (plain and not {".", ".."} & set(segments)), path


def fuzz_requests(data: bytes) -> None:
    """A request of any kind gets an answer, and the answer is shared with nobody whom the policy does not name."""
    origin, method, path, asked, headers, *rest = [*data.decode("latin-1").split("\0"), "", "", "", "", ""]
    policy = _POLICIES[len(rest) % len(_POLICIES)]
    environ = {"REQUEST_METHOD": method or "OPTIONS", "PATH_INFO": path, "HTTP_ORIGIN": origin}
    environ |= {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": asked} if asked else {}
    environ |= {"HTTP_ACCESS_CONTROL_REQUEST_HEADERS": headers} if headers else {}
    answers: list[tuple[str, dict[str, str]]] = []
    wrapped = CORSMiddleware(_app([("Content-Type", "text/plain")]), policy, paths={"/open/*": Policy("*")}, debug=True)
    wrapped(environ, lambda status, found, exc_info=None: answers.append((status, dict(found))))  # type: ignore[arg-type,return-value]
    ((_, found),) = answers
    allowed = found.get("Access-Control-Allow-Origin")
    assert allowed in (None, "*", origin)
    if allowed == origin != "*":
        assert origin == "null" or naive.is_origin(origin)
    assert sum(len(name) + len(value) for name, value in found.items()) < 10_000 + len(origin)


def _app(headers: list[tuple[str, str]]) -> Callable[..., list[bytes]]:
    def app(environ, start_response):
        start_response("200 OK", headers)
        return [b""]

    return app


TARGETS: dict[str, Callable[[bytes], None]] = {
    "origins": fuzz_origins,
    "settings": fuzz_settings,
    "header-lists": fuzz_header_lists,
    "paths": fuzz_paths,
    "requests": fuzz_requests,
}
