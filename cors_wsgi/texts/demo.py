"""The texts of `cors-wsgi demo` in the terminal."""

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
    "demo.answer": Text("Answer (… is Access-Control-)", "响应（… 表示 Access-Control-）"),
    "demo.browser": Text("A browser", "浏览器"),
    "demo.both": Text("Request and answer (… is Access-Control-)", "请求与响应（… 表示 Access-Control-）"),
    "demo.with_credentials": Text("with credentials", "带凭据"),
    "demo.never_sent": Text("{method}: never sent", "{method}：未发出"),
    "demo.readable": Text("readable", "可读取"),
    "demo.blocked": Text("blocked", "被拦截"),
    # In what a scenario was not as predicted, or not as recorded
    "demo.predicted.readable": Text(
        "the answer is readable; it was predicted to be blocked", "响应可以读取，而预测是被拦截"
    ),
    "demo.predicted.blocked": Text(
        "the answer is blocked; it was predicted to be readable", "响应被拦截，而预测是可以读取"
    ),
    "demo.predicted.count": Text(
        "{seen} requests were sent; {expected} were predicted", "发送了 {seen} 个请求，而预测是 {expected} 个"
    ),
    "demo.predicted.answer": Text("{seen} was answered; predicted: {expected}", "响应是 {seen}，而预测是 {expected}"),
    "demo.recorded.readable": Text(
        "the answer is readable; it was recorded as blocked", "响应可以读取，而记录是被拦截"
    ),
    "demo.recorded.blocked": Text("the answer is blocked; it was recorded as readable", "响应被拦截，而记录是可以读取"),
    "demo.recorded.count": Text(
        "{seen} requests were sent; {expected} were recorded", "发送了 {seen} 个请求，而记录是 {expected} 个"
    ),
    "demo.recorded.answer": Text("{seen} was answered; recorded: {expected}", "响应是 {seen}，而记录是 {expected}"),
    "demo.unexpected": Text("The answer is not as expected.", "响应与预期不同。"),
    "demo.some_wrong": Text(
        "{wrong} of {count} scenarios did not go as expected.", "{count} 个场景中有 {wrong} 个与预期不同。"
    ),
    "demo.all_right": Text(
        "All {count} scenarios went as predicted, and as recorded.", "全部 {count} 个场景都与预测和记录一致。"
    ),
    "demo.address": Text(
        "The playground is at [bold]{page}/[/]  (Ctrl-C ends it)", "演练场的地址是 [bold]{page}/[/]（按 Ctrl-C 结束）"
    ),
    "demo.closed": Text("Closed.", "已关闭。"),
}
