"""Habits of ours that a native reader has to translate back: a regular expression, and what to write instead.

Proselint's checks run as well, except for those about typography, for which the manual has its own rules.
"""

from __future__ import annotations

from typing import Final

HABITS: Final = {
    r"\b(?:is|are|was|were|be) (?-i:none)\b": "is not one; there is none",
    r"(?<!there )(?<!there’s )\b(?:is|are|was|were) no (?!longer\b|more\b|less\b|doubt\b|such\b|\d)": "is not a",
    r"\bstands? (?:in|at|on|for itself|below|above|beside|behind|there|before|between|under|alone|as)\b": "is; belongs",
    r"\b(?:what|it|that|which|rules?|names?|tables?) stands?\b": "is; applies",
    r"\b(?:is|are|was|were|be) told\b": "learns; is passed",
    r"\btells of\b": "reports; logs",
    r"\bse(?:es?|en) to (?:it|that|this)\b": "makes sure; enforces it",
    r"\bof (?:its|their|our|your|my) own\b": "its own; separate",
    r"\bthe own\b": "its own; this",
    r"\bso that\b[^.:;]{0,60}? (?:is|are) to be\b": "to",
    r"[«»]": "quotation marks",
    r"\bwho(?:so)?ever\b": "anyone who",
    r"\bbe it\b": "whether",
    r"\b(?:there|here|where)(?:by|upon|of|unto)\b": "the words that these stand for",
    r"\bmatter of CORS\b": "a CORS problem",
    r"\bso bad as\b": "at least as bad as",
    r"\bin order to\b": "to",
    r"\blet the log speak\b": "turn on logging",
    r"\bsee what is said\b": "see the errors",
    r"\bsaid by\b": "set by",
    r"\bhas no way to\b": "cannot; does not support",
    r"\bon (?:its|their) way\b(?! out)": "in transit",
    r"\bfrom the beginning\b": "from the start",
    r"\bis content with\b": "accepts",
    r"\btaken for\b": "treated as",
    r"\bheld against\b": "compared with",
    r"\bat midnight\b": "when it breaks",
    r"\b(?:in|out)side of\b": "inside; outside",
    r"\bbelongs? into\b": "belongs in",
    r"\bto ask with\b": "to try; to send",
    r"\bfor want of\b": "because it lacks",
    r"\b(?:know|knew|say|said|learn|think)s? nothing of\b": "nothing about",
    r"\b(?:come|came|go|goe|went)s? along\b": "is sent",
    r"\b(?:keeps? back|kept back|keeps? (?:a|the|every|its) \w+ back)\b": "hold back",
    r"\bone (?:byte|character) a (?:byte|character)\b": "one byte per character",
    r"\bthat JSON can say\b": "as data for JSON",
}

PROSELINT: Final = {
    "dates_times.am_pm": False,  # part of an identifier
    "dates_times.dates": False,  # a range of versions is not a date
    "misc.but": False,
    "misc.composition": False,  # "did not succeed" is Firefox's
    "misc.phrasal_adjectives": False,  # they know only some adverbs, and no code
    "weasel_words.very": False,
    **dict.fromkeys(
        (
            "archaism",
            "cliches",
            "dates_times",
            "hedging",
            "lexical_illusions",
            "malapropisms",
            "misc",
            "mixed_metaphors",
            "mondegreens",
            "needless_variants",
            "nonwords",
            "oxymorons",
            "redundancy",
            "skunked_terms",
            "spelling",
            "uncomparables",
            "weasel_words",
        ),
        True,
    ),
}
"""Which checks of proselint run; the longer name counts."""
