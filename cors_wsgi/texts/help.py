"""What `--help` prints for the commands that speak Chinese, argparse's own words included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .text import Text

HELP: Final[Mapping[str, Text]] = {
    "help.usage": Text("usage: ", "用法："),
    "help.arguments": Text("positional arguments", "参数"),
    "help.options": Text("options", "选项"),
    "help.help": Text("show this help message and exit", "显示这段帮助，然后退出"),
    "help.explain": Text(
        "Explain a line of a browser's console, and what to do about it.",
        "解释浏览器控制台里的一行报错，并说明怎么办。",
    ),
    "help.explain.text": Text(
        "the text, as copied from the console; without it, standard input is read",
        "从控制台复制的文字；不写则读取标准输入",
    ),
    "help.explain.examples": Text(
        """\
examples:
  cors-wsgi explain "Access to fetch at … has been blocked by CORS policy: …"
  cors-wsgi explain < console.txt
exit status: 0 explained, 1 the reason is not in the text, 2 no text
""",
        """\
示例：
  cors-wsgi explain "Access to fetch at … has been blocked by CORS policy: …"
  cors-wsgi explain < console.txt
退出状态：0 表示已解释，1 表示文字里没有原因，2 表示没有文字
""",
    ),
    "help.demo": Text(
        "Serve an API and a page on two origins, and show every exchange between them.",
        "在两个源上启动一个接口和一个网页，并显示它们之间的每次请求和响应。",
    ),
    "help.demo.once": Text(
        "exit after the table; status 1 if an exchange is not as predicted and recorded",
        "显示表格后退出；如果有请求或响应与预测、记录不一致，退出状态是 1",
    ),
    "help.demo.examples": Text(
        """\
examples:
  cors-wsgi demo          show the exchanges, and serve the page until Ctrl-C
  cors-wsgi demo --once   show the exchanges, and fail if one is not as expected
""",
        """\
示例：
  cors-wsgi demo          显示请求和响应，并启动演练场，直到按下 Ctrl-C
  cors-wsgi demo --once   只显示请求和响应；如果有与预期不同的，就以失败退出
""",
    ),
}
