"""The words of `cors-wsgi explain` beside those of the reasons themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .text import Text

EXPLAIN: Final[Mapping[str, Text]] = {
    "explain.happened": Text("What happened", "发生了什么"),
    "explain.do": Text("What to do", "怎么办"),
    "explain.policy": Text("With cors-wsgi", "使用 cors-wsgi 时"),
    "explain.mind": Text("Note", "注意"),
    "explain.or": Text("Or", "或者"),
    "explain.is": Text("What it is", "这是什么"),
    "explain.no_text": Text(
        "there is no text. Copy it from the browser's console (F12).", "没有给出文字。请从浏览器的控制台（F12）复制。"
    ),
    "explain.unknown": Text(
        "This text is not a known message of a console. Copy the whole line from the browser's console (F12); its "
        "wording depends on the browser's version and language.",
        "没有认出这段文字。请从浏览器的控制台（F12）复制完整的一行；各浏览器的文字随版本和语言而不同。",
    ),
    "explain.nearest": Text("The closest known message: {line}", "最接近的一行是：{line}"),
    "explain.not_yours": Text(
        "{host} is not your server: ask its owner to allow your page's origin, or call it from your own server, which "
        "no browser restricts. The rest is for its owner. ",
        "{host} 不是你的服务器：请向它的所有者申请，允许你的网页的源访问；或者从你自己的服务器调用它，"
        "服务器之间不受浏览器限制。以下内容写给它的所有者。",
    ),
    "explain.redirect": Text(
        "{first} redirects to {last}, and the line is about the answer from there.",
        "{first} 重定向到了 {last}，这一行说的是后者的响应。",
    ),
    "explain.redirect_login": Text(
        "That is a login page: the session has expired, or its cookie was not sent. Log in again, and let the API at "
        "{first} answer 401 instead of redirecting. No header on the login page helps.",
        "那是登录页：会话已过期，或者会话的 Cookie 没有一起发送。请重新登录，"
        "并让 {first} 上的接口返回 401，而不是重定向。给登录页设置响应头不起作用。",
    ),
    "explain.redirect_here": Text(
        "Fetch {last} directly, or let {first} answer without a redirect.",
        "请直接请求 {last}；或者让 {first} 自己返回响应，不再重定向。",
    ),
    "explain.redirect_elsewhere": Text(
        "Find out why {first} redirects. If {last} is what you want, fetch it directly; that server must then allow "
        "the page's origin.",
        "请查明 {first} 为什么重定向。如果要请求的就是 {last}，请直接请求它，并让那台服务器允许网页的源。",
    ),
    "explain.not_cors": Text(
        "This is not a CORS problem: no CORS header helps.", "这与 CORS 无关：设置 CORS 响应头不起作用。"
    ),
    "explain.second_line": Text(
        "Firefox also prints this line below another one, “Cross-Origin Request Blocked: … (Reason: …)”. If there is "
        "one, it says why: copy that line. If not, this is not a CORS problem, and no CORS header helps.",
        "Firefox 也会在另一行“已拦截跨源请求：……（原因：……）”（Cross-Origin Request Blocked）下面显示这一行。"
        "如果有那一行，原因写在其中：请复制那一行。如果没有，就与 CORS 无关，设置 CORS 响应头不起作用。",
    ),
    "explain.sentence": Text("{text}.", "{text}。"),
    "explain.null": Text(
        "A page's origin is null if the page was opened from a file or is in a sandboxed frame, or if the request was "
        "redirected from one origin to another: serve the page over http://localhost, take it out of the sandbox, or "
        "fetch the final URL directly. Do not let the server allow null: every page can have that origin.",
        "网页的源是 null，可能是因为网页是用 file: 打开的，或者在沙箱（sandbox）框架里，"
        "或者请求从一个源重定向到了另一个源：请通过 http://localhost 打开网页、去掉沙箱，或者直接请求最终的网址。"
        "不要让服务器允许 null：任何网页都能得到这个源。",
    ),
    # In place of a fact that the line does not give, in what to do
    "unknown.header": Text("the header", "这个请求头"),
    "unknown.method": Text("the method", "这个方法"),
    "unknown.origin": Text("the page's origin", "网页的源"),
    "unknown.url": Text("the URL", "这个网址"),
}
