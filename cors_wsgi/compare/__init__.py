"""Where a browser's verdict changes between two policies, apps or servers, found out by asking both the same questions.

Questions come from what both say themselves: their rules and what looks like them, their routes, and from what the
caller adds, such as recorded decisions.
"""

from .errors import SideError
from .questions import Change, Question
from .run import Comparison, compare
from .sides import Side, live_side, make_side

__all__ = ["Change", "Comparison", "Question", "Side", "SideError", "compare", "live_side", "make_side"]
