"""The words of `cors-wsgi demo` in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .text import Text

DEMO: Final[Mapping[str, Text]] = {
    "demo.head": Text(
        "A page of [bold]{page}[/] asks an API at [bold]{api}[/].",
        "[bold]{page}[/] 上的网页请求 [bold]{api}[/] 上的接口。",
    ),
    "demo.request": Text("Request", "请求"),
    "demo.answer": Text("Answer (… is Access-Control-)", "回答（… 表示 Access-Control-）"),
    "demo.browser": Text("A browser", "浏览器"),
    "demo.both": Text("Request and answer (… is Access-Control-)", "请求与回答（… 表示 Access-Control-）"),
    "demo.with_credentials": Text("with credentials", "带凭据"),
    "demo.never_sent": Text("{method}: never sent", "{method}：未发出"),
    "demo.readable": Text("readable", "可读取"),
    "demo.blocked": Text("blocked", "被拦截"),
    "demo.unexpected": Text("The answer is not as expected.", "回答与预期不同。"),
    "demo.some_wrong": Text(
        "{wrong} of {count} scenarios did not go as expected.", "{count} 个场景中有 {wrong} 个与预期不同。"
    ),
    "demo.all_right": Text(
        "All {count} scenarios went as predicted, and as recorded.", "全部 {count} 个场景都与预测和记录一致。"
    ),
    "demo.address": Text(
        "The playground is at [bold]{page}/[/]  (Ctrl-C ends it)", "演练场在 [bold]{page}/[/] （按 Ctrl-C 结束）"
    ),
    "demo.closed": Text("Closed.", "已关闭。"),
}
