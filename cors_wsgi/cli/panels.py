"""The messages of browsers' network panels, each of which means one reason."""

from __future__ import annotations

from typing import Final

from cors_wsgi.browser import FailureReason

PANEL_WORDS: Final[tuple[tuple[str, FailureReason], ...]] = (
    # Chromium's tooltip of “CORS error”, in the names of its debugging protocol; some have “Preflight” in front
    ("DisallowedByMode", FailureReason.DISALLOWED_BY_MODE),
    ("WildcardOriginNotAllowed", FailureReason.WILDCARD_WITH_CREDENTIALS),
    ("MissingAllowOriginHeader", FailureReason.MISSING_ACAO),
    ("MultipleAllowOriginValues", FailureReason.ACAO_MULTIPLE),
    ("InvalidAllowOriginValue", FailureReason.ACAO_INVALID),
    ("AllowOriginMismatch", FailureReason.ACAO_MISMATCH),
    ("InvalidAllowCredentials", FailureReason.CREDENTIALS_NOT_TRUE),
    ("CorsDisabledScheme", FailureReason.NOT_HTTP),
    ("PreflightInvalidStatus", FailureReason.PREFLIGHT_STATUS),
    ("PreflightDisallowedRedirect", FailureReason.PREFLIGHT_REDIRECT),
    ("InvalidAllowMethodsPreflightResponse", FailureReason.ALLOW_METHODS_UNPARSABLE),
    ("InvalidAllowHeadersPreflightResponse", FailureReason.ALLOW_HEADERS_UNPARSABLE),
    ("MethodDisallowedByPreflightResponse", FailureReason.METHOD_NOT_ALLOWED),
    ("HeaderDisallowedByPreflightResponse", FailureReason.HEADER_NOT_ALLOWED),
    ("RedirectContainsCredentials", FailureReason.REDIRECT_WITH_CREDENTIALS),
    ("InsecureLocalNetwork", FailureReason.LNA_INSECURE_CONTEXT),
    ("InsecurePrivateNetwork", FailureReason.LNA_INSECURE_CONTEXT),
    ("InvalidLocalNetworkAccess", FailureReason.LNA_WRONG_SPACE),
    ("InvalidPrivateNetworkAccess", FailureReason.LNA_WRONG_SPACE),
    ("LocalNetworkAccessPermissionDenied", FailureReason.LNA_DENIED),
    ("PreflightMissingAllowPrivateNetwork", FailureReason.LEGACY_PNA),
    ("PreflightInvalidAllowPrivateNetwork", FailureReason.LEGACY_PNA),
    # Chromium's column “Status”
    ("(blocked:mixed-content)", FailureReason.MIXED_CONTENT),
    ("(blocked:NotSameOrigin", FailureReason.CORP_BLOCKED),
    ("(blocked:NotSameSite)", FailureReason.CORP_BLOCKED),
    # Firefox's column “Transferred”, and its “Response body is not available to scripts (Reason: …)”
    ("CORS Not HTTP", FailureReason.NOT_HTTP),
    ("CORS Multiple Origin Not Allowed", FailureReason.ACAO_MULTIPLE),
    ("CORS Missing Allow Origin", FailureReason.MISSING_ACAO),
    ("CORS No Allow Credentials", FailureReason.WILDCARD_WITH_CREDENTIALS),
    ("CORS Allow Origin Not Matching Origin", FailureReason.ACAO_MISMATCH),
    ("CORS Missing Allow Credentials", FailureReason.CREDENTIALS_NOT_TRUE),
    ("CORS External Redirect Not Allowed", FailureReason.PREFLIGHT_REDIRECT),
    ("CORS Preflight Did Not Succeed", FailureReason.PREFLIGHT_STATUS),
    ("CORS Invalid Allow Method", FailureReason.ALLOW_METHODS_UNPARSABLE),
    ("CORS Method Not Found", FailureReason.METHOD_NOT_ALLOWED),
    ("CORS Invalid Allow Header", FailureReason.ALLOW_HEADERS_UNPARSABLE),
    ("CORS Missing Allow Header", FailureReason.HEADER_NOT_ALLOWED),
    ("CORS Failed", FailureReason.NETWORK_FAILURE),
    ("CORS Origin Header Missing", FailureReason.NETWORK_FAILURE),
    ("Mixed Block", FailureReason.MIXED_CONTENT),
)
