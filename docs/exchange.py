"""The lexer of the manual's `exchange` blocks: requests, responses, their headers and bodies, parted by empty lines."""

from __future__ import annotations

from typing import ClassVar

from pygments.lexer import RegexLexer, bygroups
from pygments.token import Keyword, Name, Number, Punctuation, String, Text, Whitespace


class ExchangeLexer(RegexLexer):
    """Highlight `PUT /items/1`, `204 No Content`, and header lines."""

    name = "HTTP exchange"
    url = "https://fetch.spec.whatwg.org/"
    aliases: ClassVar[list[str]] = ["exchange"]
    filenames: ClassVar[list[str]] = []
    tokens: ClassVar = {
        "root": [
            (r"^([A-Z]+)( )(/\S*)$", bygroups(Keyword, Whitespace, Name.Namespace)),
            (r"^(\d{3})( .*)$", bygroups(Number, Keyword.Constant)),
            (r"^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)(:)( .*)$", bygroups(Name.Attribute, Punctuation, String)),
            (r".+", Text),
            (r"\n", Whitespace),
        ],
    }
