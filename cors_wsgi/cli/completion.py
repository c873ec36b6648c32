"""`cors-wsgi completion SHELL`: a completion script for a shell."""

from __future__ import annotations

import argparse
from typing import Final

import shtab

EXAMPLES: Final = """\
examples:
  cors-wsgi completion bash > ~/.local/share/bash-completion/completions/cors-wsgi
  cors-wsgi completion zsh > ~/.zfunc/_cors-wsgi      with ~/.zfunc in fpath
  cors-wsgi completion fish > ~/.config/fish/completions/cors-wsgi.fish
"""

_SHELLS: Final = ("bash", "zsh", "fish")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("shell", choices=_SHELLS, help="whose")


def run(arguments: argparse.Namespace) -> int:
    """Print the lines."""
    from . import build_parser  # noqa: PLC0415 - the package imports its commands

    print(shtab.complete(build_parser(), arguments.shell))
    return 0
