"""What the value of a header must match before it is echoed or merged, as regular expressions in every dialect."""

from __future__ import annotations

from typing import Final

from cors_wsgi.answers import LONGEST_ECHO
from cors_wsgi.fetch import TOKEN

# One class rather than a group of two: a group that repeats thousands of times takes a stack that PCRE may not have.
NAMES: Final = rf"[ \t,]*{TOKEN}[{TOKEN[1:-1]} \t,]*"
"""A value of Access-Control-Request-Headers that may be echoed, apart from its length."""

METHOD: Final = f"{TOKEN}+"
"""A value of Access-Control-Request-Method that may be echoed, apart from its length and forbidden methods."""

FORBIDDEN_METHOD: Final = "(?i:CONNECT|TRACE|TRACK)"
"""Methods that a script may not use (`#forbidden-method`)."""

LIST_OF_NAMES: Final = rf"[ \t,]*{TOKEN}+(?:[ \t]*,[ \t]*(?:{TOKEN}+)?)*[ \t]*"
"""A value of Access-Control-Expose-Headers that browsers can read (`#extract-header-list-values`)."""

ECHO_NAMES: Final = rf"^(?=.{{1,{LONGEST_ECHO}}}\z){NAMES}\z"
"""The same as a whole, for dialects that can look ahead."""

ECHO_METHOD: Final = rf"^(?!{FORBIDDEN_METHOD}\z){TOKEN}{{1,{LONGEST_ECHO}}}\z"
"""The same for a method."""
