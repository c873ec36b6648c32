"""The words of the playground's server: where there is no page, or what the page asked for is not served."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .text import Text

SERVER: Final[Mapping[str, Text]] = {
    "server.host": Text(
        "This demo answers only at {page}/: open it under that name.",
        "这个演示只在 {page}/ 上响应：请用这个地址打开。",
    ),
    "server.method": Text("Write GET.", "请用 GET。"),
    "server.no_page": Text("There is no such page.", "没有这个页面。"),
    "server.no_run": Text("There is no such run.", "没有这次运行的记录。"),
    "server.origin": Text("Only the page itself may post here.", "只有演练场的页面可以向这里提交。"),
    "server.too_long": Text("A plan has at most {most} bytes.", "提交的内容最多 {most} 字节。"),
    # What was posted is not a plan
    "plan.json": Text("this is not JSON", "这不是 JSON"),
    "plan.object": Text("this is not a JSON object", "这不是 JSON 对象"),
    "plan.path": Text("path={path} must begin with one slash", "路径 {path} 必须以一个斜杠开头"),
    "plan.dots": Text(
        "path={path} has segments of dots, which browsers remove", "路径 {path} 里有 . 或 .. 段，浏览器会去掉它们"
    ),
    "plan.headers": Text("headers must be at most {most} pairs of texts", "请求头最多 {most} 个，每个由名称和值组成"),
    "plan.times": Text("times={times} is not from 1 to {most}", "次数 {times} 不在 1 到 {most} 之间"),
    "plan.value": Text(
        "{name} is missing, longer than {most} characters, or not a {kind}",
        "{name} 不存在、超过 {most} 个字符，或者类型不是 {kind}",
    ),
    "plan.choice": Text("{name} must be one of {choices}", "{name} 必须是 {choices} 之一"),
    # What an engine does, in the table of differences
    "value.yes": Text("yes", "是"),
    "value.no": Text("no", "否"),
    "value.no_limit": Text("no limit", "没有限制"),
    "value.comma": Text(", ", "、"),
}
