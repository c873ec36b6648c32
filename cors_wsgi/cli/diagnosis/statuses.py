"""Statuses: one that is the cause comes before any header, or it would be the next thing to fail."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from cors_wsgi.browser.headers import get_header
from cors_wsgi.fetch import ALLOW_ORIGIN, VARY

from .model import CauseCode, Diagnosis, Piece, Remedy
from .plans import Task
from .scene import Scene
from .servers import ServerName
from .wanted import join_words

_RETRY = "Retry-After"
_WANTS_TLS: Final = re.compile(
    rb"plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL|HTTP request to an HTTPS server|"
    rb"requires TLS",
    re.IGNORECASE,
)
"""What nginx, Apache, Caddy and other servers say to http at a port for https."""


def judge_status(scene: Scene) -> Diagnosis | None:
    """Return what the status says, or None if it is not the cause."""
    if scene.is_preflight:
        if 200 <= scene.status <= 299:
            return None
        return _PREFLIGHT.get(scene.status, _judge_other_preflight)(scene)
    if scene.allowed is not None or scene.status < 400:
        return None
    return _ACTUAL.get(scene.status, _judge_other_error)(scene)


def _needs_too(scene: Scene) -> str:
    return f" That answer also {join_words(scene.lacks)}." if scene.lacks else ""


# Preflights


def _judge_login(scene: Scene) -> Diagnosis:
    cause = (
        "The preflight was refused with 401: whatever asks for a login asks OPTIONS for it too, and a preflight never "
        f"carries credentials, neither cookies nor Authorization.{_needs_too(scene)}"
    )
    text = "Let OPTIONS pass before the login is asked for, and put the CORS middleware above what asks for it."
    if scene.server is ServerName.APACHE:
        text = "Let OPTIONS pass without the login."
    return scene.conclude(CauseCode.LOGIN_BEFORE_PREFLIGHT, cause, scene.write(scene.plan(Task.LOGIN), text))


def _judge_forbidden_preflight(scene: Scene) -> Diagnosis:
    text = scene.response.body[:4000].decode("utf-8", "replace").lower()
    if "csrf" in text:
        cause = (
            "A check against forged requests (CSRF) refused the preflight with 403: it asks OPTIONS for a token too."
        )
        return scene.conclude(
            CauseCode.CSRF, cause, scene.write(scene.plan(Task.LOGIN), "Let OPTIONS pass before that check.")
        )
    varies = VARY.lower() in {n.lower() for n, v in scene.response.headers if "origin" in v.lower()}
    if scene.allowed is None and (varies or "origin" in text or get_header(scene.response.headers, "x-cors-debug")):
        cause = (
            f"A policy refused the preflight with 403: {scene.asked.origin} is not in its list of origins, spelled "
            "exactly so, with its scheme and port."
        )
        return scene.conclude(
            CauseCode.NOT_IN_LIST, cause, Remedy(f"Add {scene.asked.origin} to the server's list of origins.")
        )
    cause = (
        f"The preflight was refused with 403 by {_name_refuser(scene)}, before any CORS header is "
        f"added.{_needs_too(scene)}"
    )
    plain = scene.plain_get
    if scene.seen.author is ServerName.NGINX and plain is not None and plain.status != 403:
        cause = (
            "nginx itself refused the preflight with 403, but not a GET of the same URL: limit_except does not let "
            f"OPTIONS through.{_needs_too(scene)}"
        )
        text = "Add OPTIONS to the methods that limit_except names, so that what is behind can answer it."
        return scene.conclude(CauseCode.METHOD_REFUSED, cause, Remedy(text))
    return scene.conclude(
        CauseCode.FORBIDDEN, cause, scene.write_answer("Let OPTIONS pass there, or answer it earlier.")
    )


def _name_refuser(scene: Scene) -> str:
    author = scene.seen.author
    if get_header(scene.response.headers, "cf-ray"):
        return "Cloudflare or what is behind it (a firewall rule or a bot check)"
    if author is not None:
        return f"{author.title} itself (a rule for methods or addresses)"
    return "a firewall, a gateway or a policy that does not name this origin"


def _judge_preflight_404(scene: Scene) -> Diagnosis:
    plain = scene.plain_get
    if plain is not None and plain.status == 404 and (scene.asked.method == "GET" or _shows_routes(scene)):
        cause = (
            f"There is nothing at {scene.url.path}: the preflight was answered 404, and so is a GET.{_needs_too(scene)}"
        )
        text = "Correct the URL in the script; if it is right, make sure that the server has a route for it."
        return Diagnosis(CauseCode.NOT_FOUND, cause, Remedy(text))
    return _judge_no_options(scene)


def _shows_routes(scene: Scene) -> bool:
    """Tell whether a 404 to OPTIONS means that there is no route at all: some never answer it where there is one."""
    author = scene.seen.author or scene.server
    return author is not None and (author.is_proxy or author in _NEVER_404)


def _judge_no_options(scene: Scene) -> Diagnosis:
    seen, status = scene.seen, scene.status
    said = f"{status} {scene.response.phrase}".strip()
    if seen.author is ServerName.VARNISH:
        cause = (
            f"Varnish itself answered the preflight with {said}, not the app behind it: its VCL does not let OPTIONS "
            f"through.{_needs_too(scene)}"
        )
        return scene.conclude(CauseCode.METHOD_REFUSED, cause, scene.write_answer("Let Varnish answer preflights."))
    if seen.author is not None and seen.author.is_proxy:
        how = {
            ServerName.NGINX: "it serves files, which do not answer OPTIONS, or a rule (limit_except) refuses it",
            ServerName.APACHE: "a rule (Limit, LimitExcept, mod_allowmethods) refuses it",
        }.get(seen.author, "a rule refuses it")
        cause = f"{seen.author.title} itself answered the preflight with {said}: {how}.{_needs_too(scene)}"
        text = f"Let {seen.author.title} answer preflights."
        return scene.conclude(CauseCode.METHOD_REFUSED, cause, scene.write_answer(text))
    author = seen.author
    app = "The app" if author is None or scene.server is not author else author.title
    why = {404: "none of its routes takes OPTIONS", 405: "its route does not take OPTIONS"}.get(
        status, "it does not take OPTIONS"
    )
    if status == 404 and scene.plain_get is not None and scene.plain_get.status == 404:
        why += f", or there is nothing at {scene.url.path} (a GET is answered 404, too)"
    passes = ""
    if scene.server is not None and scene.server.is_proxy:
        app = "The app"
        passes = f", and {scene.server.title} passes the preflight on to it"
    cause = f"{app} answered the preflight with {said}: {why}{passes}.{_needs_too(scene)}"
    if scene.server is not None and scene.server.is_proxy:
        text = f"Let {scene.server.title} answer preflights before the app sees them, or make the app answer OPTIONS."
    else:
        text = "Answer OPTIONS with 204 and the CORS headers, before routing."
    return scene.conclude(CauseCode.NO_OPTIONS, cause, scene.write_answer(text))


def _judge_other_preflight(scene: Scene) -> Diagnosis:
    if scene.status in _ERRORS:
        code, what, text = _ERRORS[scene.status](scene)
        cause = f"The preflight was answered {scene.status}: {what}.{_needs_too(scene)}"
        return Diagnosis(code, cause, text)
    cause = (
        f"The preflight was answered {scene.status} {scene.response.phrase}".rstrip()
        + f", but browsers want 200 to 299 there.{_needs_too(scene)}"
    )
    return scene.conclude(CauseCode.OTHER_STATUS, cause, scene.write_answer("Answer OPTIONS with 204."))


# Actual requests


def _judge_unauthorized(scene: Scene) -> Diagnosis:
    what = "wants a login, which the request lacks (401)"
    return _judge_left_out(scene, CauseCode.UNAUTHORIZED, what, "Send the token or cookie with the request.")


def _judge_forbidden(scene: Scene) -> Diagnosis:
    text = scene.response.body[:4000].decode("utf-8", "replace").lower()
    if "csrf" in text:
        what = (
            "refused the request with 403: its check against forged requests (CSRF) found no token, or another origin"
        )
        remedy = "Send the CSRF token, and name the page's origin there (Django: CSRF_TRUSTED_ORIGINS)."
        return _judge_left_out(scene, CauseCode.CSRF, what, remedy)
    if scene.looks is not None and "origin" in (get_header(scene.response.headers, VARY.lower()) or "").lower():
        cause = f"A policy refused the request with 403: {scene.asked.origin} is not in its list of origins."
        return scene.conclude(
            CauseCode.NOT_IN_LIST, cause, Remedy(f"Add {scene.asked.origin} to the server's list of origins.")
        )
    who = _name_refuser(scene)
    return _judge_left_out(
        scene, CauseCode.FORBIDDEN, f"refused the request with 403 ({who})", "Look there for the rule."
    )


def _judge_not_found(scene: Scene) -> Diagnosis:
    what = f"has nothing at {scene.url.path} (404)"
    return _judge_left_out(scene, CauseCode.NOT_FOUND, what, "Correct the URL if it is wrong.")


def _judge_method(scene: Scene) -> Diagnosis:
    what = f"does not take {scene.asked.method} at {scene.url.path} ({scene.status})"
    return _judge_left_out(scene, CauseCode.METHOD_REFUSED, what, "Use a method that the route takes.")


def _judge_crash(scene: Scene) -> Diagnosis:
    if scene.server is ServerName.FASTAPI:
        return _judge_starlette_crash(scene)
    who = "app" if scene.seen.is_passed_on or scene.server is None or not scene.server.is_proxy else "server"
    what = f"failed with {scene.status}"
    return _judge_left_out(
        scene, CauseCode.CRASH, what, f"The {who}'s own log says why it failed.", subject=f"The {who}"
    )


def _judge_starlette_crash(scene: Scene) -> Diagnosis:
    cause = (
        f"The app failed with {scene.status}; {ALLOW_ORIGIN} is missing from that answer, so the page cannot even read "
        "the error: Starlette answers an unhandled exception outside everything that add_middleware() adds, "
        "CORSMiddleware included."
    )
    text = "The app's own log says why it failed. To let the page read errors too, put CORSMiddleware around the app:"
    remedy = scene.write(scene.plan(Task.WRAP), text)
    return scene.conclude(CauseCode.CRASH, cause, remedy)


def _judge_left_out(scene: Scene, code: CauseCode, what: str, first: str, *, subject: str = "The server") -> Diagnosis:
    """Judge an error page without CORS headers: what the error is, and why it is not shared."""
    server, seen = scene.server, scene.seen
    here = f"{ALLOW_ORIGIN} is missing from that answer, so the page cannot even read the error"
    task = Task.ADD if seen.is_passed_on else Task.SET
    if server is ServerName.NGINX and _is_file(scene):
        cause = (
            f"{subject} {what}, and error_page leads to a file in another location, whose add_header lines apply: "
            f"it has none, so {here}."
        )
        text = f"{first} Write the headers in the location of that error page too."
        remedy = scene.write(scene.plan(Task.SET), text)
        pieces = tuple(Piece("in the location to which error_page leads", piece.lines) for piece in remedy.pieces)
        return scene.conclude(CauseCode.ERROR_PAGE, cause, Remedy(text, remedy.where, pieces))
    own = {} if seen.is_passed_on else {
        ServerName.HAPROXY: "HAProxy's http-response lines do not change its own answers; http-after-response lines do",
    }  # fmt: skip
    how = {
        ServerName.NGINX: "nginx's add_header leaves errors out unless it ends in `always`",
        ServerName.APACHE: "Apache's `Header set` leaves errors out; `Header always set` does not",
        **own,
    }.get(server) if server is not None else None  # fmt: skip
    if how is None:
        cause = f"{subject} {what}; {here}: errors do not pass through what adds it."
        return scene.conclude(
            code, cause, scene.write(scene.plan(task), f"{first} Send the CORS headers on errors too.")
        )
    if code in (CauseCode.NOT_FOUND, CauseCode.FORBIDDEN, CauseCode.METHOD_REFUSED) and not seen.is_passed_on:
        code = CauseCode.LEFT_OUT_OF_ERRORS
    cause = f"{subject} {what}; {here}: {how}."
    return scene.conclude(code, cause, scene.write(scene.plan(task), f"{first} Send the headers on errors too:"))


def _is_file(scene: Scene) -> bool:
    """Tell whether an error page is a file, rather than text that the server writes itself."""
    names = {name.lower() for name, _ in scene.response.headers}
    return "etag" in names and b"<center>nginx" not in scene.response.body


def _judge_other_error(scene: Scene) -> Diagnosis:
    if scene.status in _ERRORS:
        code, what, remedy = _ERRORS[scene.status](scene)
        cause = (
            f"The request was answered {scene.status}: {what}. That answer has no CORS headers; CORS is only the "
            "symptom."
        )
        return Diagnosis(code, cause, remedy)
    what = f"answered {scene.status} {scene.response.phrase}".rstrip()
    return _judge_left_out(scene, CauseCode.OTHER_STATUS, what, "Find out what that status means there.")


# Errors that mean the same for both


def _judge_bad_request(scene: Scene) -> tuple[CauseCode, str, Remedy]:
    host = scene.url.host
    if scene.seen.author is ServerName.DJANGO:
        what = f"Django refused it before any middleware ran, because its ALLOWED_HOSTS does not name {host}"
        piece = Piece("in settings.py, added to what is there", (f"ALLOWED_HOSTS = [{host.strip('[]')!r}]",))
        return CauseCode.BAD_HOST, what, Remedy(f"Name {host} in ALLOWED_HOSTS.", "Django", (piece,))
    if _WANTS_TLS.search(scene.response.body[:4000]) is not None:
        what = f"{scene.title} accepts only https at port {scene.url.port or 80}, and the URL is http"
        secure = f"https://{host}:{scene.url.port or 80}{scene.url.path}"
        return CauseCode.BAD_REQUEST, what, Remedy(f"Fetch {secure} in the script.")
    what = (
        f"{scene.title} calls it a bad request, most often because it does not serve the host {host}, or a header "
        "is too long"
    )
    return CauseCode.BAD_REQUEST, what, Remedy(f"Make the server serve {host}; its log says what is wrong.")


def _judge_too_large(scene: Scene) -> tuple[CauseCode, str, Remedy]:
    what = f"the body is larger than {scene.title} accepts"
    pieces = {
        ServerName.NGINX: Piece(f"in the location that answers {scene.url.path}", ("client_max_body_size 20m;",)),
        ServerName.APACHE: Piece("for this path", ("LimitRequestBody 20971520",)),
        ServerName.CADDY: Piece("in the site's block", ("request_body {", "\tmax_size 20MB", "}")),
    }
    piece = pieces.get(scene.server) if scene.server is not None else None
    text = "Raise that limit, or send less."
    return CauseCode.TOO_LARGE, what, Remedy(text, scene.title, (piece,)) if piece else Remedy(text)


def _judge_too_many(scene: Scene) -> tuple[CauseCode, str, Remedy]:
    after = get_header(scene.response.headers, _RETRY.lower())
    wait = f", and says to wait {after} seconds" if after and after.isdigit() else ""
    what = f"{scene.title} limits how many requests it takes{wait}"
    if scene.is_preflight:
        return (
            CauseCode.TOO_MANY,
            f"{what}, preflights included",
            Remedy("Leave OPTIONS out of the limit, or raise it."),
        )
    return CauseCode.TOO_MANY, what, Remedy("Send fewer requests, or raise the limit.")


def _judge_unavailable(scene: Scene) -> tuple[CauseCode, str, Remedy]:
    if scene.seen.author is ServerName.NGINX:
        what = "nginx limits how many requests it takes (limit_req or limit_conn), and answers the rest with 503"
        piece = Piece("replacing the existing one", ("limit_req zone=NAME burst=20 nodelay;",))
        text = "Send fewer requests, or raise rate and burst, with your zone's name."
        if scene.is_preflight:
            text = "Leave OPTIONS out of the limit (an empty key counts nothing), or raise rate and burst."
        return CauseCode.TOO_MANY, what, Remedy(text, "nginx", (piece,))
    return _judge_nobody(scene)


def _judge_nobody(scene: Scene) -> tuple[CauseCode, str, Remedy]:
    server = scene.server
    lines = {
        ServerName.NGINX: "the address in proxy_pass",
        ServerName.APACHE: "the address in ProxyPass",
        ServerName.CADDY: "the address in reverse_proxy",
        ServerName.HAPROXY: "the `server` line of the backend, and its check",
        ServerName.VARNISH: "the backend in the VCL",
        ServerName.LIGHTTPD: "the address in proxy.server",
    }
    line = "the address that it passes requests on to" if server is None else lines.get(server, "the app's own")
    what = f"{scene.title} found nothing behind it that answers; it wrote this error itself"
    if server is ServerName.HAPROXY:
        what += ", and http-response lines do not change its own answers"
    return CauseCode.NOBODY_BEHIND, what, Remedy(f"Start the app behind it, and compare its address with {line}.")


def _judge_slow(scene: Scene) -> tuple[CauseCode, str, Remedy]:
    pieces = {
        ServerName.NGINX: Piece(f"in the location that answers {scene.url.path}", ("proxy_read_timeout 60s;",)),
        ServerName.APACHE: Piece("beside ProxyPass", ("ProxyTimeout 60",)),
        ServerName.HAPROXY: Piece("in the backend", ("timeout server 60s",)),
    }
    piece = pieces.get(scene.server) if scene.server is not None else None
    what = f"the app behind took longer than {scene.title} waits, and {scene.title} wrote this error itself"
    text = "Let the app answer sooner, or let the proxy wait longer:" if piece else "Let the app answer sooner."
    return CauseCode.TOO_SLOW, what, Remedy(text, scene.title, (piece,)) if piece else Remedy(text)


_NEVER_404: Final = (
    ServerName.EXPRESS,
    ServerName.DJANGO,
    ServerName.FASTAPI,
    ServerName.FLASK,
    ServerName.TORNADO,
    ServerName.AIOHTTP,
    ServerName.SANIC,
    ServerName.BOTTLE,
    ServerName.HTTP_SERVER,
)
"""Frameworks that answer OPTIONS with 200, 405 or 501 wherever there is a route for another method."""

_ERRORS: Final[Mapping[int, Callable[[Scene], tuple[CauseCode, str, Remedy]]]] = {
    400: _judge_bad_request,
    413: _judge_too_large,
    429: _judge_too_many,
    502: _judge_nobody,
    503: _judge_unavailable,
    504: _judge_slow,
    521: _judge_nobody,
    522: _judge_nobody,
    523: _judge_nobody,
    524: _judge_slow,
}


def _judge_preflight_crash(scene: Scene) -> Diagnosis:
    cause = f"The server failed with {scene.status} while answering the preflight.{_needs_too(scene)}"
    return Diagnosis(CauseCode.CRASH, cause, Remedy("Its log says why; answer OPTIONS before anything that can fail."))


_PREFLIGHT: Final[Mapping[int, Callable[[Scene], Diagnosis]]] = {
    401: _judge_login,
    403: _judge_forbidden_preflight,
    404: _judge_preflight_404,
    405: _judge_no_options,
    500: _judge_preflight_crash,
    501: _judge_no_options,
}
_ACTUAL: Final[Mapping[int, Callable[[Scene], Diagnosis]]] = {
    401: _judge_unauthorized,
    403: _judge_forbidden,
    404: _judge_not_found,
    405: _judge_method,
    500: _judge_crash,
    501: _judge_method,
}
