"""What happened, where a line of a console does not tell every fact of it."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Final

from ..browser import FailureReason
from .languages import Language
from .text import Text

VAGUE: Final[Mapping[str, tuple[Text, ...]]] = {
    "acao-mismatch": (
        Text(
            "Access-Control-Allow-Origin is {value}, which is not the page's origin byte for byte.",
            "Access-Control-Allow-Origin 是 {value}，与网页的源不完全相同。",
        ),
        Text(
            "Access-Control-Allow-Origin names an origin other than the page's.",
            "Access-Control-Allow-Origin 写的是另一个源，而不是网页的源。",
        ),
    ),
    "acao-multiple": (
        Text(
            "Access-Control-Allow-Origin has several values; only one origin, or *, is allowed.",
            "Access-Control-Allow-Origin 有多个值，而它只能是一个源，或者 *。",
        ),
    ),
    "acao-invalid": (
        Text(
            "The value of Access-Control-Allow-Origin is not an origin.", "Access-Control-Allow-Origin 的值不是一个源。"
        ),
    ),
    "credentials-not-true": (
        Text(
            "The credentials mode is 'include', but Access-Control-Allow-Credentials is not 'true'.",
            "凭据模式是 include，但 Access-Control-Allow-Credentials 不是 true。",
        ),
    ),
    "preflight-status": (
        Text("The preflight was not answered with a status from 200 to 299.", "预检响应的状态码不在 200 到 299 之间。"),
    ),
    "preflight-redirect": (
        Text(
            "The preflight was answered with a redirect (status {status}); browsers do not follow it.",
            "预检响应是重定向（状态码 {status}），而浏览器不跟随预检的重定向。",
        ),
        Text(
            "The preflight was answered with a redirect; browsers do not follow it.",
            "预检响应是重定向，而浏览器不跟随预检的重定向。",
        ),
    ),
    "method-not-allowed": (
        Text("The preflight's answer does not allow the method {method}.", "预检响应不允许方法 {method}。"),
        Text("The preflight's answer does not allow the request's method.", "预检响应不允许请求的方法。"),
    ),
    "header-not-allowed": (
        Text("The preflight's answer does not allow the header {header}.", "预检响应不允许请求头 {header}。"),
        Text("The preflight's answer does not allow a header of the request.", "预检响应不允许请求带的某个请求头。"),
    ),
    "allow-methods-unparsable": (
        Text("Access-Control-Allow-Methods is not a list of methods.", "Access-Control-Allow-Methods 不是方法的列表。"),
    ),
    "allow-headers-unparsable": (
        Text(
            "Access-Control-Allow-Headers is not a list of header names.",
            "Access-Control-Allow-Headers 不是请求头名称的列表。",
        ),
    ),
    "authorization-under-wildcard": (
        Text(
            "By the standard, * in Access-Control-Allow-Headers does not cover Authorization. Today's browsers still "
            "let it pass, some with a warning.",
            "按照标准，Access-Control-Allow-Headers 里的 * 不包括 Authorization。"
            "目前的浏览器仍会放行，有的会给出警告。",
        ),
    ),
    "redirect-with-credentials": (
        Text(
            "The redirect leads to a URL that has a user name or password in it.",
            "重定向指向的网址里含有用户名或密码。",
        ),
    ),
    "not-http": (Text("The URL is neither http nor https.", "请求的网址既不是 http 也不是 https。"),),
    "disallowed-by-mode": (
        Text(
            "The request has mode 'same-origin', and {url} is not of the page's origin.",
            "请求的模式是 same-origin，而 {url} 与网页不同源。",
        ),
        Text(
            "The request has mode 'same-origin', and its URL is not of the page's origin.",
            "请求的模式是 same-origin，而请求的网址与网页不同源。",
        ),
    ),
    "corp-blocked": (
        Text(
            "Cross-Origin-Resource-Policy keeps the response to a no-cors request from this page.",
            "Cross-Origin-Resource-Policy 不允许这个网页使用 no-cors 请求的响应。",
        ),
    ),
    "wrong-type": (
        Text(
            "The page cannot use the response as what it asked for: it has another type.",
            "响应的类型与网页要加载的资源不符，不能使用。",
        ),
    ),
    "integrity-mismatch": (
        Text(
            "The body has the hash {computed}, which is not one that the page asks for.",
            "响应体的哈希值是 {computed}，与网页要求的不符。",
        ),
        Text(
            "The body has none of the hashes that the page asks for ({value}).",
            "响应体的哈希值与网页要求的（{value}）都不相符。",
        ),
        Text("The body has none of the hashes that the page asks for.", "响应体的哈希值与网页要求的都不相符。"),
    ),
    "network-failure": (Text("No response came.", "没有收到响应。"),),
    "mixed-content": (
        Text("The page is secure and {url} is not; nothing was sent.", "网页是安全的，而 {url} 不是；请求没有发出。"),
        Text(
            "The page is secure and what it asks for is not; nothing was sent.",
            "网页是安全的，而它请求的网址不是；请求没有发出。",
        ),
    ),
    "bad-port": (
        Text(
            "Browsers never connect to the port of this URL; nothing was sent.",
            "浏览器从不连接这个网址的端口；请求没有发出。",
        ),
    ),
    "bad-redirect": (Text("The redirect cannot be followed.", "无法跟随重定向。"),),
}
"""Under a reason, what needs fewer facts than the reason's own explanation: the most telling first."""


def choose_vague(reason: FailureReason, facts: Mapping[str, str], language: Language) -> str | None:
    """Return the most telling text for which there are all facts; None if the reason's own explanation is."""
    if _find_facts(reason.wording.explanation) <= facts.keys():
        return None
    texts = (getattr(text, language) for text in VAGUE.get(reason.value, ()))
    return next((text for text in texts if _find_facts(text) <= facts.keys()), None)


def _find_facts(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}
