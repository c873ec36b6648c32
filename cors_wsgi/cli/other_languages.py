"""What Firefox's console prints in Chinese and German, word for word."""

from __future__ import annotations

from typing import Final

from cors_wsgi.browser import FailureReason

_CHINESE_BEGIN: Final = "同源策略禁止读取位于 {url} 的远程资源。（原因："
_CHINESE: Final = (
    ("CORS 未启用）。", FailureReason.NETWORK_FAILURE),
    ("CORS 请求未能成功）。状态码：{status}。", FailureReason.NETWORK_FAILURE),
    ("无法添加 CORS ‘Origin' 头）。", FailureReason.NETWORK_FAILURE),
    ("不允许 CORS 请求外部重定向）。", FailureReason.PREFLIGHT_REDIRECT),
    ("CORS 请求不是 http）。", FailureReason.NOT_HTTP),
    ("CORS 头缺少 'Access-Control-Allow-Origin'）。状态码：{status}。", FailureReason.MISSING_ACAO),
    ("不允许有多个 'Access-Control-Allow-Origin' CORS 头）。", FailureReason.ACAO_MULTIPLE),
    ("CORS 头 'Access-Control-Allow-Origin' 不匹配 '{value}'）。", FailureReason.ACAO_MISMATCH),
    ("凭据不支持，如果 CORS 头 ‘Access-Control-Allow-Origin’ 为 ‘*’）。", FailureReason.WILDCARD_WITH_CREDENTIALS),
    ("找不到 CORS 头中的 'Access-Control-Allow-Methods'）。", FailureReason.METHOD_NOT_ALLOWED),
    ("CORS 头中的 'Access-Control-Allow-Credentials' 预期为 'true'）。", FailureReason.CREDENTIALS_NOT_TRUE),
    ("CORS 预检响应未能成功）。状态码：{status}。", FailureReason.PREFLIGHT_STATUS),
    ("CORS 头 'Access-Control-Allow-Methods' 中的令牌 '{value}' 无效）。", FailureReason.ALLOW_METHODS_UNPARSABLE),
    ("CORS 头 'Access-Control-Allow-Headers' 中的令牌 '{value}' 无效）。", FailureReason.ALLOW_HEADERS_UNPARSABLE),
    ("CORS 预检响应的 'Access-Control-Allow-Headers'，不允许使用头 '{header}'）。", FailureReason.HEADER_NOT_ALLOWED),
    (
        "当“Access-Control-Allow-Headers”为“*”时，“Authorization”头并未被包含",
        FailureReason.AUTHORIZATION_UNDER_WILDCARD,
    ),
)
_GERMAN_BEGIN: Final = "Die Gleiche-Quelle-Regel verbietet das Lesen der externen Ressource auf {url}. (Grund: "
_GERMAN: Final = (
    ("CORS deaktiviert).", FailureReason.NETWORK_FAILURE),
    ("CORS-Anfrage schlug fehl). Statuscode: {status}.", FailureReason.NETWORK_FAILURE),
    ("CORS-Kopfzeile 'Origin' konnte nicht hinzugefügt werden).", FailureReason.NETWORK_FAILURE),
    ("Externe Weiterleitung der CORS-Anfrage verboten).", FailureReason.PREFLIGHT_REDIRECT),
    ("CORS-Anfrage war nicht http).", FailureReason.NOT_HTTP),
    ("CORS-Kopfzeile 'Access-Control-Allow-Origin' fehlt). Statuscode: {status}.", FailureReason.MISSING_ACAO),
    (
        "Es darf nur ein eine CORS-Kopfzeile 'Access-Control-Allow-Origin' verwendet werden).",
        FailureReason.ACAO_MULTIPLE,
    ),
    (
        "CORS-Kopfzeile 'Access-Control-Allow-Origin' stimmt nicht mit '{value}' überein).",
        FailureReason.ACAO_MISMATCH,
    ),
    (
        (
            "Berechtigung/Credential wird nicht unterstützt, wenn die CORS-Kopfzeile "
            "'Access-Control-Allow-Origin' auf '*' gesetzt ist)."
        ),
        FailureReason.WILDCARD_WITH_CREDENTIALS,
    ),
    ("Methode nicht in CORS-Kopfzeile 'Access-Control-Allow-Methods' gefunden).", FailureReason.METHOD_NOT_ALLOWED),
    ("'true' in CORS-Kopfzeile 'Access-Control-Allow-Credentials' erwartet).", FailureReason.CREDENTIALS_NOT_TRUE),
    ("CORS-Preflight-Antwort schlug fehl). Statuscode: {status}.", FailureReason.PREFLIGHT_STATUS),
    (
        "ungültiges Token '{value}' in CORS-Kopfzeile 'Access-Control-Allow-Methods').",
        FailureReason.ALLOW_METHODS_UNPARSABLE,
    ),
    (
        "ungültiges Token '{value}' in CORS-Kopfzeile 'Access-Control-Allow-Headers').",
        FailureReason.ALLOW_HEADERS_UNPARSABLE,
    ),
    (
        (
            "Kopfzeile '{header}' ist aufgrund der Kopfzeile 'Access-Control-Allow-Headers' aus der "
            "CORS-Preflight-Antwort nicht zulässig)."
        ),
        FailureReason.HEADER_NOT_ALLOWED,
    ),
    (
        "Wenn 'Access-Control-Allow-Headers' den Wert '*' hat, wird die 'Authorization'-Kopfzeile nicht eingeschlossen",
        FailureReason.AUTHORIZATION_UNDER_WILDCARD,
    ),
)

OTHER_LANGUAGES: Final[tuple[tuple[str, FailureReason], ...]] = (
    *((_CHINESE_BEGIN + words, reason) for words, reason in _CHINESE[:-1]),
    *((_GERMAN_BEGIN + words, reason) for words, reason in _GERMAN[:-1]),
    # The warning begins otherwise.
    _CHINESE[-1],
    _GERMAN[-1],
    ("的内容不可以加载来自 {url} 的数据", FailureReason.DISALLOWED_BY_MODE),
    ("darf keine Daten von {url} laden", FailureReason.DISALLOWED_BY_MODE),
    ("的内容不可以加载或者链接至 file:", FailureReason.NOT_HTTP),
    ("Sicherheitsfehler: Inhalt auf {page} darf file:", FailureReason.NOT_HTTP),
    ("的资源因其 Cross-Origin-Resource-Policy 头内容（或缺少该头）而被拦截", FailureReason.CORP_BLOCKED),
    (
        "wurde aufgrund ihres Cross-Origin-Resource-Policy-Headers (oder dessen Fehlens) blockiert",
        FailureReason.CORP_BLOCKED,
    ),
    ("已阻止加载混合活动内容“{url}”", FailureReason.MIXED_CONTENT),
    ('Laden von gemischten aktiven Inhalten "{url}" wurde blockiert', FailureReason.MIXED_CONTENT),
)
