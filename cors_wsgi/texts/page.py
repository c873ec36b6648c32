"""The texts of the playground's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .text import Text

PAGE: Final[Mapping[str, Text]] = {
    # The head of the page
    "title": Text("Two origins – the cors-wsgi playground", "两个源——cors-wsgi 演练场"),
    "heading": Text("Two origins", "两个源"),
    "languages": Text("Language", "语言"),
    "lead": Text(
        "An origin is a scheme, a host and a port: this page comes from {page}, and its script asks an API at {api}, "
        "another origin. Browsers do not let scripts read the answers of other origins, unless the server's response "
        "headers say that they may: that is CORS.",
        "源（origin）由协议、主机和端口组成：本页来自 {page}，它的脚本请求 {api} 上的接口，那是另一个源。"
        "浏览器不让脚本读取别的源的响应，除非服务器在响应头里表示允许：这就是跨源资源共享（CORS，俗称“跨域”）。",
    ),
    "manual": Text("The manual", "使用手册"),
    "no_scripts": Text(
        "This browser runs no scripts, so the playground stays closed. This is what a page asked, what the API "
        "answered, and what a browser makes of it.",
        "这个浏览器不运行脚本，所以演练场没有打开。下面是网页的请求、接口的响应，以及浏览器的处理。",
    ),
    "exchanges_caption": Text(
        "What the API answers to each request, and what a browser makes of it",
        "接口对每个请求的响应，以及浏览器的处理",
    ),
    "request": Text("Request", "请求"),
    "answer": Text("Answer", "响应"),
    "a_browser": Text("A browser", "浏览器"),
    "row_credentials": Text("with credentials", "带凭据"),
    "row_never_sent": Text("{method}: never sent", "{method}：未发出"),
    # Choosing a scenario
    "tour": Text("Five steps", "五个步骤"),
    "tour_get": Text("Simple", "简单请求"),
    "tour_method-put": Text("Preflighted", "预检请求"),
    "tour_refused-origin": Text("Refused", "被拒绝"),
    "tour_credentials": Text("Credentials", "凭据"),
    "tour_picture-on-canvas": Text("Picture on a canvas", "画布上的图片"),
    "tour_next": Text("Next step: {title}", "下一步：{title}"),
    "scenario": Text("All scenarios", "全部场景"),
    # The script
    "script": Text("The page’s script", "网页的脚本"),
    "script_code": Text("The script as JavaScript", "脚本（JavaScript）"),
    "change_script": Text("Change the script", "修改脚本"),
    "method": Text("Method", "方法"),
    "path": Text("Path", "路径"),
    "with_credentials": Text("with credentials", "带凭据"),
    "with_credentials_help": Text("sends the page’s cookie along", "同时发送 Cookie"),
    "more": Text("More", "更多"),
    "in_use": Text("{count} in use", "已用 {count} 项"),
    "headers": Text("Headers", "请求头"),
    "headers_help": Text("one per line", "每行一个"),
    "body": Text("Body", "请求体"),
    "none": Text("none", "无"),
    "text": Text("text", "文本"),
    "content": Text("Content", "内容"),
    "mode": Text("Mode", "模式"),
    "mode_help": Text("no-cors: send, never read", "no-cors：只发送，不读取"),
    "listener": Text("XMLHttpRequest with an upload listener", "用 XMLHttpRequest 并监听上传"),
    "twice": Text("twice", "执行两次"),
    "element": Text("Sent by", "请求方"),
    "element_help": Text("a script, or an element", "脚本，或者网页里的元素"),
    "element_script": Text("a script", "脚本"),
    "element_img": Text("a picture, for a canvas", "图片（画在画布上）"),
    "element_style": Text("a style sheet", "样式表"),
    "element_font": Text("a font", "字体"),
    "element_module": Text("a module script", "模块脚本"),
    "crossorigin": Text("crossorigin", "crossorigin"),
    "crossorigin_help": Text("the element’s attribute", "元素的属性"),
    # The policy
    "policy": Text("The server’s policy", "服务器的策略"),
    "policy_code": Text("The policy as Python", "策略（Python）"),
    "change_policy": Text("Change the policy", "修改策略"),
    "policy_fields": Text("The policy’s options", "策略的选项"),
    "has_policy": Text("The server has a CORS policy", "服务器有 CORS 策略"),
    "origins_help": Text("who may read the answers; * is everybody", "谁可以读取响应；* 表示所有人"),
    "methods_help": Text("which methods a preflight allows", "预检允许哪些方法"),
    "allow_headers_help": Text("which request headers a preflight allows", "预检允许哪些请求头"),
    "expose_headers_help": Text("which response headers scripts see", "脚本能看到哪些响应头"),
    "max_age_help": Text("seconds to keep preflights", "预检结果缓存的秒数"),
    "accept_risks_help": Text("names of risks that you accept", "你接受的风险的名称"),
    "supports_credentials_help": Text(
        "answers to requests with cookies may be read", "带 Cookie 的请求，响应也可以读取"
    ),
    "no_policy": Text("no policy: the server sends no CORS headers", "没有策略：服务器不发送 CORS 响应头"),
    "not_valid": Text("no policy: this one is invalid", "没有策略：填写的策略无效"),
    # Running
    "run": Text("Run", "运行"),
    "running": Text("Running …", "正在运行……"),
    "changed": Text("Changed: press Run", "已修改：请按“运行”"),
    "invalid": Text("Invalid policy: see the errors beside the fields", "策略无效：请看各选项旁边的错误说明"),
    "unexpected": Text("The demo did not answer as it should: {message}", "演示服务器没有正常响应：{message}"),
    "what_happened": Text("What happened", "发生了什么"),
    "then": Text(", then ", "，然后"),
    "as_predicted": Text("as predicted", "与预测一致"),
    "not_as_predicted": Text("not as predicted", "与预测不一致"),
    "readable": Text("Readable", "可读取"),
    "opaque": Text("Opaque", "不透明"),
    "blocked": Text("Blocked", "被拦截"),
    "loaded": Text("Loaded, readable", "已加载，可读取"),
    "tainted": Text("Loaded, not readable", "已加载，不可读取"),
    # The diagram
    "lane_script": Text("Script", "脚本"),
    "lane_page": Text("Page", "网页"),
    "lane_browser": Text("Browser", "浏览器"),
    "lane_server": Text("Server", "服务器"),
    "way": Text("{one} to {other}: ", "{one} → {other}："),
    "preflight": Text("preflight", "预检"),
    "kept": Text(
        "The answer to an earlier preflight is still cached and covers this request: no preflight is sent.",
        "先前的预检结果仍在缓存中，并且适用于这个请求：不再发送预检。",
    ),
    "refuses_itself": Text("The browser itself refuses. Nothing is sent.", "浏览器自己拒绝了，请求没有发出。"),
    "never_sent": Text("The {method} itself is never sent.", "{method} 请求本身没有发出。"),
    "app_ran": Text("the app ran", "应用运行了"),
    "app_not_asked": Text("answered for the app, which does not run", "由 CORS 层响应，应用没有运行"),
    "app_did_not_run": Text("the app did not run", "应用没有运行"),
    "headers_seen": Text("headers: {names}", "响应头：{names}"),
    "gets_opaque": Text(
        "an opaque Response: status 0, no headers, no body",
        "不透明（opaque）的 Response：状态码是 0，没有响应头和响应体",
    ),
    "gets_response": Text("the response: {status}", "响应：{status}"),
    "gets_loaded": Text("loaded; scripts may read it", "已加载；脚本可以读取"),
    "gets_used": Text("loaded, and in use", "已加载并使用"),
    "gets_tainted": Text("loaded, but tainted: scripts may not read it", "已加载，但受“污染”：脚本不能读取"),
    "gets_nothing": Text("an error event, and nothing else", "只有一个 error 事件"),
    "error_event": Text("an error event, with the status 0", "error 事件，状态码是 0"),
    # Remarks on it
    "is_no_cors": Text(
        "A no-cors request: sent without asking, and never readable.",
        "no-cors 请求：不经询问直接发送，响应永远不可读取。",
    ),
    "is_element_no_cors": Text(
        "{element} without crossorigin: a no-cors request, with cookies. It is used, but hidden from scripts.",
        "没有 crossorigin 的 {element}：no-cors 请求，带 Cookie。网页可以使用，但脚本不能读取。",
    ),
    "is_element_cors": Text(
        "{element}: a CORS request. Without the server’s permission it is not used at all.",
        "{element}：CORS 请求。没有服务器的许可，网页完全不能使用。",
    ),
    "is_simple": Text("Simple", "简单请求"),
    "is_simple_rest": Text(": the browser sends it without a preflight.", "：浏览器不经预检直接发送。"),
    "is_preflighted": Text("Preflighted", "预检请求"),
    "is_preflighted_rest": Text(", because of", "，原因："),
    "first_call": Text("The first call", "第一次调用"),
    "second_call": Text("The second call", "第二次调用"),
    "third_call": Text("The third call", "第三次调用"),
    "readable_rest": Text(": this is what the script sees.", "：这就是脚本看到的内容。"),
    "loaded_rest": Text(": the page uses it, and scripts may read it.", "：网页可以使用，脚本也可以读取。"),
    "tainted_rest": Text(
        ": the page uses it, but a script that reads it gets a SecurityError. Write crossorigin on the element, and "
        "let the server allow the page’s origin.",
        "：网页可以使用，但脚本读取时得到 SecurityError。给元素加上 crossorigin，并让服务器允许网页的源。",
    ),
    "used_rest": Text(": the page uses it.", "：网页可以使用。"),
    "opaque_rest": Text(": the promise is fulfilled, with nothing in it.", "：Promise 成功兑现，但里面什么也没有。"),
    "blocked_rest": Text(": all that the script learns is “{message}”.", "：脚本只得知“{message}”。"),
    "why": Text("Why", "原因"),
    "change": Text("What to change", "如何修改"),
    "in_policy": Text("In the policy", "在策略里"),
    "also": Text("Also", "另外"),
    "read_more": Text("More on this", "详细说明"),
    "consoles": Text("What each browser’s console says", "各浏览器控制台显示的文字"),
    "surprise": Text("This browser did not do what the model predicted:", "这个浏览器的做法与模型的预测不同："),
    "predicted_heading": Text("What the model predicted", "模型的预测"),
    "known_standard": Text("a browser that follows the standard", "遵循标准的浏览器"),
    "the_standard": Text("the standard", "标准"),
    "as_predicted_for": Text(
        "As predicted for {engine}, header by header.",
        "与对 {engine} 的预测完全一致，包括每一个请求头和响应头。",
    ),
    "not_as_predicted_for": Text("Not as predicted for {engine}.", "与对 {engine} 的预测不一致。"),
    "all_same": Text(
        "Chromium, Firefox and Safari all do the same, as the Fetch standard says.",
        "Chromium、Firefox 和 Safari 的做法相同，与 Fetch 标准一致。",
    ),
    "differ": Text("Browsers differ here:", "各浏览器的做法不同："),
    "differs_from_standard": Text("Where {engine} differs from the standard:", "{engine} 与标准的不同之处："),
    "difference": Text(
        "{about} (the standard: {standard}; {engine}: {value})", "{about}（标准：{standard}；{engine}：{value}）"
    ),
    "sum_sent": Text("{state}{status} ({sent} sent)", "{state}{status}（已发送：{sent}）"),
    "sum_nothing": Text("{state}{status} (nothing sent)", "{state}{status}（没有发出请求）"),
    "and": Text(" and ", "和"),
    # Every scenario
    "every_heading": Text("Every scenario", "所有场景"),
    "every_lead": Text(
        "First the model of a browser in cors-wsgi predicts what will happen; then your browser does it.",
        "先由 cors-wsgi 里的浏览器模型预测结果，再由你的浏览器真正执行。",
    ),
    "run_all": Text("Run all", "全部运行"),
    "running_all": Text("Running {number} of {count} …", "正在运行第 {number} 个，共 {count} 个……"),
    "summary_all": Text(
        "{agreed} of {count} scenarios went as predicted in this browser.",
        "在这个浏览器里，{count} 个场景中有 {agreed} 个与预测一致。",
    ),
    "summary_explained": Text(
        "{count} of them differ from the standard, in ways that the model knows.",
        "其中 {count} 个与标准不同，但模型已经预测到了。",
    ),
    "every_caption": Text(
        "What the model predicts for each scenario, and what this browser does", "每个场景的预测，以及这个浏览器的做法"
    ),
    "column_scenario": Text("Scenario", "场景"),
    "column_predicted": Text("Predicted", "预测"),
    "column_seen": Text("This browser", "这个浏览器"),
    "column_match": Text("Match", "是否一致"),
    "agree": Text("yes", "一致"),
    "disagree": Text("no", "不一致"),
    "not_standard": Text("Not as in the standard: {about}.", "与标准不同：{about}。"),
    "nothing_sent": Text("nothing sent", "没有发出请求"),
    "footer": Text(
        "Where a request is blocked, the script learns only that it failed. The console of the developer tools (F12) "
        "says why.",
        "请求被拦截时，脚本只知道请求失败了；原因写在开发者工具（F12）的控制台里。",
    ),
    # In what a trial was not as predicted
    "surprise_line": Text("{what}: predicted {expected}, seen {seen}", "{what}：预测 {expected}，实际 {seen}"),
    "about_result": Text("what the script gets", "脚本得到的结果"),
    "about_headers_seen": Text("headers that it sees", "脚本看到的响应头"),
    "about_requests": Text("requests", "请求"),
    "about_sent": Text("headers of {name}", "{name} 的请求头"),
    "about_answer": Text("answer to {name}", "对 {name} 的响应"),
}
