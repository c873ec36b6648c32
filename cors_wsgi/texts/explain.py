"""The texts of `cors-wsgi explain`, besides those of the reasons themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .text import Text

EXPLAIN: Final[Mapping[str, Text]] = {
    "explain.happened": Text("What happened", "发生了什么"),
    "explain.do": Text("What to do", "怎么办"),
    "explain.policy": Text("With cors-wsgi", "使用 cors-wsgi 时"),
    "explain.mind": Text("Note", "注意"),
    "explain.or": Text("Or", "或者"),
    "explain.is": Text("What it is", "这是什么"),
    "explain.no_text": Text(
        "there is no text. Copy it from the browser's console (F12).", "没有给出文字。请从浏览器的控制台（F12）复制。"
    ),
    "explain.unknown": Text(
        "This text is not a known message of a console. Copy the whole line from the browser's console (F12); its "
        "wording depends on the browser's version and language.",
        "没有认出这段文字。请从浏览器的控制台（F12）复制完整的一行；各浏览器的文字随版本和语言而不同。",
    ),
    "explain.nearest": Text("The closest known message: {line}", "最接近的一行是：{line}"),
    "explain.not_yours": Text(
        "{host} is not your server: ask its owner to allow your page's origin, or call it from your own server, which "
        "no browser restricts. The rest is for its owner. ",
        "{host} 不是你的服务器：请向它的所有者申请，允许你的网页的源访问；或者从你自己的服务器调用它，"
        "服务器之间不受浏览器限制。以下内容写给它的所有者。",
    ),
    "explain.redirect": Text(
        "{first} redirects to {last}, and the line is about the answer from there.",
        "{first} 重定向到了 {last}，这一行说的是后者的响应。",
    ),
    "explain.redirect_login": Text(
        "That is a login page: the session has expired, or its cookie was not sent. Log in again, and let the API at "
        "{first} answer 401 instead of redirecting. No header on the login page helps.",
        "那是登录页：会话已过期，或者会话的 Cookie 没有一起发送。请重新登录，"
        "并让 {first} 上的接口返回 401，而不是重定向。给登录页设置响应头不起作用。",
    ),
    "explain.redirect_here": Text(
        "Fetch {last} directly, or let {first} answer without a redirect.",
        "请直接请求 {last}；或者让 {first} 自己返回响应，不再重定向。",
    ),
    "explain.redirect_elsewhere": Text(
        "Find out why {first} redirects. If {last} is what you want, fetch it directly; that server must then allow "
        "the page's origin.",
        "请查明 {first} 为什么重定向。如果要请求的就是 {last}，请直接请求它，并让那台服务器允许网页的源。",
    ),
    "explain.not_cors": Text(
        "This is not a CORS problem: no CORS header helps.", "这与 CORS 无关：设置 CORS 响应头不起作用。"
    ),
    "explain.second_line": Text(
        "Firefox also prints this line below another one, “Cross-Origin Request Blocked: … (Reason: …)”. If there is "
        "one, it says why: copy that line. If not, this is not a CORS problem, and no CORS header helps.",
        "Firefox 也会在另一行“已拦截跨源请求：……（原因：……）”（Cross-Origin Request Blocked）下面显示这一行。"
        "如果有那一行，原因写在其中：请复制那一行。如果没有，就与 CORS 无关，设置 CORS 响应头不起作用。",
    ),
    "explain.sentence": Text("{text}.", "{text}。"),
    # Where the page or the script has to change
    "explain.page_null": Text(
        "A page's origin is null if the page was opened as a file (file://) or is in a sandboxed frame, or if the "
        "request was redirected from one origin to another: open the page from a web server, such as "
        "`python -m http.server`, take it out of the sandbox, or fetch the final URL directly. Do not let the server "
        "allow null: any site can give its page that origin.",
        "网页的源是 null，可能是因为网页是作为文件（file://）打开的，或者在沙箱（sandbox）框架里，"
        "或者请求从一个源重定向到了另一个源：请从网络服务器打开网页（例如 `python -m http.server`）、去掉沙箱，"
        "或者直接请求最终的网址。不要让服务器允许 null：任何网站都能让自己的网页得到这个源。",
    ),
    "explain.page_file": Text(
        "Open the page from a web server, such as `python -m http.server`: browsers let no page read files, not even "
        "those beside it.",
        "请从网络服务器打开网页，例如 `python -m http.server`：浏览器不让任何网页读取文件，哪怕是它旁边的文件。",
    ),
    "explain.page_extension": Text(
        'Name "{host}/*" in host_permissions of the extension\'s manifest, and fetch from its own pages or its service '
        "worker: then no CORS header is needed. A content script counts as the page that it runs in.",
        '请在扩展的 manifest 的 host_permissions 里写上 "{host}/*"，并从扩展自己的页面或 service worker 请求：'
        "这样就不需要任何 CORS 响应头。内容脚本算作它所在的网页。",
    ),
    "explain.method_case": Text(
        "Write method: '{upper}' in the script: browsers do not turn {method} into upper case, and case matters.",
        "请在脚本里写 method: '{upper}'：浏览器不会把 {method} 转成大写，而方法名区分大小写。",
    ),
    # What Chromium's names of network errors mean
    "explain.net_name": Text(
        "No response came: there is no host {host} ({value}).", "没有响应：没有名为 {host} 的主机（{value}）。"
    ),
    "explain.net_name_do": Text(
        "Look for a typo in the URL, and check that the name is in DNS, or in /etc/hosts.",
        "请检查网址有没有写错，以及这个名称是否在 DNS 或 /etc/hosts 里。",
    ),
    "explain.net_refused": Text(
        "No response came: nothing listens at {place} ({value}).", "没有响应：{place} 没有程序在监听（{value}）。"
    ),
    "explain.net_refused_do": Text(
        "Start the server, or correct the port. In a container, it must listen on 0.0.0.0, and its port must be "
        "published.",
        "请启动服务器，或者改正端口。在容器里，它必须监听 0.0.0.0，端口也必须发布。",
    ),
    "explain.net_time": Text("No response came in time from {place} ({value}).", "{place} 没有及时响应（{value}）。"),
    "explain.net_time_do": Text(
        "Check the address, and any firewall in between; then what the server is waiting for.",
        "请检查地址和中间的防火墙；然后检查服务器在等什么。",
    ),
    "explain.net_certificate": Text(
        "The browser does not trust the certificate of {host} ({value}); nothing was sent.",
        "浏览器不信任 {host} 的证书（{value}）；什么也没有发送。",
    ),
    "explain.net_certificate_do": Text(
        "Open the URL in a separate tab, which says what is wrong with it: its name, its date, or who signed it. "
        "For development, let the browser trust a local authority (mkcert).",
        "请在单独的标签页里打开这个网址，那里会说明问题：名称、日期，还是签发者。开发时可以让浏览器信任本地的证书机构（mkcert）。",
    ),
    "explain.net_tls": Text(
        "No secure connection to {place} came about ({value}).", "与 {place} 没有建立安全连接（{value}）。"
    ),
    "explain.net_tls_do": Text(
        "If the server speaks plain http at this port, write http:// in the script; else look at its TLS settings.",
        "如果服务器在这个端口只提供 http，请在脚本里写 http://；否则请检查它的 TLS 设置。",
    ),
    "explain.net_closed": Text(
        "The connection to {place} was closed before the response was complete ({value}).",
        "在响应完成之前，与 {place} 的连接就被关闭了（{value}）。",
    ),
    "explain.net_closed_do": Text(
        "The server's log, or that of a proxy in front of it, says why: it crashed, restarted, or expects https at "
        "this port.",
        "服务器或它前面代理的日志会说明原因：它崩溃了、重启了，或者在这个端口只接受 https。",
    ),
    "explain.net_offline": Text(
        "The browser has no network to {place} ({value}).", "浏览器没有通往 {place} 的网络（{value}）。"
    ),
    "explain.net_offline_do": Text(
        "Check the connection, a VPN, and the browser's proxy.", "请检查网络连接、VPN 和浏览器的代理。"
    ),
    "explain.net_orb": Text(
        "An element of the page got data in place of what it loads, such as HTML or JSON, and the browser kept that "
        "from it ({value}).",
        "网页的一个元素得到的是数据（例如 HTML 或 JSON），而不是它要加载的内容，浏览器不让它得到（{value}）。",
    ),
    "explain.net_orb_do": Text(
        "Open the URL in a tab: it often leads to an error or login page. Let the server answer with the right "
        "Content-Type; to read data, use fetch.",
        "请在标签页里打开这个网址：它常常是错误页或登录页。请让服务器返回正确的 Content-Type；要读取数据，请用 fetch。",
    ),
    # Instead of a fact that the line does not give
    "unknown.header": Text("the header", "这个请求头"),
    "unknown.host": Text("the host", "这台主机"),
    "unknown.method": Text("the method", "这个方法"),
    "unknown.origin": Text("the page's origin", "网页的源"),
    "unknown.url": Text("the URL", "这个网址"),
}
