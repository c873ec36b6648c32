"""`cors-wsgi export PROXY MODULE:NAME`: print a proxy configuration that answers as the middleware would."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from cors_wsgi import DENY, CORSMiddleware, Policy
from cors_wsgi.browser.printing import escape
from cors_wsgi.export import (
    TARGETS,
    Address,
    CannotExportError,
    Difference,
    Edge,
    Refusal,
    RefusalCode,
    Setting,
    describe,
    export,
    load_target,
)

from .arguments import load_app
from .terminal import print_error

EXPORTED, REFUSED, NOT_RUN = 0, 1, 2

EXAMPLES: Final = """\
examples:
  cors-wsgi export nginx myapp.cors:policy --listen 127.0.0.1:8080 --upstream http://127.0.0.1:8000
  cors-wsgi export haproxy myapp:app --upstream http://10.0.0.7:8000 --snippet
  cors-wsgi export envoy myapp:app --upstream http://127.0.0.1:8000 --check --allow-difference escaped-paths
exit status: 0 exported, 1 this proxy cannot express it (the reasons are on stderr), 2 could not run
"""

_ADDRESS = re.compile(r"(?:(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+):)?([0-9]{1,5})")
_URL = re.compile(r"(https?)://(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+)(?::([0-9]{1,5}))?/?")
_CHECK_SECONDS = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("proxy", choices=TARGETS, help="which proxy")
    parser.add_argument("subject", metavar="MODULE:NAME", help="a policy, a CORSMiddleware or a Flask app")
    parser.add_argument("--listen", metavar="ADDRESS:PORT", default="0.0.0.0:80", help="where the proxy listens")
    parser.add_argument(
        "--upstream", metavar="URL", required=True, help="where the app listens, such as http://10.0.0.7:8000"
    )
    parser.add_argument("--snippet", action="store_true", help="print only what an existing configuration needs")
    parser.add_argument("--check", action="store_true", help="check it with the proxy's own checker, if installed")
    parser.add_argument(
        "--allow-difference",
        action="append",
        default=[],
        choices=[str(difference) for difference in Difference],
        metavar="NAME",
        help=f"accept a difference: {', '.join(map(str, Difference))}",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print a configuration: 0 if the proxy can express it, 1 if it cannot, 2 if it could not run."""
    try:
        accepted = frozenset(map(Difference, arguments.allow_difference))
        setting = Setting(_read_listen(arguments.listen), _read_upstream(arguments.upstream), accepted)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about a policy, which the app shows already
            edge, refusals = _describe(load_app(arguments.subject), arguments.subject)
        made_by = _show_command(arguments)
        text = export(arguments.proxy, edge, setting, made_by=made_by, snippet=arguments.snippet, refusals=refusals)
        if arguments.check:
            whole = export(arguments.proxy, edge, setting, made_by=made_by, refusals=refusals)
            _check(arguments.proxy, whole)
    except CannotExportError as error:
        for refusal in error.refusals:
            print(f"cors-wsgi export: {escape(str(refusal))}", file=sys.stderr)
        return REFUSED
    except (ValueError, ImportError, AttributeError, TypeError) as error:  # of which PolicyError is one
        print_error("export", error)
        return NOT_RUN
    sys.stdout.write(text)
    return EXPORTED


def _describe(subject: Any, called: str) -> tuple[Edge, list[Refusal]]:
    if isinstance(subject, (Policy, CORSMiddleware)) or subject is DENY:
        if isinstance(subject, CORSMiddleware) and subject.source is not None:
            inner = getattr(subject.app, "__self__", subject.app)
            subject = inner if _find_flask_state(inner) is not None else subject
        if isinstance(subject, (Policy, CORSMiddleware)) or subject is DENY:
            edge, refusals = describe(subject, called.rpartition(":")[2])
            if isinstance(subject, CORSMiddleware) and _denies(subject.app):
                problem = "The app in it never shares some of its responses, which it tells the middleware alone."
                remedy = "Export that app, or give those paths DENY in the paths of the middleware."
                refusals.append(Refusal("app", called, RefusalCode.SOURCE, problem, remedy))
            return edge, refusals
    state = _find_flask_state(subject)
    if state is not None:
        from .flask_routes import describe_flask  # noqa: PLC0415 - Flask need not be installed

        return describe_flask(state, called.rpartition(":")[2])
    inner = getattr(subject, "wsgi_app", None)
    if isinstance(inner, CORSMiddleware):
        return describe(inner, called.rpartition(":")[2])
    raise ValueError(
        f"{called} is {type(subject).__name__}, not a Policy, a CORSMiddleware or a Flask app with CORS(app). "
        "Name the policy itself, such as myapp.cors:policy."
    )


def _denies(app: Any) -> bool:
    """Tell whether a middleware or an extension in an app says `DENY`, which an outer one cannot widen."""
    app = getattr(app, "__self__", app)
    if isinstance(app, CORSMiddleware) and app.source is None:
        in_paths = () if app.paths is None else [policy for _, policy in app.paths.items()]
        return app.policy is DENY or DENY in in_paths or _denies(app.app)
    state = _find_flask_state(app)
    return state is not None and any(found.policy is DENY for found in state.merge().all_resolved())


def _find_flask_state(subject: Any) -> Any:
    """Return the extension on a Flask app, or None for anything else, without importing Flask."""
    if "flask_cors_ext" not in sys.modules or not isinstance(getattr(subject, "extensions", None), dict):
        return None
    from flask_cors_ext.state import check_app, find_state  # noqa: PLC0415

    try:
        return find_state(check_app(subject, "A Flask app is exported"))
    except TypeError:
        return None


def _read_listen(text: str) -> Address:
    match = _ADDRESS.fullmatch(text)
    if match is None or not 0 < int(match[2]) <= 65535:
        raise ValueError(f"--listen {text!r} is not an address and port; write it as 127.0.0.1:8080 or [::1]:8080")
    return Address((match[1] or "0.0.0.0").strip("[]"), int(match[2]))


def _read_upstream(text: str) -> Address:
    match = _URL.fullmatch(text)
    if match is None or not 0 < int(match[3] or 1) <= 65535:
        raise ValueError(
            f"--upstream {_hide_user_info(text)!r} is not the URL of a server; write it as http://127.0.0.1:8000, "
            "without user, path or query"
        )
    is_tls = match[1] == "https"
    return Address(match[2].strip("[]"), int(match[3] or (443 if is_tls else 80)), is_tls)


def _hide_user_info(url: str) -> str:
    return re.sub(r"//[^/]*@", "//…@", url)


def _show_command(arguments: argparse.Namespace) -> str:
    words = ["cors-wsgi", "export", arguments.proxy, arguments.subject]
    words += ["--listen", arguments.listen, "--upstream", arguments.upstream]
    words += ["--snippet"] * arguments.snippet
    for name in sorted(set(arguments.allow_difference)):
        words += ["--allow-difference", name]
    return f"cors-wsgi {version('cors-wsgi')} with `{shlex.join(words)}`"


def _check(proxy: str, config: str) -> None:
    """Run the proxy's own checker on a configuration; say so if it is not installed.

    Raises:
        ValueError: the checker rejects it.
    """
    program, *options = load_target(proxy).CHECK
    found = shutil.which(program, path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        print(f"cors-wsgi export: {program} is not installed here, so this was not checked.", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "envoy.yaml" if proxy == "envoy" else "Caddyfile" if proxy == "caddy" else f"{proxy}.conf")
        path.write_text(config, encoding="utf-8")
        environ = {**os.environ, "HOME": folder, "XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder}
        options = [option.format(folder=folder) for option in options]
        done = subprocess.run(
            [found, *options, str(path)], capture_output=True, text=True, env=environ, timeout=_CHECK_SECONDS
        )
    if done.returncode != 0:
        raise ValueError(f"{program} rejects it: {(done.stderr + done.stdout).strip()[-2000:]}")
