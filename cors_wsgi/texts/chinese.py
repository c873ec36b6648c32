"""The Chinese of what the code itself writes in English, by the names of its closed sets; braces stand for facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_LIST_THE_ORIGIN: Final = (
    "让服务器在这个网址的每个响应（包括错误和重定向）里都返回 Access-Control-Allow-Origin: {origin}，并带上 "
    "Vary: Origin。"
)
_NO_LNA: Final = "任何响应头都不起作用。请通过 https 提供网页，并让用户授权访问本地网络。"
_COMMAS: Final = "名称之间用逗号分隔。只要有一个名称不合法，整个预检就会失败。"

REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "missing-acao": (
        "响应没有 Access-Control-Allow-Origin 头。",
        _LIST_THE_ORIGIN + "如果请求根本没有到达应用，说明是代理或错误页代替它返回了响应。",
    ),
    "acao-mismatch": (
        "Access-Control-Allow-Origin 是 {value}，与网页的源 {origin} 不完全相同。",
        _LIST_THE_ORIGIN + "协议、主机和端口都必须一致，末尾没有斜杠；如果是缓存返回了给另一个源的响应，"
        "那是因为响应缺少 Vary: Origin。",
    ),
    "acao-multiple": (
        "Access-Control-Allow-Origin 有多个值（{value}），而它只能是一个源，或者 *。",
        "只让一层设置这个响应头：要么是应用，要么是它前面的代理，不能两边都设。",
    ),
    "acao-invalid": (
        "Access-Control-Allow-Origin 是“{value}”，这不是一个源。",
        "写出带协议的完整的源，例如 https://app.example.com，后面不带路径，末尾不带斜杠。",
    ),
    "wildcard-with-credentials": (
        "Access-Control-Allow-Origin 是 *，但请求的凭据模式是 include。",
        "在服务器上逐个写明允许的源，并启用凭据支持；或者不带凭据发送请求。",
    ),
    "credentials-not-true": (
        "凭据模式是 include，但 Access-Control-Allow-Credentials 是“{value}”，而不是 true。",
        "在服务器上启用凭据支持，或者不带凭据发送请求。只有小写的 true 才有效。",
    ),
    "redirect-null-origin": (
        "请求被重定向到另一个源之后，它的 Origin 变成了 null，而响应不允许 null。",
        "直接请求最终的网址，或者只在同一个源内重定向。不要允许 null：任何沙箱（sandbox）网页的源都是 null。",
    ),
    "preflight-status": (
        "预检响应的状态码是 {status}，不在 200 到 299 之间。",
        "在路由、登录检查和限流之前就以 204 响应 OPTIONS；预检不带 Cookie。",
    ),
    "preflight-redirect": (
        "预检响应是重定向（状态码 {status}，指向 {location}），而浏览器不跟随预检的重定向。",
        "直接请求它指向的网址（注意末尾的斜杠和 https），或者在重定向之前先响应 OPTIONS。",
    ),
    "method-not-allowed": (
        "预检响应不允许方法 {method}：Access-Control-Allow-Methods 是“{value}”。",
        "把 {method} 加到服务器允许的方法里。方法名区分大小写；带凭据时，* 不再表示“全部”。",
    ),
    "header-not-allowed": (
        "预检响应不允许请求头 {header}：Access-Control-Allow-Headers 是“{value}”。",
        "把 {header} 加到服务器允许的请求头里。带凭据时，* 不再表示“全部”。",
    ),
    "allow-methods-unparsable": (
        "Access-Control-Allow-Methods 是“{value}”，这不是方法的列表。",
        _COMMAS,
    ),
    "allow-headers-unparsable": (
        "Access-Control-Allow-Headers 是“{value}”，这不是请求头名称的列表。",
        _COMMAS,
    ),
    "authorization-under-wildcard": (
        (
            "Access-Control-Allow-Headers 是“{value}”，而按照标准，* 不包括 Authorization。"
            "目前的浏览器仍会放行，有的会给出警告。"
        ),
        "写出它的名称：Access-Control-Allow-Headers: *, Authorization。",
    ),
    "redirect-with-credentials": (
        "重定向指向 {location}，其中含有用户名或密码。",
        "从 Location 里去掉用户名和密码。",
    ),
    "not-http": (
        "网址 {location} 既不是 http 也不是 https。",
        "通过 https 提供这个资源；CORS 是 HTTP 的一部分。",
    ),
    "disallowed-by-mode": (
        "请求的模式是 same-origin，而 {url} 与 {origin} 不同源。",
        "改用 cors 模式；在此之前，服务器返回什么响应头都不起作用。",
    ),
    "opaque-no-cors-response": (
        "请求的模式是 no-cors：请求已经发出，但任何脚本都读不到响应（类型是 opaque）。",
        "改用 cors 模式，并让服务器允许源 {origin}。",
    ),
    "header-not-exposed": (
        "响应带有 {header} 头，但脚本读不到它：Access-Control-Expose-Headers 里没有它的名称。",
        "把 {header} 加到服务器公开给脚本的响应头里。",
    ),
    "corp-blocked": (
        "no-cors 请求的响应带有 Cross-Origin-Resource-Policy: {value}。",
        "返回 Cross-Origin-Resource-Policy: cross-origin，或者改用 cors 模式。",
    ),
    "wrong-type": (
        "响应的类型是“{value}”，与网页要加载的资源不符，不能使用。",
        (
            "返回与内容相符的 Content-Type，例如 text/css、text/javascript、image/png。有 "
            "X-Content-Type-Options: nosniff 时，类型必须相符。"
        ),
    ),
    "bad-status": (
        "响应的状态码是 {status}，网页不使用它。",
        "让服务器返回 200；请检查网址和服务器的日志。",
    ),
    "integrity-needs-cors": (
        "网页要校验另一个源的响应的完整性（integrity），但它没有读取这个响应的权限。",
        "在 integrity 旁边加上 crossorigin，并让服务器返回 Access-Control-Allow-Origin: {origin}（或者 *）。",
    ),
    "integrity-mismatch": (
        "响应体的哈希值是 {algorithm}-{computed}，与网页要求的（{value}）都不相符。",
        "改成服务器目前返回的内容的哈希值，或者让服务器返回与哈希值相符的内容。",
    ),
    "lna-denied": ("浏览器询问用户是否允许访问本地网络，但没有得到允许。", _NO_LNA),
    "lna-insecure-context": ("网页不是通过 https 提供的，却请求了更私有的网络里的资源。", _NO_LNA),
    "lna-wrong-space": (
        "脚本声明的地址空间与服务器实际所在的不同。",
        "修改脚本里的 targetAddressSpace。任何响应头都不起作用。",
    ),
    "legacy-pna": (
        "旧版 Chromium 要求 Access-Control-Allow-Private-Network，这个响应头后来已被撤销。",
        "请更新浏览器；不要发送这个响应头。",
    ),
    "network-failure": (
        "没有收到响应：{value}。",
        "检查服务器是否在运行，以及证书、主机名和端口是否正确。问题不在 CORS。",
    ),
    "mixed-content": ("网页 {origin} 是安全的，而 {url} 不是；请求没有发出。", "通过 https 提供 {url}。"),
    "bad-port": ("浏览器从不连接 {url} 的端口；请求没有发出。", "换一个端口。"),
    "bad-redirect": ("无法跟随重定向：{value}。", "修改 Location，或者修改脚本请求的网址。"),
    "stream-needs-http2": (
        "请求体是流，而服务器只支持 HTTP/1.1；浏览器只通过 HTTP/2 及更高版本发送流。",
        "让服务器支持 HTTP/2，或者让脚本先读完流再发送。",
    ),
    "forbidden-method": ("任何脚本都不能使用方法 {method}。", "换一个方法；这不是服务器能解决的。"),
    "invalid-method": ("{method} 不是合法的方法名。", "使用合法的方法名，例如 PUT。"),
    "invalid-header": (
        "“{header}: {value}”不是合法的请求头。",
        "名称只能是合法的记号（token）；值里不能有换行、NUL 和 U+00FF 以上的字符。",
    ),
    "invalid-request": ("浏览器拒绝了脚本的请求：{value}。", "修改脚本。"),
    "not-modelled": ("这个浏览器模型不支持{value}。", "请在真正的浏览器里试。"),
}
"""Of each reason for which a fetch fails: what happened, and what to change."""

MISSING: Final[Mapping[str, str]] = {
    "credentials-not-true": "凭据模式是 include，但响应没有 Access-Control-Allow-Credentials 头。",
    "method-not-allowed": "预检响应不允许方法 {method}：它没有 Access-Control-Allow-Methods 头。",
    "header-not-allowed": "预检响应不允许请求头 {header}：它没有 Access-Control-Allow-Headers 头。",
}
"""What happened where the header that the reason is about is missing."""

VALUES: Final[Mapping[str, str]] = {
    r"a no-cors request cannot have the method (.*)": r"no-cors 请求不能使用方法 \1",
    r"a no-cors request cannot have a stream as the body": "no-cors 请求的请求体不能是流",
    r"a (\w+) request cannot have a body": r"\1 请求不能有请求体",
    r"this engine sends no streams": "这个浏览器不支持发送流",
    r"the body is a stream, which cannot be sent twice": "请求体是流，不能发送两次",
}
"""The Chinese of the `value` of a failed request, by a pattern for the English; of the scripts of the playground."""

ONE_NAME: Final = (
    "请通过 {renamed} 打开网页：localhost 和 127.0.0.1 是同一台机器的两个名称，但对浏览器来说是两个源、两个站点，"
    "即使 CORS 允许，也不会带上 Cookie。如果网页的地址不能改："
)
"""For a page that was opened under another name of this machine than the server or its policy uses."""

POLICY_REMEDIES: Final[Mapping[str, str]] = {
    "missing-acao": "在 origins 里加上 {origin!r}",
    "acao-mismatch": "在 origins 里加上 {origin!r}",
    "acao-invalid": "设置 origins=[{origin!r}]",
    "acao-multiple": "用 CORSMiddleware 包住整个应用，并让代理不再添加这个响应头",
    "wildcard-with-credentials": "设置 origins=[{origin!r}], supports_credentials=True",
    "credentials-not-true": "设置 supports_credentials=True",
    "preflight-status": "用 CORSMiddleware 包住应用：预检由它响应，不会进入里面的任何一层",
    "preflight-redirect": "用 CORSMiddleware 包住发出重定向的那一层：预检由它先响应",
    "method-not-allowed": "在 methods 里加上 {method!r}",
    "header-not-allowed": "在 allow_headers 里加上 {header!r}",
    "allow-methods-unparsable": "把 methods 写成列表，例如 ['GET', 'PUT']",
    "allow-headers-unparsable": "把 allow_headers 写成列表，例如 ['Content-Type']",
    "authorization-under-wildcard": "让 allow_headers 保持 '*'（其中包括 Authorization），或者写上它的名称",
    "header-not-exposed": "在 expose_headers 里加上这个响应头的名称",
}
"""What to change in a policy of this library."""

CAUSES: Final[Mapping[str, str]] = {
    "method": "方法 {method} 不是 GET、HEAD 或 POST",
    "header": "请求头 {names} 不在安全列表里",
    "value": "请求头 {names} 的值不在允许的范围内",
    "media-type": "请求头 {names} 的媒体类型不是表单能发送的三种之一",
    "total-length": "安全列表中的请求头，值的总长度超出了限制",
    "upload-listener": "在 XMLHttpRequest.upload 上注册了事件监听器",
    "stream-body": "请求体是 ReadableStream",
}
"""Why a request is preflighted."""

HINTS: Final[Mapping[str, str]] = {
    "two-layers": "有两层都设置了 Access-Control-Allow-Origin：应用和代理，或者两个中间件。只能由其中一层设置。",
    "no-vary": "响应写明了一个源，却没有 Vary: Origin：缓存可能把它返回给别的源。"
    "请在这个网址的每个响应里返回 Vary: Origin。",
    "preflight-status": "预检没有得到 CORS 响应：请让 CORS 层先于登录检查、防火墙和路由响应 OPTIONS。",
    "preflight-crash": "服务器在处理预检时出错，原因在它的日志里。",
    "crash": "服务器出错了，而错误页没有 CORS 响应头：CORS 报错只是表面现象，真正的原因在服务器的日志里。",
    "redirect": "浏览器不跟随预检的重定向：请直接请求它指向的网址，或者先响应 OPTIONS。",
    "redirect-slash": "浏览器不跟随预检的重定向：网址末尾少了斜杠。",
    "redirect-https": "浏览器不跟随预检的重定向：服务器要求 https，请直接请求 https 的网址。",
    "cached-for-another": "缓存返回了给另一个源的响应。请在每个响应里返回 Vary: Origin，并清空缓存。",
    "method-case": "浏览器不会把这个方法转成大写：请在脚本里写大写。",
    "response-header-sent": "脚本把一个响应头当作请求头发送：请从脚本里去掉。",
    "two-sites": "网页与接口不属于同一站点：除非 Cookie 设有 SameSite=None; Secure，否则浏览器不会带上它。",
    "space-in-name": "响应头的名称与冒号之间有空格：Chromium 会去掉空格，别的浏览器会丢弃这个响应头。",
    "csrf": "CORS 已放行，但服务器的跨站请求伪造（CSRF）检查拒绝了请求：请带上它要求的令牌，并在那里写明网页的源。",
    "cookie-kept-back": (
        "Cookie 没有设 SameSite=None; Secure：网页与接口不属于同一站点，浏览器既不保存它，也不会带上它。"
    ),
    "trailing-slash": "服务器返回的源末尾多了斜杠：去掉斜杠就是网页的源。",
    "missing-scheme": "服务器返回的源缺少协议：加上协议就是网页的源。",
    "spelling": "服务器返回的源与网页的源写法不同，而浏览器要求完全相同。",
    "scheme": "服务器返回的源与网页的源协议不同。",
    "port": "服务器返回的源与网页的源端口不同。",
    "www": "服务器返回的源与网页的源只差“www.”。",
    "loopback-name": "localhost 和 127.0.0.1 是同一台机器，但对浏览器来说是两个源。",
    "log": "应用自己的日志写明了原因。",
    "policy": "策略写明了拒绝的原因。",
}
"""The classics that an exchange gives away."""

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
        "只要 CORS 不允许脚本读取响应，Chromium 就会显示这一行：服务器其实返回了响应。",
        _ABOVE,
    ),
    r"net::ERR_FAILED|\(failed\)": (
        "每个被 CORS 拦截的请求，Chromium 都这样显示；因其他原因失败的请求，有的也这样显示。",
        _ABOVE + "如果没有那一行，问题就不在 CORS。",
    ),
    r"\bCORS error\b": ("每个被 CORS 拦截的请求，Chromium 的网络面板都这样显示。", _CONSOLE),
    r"due to access control checks": (
        "Safari 在写明原因的那一行下面显示这一行。",
        "请从控制台复制它上面的一行。",
    ),
    r"Failed to load response data": ("脚本不能读取的响应，Chromium 的网络面板不保留响应体。", _CONSOLE),
    r"NS_ERROR_DOM_BAD_URI": ("请求被 CORS 或网页自己的策略禁止时，Firefox 会这样显示。", _CONSOLE),
    r"Provisional headers are shown": (
        "Chromium 的网络面板里只有脚本设置的请求头：请求没有发出、由缓存响应，或者被拦截。这一行本身不是错误。",
        _CONSOLE,
    ),
    r"strict-origin-when-cross-origin": (
        "这是浏览器默认的 Referrer 策略，每个请求在网络面板里都有。它不是错误，与 CORS 无关。",
        _CONSOLE,
    ),
    r"net::ERR_ABORTED|\(canceled\)|NS_BINDING_ABORTED": (
        "还没收到响应，网页就放弃了请求：脚本取消了它，或者用户离开了网页，例如同时提交了表单或点击了链接。",
        "请查找是什么中断了请求；问题不在 CORS。",
    ),
    r"net::ERR_BLOCKED_BY_CLIENT|\(blocked:other\)|Blocked By Extension": (
        "浏览器扩展（多半是广告拦截插件）拦截了请求。",
        "请在这个网页上停用它，或者换一个不会被误判的网址；问题不在 CORS。",
    ),
    r"\(blocked:devtools\)|Blocked by DevTools": (
        "开发者工具被设置为拦截这个网址。",
        "请在“请求屏蔽”（Request blocking）里去掉那条规则；问题不在 CORS。",
    ),
    r"[Tt]ainted canvas|tainted by cross-origin data": (
        ("网页在 canvas 上画了另一个源的图片，而图片不是用 CORS 加载的：脚本不能读取这样的 canvas。"),
        ('请用 crossorigin="anonymous" 加载图片，并让它的服务器返回 Access-Control-Allow-Origin。'),
    ),
    r"credentials mode does not match|preload.*crossorigin": (
        ("预加载和使用它的请求模式不同，所以浏览器没有使用预加载。"),
        ("请给两者写上相同的 crossorigin 属性；字体总是带着它请求，即使来自网页自己的源。"),
    ),
    r"\bWebSocket (?:connection|handshake)\b(?!.*net::)|\bwss?://(?!.*net::)": (
        ("CORS 不管 WebSocket：任何 CORS 响应头对它都没有作用。是服务器或它前面的代理拒绝或中断了握手。"),
        (
            "请检查服务器是否接受这个网页的 Origin（许多库有自己的列表）、代理是否转发 Upgrade 和 Conne"
            "ction，以及 https 的网页是否用 wss://。"
        ),
    ),
    r"strict MIME type checking|disallowed MIME type|MIME type \(.*\) mismatch|non CSS MIME types": (
        ("服务器返回的类型不是所请求的脚本或样式表，常常是错误页或登录页的 HTML。"),
        ("请在标签页里打开这个网址，改正路径或服务器的 Content-Type；问题不在 CORS。"),
    ),
    r"EventSource's response has a MIME type|can't establish a connection to the server at": (
        ("服务器返回的不是事件流。"),
        ("请让它以状态 200 和 Content-Type: text/event-stream 响应；错误页两者都没有。"),
    ),
    r"in a frame because|X-Frame-Options|frame-ancestors": (
        ("框架里的网页说明了谁可以嵌入它，而这个网页不在其中。这与 CORS 无关。"),
        (
            "如果它是你的，请在它的 Content-Security-Policy 的 frame-ancestors 里写"
            "上这个网页的源，并去掉 X-Frame-Options。"
        ),
    ),
    r"cross-origin frame|Permission denied to access property|'postMessage' on": (
        ("脚本不能访问另一个源的窗口或框架，消息也只会送到它所指定的源。这与 CORS 无关。"),
        ("请在两个网页里用 postMessage 发送消息，各自写上对方准确的源。"),
    ),
    r"\bScript error\.?(?: *\(?:0\)?)?$": (
        ("另一个源的脚本出错了；因为它不是用 CORS 加载的，浏览器不显示发生了什么。"),
        ('请用 crossorigin="anonymous" 加载那个脚本，并让它的服务器返回 Access-Control-Allow-Origin。'),
    ),
    r"TypeError: fetch failed|\bECONNREFUSED\b|\bENOTFOUND\b|\bUND_ERR_\w+": (
        ("这是 Node.js 说的，不是浏览器：它没有 CORS。"),
        ("请看错误的 cause，其中写明了哪个地址或证书有问题。"),
    ),
    r"redirected response was used for a request whose redirect mode": (
        ("Service worker 用一个经过重定向的响应回答了导航，而浏览器拒绝这样做。"),
        ("请让它返回 Response.redirect(response.url)，或者把导航留给浏览器。"),
    ),
    r"\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \S+ [45]\d\d(?: |$)": (
        ("Chromium 对每个失败的响应都这样显示状态：服务器确实作了回答，有问题的是状态，除非另有一行提到 CORS。"),
        (_ABOVE),
    ),
    r"\(blocked:csp\)|Content[- ]Security[- ]Policy|connect-src": (
        "网页自己的 Content-Security-Policy 禁止了请求；请求没有发出。",
        "请在网页的策略里把接口的源加到这一行所说的指令里，例如 connect-src；设置 CORS 响应头不起作用。",
    ),
    r"Loading failed for the <script>": (
        "只要脚本没有加载成功，无论什么原因，Firefox 都会显示这一行。",
        (
            "请在网络面板（F12）里查看这个脚本：如果状态码是 404 之类，那就是原因。如果上面有一行以"
            "“Cross-Origin Request Blocked”（已拦截跨源请求）开头，原因写在那里：请复制那一行。"
        ),
    ),
    (
        r"Failed to fetch|NetworkError when attempting to fetch resource|Load failed|Network Error\b|\bERR_NETWORK\b"
        r"|XMLHttpRequest error|Http failure response for .*: 0 "
    ): ("这是脚本看到的全部内容，脚本只能知道这么多。", _CONSOLE),
    r"[Cc]ookie.*SameSite|SameSite.*[Cc]ookie|Set-Cookie.*SameSite|第三方 Cookie|Drittanbieter": (
        (
            "浏览器不保存或不发送这个 Cookie：网页和接口不属于同一站点，而 Cookie 设了 SameSite=Lax 或 Strict，"
            "没有设 SameSite，或者设了 None 但没有 Secure。"
        ),
        (
            "请通过 https 设置它，并加上 SameSite=None; Secure；或者用同一个代理，让网页和接口属于同一站点。"
            "设置 CORS 响应头不起作用。"
        ),
    ),
}
"""What lines without a reason mean, and what to do; by the words for which `explain` looks."""
