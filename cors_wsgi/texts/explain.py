"""The words of `cors-wsgi explain` beside those of the reasons themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .text import Text

EXPLAIN: Final[Mapping[str, Text]] = {
    "explain.happened": Text("What happened", "发生了什么"),
    "explain.do": Text("What to do", "怎么办"),
    "explain.policy": Text("With cors-wsgi", "使用 cors-wsgi 时"),
    "explain.mind": Text("Mind", "注意"),
    "explain.or": Text("Or", "或者"),
    "explain.is": Text("What it is", "这是什么"),
    "explain.no_text": Text(
        "there is no text. Copy it from the browser's console (F12).", "没有文字。请从浏览器的控制台（F12）复制。"
    ),
    "explain.unknown": Text("No browser is known to print this.", "没有已知的浏览器会显示这一行。"),
    "explain.nearest": Text("The nearest that one prints: {line}", "最接近的一行是：{line}"),
    "explain.not_cors": Text(
        "This is not CORS: no CORS header changes it.", "这与 CORS 无关：任何 CORS 响应头都改变不了它。"
    ),
    "explain.second_line": Text(
        "Firefox prints this line also below another one, “Cross-Origin Request Blocked: … (Reason: …)”. If there is "
        "one, it says why: copy that line. If there is none, this is not CORS, and no CORS header changes it.",
        "Firefox 也会在另一行“已拦截跨源请求：……（原因：……）”（Cross-Origin Request Blocked）下面显示这一行。"
        "如果有那一行，原因写在其中：请复制那一行。如果没有，就与 CORS 无关，任何 CORS 响应头都改变不了它。",
    ),
    "explain.sentence": Text("{text}.", "{text}。"),
    # What stands for a fact that the line does not tell
    "unknown.header": Text("the header", "这个请求头"),
    "unknown.location": Text("another URL", "另一个网址"),
    "unknown.method": Text("the method", "这个方法"),
    "unknown.origin": Text("the page's origin", "网页的源"),
    "unknown.status": Text("…", "……"),
    "unknown.url": Text("the URL", "这个网址"),
    "unknown.value": Text("…", "……"),
}
