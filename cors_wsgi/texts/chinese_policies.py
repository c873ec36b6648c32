"""The Chinese of what is wrong with a policy, and of what it warns of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PROBLEMS: Final[Mapping[str, tuple[str, str]]] = {
    "no-origins": (
        "没有写明信任哪些源。",
        "请写出完整的源，例如 https://app.example.com；* 表示所有人。",
    ),
    "wildcard-beside-rules": ("* 已经包括所有的源，不能与别的规则写在一起。", "请只写 *，或者只写信任的源。"),
    "wildcard-with-credentials": (
        "带凭据又允许所有的源，任何网页都能冒用访问它的用户的身份。",
        "请写明信任的源，或者关闭 supports_credentials。",
    ),
    "null-origin": (
        "null 不属于某一个网页：任何网页都能通过沙箱（sandbox）框架得到这个源，允许它就等于允许所有人。",
        "请写网页真正的源；如果所有人都可以读取，请在 accept_risks 里加上 null-origin。",
    ),
    "null-with-credentials": (
        "任何网页都能得到 null 这个源，不能与凭据一起使用。",
        "请去掉它；这个风险无法通过 accept_risks 接受。",
    ),
    "insecure-origins": (
        "http 不加密：网络上的任何人都能篡改这个网页，冒用用户的身份。",
        "请改用 https，或者在 accept_risks 里加上 insecure-origins。",
    ),
    "open-regex": (
        "这个正则表达式还匹配没有写明的、别人的源。",
        "请写成 https://*.example.com，或者在正则表达式里写明自己的域名。",
    ),
    "public-suffix": (
        "任何人都可以在这个公共后缀下注册域名，从而得到带凭据的访问权限。",
        "请写出自己的域名，或者在 accept_risks 里加上 public-suffix。",
    ),
    "origin-type": ("源必须是文本。", "请写出完整的源，例如 https://app.example.com。"),
    "origin-empty": ("这里是空的。", "请写出完整的源，例如 https://app.example.com。"),
    "origin-too-long": ("源最长 512 个字符。", "请写短一些。"),
    "list-in-string": ("这是写成文本的列表。", "请去掉方括号和引号，直接写各项，用逗号分隔。"),
    "comma-list": ("这里把多项写在了一起。", "请用逗号分隔。"),
    "looks-like-regex": (
        "这看起来是正则表达式，而文本不会被当作正则表达式。",
        "子域名请写成 https://*.example.com。",
    ),
    "white-space": ("源里不能有空白。", "请去掉空白。"),
    "file-origin": (
        "用 file: 打开的网页，源是 null。",
        "请通过本地服务器（http://localhost）打开网页，并允许那个源。",
    ),
    "missing-scheme": ("缺少协议。", "请在前面加上 https://。"),
    "scheme-malformed": ("协议的写法不对。", "请写 https:// 或 http://。"),
    "scheme-misspelled": ("协议拼错了。", "请写 https:// 或 http://。"),
    "upper-case": ("浏览器发送的源都是小写。", "请写小写。"),
    "user-info": ("源里没有用户名和密码。", "请去掉它们。"),
    "trailing-slash": ("浏览器发送的源末尾没有斜杠。", "请去掉斜杠。"),
    "path": ("源里没有路径。", "请只写到主机或端口为止。"),
    "query": ("源里没有查询参数。", "请只写到主机或端口为止。"),
    "fragment": ("源里没有片段（#）。", "请只写到主机或端口为止。"),
    "unicode-host": ("浏览器以 Punycode 发送含有非 ASCII 字符的主机名。", "请写 xn-- 开头的形式。"),
    "ip-address": ("IP 地址不合法，或者与浏览器发送的写法不同。", "请写成浏览器发送的形式。"),
    "host-missing": ("缺少主机。", "请写出完整的源，例如 https://app.example.com。"),
    "host-malformed": ("主机名的写法不对。", "请写出完整的源，例如 https://app.example.com。"),
    "default-port": ("浏览器不发送默认端口。", "请去掉端口。"),
    "port-malformed": ("端口的写法不对。", "请写 1 到 65535 的数字，前面不加 0。"),
    "wildcard-place": (
        "* 不能写在这里，它只能代替域名前面的若干级，或者端口。",
        "请写成 https://*.example.com 或 http://localhost:*。",
    ),
    "regex-of-bytes": ("正则表达式匹配的是字节，而源是文本。", "请去掉前缀 b，用 str 编译。"),
    "regex-never-asked": (
        "正则表达式只用来匹配“协议://主机”形式的源，不会匹配 null 和 file://。",
        "请从正则表达式里去掉它们，单独写成一条规则。",
    ),
    "callable-is-coroutine": ("协程函数返回的是协程，不是 True。", "请写普通函数 (origin, environ) -> bool。"),
    "callable-signature": (
        "这个函数不能以 origin 和 environ 两个参数调用。",
        "请写成函数 (origin, environ) -> bool。",
    ),
    "names-type": ("这个选项必须是名称的列表，或者 *。", "请写成列表。"),
    "not-a-token": ("这不是合法的名称。", "名称只能由字母、数字和连字符等组成。"),
    "wildcard-beside-names": ("* 不能与名称写在一起。", "请只写 *，或者只写各个名称。"),
    "forbidden-method": ("浏览器不允许任何脚本使用这个方法。", "请去掉它。"),
    "method-case": ("方法名区分大小写。", "请写大写，脚本里也一样。"),
    "forbidden-header": ("这个请求头由浏览器自己设置，不需要允许。", "请去掉它。"),
    "forbidden-header.expose_headers": ("无论服务器怎么设置，任何脚本都不能读取这个响应头。", "请去掉它。"),
    "response-header": ("这是响应头，请求不需要带它。", "请去掉它；如果网页的脚本发送了它，也请从脚本里去掉。"),
    "request-header": ("这是请求头，响应里没有它。", "请去掉它。"),
    "expose-wildcard-with-credentials": (
        "带凭据时，浏览器把 * 当作一个普通的响应头名称。",
        "请写出各个响应头的名称。",
    ),
    "not-a-bool": ("这个选项只能是 true 或 false。", "请写 true 或 false。"),
    "max-age": ("时间必须是不小于 0 的整数秒。", "请写秒数，例如 600；0 表示不缓存。"),
    "unknown-risk": (
        "没有这个名称的风险。",
        "可用的名称是 insecure-origins、null-origin、open-regex 和 public-suffix。",
    ),
    "unknown-option": ("没有这个名称的选项。", "请检查拼写。"),
    "blocks-nothing": (
        "策略信任所有人，block_untrusted 拦截不了任何请求。",
        "请写明信任的源，或者关闭 block_untrusted。",
    ),
    "path-type": ("路径规则必须是文本或编译过的正则表达式。", "请写路径，例如 /api/*。"),
    "path-start": ("路径必须以斜杠开头。", "请写路径，例如 /api/*。"),
    "path-wildcard": ("* 只能写在路径末尾的斜杠之后。", "请写前缀，例如 /api/*。"),
    "path-query": ("规则只匹配路径，不包括查询参数和片段。", "请去掉 ? 或 # 以及后面的部分。"),
    "path-escape": ("路径是解码之后再比较的。", "请直接写字符本身。"),
    "path-not-canonical": ("这样的路径有多种解读，因此永远不会允许跨源读取。", "请去掉空的段、. 和 ..，以及反斜杠。"),
    "resources-type": ("resources 的类型不对。", "请写成字典，例如 {'/api/*': {'origins': '*'}}。"),
    "resource-type": ("这条路径的设置类型不对。", "请写成选项的字典。"),
}
"""What is wrong with a policy, and what to write; under the code, or the code and the option that it is about."""

WARNINGS: Final[Mapping[str, str]] = {
    r"(allow_headers=\[.*\]): servers drop .* Write (\[.*\]), here .*": r"\1：服务器会丢弃名称里带下划线的请求头，"
    r"或者把下划线当作连字符。请写成 \2，网页的脚本里也一样。",
    r"(max_age=\d+): no browser .* more than (\d+) seconds .*": r"\1：没有浏览器会把预检响应缓存超过 \2 秒"
    "（这是 Firefox 的上限；Chromium 是 7200 秒，Safari 是 600 秒）。",
    r"(origins=.*): it also matches (\S+)\. Make sure .*": r"\1：它还匹配 \2。"
    "请确认，凡是能得到这样的源的人，你都信任。",
}
"""What works in a policy, but not as its author probably thinks; by the English sentence."""
