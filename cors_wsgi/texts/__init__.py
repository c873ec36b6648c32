"""What people read, in English and Chinese: one table, and the choice of the language."""

from .languages import LANGUAGES, Language, choose_by_environment, choose_by_header
from .table import TEXTS, say
from .text import Text

__all__ = ["LANGUAGES", "TEXTS", "Language", "Text", "choose_by_environment", "choose_by_header", "say"]
