"""The ready scenarios of the playground: their groups, titles and lessons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .text import Text

_GROUPS: Final = {
    "simple": ("Simple requests", "简单请求"),
    "headers": ("Safelisted headers", "安全列表中的请求头"),
    "types": ("Media types", "媒体类型"),
    "methods": ("Preflighted methods", "需要预检的方法"),
    "preflights": ("Other preflights", "其他需要预检的请求"),
    "credentials": ("Credentials", "凭据"),
    "refusals": ("Refusals", "被拒绝的请求"),
    "reading": ("What the script may read", "脚本能读到什么"),
    "elements": ("What a page loads", "页面加载的资源"),
    "remembered": ("Remembered preflights", "缓存的预检结果"),
    "redirects": ("Redirects and crashes", "重定向与崩溃"),
}

_SAFELISTED: Final = ("Accept: application/json", "Accept-Language: de", "Content-Language: de")
_SAFELISTED_TOO: Final = ("Content-Type: text/plain", "Range: bytes=0-99")
_METHODS: Final = ("PUT", "PATCH", "DELETE", "QUERY")

# Of each scenario: its title and its lesson, in English and in Chinese.
_SCENARIOS: Final[dict[str, tuple[str, str, str, str]]] = {
    "get": (
        "A simple GET",
        "简单的 GET",
        (
            "The browser sends it at once, with the page's Origin. The answer allows that origin, so the script "
            "reads it."
        ),
        "浏览器立即发送，并带上网页的 Origin。响应允许这个源，所以脚本可以读取。",
    ),
    "head": (
        "A simple HEAD",
        "简单的 HEAD",
        "As simple as GET; there is no body to read.",
        "和 GET 一样简单，只是没有响应体。",
    ),
    "post": (
        "A simple POST",
        "简单的 POST",
        (
            "Text is sent as text/plain, which a form could send too. No preflight: the server acts on it even if the "
            "script may never read the answer."
        ),
        "文本以 text/plain 发送，表单也能这样发送，因此没有预检：即使脚本读不到响应，服务器也已经处理了请求。",
    ),
    "everybody": (
        "An API for everybody",
        "对所有人开放的接口",
        "The answer says * and is the same for all, so there is no Vary: one copy in a cache serves everybody.",
        "响应写的是 *，对所有人都一样，因此没有 Vary：缓存里的一份可以给所有人用。",
    ),
    **{
        f"header-{text.partition(':')[0].lower()}": (
            text,
            text,
            (
                f"{text.partition(':')[0]} is one of the headers that forms and elements could always send, so "
                "it needs no preflight."
            ),
            f"{text.partition(':')[0]} 是网页的表单和元素一直都能发送的请求头，因此不需要预检。",
        )
        for text in (*_SAFELISTED, *_SAFELISTED_TOO)
    },
    "type-text": (
        "POST text/plain",
        "POST text/plain",
        "One of the three media types that forms can send: no preflight.",
        "表单能发送的三种媒体类型之一：没有预检。",
    ),
    "type-params": (
        "POST application/x-www-form-urlencoded",
        "POST application/x-www-form-urlencoded",
        "What a form sends by default; URLSearchParams sets this type. No preflight.",
        "表单默认发送的类型；URLSearchParams 会自动设置它。没有预检。",
    ),
    "type-form": (
        "POST multipart/form-data",
        "POST multipart/form-data",
        "What a form with a file sends; FormData sets this type. No preflight.",
        "带文件的表单发送的类型；FormData 会自动设置它。没有预检。",
    ),
    "type-json": (
        "POST application/json",
        "POST application/json",
        "A form cannot send JSON, so the header Content-Type alone causes a preflight.",
        "表单发不出 JSON，因此单凭 Content-Type 这个请求头就要预检。",
    ),
    **{
        f"method-{method.lower()}": (
            f"A script sends {method}",
            f"脚本发送 {method}",
            (
                f"{method} is not GET, HEAD or POST: the browser first asks the server whether it allows the method. "
                "That question is the preflight."
            ),
            f"{method} 不是 GET、HEAD 或 POST：浏览器先询问服务器是否允许这个方法，这一问就是预检。",
        )
        for method in _METHODS
    },
    "patch-in-lower-case": (
        "A script sends patch",
        "脚本发送小写的 patch",
        "Browsers change get, put and a few more to upper case, but not patch or query. The server allows PATCH only.",
        "浏览器会把 get、put 等改成大写，但不会改 patch 和 query；服务器只允许 PATCH。",
    ),
    "custom-header": (
        "A custom header",
        "自定义请求头",
        "X-Token is not safelisted: the preflight asks for it by name.",
        "X-Token 不在安全列表里：预检会按名称询问它。",
    ),
    "authorization": (
        "A bearer token",
        "Bearer 令牌",
        "Authorization needs a preflight as well, and its name in the answer: * alone does not cover it.",
        "Authorization 也要预检，而且响应里必须写出它的名称：只写 * 不包括它。",
    ),
    "upload-listener": (
        "A progress bar for an upload",
        "上传进度条",
        (
            "A listener on XMLHttpRequest.upload could find out whether the server accepts the body, so it forces a "
            "preflight even for a simple POST."
        ),
        (
            "监听 XMLHttpRequest.upload（XMLHttpRequestUpload）可以得知服务器是否接收请求体，"
            "因此本来不需要预检的请求也要预检。"
        ),
    ),
    "stream": (
        "A stream as the body",
        "以流作为请求体",
        (
            "A ReadableStream forces a preflight, and needs HTTP/2, which this demo does not speak. Browsers do three "
            "different things here: see what yours does."
        ),
        (
            "ReadableStream 会引起预检，并且需要 HTTP/2，而这个演示只支持 HTTP/1.1。"
            "各浏览器有三种不同的做法：看看你的浏览器怎么做。"
        ),
    ),
    "credentials": (
        "With a cookie, and allowed",
        "带 Cookie，并且允许",
        (
            "credentials: 'include' sends the cookie. The answer must name the origin, and say that credentials "
            "are supported."
        ),
        "credentials: 'include' 会带上 Cookie。响应必须写明网页的源，并表明支持凭据。",
    ),
    "credentials-preflighted": (
        "With a cookie, and preflighted",
        "带 Cookie，并且有预检",
        "The preflight itself never carries the cookie; its answer must support credentials, and so must the other.",
        "预检本身从不带 Cookie；预检响应必须表明支持凭据，实际请求的响应也一样。",
    ),
    "credentials-refused": (
        "With a cookie, and not allowed",
        "带 Cookie，但不允许",
        (
            "The request is sent with the cookie, and the app runs; but without Access-Control-Allow-Credentials the "
            "script may not read the answer."
        ),
        "请求带着 Cookie 发出，应用也运行了；但没有 Access-Control-Allow-Credentials，脚本不能读取响应。",
    ),
    "credentials-for-everybody": (
        "With a cookie, where everybody may read",
        "带 Cookie，而接口对所有人开放",
        "With credentials, browsers do not accept * as the answer.",
        "带凭据时，浏览器不接受 *。",
    ),
    "no-credentials": (
        "Without a cookie",
        "不带 Cookie",
        "Without credentials: 'include' a request to another origin has no cookie.",
        "没有 credentials: 'include'，发往别的源的请求就不带 Cookie。",
    ),
    "no-cors-at-all": (
        "A server without CORS",
        "没有配置 CORS 的服务器",
        "The app runs and answers, and the browser keeps the answer to itself: this is how every server starts out.",
        "应用运行并返回响应，但浏览器不把它交给脚本：每个服务器一开始都是这样。",
    ),
    "refused-origin": (
        "A refused origin",
        "被拒绝的源",
        (
            "The policy names another origin. A simple request is still sent, and the app runs; only the answer "
            "is kept from the script."
        ),
        "策略写的是另一个源。简单请求照样发出，应用也照样运行，只是脚本读不到响应。",
    ),
    "refused-origin-preflighted": (
        "A refused origin, preflighted",
        "被拒绝的源（有预检）",
        "The preflight is refused, so the request itself is never sent.",
        "预检被拒绝，实际请求不会发出。",
    ),
    "refused-method": (
        "A refused method",
        "被拒绝的方法",
        "The answer to the preflight does not name DELETE.",
        "预检响应里没有 DELETE。",
    ),
    "refused-header": (
        "A refused header",
        "被拒绝的请求头",
        "The answer to the preflight does not name X-Other.",
        "预检响应里没有 X-Other。",
    ),
    "no-cors-mode": (
        "mode: 'no-cors'",
        "mode: 'no-cors'",
        "It silences the console, and no more: the script gets an opaque response with nothing in it.",
        "它只是让控制台不再报错：脚本得到的是不透明（opaque）的响应，里面什么也没有。",
    ),
    "headers-hidden": (
        "Headers that stay hidden",
        "脚本看不到的响应头",
        "The answer has an ETag and an X-Total-Count, but a script sees only the safelisted response headers.",
        "响应带有 ETag 和 X-Total-Count，但脚本只能看到安全列表中的响应头。",
    ),
    "headers-exposed": (
        "Headers that are exposed",
        "公开给脚本的响应头",
        "Access-Control-Expose-Headers shows the script two more headers.",
        "Access-Control-Expose-Headers 让脚本多看到两个响应头。",
    ),
    "not-found": (
        "An error, readable",
        "可以读取的错误",
        "Errors are shared like any other answer: the script reads the 404.",
        "错误响应与其他响应一样带有 CORS 响应头：脚本可以读到 404。",
    ),
    "picture-on-canvas": (
        "A picture on a canvas, without CORS",
        "画布上的图片（没有 CORS）",
        (
            "Pictures load from anywhere, without asking. But once one of another origin is drawn on a canvas, "
            "no script may read the canvas: it is tainted."
        ),
        "图片可以从任何地方加载，不必询问。但别的源的图片一旦画到画布上，脚本就不能再读取画布：画布被“污染”了。",
    ),
    "picture-with-cors": (
        "A picture on a canvas, with crossorigin",
        "画布上的图片（带 crossorigin）",
        (
            "The attribute crossorigin makes it a CORS request. The answer allows the page, so scripts "
            "may read the canvas."
        ),
        "crossorigin 属性使它成为 CORS 请求。响应允许本页的源，所以脚本可以读取画布。",
    ),
    "picture-refused": (
        "A picture with crossorigin, refused",
        "带 crossorigin 的图片，被拒绝",
        "With crossorigin, the server must allow the page. This one does not, so the picture is not even shown.",
        "带了 crossorigin，就必须得到服务器的允许。这里没有得到允许，图片根本不会显示。",
    ),
    "style": (
        "A style sheet",
        "样式表",
        "Style sheets load from anywhere and apply, but scripts cannot read the rules of another origin's.",
        "样式表可以从任何地方加载并生效，但脚本不能读取别的源的样式规则。",
    ),
    "font": (
        "A font",
        "字体",
        "Fonts always need CORS, without any attribute. The answer allows the page, so the font is used.",
        "字体总是需要 CORS，不需要任何属性。响应允许本页的源，所以字体可以使用。",
    ),
    "font-refused": (
        "A font, from a server without CORS",
        "字体（服务器没有配置 CORS）",
        "Nothing in the answer allows the page, so the text appears in another font.",
        "响应没有允许本页的源，文字只能用别的字体显示。",
    ),
    "module": (
        "A module script",
        "模块脚本",
        'A script with type="module" always needs CORS; a classic script does not.',
        'type="module" 的脚本总是需要 CORS；传统脚本不需要。',
    ),
    "module-refused": (
        "A module script, from a server without CORS",
        "模块脚本（服务器没有配置 CORS）",
        "Nothing in the answer allows the page, so the module never runs.",
        "响应没有允许本页的源，模块不会运行。",
    ),
    "preflight-kept": (
        "The same PUT twice",
        "同一个 PUT 发送两次",
        "The browser keeps the answer to the preflight for max_age seconds: the second PUT is sent at once.",
        "浏览器把预检结果缓存 max_age 秒：第二个 PUT 立即发送。",
    ),
    "preflight-not-kept": (
        "The same PUT twice, with max_age 0",
        "同一个 PUT 发送两次，max_age 为 0",
        "The answer must not be kept, so each PUT is preflighted: every call takes two round trips.",
        "预检结果不能缓存，每个 PUT 都要预检：每次调用都要往返两次。",
    ),
    "redirect": (
        "A redirect",
        "重定向",
        "A simple request is redirected within the API: every answer on the way needs the CORS headers.",
        "简单请求在接口内重定向：途中的每个响应都需要 CORS 响应头。",
    ),
    "redirect-preflighted": (
        "A redirect of a preflighted request",
        "预检请求的重定向",
        "After a redirect the request is checked again, with another preflight for the new URL.",
        "重定向之后要重新检查，对新的网址再预检一次。",
    ),
    "redirect-away": (
        "A redirect to a third origin",
        "重定向到第三个源",
        "From one foreign origin to another the Origin becomes null, which a policy that names origins does not allow.",
        "从接口的源再重定向到第三个源，Origin 会变成 null，而写明了源的策略不允许 null。",
    ),
    "crash": (
        "A crash, hidden by CORS",
        "被 CORS 掩盖的崩溃",
        (
            "The app crashes, and the server's own error page has no CORS headers. The console blames CORS; the cause "
            "is in the server's log."
        ),
        "应用崩溃，服务器自己的错误页没有 CORS 响应头。控制台报的是 CORS 错误，真正的原因在服务器的日志里。",
    ),
    "error": (
        "A crash, readable",
        "可以读取的崩溃",
        "The app catches its own crash and makes the error page: CORS shares it, and the script sees the 500.",
        "应用捕获了自己的异常并生成错误页：它照样带有 CORS 响应头，脚本可以看到 500。",
    ),
}

_TRIES: Final = {
    "get": (
        "Try it: change origins to https://app.example.com and press Run.",
        "试一试：把 origins 改成 https://app.example.com，再按“运行”。",
    ),
    "credentials": (
        "Try it: clear supports_credentials and press Run.",
        "试一试：取消 supports_credentials，再按“运行”。",
    ),
    "refused-origin": (
        "Try it: write this page's own origin into origins.",
        "试一试：把 origins 改成本页的源。",
    ),
    "picture-on-canvas": (
        "Try it: under More, set crossorigin to anonymous and press Run.",
        "试一试：在“更多”里把 crossorigin 设为 anonymous，再按“运行”。",
    ),
}
"""What to try next, for the steps that a beginner starts with."""

SCENARIOS: Final[Mapping[str, Text]] = {
    **{f"group.{name}": Text(*texts) for name, texts in _GROUPS.items()},
    **{f"scenario.{name}.title": Text(texts[0], texts[1]) for name, texts in _SCENARIOS.items()},
    **{f"scenario.{name}.lesson": Text(texts[2], texts[3]) for name, texts in _SCENARIOS.items()},
    **{f"scenario.{name}.try": Text(*texts) for name, texts in _TRIES.items()},
}
