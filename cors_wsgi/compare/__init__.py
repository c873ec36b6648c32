"""Where a browser's verdict changes between two policies, apps or servers: both are asked the same questions.

The questions come from both sides' rules, origins that resemble them, and routes, and from what the caller adds, such
as recorded decisions.
"""

from .errors import SideError
from .questions import Change, Question
from .run import Comparison, compare
from .sides import Side, live_side, make_side

__all__ = ["Change", "Comparison", "Question", "Side", "SideError", "compare", "live_side", "make_side"]
