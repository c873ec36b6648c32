"""What the Chinese pages need of the builder: no gaps where a line of the source ends, and navigation in Chinese."""

from __future__ import annotations

import re
from typing import Final

WORDS: Final = {
    "Back to top": "回到顶部",
    "Edit this page": "编辑本页",
    "Home": "首页",
    "Index": "索引",
    "Next": "下一页",
    "On this page": "本页内容",
    "Previous": "上一页",
    "Search": "搜索",
    "Skip to content": "跳到正文",
    "View this page": "查看本页源文件",
}
"""The theme's words on every page."""

_MARKUP: Final = {
    '<span class="caption-text">Begin</span>': '<span class="caption-text">入门</span>',
    '<span class="caption-text">Test and look</span>': '<span class="caption-text">测试与诊断</span>',
    '<span class="caption-text">Run</span>': '<span class="caption-text">运行</span>',
    '<span class="caption-text">Look up</span>': '<span class="caption-text">查阅</span>',
    "Toggle navigation of ": "展开或折叠：",
    'title="Link to this heading"': 'title="本节的链接"',
}
"""What the builder and the theme write without asking for a translation."""

_WIDE: Final = "[\u2014\u2018-\u201d\u2026\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"
_INLINE: Final = "(?:a|cite|code|em|span|strong)"
_STOP: Final = "[、。，：；！？）”]"  # it brings its own space, whatever follows
_GAP: Final = re.compile(
    rf"({_WIDE}(?:</{_INLINE}>)*)\n(?=(?:<{_INLINE}\b[^>]*>)*{_WIDE})|({_STOP}(?:</{_INLINE}>)*)\n(?=[^\s<]|<{_INLINE}\b)"
)


def translate(text: str) -> str:
    """Return the theme's word in Chinese, or as it is."""
    return WORDS.get(text, text)


def translate_markup(text: str) -> str:
    """Return HTML of the navigation or the body with the builder's and the theme's own words in Chinese."""
    for english, chinese in _MARKUP.items():
        text = text.replace(english, chinese)
    return text


def join_lines(body: str) -> str:
    """Return HTML in which no line ends between two Chinese characters: browsers would show a space there."""
    parts = re.split(r"(<pre>.*?</pre>)", body, flags=re.DOTALL)
    return "".join(part if part.startswith("<pre>") else _GAP.sub(r"\1\2", part) for part in parts)
