"""The words of browsers' network panels, each of which stands for one reason."""

from __future__ import annotations

from typing import Final

from cors_wsgi.browser import FailureReason as Reason

PANEL_WORDS: Final[tuple[tuple[str, Reason], ...]] = (
    # Chromium's tooltip of “CORS error”, in the names of its debugging protocol; some have “Preflight” in front
    ("DisallowedByMode", Reason.DISALLOWED_BY_MODE),
    ("WildcardOriginNotAllowed", Reason.WILDCARD_WITH_CREDENTIALS),
    ("MissingAllowOriginHeader", Reason.MISSING_ACAO),
    ("MultipleAllowOriginValues", Reason.ACAO_MULTIPLE),
    ("InvalidAllowOriginValue", Reason.ACAO_INVALID),
    ("AllowOriginMismatch", Reason.ACAO_MISMATCH),
    ("InvalidAllowCredentials", Reason.CREDENTIALS_NOT_TRUE),
    ("CorsDisabledScheme", Reason.NOT_HTTP),
    ("PreflightInvalidStatus", Reason.PREFLIGHT_STATUS),
    ("PreflightDisallowedRedirect", Reason.PREFLIGHT_REDIRECT),
    ("InvalidAllowMethodsPreflightResponse", Reason.ALLOW_METHODS_UNPARSABLE),
    ("InvalidAllowHeadersPreflightResponse", Reason.ALLOW_HEADERS_UNPARSABLE),
    ("MethodDisallowedByPreflightResponse", Reason.METHOD_NOT_ALLOWED),
    ("HeaderDisallowedByPreflightResponse", Reason.HEADER_NOT_ALLOWED),
    ("RedirectContainsCredentials", Reason.REDIRECT_WITH_CREDENTIALS),
    ("InsecureLocalNetwork", Reason.LNA_INSECURE_CONTEXT),
    ("InsecurePrivateNetwork", Reason.LNA_INSECURE_CONTEXT),
    ("InvalidLocalNetworkAccess", Reason.LNA_WRONG_SPACE),
    ("InvalidPrivateNetworkAccess", Reason.LNA_WRONG_SPACE),
    ("LocalNetworkAccessPermissionDenied", Reason.LNA_DENIED),
    ("PreflightMissingAllowPrivateNetwork", Reason.LEGACY_PNA),
    ("PreflightInvalidAllowPrivateNetwork", Reason.LEGACY_PNA),
    # Chromium's column “Status”
    ("(blocked:mixed-content)", Reason.MIXED_CONTENT),
    ("(blocked:NotSameOrigin", Reason.CORP_BLOCKED),
    ("(blocked:NotSameSite)", Reason.CORP_BLOCKED),
    # Firefox's column “Transferred”, and its “Response body is not available to scripts (Reason: …)”
    ("CORS Not HTTP", Reason.NOT_HTTP),
    ("CORS Multiple Origin Not Allowed", Reason.ACAO_MULTIPLE),
    ("CORS Missing Allow Origin", Reason.MISSING_ACAO),
    ("CORS No Allow Credentials", Reason.WILDCARD_WITH_CREDENTIALS),
    ("CORS Allow Origin Not Matching Origin", Reason.ACAO_MISMATCH),
    ("CORS Missing Allow Credentials", Reason.CREDENTIALS_NOT_TRUE),
    ("CORS External Redirect Not Allowed", Reason.PREFLIGHT_REDIRECT),
    ("CORS Preflight Did Not Succeed", Reason.PREFLIGHT_STATUS),
    ("CORS Invalid Allow Method", Reason.ALLOW_METHODS_UNPARSABLE),
    ("CORS Method Not Found", Reason.METHOD_NOT_ALLOWED),
    ("CORS Invalid Allow Header", Reason.ALLOW_HEADERS_UNPARSABLE),
    ("CORS Missing Allow Header", Reason.HEADER_NOT_ALLOWED),
    ("CORS Failed", Reason.NETWORK_FAILURE),
    ("CORS Origin Header Missing", Reason.NETWORK_FAILURE),
    ("Mixed Block", Reason.MIXED_CONTENT),
)
