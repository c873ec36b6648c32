"""The Chinese of what the code itself writes in English, by the names of its closed sets; braces stand for facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_LIST_THE_ORIGIN: Final = (
    "让服务器在这个网址的每个响应（错误和重定向也包括在内）里写明 Access-Control-Allow-Origin: {origin}，并带上 "
    "Vary: Origin。"
)
_NO_LNA: Final = "任何响应头都没有用。请用 https 提供网页，并让用户授权访问本地网络。"
_COMMAS: Final = "名称之间用逗号分隔。只要有一个不是合法的名称，整个预检就会失败。"

REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "missing-acao": (
        "响应没有 Access-Control-Allow-Origin 头。",
        _LIST_THE_ORIGIN + "如果请求根本没有到达程序，说明是代理或错误页代替它作了回答。",
    ),
    "acao-mismatch": (
        "Access-Control-Allow-Origin 是 {value}，与源 {origin} 并非逐字节相同。",
        _LIST_THE_ORIGIN + "协议、主机和端口都要一致，末尾没有斜杠；如果是缓存保存了给别的源的响应，那是因为它缺少 "
        "Vary: Origin。",
    ),
    "acao-multiple": (
        "Access-Control-Allow-Origin 有多个值（{value}）；只能有一个源，或者 *。",
        "只由一层来设置这个头：要么是程序，要么是它前面的代理，不能两者都设。",
    ),
    "acao-invalid": (
        "Access-Control-Allow-Origin 是“{value}”，它不是一个源。",
        "写出带协议的源：https://app.example.com，后面没有路径和斜杠。",
    ),
    "wildcard-with-credentials": (
        "Access-Control-Allow-Origin 是 *，但请求的凭据模式是 include。",
        "在服务器上写明各个源，并开启对凭据的支持；或者不带凭据发送请求。",
    ),
    "credentials-not-true": (
        "凭据模式是 include，但 Access-Control-Allow-Credentials 是“{value}”，而不是 true。",
        "在服务器上开启对凭据的支持，或者不带凭据发送请求。只有小写的 true 才算数。",
    ),
    "redirect-null-origin": (
        "重定向到另一个源，使请求的 Origin 变成了 null，而响应不允许它。",
        "直接请求最后的网址，或者只在同一个源内重定向。允许 null 等于放进任何沙箱里的网页。",
    ),
    "preflight-status": (
        "预检的回答状态码是 {status}，而不是 200 到 299。",
        "在路由、登录检查和限流之前就以 204 回答 OPTIONS；预检不带 Cookie。",
    ),
    "preflight-redirect": (
        "预检得到的是重定向（状态码 {status}，指向 {location}）；浏览器不跟随预检的重定向。",
        "直接请求它指向的网址（注意末尾的斜杠和 https），或者先回答 OPTIONS。",
    ),
    "method-not-allowed": (
        "预检的回答不允许方法 {method}：Access-Control-Allow-Methods 是“{value}”。",
        "在服务器允许的方法里写上 {method}。区分大小写；带凭据时 * 只是一个普通的名称。",
    ),
    "header-not-allowed": (
        "预检的回答不允许请求头 {header}：Access-Control-Allow-Headers 是“{value}”。",
        "在服务器允许的请求头里写上 {header}。带凭据时 * 只是一个普通的名称。",
    ),
    "allow-methods-unparsable": (
        "Access-Control-Allow-Methods 是“{value}”，它不是方法的列表。",
        _COMMAS,
    ),
    "allow-headers-unparsable": (
        "Access-Control-Allow-Headers 是“{value}”，它不是请求头名称的列表。",
        _COMMAS,
    ),
    "authorization-under-wildcard": (
        (
            "Access-Control-Allow-Headers 是“{value}”，而按标准 * 不包括 Authorization。"
            "目前的浏览器仍会放行，有的会给出警告。"
        ),
        "写出它的名称：Access-Control-Allow-Headers: *, Authorization。",
    ),
    "redirect-with-credentials": (
        "重定向指向 {location}，其中含有用户名或密码。",
        "从 Location 里去掉它们。",
    ),
    "not-http": (
        "网址 {location} 既不是 http 也不是 https。",
        "用 https 提供这个资源；CORS 是 HTTP 的一部分。",
    ),
    "disallowed-by-mode": (
        "请求的模式是 same-origin，而 {url} 与 {origin} 不是同一个源。",
        "改用 cors 模式；在此之前，服务器的任何响应头都不起作用。",
    ),
    "opaque-no-cors-response": (
        "请求的模式是 no-cors：它已经发出，但任何脚本都读不到响应（类型是 opaque）。",
        "改用 cors 模式，并让服务器允许源 {origin}。",
    ),
    "header-not-exposed": (
        "响应带有 {header} 头，但脚本读不到它：Access-Control-Expose-Headers 里没有它的名称。",
        "在服务器公开的响应头里写上 {header}。",
    ),
    "corp-blocked": (
        "no-cors 请求的响应带有 Cross-Origin-Resource-Policy: {value}。",
        "发送 Cross-Origin-Resource-Policy: cross-origin，或者改用 cors 模式。",
    ),
    "wrong-type": (
        "网页不能把这个响应当作它要的东西来用：响应的类型是“{value}”。",
        (
            "发送与内容相符的 Content-Type：text/css、text/javascript、image/png。有 X-Content-Type-Options: nosniff "
            "时，别的类型都不行。"
        ),
    ),
    "bad-status": (
        "响应的状态码是 {status}，网页不使用它。",
        "以 200 回答；请检查网址和服务器的日志。",
    ),
    "integrity-needs-cors": (
        "网页要检查别的源的响应是否完整，但它没有读取这个响应的权限。",
        "在 integrity 旁边写上 crossorigin，并让服务器回答 Access-Control-Allow-Origin: {origin}（或者 *）。",
    ),
    "integrity-mismatch": (
        "响应体与网页要求的散列值（{value}）都不相符；它的散列值是 {algorithm}-{computed}。",
        "写上服务器目前发送的内容的散列值，或者让服务器发送与散列值相符的内容。",
    ),
    "lna-denied": ("浏览器询问用户是否允许访问本地网络，被拒绝了。", _NO_LNA),
    "lna-insecure-context": ("不是用 https 提供的网页，请求了更私有的网络里的资源。", _NO_LNA),
    "lna-wrong-space": (
        "脚本写的地址空间与服务器实际所在的不同。",
        "修改脚本里的 targetAddressSpace。任何响应头都没有用。",
    ),
    "legacy-pna": (
        "旧版 Chromium 要求 Access-Control-Allow-Private-Network，这个头后来已被撤销。",
        "更新浏览器；不要发送这个头。",
    ),
    "network-failure": (
        "没有得到响应：{value}。",
        "检查服务器是否在运行，以及证书、主机名和端口是否正确。问题不在 CORS。",
    ),
    "mixed-content": ("网页 {origin} 是安全的，而 {url} 不是；什么也没有发送。", "用 https 提供 {url}。"),
    "bad-port": ("浏览器从不连接 {url} 的端口；什么也没有发送。", "换一个端口。"),
    "bad-redirect": ("无法跟随重定向：{value}。", "修改 Location，或者修改脚本请求的网址。"),
    "stream-needs-http2": (
        "请求体是流，而服务器只支持 HTTP/1.1；浏览器只在 HTTP/2 及以上发送流。",
        "支持 HTTP/2，或者让脚本先读完流再发送。",
    ),
    "forbidden-method": ("任何脚本都不能使用方法 {method}。", "换一个方法；服务器帮不上忙。"),
    "invalid-method": ("{method} 不是方法。", "写合法的名称，例如 PUT。"),
    "invalid-header": ("{header} 的值是“{value}”，这不是合法的请求头。", "名称用合法的记号，值只用单字节字符。"),
    "invalid-request": ("浏览器自己拒绝了脚本的请求：{value}。", "修改脚本。"),
    "not-modelled": ("这个浏览器模型不包括 {value}。", "请在真正的浏览器里试。"),
}
"""Of each reason for which a fetch fails: what happened, and what to change."""

ONE_NAME: Final = (
    "请用 {renamed} 打开网页：localhost 和 127.0.0.1 是同一台机器的两个名称，但对浏览器来说是两个源、两个站点，"
    "即使 CORS 允许，也不会带上 Cookie。如果网页的地址不能改："
)
"""For a page that was opened under another name of this machine than the server or its policy uses."""

POLICY_REMEDIES: Final[Mapping[str, str]] = {
    "missing-acao": "在 origins 里加上 {origin!r}",
    "acao-mismatch": "在 origins 里加上 {origin!r}",
    "acao-invalid": "写 origins=[{origin!r}]",
    "acao-multiple": "用 CORSMiddleware 包住全部内容，并从代理里去掉这个头",
    "wildcard-with-credentials": "写 origins=[{origin!r}], supports_credentials=True",
    "credentials-not-true": "写 supports_credentials=True",
    "preflight-status": "用 CORSMiddleware 包住程序：它先于里面的一切回答预检",
    "preflight-redirect": "用 CORSMiddleware 包住发出重定向的部分：它先回答预检",
    "method-not-allowed": "在 methods 里加上 {method!r}",
    "header-not-allowed": "在 allow_headers 里加上 {header!r}",
    "allow-methods-unparsable": "把 methods 写成列表，例如 ['GET', 'PUT']",
    "allow-headers-unparsable": "把 allow_headers 写成列表，例如 ['Content-Type']",
    "authorization-under-wildcard": "让 allow_headers 保持 '*'（其中包括 Authorization），或者写上它的名称",
    "header-not-exposed": "在 expose_headers 里加上这个头的名称",
}
"""What to change in a policy of this library."""

CAUSES: Final[Mapping[str, str]] = {
    "method": "方法 {method} 不是 GET、HEAD 或 POST",
    "header": "请求头 {names} 不在安全列表里",
    "value": "请求头 {names} 的值不在允许的范围内",
    "media-type": "请求头 {names} 的媒体类型不是表单能发送的三种之一",
    "total-length": "安全列表中的请求头的值总共太长",
    "upload-listener": "监听了 XMLHttpRequest.upload",
    "stream-body": "请求体是 ReadableStream",
}
"""Why a request is preflighted."""

HINTS: Final[Mapping[str, str]] = {
    "two-layers": "有两层都设置了 Access-Control-Allow-Origin：程序和代理，或者两个中间件。只由一层来设置。",
    "no-vary": "响应写明了一个源，却没有 Vary: Origin：缓存可能把它给别的源。"
    "请在这个网址的每个响应里发送 Vary: Origin。",
    "preflight-status": "预检没有得到 CORS 的回答：请让 CORS 先于登录检查、防火墙和路由回答 OPTIONS。",
    "preflight-crash": "服务器在回答预检时出错：原因在它自己的日志里。",
    "crash": "服务器出错了，它的错误页没有 CORS 响应头：CORS 只是表面现象，真正的原因在服务器的日志里。",
    "redirect": "浏览器不跟随预检的重定向：请直接请求它指向的网址，或者先回答 OPTIONS。",
    "redirect-slash": "浏览器不跟随预检的重定向：网址末尾少了斜杠。",
    "redirect-https": "浏览器不跟随预检的重定向：服务器要求 https，请直接请求 https 的网址。",
    "cached-for-another": "缓存给出了为别的源准备的响应。请在每个响应里发送 Vary: Origin，并清空缓存。",
    "method-case": "浏览器不会把这个方法改成大写：请在脚本里写大写。",
    "response-header-sent": "脚本发送了一个响应头：请从脚本里去掉。",
    "two-sites": "网页与接口不属于同一站点：除非 Cookie 设有 SameSite=None; Secure，否则浏览器不会带上它。",
    "space-in-name": "响应头的名称与冒号之间有空格：Chromium 会去掉它，别的浏览器会丢弃这个响应头。",
    "csrf": "CORS 放行了，但服务器的防伪造检查（CSRF）拒绝了请求：请发送它要的令牌，并在那里写明网页的源。",
    "cookie-kept-back": (
        "Cookie 没有设 SameSite=None; Secure：网页与接口不属于同一站点，浏览器既不保存它，也不会带上它。"
    ),
    "trailing-slash": "服务器写的源末尾多了斜杠：去掉斜杠就是网页的源。",
    "missing-scheme": "服务器写的源少了协议：加上协议就是网页的源。",
    "spelling": "服务器写的源与网页的源写法不同，而浏览器逐字母比较。",
    "scheme": "服务器写的源与网页的源协议不同。",
    "port": "服务器写的源与网页的源端口不同。",
    "www": "服务器写的源与网页的源只差“www.”。",
    "loopback-name": "localhost 和 127.0.0.1 是同一台机器，但对浏览器来说是两个源。",
    "log": "程序自己的日志写明了原因。",
    "policy": "策略写明了拒绝的原因。",
}
"""The classics that an exchange gives away."""

PROBLEMS: Final[Mapping[str, str]] = {
    "no-origins": "没有写明信任哪些源。请写出完整的源，例如 https://app.example.com；* 表示所有人。",
    "wildcard-beside-rules": "* 已经包括所有的源，旁边不能再写别的。请只写 *，或者只写各个源。",
    "wildcard-with-credentials": "带凭据又允许所有的源，任何网页都能以访问它的用户的身份行事。"
    "请写明信任的源，或者关闭 supports_credentials。",
    "null-origin": "null 不只属于一个网页：任何沙箱里的网页都可以有它。请写网页真正的源。",
    "null-with-credentials": "null 不能与凭据一起使用：任何网页都能得到它。",
    "insecure-origins": "带凭据时，http 的源可以被网络上的任何人冒充。请改用 https。",
    "public-suffix": "带凭据时，这个模式包括不同的人注册的域名。请写出自己的域名。",
    "origin-empty": "这是空的。请写出完整的源，例如 https://app.example.com。",
    "origin-too-long": "源最长 512 个字符。",
    "list-in-string": "这是写成文本的列表。请直接写各个源，用逗号分隔。",
    "comma-list": "这里有多个源写在一起。请把它们分开写。",
    "looks-like-regex": "这看起来是正则表达式，而文本不会被当作正则表达式。子域名请写成 https://*.example.com。",
    "white-space": "源里不能有空白。",
    "file-origin": "用 file: 打开的网页没有自己的源。请通过本地服务器打开网页。",
    "missing-scheme": "缺少协议。请在前面加上 https://。",
    "scheme-malformed": "协议的写法不对。请写 https:// 或 http://。",
    "scheme-misspelled": "协议拼错了。请写 https:// 或 http://。",
    "upper-case": "浏览器发送的源都是小写。请写小写。",
    "user-info": "源里没有用户名和密码。请去掉它们。",
    "trailing-slash": "浏览器发送的源末尾没有斜杠。请去掉斜杠。",
    "path": "源里没有路径。请只写到主机或端口为止。",
    "query": "源里没有查询。请只写到主机或端口为止。",
    "fragment": "源里没有片段。请只写到主机或端口为止。",
    "unicode-host": "浏览器以 punycode 发送这样的主机名。请写 xn-- 开头的形式。",
    "ip-address": "IP 地址的写法与浏览器发送的不同。",
    "host-missing": "缺少主机。请写完整的源，例如 https://app.example.com。",
    "host-malformed": "主机名的写法不对。",
    "default-port": "浏览器不发送默认端口。请去掉它。",
    "port-malformed": "端口的写法不对。请写 1 到 65535 的数字。",
    "wildcard-place": "* 不能写在这里。请写成 https://*.example.com 或 http://localhost:*。",
    "not-a-token": "这不是合法的名称。",
    "wildcard-beside-names": "* 旁边不能再写名称。请只写 *，或者只写各个名称。",
    "forbidden-method": "浏览器不让任何脚本发送这个方法。请去掉它。",
    "method-case": "方法名区分大小写。请写大写，脚本里也一样。",
    "forbidden-header": "浏览器不让任何脚本设置这个请求头。请去掉它。",
    "response-header": "这是响应头，脚本不会发送它。请去掉它。",
    "request-header": "这是请求头，响应里没有它。请去掉它。",
    "expose-wildcard-with-credentials": "带凭据时 * 不起作用。请写出各个响应头的名称。",
    "not-a-bool": "请写 true 或 false。",
    "max-age": "请写秒数，例如 600。",
    "unknown-risk": "没有这个名称的风险。",
    "unknown-option": "没有这个名称的选项。",
}
"""What is wrong with a policy, and what to write; of the problems that the fields of a page can have."""

DIFFERENCES: Final[Mapping[str, str]] = {
    "safelists_client_hints": "DPR、Downlink、Save-Data、Viewport-Width、Width、Device-Memory、"
    "RTT 和 ECT 的值合法时不需要预检，如同旧版标准；Intervention 也不需要",
    "drops_user_agent": "脚本设置的 User-Agent 被丢弃，没有预检",
    "joins_repeated_headers": "脚本多次设置的同一个请求头，合并成一个值来判断，而不是逐个判断",
    "counts_total": "安全列表中的请求头的值（包括浏览器自己加的 Accept）总共超过 1024 字节时需要预检",
    "refuses_high_bytes": "Accept 或 Content-Type 里有 80 到 FF 的字节时需要预检",
    "refuses_loose_parameters": "Content-Type 里有逗号，或者末尾有空的参数时需要预检",
    "folds_lines": "多次设置的同一个请求头合并成一行发送；"
    "不是列表的请求头（如 Authorization、Content-Type）只取其中一个",
    "repeats_unsafe_names": "同一个请求头设置了几次，Access-Control-Request-Headers 里就写几次",
    "range_limit": "Range 里的位置达到这个数值时需要预检",
    "accepts_loose_range": "Range 可以写成 Bytes=，数字可以写成 +0",
    "rewrites_range": "GET 的 Range 以最短的写法发送",
    "requires_body_for_listener": "只有带请求体时，监听 XMLHttpRequest.upload 才引起预检",
    "streams": "ReadableStream 作为请求体：发送（预检之后）；变成文本 [object ReadableStream]；或者被拒绝",
    "judges_given_type": "带文本的 XMLHttpRequest，按作者写的 Content-Type 判断是否预检，而不是字符集改成 UTF-8 之后的",
    "rewrites_charset": "带文本的 XMLHttpRequest，作者写的 Content-Type 里的字符集改成 UTF-8",
    "rewrites_charset_of_params": "带 URLSearchParams 的 XMLHttpRequest，"
    "作者写的 Content-Type 里的字符集是否改成 UTF-8",
    "guards_body_type": "请求体给 no-cors 请求带来的 Content-Type 也必须在安全列表里",
    "types_absent_body": "GET 或 HEAD 的 XMLHttpRequest 不发送 URLSearchParams，但仍发送它的 Content-Type",
    "sends_values_as_utf8": "请求头的值里 80 到 FF 的字节以 UTF-8 发送",
    "wildcard_covers_authorization": "Access-Control-Allow-Headers: * 包括 Authorization",
    "max_age_limit": "预检的回答最多保留的秒数",
    "keeps_credentials_apart": "对带凭据的请求的回答，不用于不带凭据的请求",
    "keeps_wildcards": "* 随回答一起保留，用于以后的所有请求",
    "kept_wildcard": "保留的 * 用于哪些请求：所有的；不带凭据的；或者只在当初的请求也不带凭据时",
    "kept_wildcard_covers_authorization": "保留的 * 包括 Authorization",
    "clears_after": "何时丢弃为一个网址保留的回答：预检过的请求失败时；任何请求失败时；或者从不",
    "forgets_on_miss": "请求不在保留的范围内时，为这个网址保留的回答立即丢弃",
    "keeps_refusals": "不允许所问的方法或请求头的回答也会保留",
    "zero_age_ends_entries": "Access-Control-Max-Age: 0 的回答使先前保留的失效",
    "conditional_apis": "带 If-Match、If-None-Match 等请求头时，请求的缓存模式是 no-store",
    "requires_method_for_listener": "因监听上传而预检的请求，保留的回答必须写明它的方法，GET、HEAD 和 POST 也不例外",
    "sends_page_origin_in_preflights": "重定向到第三个源之后，预检的 Origin 是网页的源，而不是 null",
    "redirected_names": "重定向之后的预检询问哪些请求头：仍然带着的；或者一开始的全部",
    "repeats_preflights": "预检过一次的请求，每次重定向之后都再预检",
    "redirected_delete": "DELETE 重定向到另一个源之后：不变；或者变成没有请求体的 GET",
    "fonts_without_cors": "字体不经 CORS 请求",
}
"""Where engines differ: the rows that a script of the playground can show; any other is shown in English."""

CONSOLES_SAY_NOTHING: Final = "（这个浏览器的控制台没有自己的说明）"

_ABOVE: Final = (
    "请看控制台（F12）里它上面的一行：“Access to … has been blocked by CORS policy: …”，原因写在那里。请复制那一行。"
)
_CONSOLE: Final = (
    "请从控制台（F12）复制写明原因的那一行：Chromium 是“… has been blocked by CORS policy: …”，Firefox 是"
    "“Cross-Origin Request Blocked: …”（已拦截跨源请求），Safari 是“… due to access control checks”上面的一行。"
)

TRACES: Final[Mapping[str, tuple[str, str]]] = {
    r"net::ERR_FAILED \d{3}": (
        "每当 CORS 不让脚本读取响应，Chromium 就显示这一行：服务器确实作了回答。",
        _ABOVE,
    ),
    r"net::ERR_FAILED|\(failed\)": (
        "Chromium 对每个被 CORS 拦截的请求都这样显示，对某些因别的原因失败的请求也是。",
        _ABOVE + "如果没有那一行，问题就不在 CORS。",
    ),
    r"\bCORS error\b": ("Chromium 的网络面板对每个被 CORS 拦截的请求都这样显示。", _CONSOLE),
    r"due to access control checks": (
        "Safari 在写明原因的那一行下面显示这一行。",
        "请从控制台复制它上面的一行。",
    ),
    r"Failed to load response data": ("对于脚本不能读取的响应，Chromium 的网络面板不保留响应体。", _CONSOLE),
    r"NS_ERROR_DOM_BAD_URI": ("Firefox 这样称呼被 CORS 或网页自己的策略禁止的请求。", _CONSOLE),
    r"Provisional headers are shown": (
        "Chromium 的网络面板只有脚本给出的请求头：请求没有发出、由缓存回答，或者被拦截。这一行本身不是错误。",
        _CONSOLE,
    ),
    r"strict-origin-when-cross-origin": (
        "这是浏览器默认的 Referrer 策略，网络面板对每个请求都会显示。它不是错误，与 CORS 无关。",
        _CONSOLE,
    ),
    r"net::ERR_ABORTED|\(canceled\)|NS_BINDING_ABORTED": (
        "响应还没到，网页就放弃了请求：脚本取消了它，或者离开了网页，例如同时点击了表单或链接。",
        "请查找是什么结束了请求；问题不在 CORS。",
    ),
    r"net::ERR_BLOCKED_BY_CLIENT|\(blocked:other\)|Blocked By Extension": (
        "浏览器的扩展（多半是广告拦截器）拦住了请求。",
        "在这个网页上关闭它，或者给网址换一个不那么可疑的名称；问题不在 CORS。",
    ),
    r"\(blocked:devtools\)|Blocked by DevTools": (
        "开发者工具被设置为拦截这个网址。",
        "在“请求拦截”里去掉那条规则；问题不在 CORS。",
    ),
    r"\(blocked:csp\)|Content[- ]Security[- ]Policy|connect-src": (
        "网页自己的 Content-Security-Policy 禁止了请求；什么也没有发送。",
        "在网页的策略里把接口的源加到 connect-src；任何 CORS 响应头都改变不了它。",
    ),
    (
        r"Failed to fetch|NetworkError when attempting to fetch resource|Load failed|Network Error\b|\bERR_NETWORK\b"
        r"|XMLHttpRequest error|Http failure response for .*: 0 "
    ): ("这是脚本看到的内容，脚本也只能知道这么多。", _CONSOLE),
    r"[Cc]ookie.*SameSite|SameSite.*[Cc]ookie|Set-Cookie.*SameSite|第三方 Cookie|Drittanbieter": (
        (
            "浏览器不保存或不发送这个 Cookie：网页和 API 属于两个站点，而 Cookie 标明 SameSite=Lax 或 Strict，"
            "什么都没有标明，或标明 None 但没有 Secure。"
        ),
        (
            "请通过 https 以 SameSite=None; Secure 设置它；或者让网页和 API 通过同一个代理由同一个站点提供。"
            "任何 CORS 响应头都改变不了它。"
        ),
    ),
}
"""What lines without a reason mean, and what to do; by the words for which `explain` looks."""
