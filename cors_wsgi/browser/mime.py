"""MIME types, parsed and serialized as the MIME Sniffing standard says (https://mimesniff.spec.whatwg.org).

Written by hand, since the parsers of `email` and werkzeug read another grammar: both accept `a b/c` as a type, decode
`charset*=`, and read a parameter without its closing quote differently from browsers. Such values decide whether a
request is preflighted.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ..fetch import TOKEN, is_token

_WHITESPACE = "\t\n\r "
_QUOTED_CHAR = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
"""What a parameter's value may contain (`#http-quoted-string-token-code-point`)."""

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)(?:"|(\\?)\Z)', re.DOTALL)
r"""`"a\"b"`, or `"a` whose end is missing; a lone backslash at the end is just a backslash."""

_STRICT = re.compile(
    rf'[ \t]*{TOKEN}+/{TOKEN}+[ \t]*(?:;[ \t]*{TOKEN}+[ \t]*=[ \t]*(?:{TOKEN}+|"(?:[^"\\]|\\.)*")[ \t]*)*', re.DOTALL
)
"""`text/plain; charset="UTF-8"`; RFC 2045 knows no empty parameter."""


class MIMEType(NamedTuple):
    """A parsed MIME type.

    Attributes:
        type: in lower case, such as `text`.
        subtype: in lower case, such as `plain`.
        parameters: in order, with names in lower case; the first of equal names wins.
    """

    type: str
    subtype: str
    parameters: dict[str, str]

    @property
    def essence(self) -> str:
        """Type and subtype with the slash between them (`#mime-type-essence`)."""
        return f"{self.type}/{self.subtype}"

    def __str__(self) -> str:
        """Serialize it (`#serialize-a-mime-type`)."""
        parts = [self.essence]
        for name, value in self.parameters.items():
            if not is_token(value):
                value = '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'
            parts.append(f"{name}={value}")
        return ";".join(parts)


def parse_mime_type(text: str) -> MIMEType | None:
    """Return the parts of a MIME type, or None if `text` is not one (`#parse-a-mime-type`).

    Linear in the length of `text`; never raises.

    >>> parse_mime_type(" Text/HTML;Charset=UTF-8 ; x")
    MIMEType(type='text', subtype='html', parameters={'charset': 'UTF-8'})
    >>> parse_mime_type("text/plain, text/html") is None
    True
    """
    main, _, rest = text.strip(_WHITESPACE).partition(";")
    kind, slash, subtype = main.partition("/")
    subtype = subtype.rstrip(_WHITESPACE)
    if not slash or not is_token(kind) or not is_token(subtype):
        return None
    return MIMEType(kind.lower(), subtype.lower(), _parse_parameters(rest))


def _parse_parameters(rest: str) -> dict[str, str]:
    """Return the parameters after the first semicolon; anything else is skipped."""
    parameters: dict[str, str] = {}
    position = 0
    while position < len(rest):
        match = _NAME.match(rest, position)
        assert match is not None  # the pattern matches the empty string
        name, position = match[1].lower(), match.end()
        if position == len(rest):
            break
        position += 1
        if rest[position - 1] == ";":
            continue
        if quoted := _QUOTED.match(rest, position):
            value = re.sub(r"\\(.)", r"\1", quoted[1], flags=re.DOTALL) + (quoted[2] or "")
            end = rest.find(";", quoted.end())
        else:
            end = rest.find(";", position)
            value = rest[position : None if end < 0 else end].rstrip(_WHITESPACE)
            if not value:
                position = len(rest) if end < 0 else end + 1
                continue
        position = len(rest) if end < 0 else end + 1
        if is_token(name) and _QUOTED_CHAR.fullmatch(value):
            parameters.setdefault(name, value)
    return parameters


_NAME = re.compile(r"[\t\n\r ]*([^;=]*)")
"""` charset` before its `=` or `;`."""


def is_strict_mime_type(text: str) -> bool:
    """Tell whether `text` is a media type as RFC 2045 has it, which one engine requires of a Blob's type."""
    return _STRICT.fullmatch(text) is not None
