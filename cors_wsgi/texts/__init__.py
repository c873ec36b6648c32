"""What people read, in English and Chinese: one table, and which of the two a person gets."""

from .languages import LANGUAGES, Language, choose_by_environment, choose_by_header
from .table import TEXTS, say
from .text import Text

__all__ = ["LANGUAGES", "TEXTS", "Language", "Text", "choose_by_environment", "choose_by_header", "say"]
