"""Services and frameworks that are set up by other means than lines of code: buckets, API gateways, Spring, ASP.NET."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from cors_wsgi.browser.headers import get_header
from cors_wsgi.fetch import ALLOW_ORIGIN, VARY

from .model import CauseCode, Diagnosis, Piece, Remedy
from .scene import Scene
from .wanted import join_words

_BEGIN: Final = 4000
_LATE: Final = "a preflight never carries credentials, neither cookies nor Authorization"


def judge_gateway(scene: Scene) -> Diagnosis | None:
    """Return what is wrong in the words of such a service, or None where none is recognized, or has nothing to say."""
    if scene.allowed is not None:
        return None
    return next((judge(scene) for is_it, judge in _KNOWN if is_it(scene)), None)


def _read(scene: Scene) -> str:
    return scene.response.body[:_BEGIN].decode("utf-8", "replace")


def _has(scene: Scene, header: str, text: str = "") -> bool:
    value = get_header(scene.response.headers, header)
    return value is not None and text in value.lower()


# S3, and what speaks its protocol


def _is_bucket(scene: Scene) -> bool:
    return "CORSResponse:" in _read(scene) or _has(scene, "server", "amazons3") or _has(scene, "x-amz-id-2")


def _judge_bucket(scene: Scene) -> Diagnosis | None:
    text = _read(scene)
    if scene.is_preflight and "CORSResponse:" in text:
        is_set = "not enabled" not in text
    elif scene.status < 400 and not scene.is_preflight:
        is_set = _has(scene, VARY.lower(), "origin")
    else:
        return None
    asked = scene.asked
    code = CauseCode.NOT_IN_LIST if is_set else CauseCode.NOT_SET
    why = f"no CORS rule of the bucket covers {asked.method} from {asked.origin}" if is_set else "it has no CORS rules"
    names = f" with {join_words(asked.names)}" if asked.names and is_set else ""
    cause = f"{scene.subject} of the bucket has no {ALLOW_ORIGIN}: {why}{names}."
    rule = {
        "AllowedOrigins": [asked.origin],
        "AllowedMethods": [asked.method],
        "AllowedHeaders": list(asked.names) or ["*"],
        "ExposeHeaders": [asked.reads] if asked.reads else [],
    }
    lines = tuple(json.dumps([rule], indent=2).splitlines())
    piece = Piece("in the bucket's permissions, under Cross-origin resource sharing", lines)
    return scene.conclude(code, cause, Remedy("Add a rule to the bucket's CORS configuration:", "S3", (piece,)))


# API Gateway of AWS


def _is_aws(scene: Scene) -> bool:
    return any(_has(scene, name) for name in ("x-amz-apigw-id", "apigw-requestid", "x-amzn-errortype"))


def _judge_aws(scene: Scene) -> Diagnosis | None:
    status, text = scene.status, _read(scene)
    enable = (
        "Enable CORS for it (a REST API then gets an OPTIONS method for the resource; an HTTP API has CORS settings), "
        "and deploy the stage again."
    )
    if scene.is_preflight and (status == 404 or "Missing Authentication Token" in text):
        cause = (
            f"API Gateway answered the preflight with {status}: it has no OPTIONS method for this resource, and then "
            "asks for an “authentication token”, which has nothing to do with a login."
            if status == 403
            else f"API Gateway answered the preflight with {status}: it has no route that takes OPTIONS here."
        )
        return scene.conclude(CauseCode.NO_OPTIONS, cause, Remedy(enable))
    if scene.is_preflight and status in (401, 403):
        cause = (
            f"API Gateway refused the preflight with {status}: its authorizer or API key covers OPTIONS, but {_LATE}."
        )
        text = f"Let OPTIONS pass without authorizer and API key. {enable}"
        return scene.conclude(CauseCode.LOGIN_BEFORE_PREFLIGHT, cause, Remedy(text))
    headers = (
        f"To let the page read such errors, add {ALLOW_ORIGIN} to the gateway responses DEFAULT_4XX and DEFAULT_5XX."
    )
    if status == 403 and "Missing Authentication Token" in text:
        cause = (
            f"API Gateway has nothing at {scene.url.path} for {scene.asked.method} (403, “Missing Authentication "
            "Token”), and its own errors have no CORS headers."
        )
        return scene.conclude(
            CauseCode.NOT_FOUND, cause, Remedy(f"Correct the URL, the stage in it included, or the method. {headers}")
        )
    if status in (500, 502):
        cause = (
            f"API Gateway answered {status} itself: the function behind it failed, or returned something other than "
            "statusCode, headers and body. The gateway's own errors have no CORS headers."
        )
        text = f"The function's log says why. It must send the CORS headers with every response. {headers}"
        return scene.conclude(CauseCode.CRASH, cause, Remedy(text))
    if status == 504:
        cause = "API Gateway answered 504 itself: the function behind it took longer than the gateway waits."
        text = f"Let the function answer sooner, or raise the integration's timeout. {headers}"
        return scene.conclude(CauseCode.TOO_SLOW, cause, Remedy(text))
    return None


# Kong


def _is_kong(scene: Scene) -> bool:
    return _has(scene, "server", "kong/") or _has(scene, "x-kong-response-latency")


def _judge_kong(scene: Scene) -> Diagnosis | None:
    if not scene.is_preflight or scene.status not in (401, 403, 404, 405):
        return None
    if scene.status in (401, 403):
        cause = f"Kong refused the preflight with {scene.status}: a plugin asks OPTIONS for a login too, but {_LATE}."
        text = "Set run_on_preflight to false in that plugin, and enable the plugin `cors` for the route."
        return scene.conclude(CauseCode.LOGIN_BEFORE_PREFLIGHT, cause, Remedy(text))
    cause = f"Kong answered the preflight with {scene.status}: none of its routes takes OPTIONS here."
    text = "Add OPTIONS to the route's methods, and enable the plugin `cors` for it, with this origin."
    return scene.conclude(CauseCode.NO_OPTIONS, cause, Remedy(text))


# Spring, which writes the three names of Vary into three lines


def _is_spring(scene: Scene) -> bool:
    values = [value.lower() for name, value in scene.response.headers if name.lower() == VARY.lower()]
    return {"origin", "access-control-request-method", "access-control-request-headers"} <= set(values)


def _judge_spring(scene: Scene) -> Diagnosis | None:
    asked = scene.asked
    if "Invalid CORS request" in _read(scene):
        what = "the preflight" if scene.is_preflight else "the request"
        cause = (
            f"Spring refused {what} with {scene.status} (“Invalid CORS request”): the CorsConfiguration for this path "
            f"does not let in {asked.origin}"
        )
        methods = f", {asked.method} to allowedMethods" if scene.is_preflight else ""
        names = f", {join_words(asked.names)} to allowedHeaders" if scene.is_preflight and asked.names else ""
        cause += f", or not {asked.method}{' with ' + join_words(asked.names) if names else ''}." if methods else "."
        text = f"In Spring, add {asked.origin} to allowedOrigins{methods}{names}, for this path."
        return scene.conclude(CauseCode.NOT_IN_LIST, cause, Remedy(text))
    if scene.is_preflight and scene.status in (401, 403):
        cause = (
            f"Spring Security refused the preflight with {scene.status} before Spring's CORS support could answer it: "
            f"{_LATE}."
        )
        text = (
            "Call http.cors(Customizer.withDefaults()) in the SecurityFilterChain, and declare a "
            f"CorsConfigurationSource that lets in {asked.origin}."
        )
        return scene.conclude(CauseCode.LOGIN_BEFORE_PREFLIGHT, cause, Remedy(text))
    return None


# ASP.NET Core


def _is_asp_net(scene: Scene) -> bool:
    return _has(scene, "server", "kestrel") or _has(scene, "x-powered-by", "asp.net")


def _judge_asp_net(scene: Scene) -> Diagnosis | None:
    if not scene.is_preflight or scene.status not in (204, 405):
        return None
    origin = scene.asked.origin
    if scene.status == 204:
        cause = (
            f"ASP.NET Core's CORS middleware answered the preflight with 204 and no header: its policy does not let in "
            f"{origin}, compared character by character."
        )
        return scene.conclude(CauseCode.NOT_IN_LIST, cause, Remedy(f'Add "{origin}" to WithOrigins() of the policy.'))
    cause = "ASP.NET Core answered the preflight with 405: no CORS middleware came before routing."
    text = f'Call app.UseCors() before UseAuthentication() and UseAuthorization(), with a policy that has "{origin}".'
    return scene.conclude(CauseCode.NO_OPTIONS, cause, Remedy(text))


_KNOWN: Final[tuple[tuple[Callable[[Scene], bool], Callable[[Scene], Diagnosis | None]], ...]] = (
    (_is_bucket, _judge_bucket),
    (_is_aws, _judge_aws),
    (_is_kong, _judge_kong),
    (_is_spring, _judge_spring),
    (_is_asp_net, _judge_asp_net),
)
"""How each is recognized, and what it means there."""
