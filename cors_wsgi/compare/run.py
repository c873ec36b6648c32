"""A comparison from the first question to the last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from ..audit.probes import UNKNOWN_HEADER, UNKNOWN_METHOD
from ..options import DEFAULT_METHODS
from ..origins import OriginRule, show_rule
from ..policy import Policy
from .errors import SideError
from .origins import STRANGERS, list_lookalikes, list_matches, name_callables
from .questions import Change, Question
from .sides import Side

MOST_QUESTIONS: Final = 200_000
MOST_LIVE_QUESTIONS: Final = 600
"""How many questions a live server gets at most: two for each request, with credentials and without."""

_HEADERS: Final = ("authorization", "content-type", UNKNOWN_HEADER)
_WITNESSES: Final = 2


@dataclass
class Comparison:
    """The result of a comparison.

    Attributes:
        changes: where the verdict changes; gains first.
        asked: the number of questions that both sides were asked.
        left_out: the number of questions beyond the limit.
        callables: the callable rules, which name no origins to try.
        raised: the paths where an app raised, by the side's name; there the answers to preflights were used instead.
    """

    changes: list[Change] = field(default_factory=list)
    asked: int = 0
    left_out: int = 0
    callables: tuple[str, ...] = ()
    raised: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def gains(self) -> list[Change]:
        """The changes by which somebody gains access."""
        return [change for change in self.changes if change.is_gain]


def compare(
    old: Side,
    new: Side,
    *,
    origins: Iterable[str] = (),
    paths: Iterable[str] = (),
    recorded: Iterable[Question] = (),
    most: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Comparison:
    """Ask both sides the same questions, and return where a browser's verdict changes.

    Args:
        old: one side.
        new: the other side.
        origins: more origins to try.
        paths: more paths to try, encoded as in a URL.
        recorded: more questions, such as from recorded decisions.
        most: the limit of questions; by default 600 if a side is a live server, otherwise 200000.
        progress: called with the number of questions so far.

    Raises:
        SideError: if a side cannot be queried, or neither names any origin.
    """
    recorded, origins = list(recorded), list(dict.fromkeys(origins))
    if not (recorded or origins or any(_says_something(side) for side in (old, new))):
        raise SideError(
            f"Neither {old.name} nor {new.name} says whom it allows; name an origin with --origin, or --decisions."
        )
    if most is None:
        most = MOST_LIVE_QUESTIONS if old.is_live or new.is_live else MOST_QUESTIONS
    run = _Run(old, new, origins, list(paths), most, progress)
    run.ask_all(recorded)
    return run.finish()


class _Run:
    """A comparison in progress: the questions in order of importance, up to the limit."""

    def __init__(
        self,
        old: Side,
        new: Side,
        origins: Sequence[str],
        paths: Sequence[str],
        most: int,
        progress: Callable[[int], None] | None,
    ) -> None:
        self._old = old
        self._new = new
        self._given = origins
        self._given_paths = paths
        self._most = most
        self._progress = progress
        self._seen: dict[Question, tuple[bool, bool] | None] = {}
        self._result = Comparison()

    def ask_all(self, recorded: Iterable[Question]) -> None:
        paths = self._list_paths()
        named = {path: self._list_named(path) for path in paths}
        for path in paths:
            self._ask_origins(path, named[path])
        for question in recorded:
            self._ask_both(question)
        for path in paths:
            self._ask_witnesses(path, named[path])
        for path in self._choose_for_lookalikes(paths):
            self._ask_origins(path, self._list_lookalikes(path, named[path]))

    def finish(self) -> Comparison:
        result = self._result
        verdicts = {question: verdict for question, verdict in self._seen.items() if verdict is not None}
        result.asked, result.left_out = len(verdicts), len(self._seen) - len(verdicts)
        changes = [Change(question, *verdict) for question, verdict in verdicts.items() if verdict[0] != verdict[1]]
        result.changes = sorted(changes, key=lambda change: not change.is_gain)
        sides = (self._old, self._new)
        rules = [rule for side in sides for route in side.all_routes for rule in route.rules]
        result.callables = tuple(dict.fromkeys(show_rule(rule) for rule in name_callables(rules)))
        result.raised = {side.name: tuple(sorted(side.raised)) for side in sides if side.raised}
        return result

    def _ask(self, question: Question) -> tuple[bool, bool] | None:
        """Return both verdicts, or None beyond the limit of questions."""
        if question not in self._seen:
            if len(self._seen) >= self._most:
                self._seen[question] = None
            else:
                self._seen[question] = self._old.allows(question), self._new.allows(question)
                if self._progress is not None:
                    self._progress(len(self._seen))
        return self._seen[question]

    def _ask_both(self, question: Question) -> None:
        for credentials in (False, True):
            self._ask(Question(question.path, question.origin, question.method, credentials))

    def _ask_origins(self, path: str, origins: Iterable[str]) -> None:
        """Ask who may read at all, with each method that may have a separate policy."""
        for origin, method, credentials in product(origins, self._list_deciding_methods(path), (False, True)):
            self._ask(Question(path, origin, method, credentials))

    def _ask_witnesses(self, path: str, named: Sequence[str]) -> None:
        """Ask for the other methods and headers, with origins that both let in: for others there is nothing to find.

        What a policy grants does not depend on which of its origins asks, so a few of them represent all.
        """
        methods, headers = self._list_methods(path), self._list_headers(path)
        for deciding in self._list_deciding_methods(path):
            for origin in self._find_witnesses(path, deciding, (*self._given, *named)):
                deciders = methods if deciding == "GET" else [deciding]
                for method, credentials in product(deciders, (False, True)):
                    self._ask(Question(path, origin, method, credentials))
                for header, credentials in product(headers, (False, True)):
                    self._ask(Question(path, origin, deciding, credentials, header))
                if deciding == "GET":
                    self._ask_exposed(path, origin)

    def _ask_exposed(self, path: str, origin: str) -> None:
        question = Question(path, origin)
        names = {name for side in (self._old, self._new) for name in side.exposed_names(question)}
        for name, credentials in product([UNKNOWN_HEADER, *sorted(names)], (False, True)):
            self._ask(Question(path, origin, "GET", credentials, None, name))

    def _find_witnesses(self, path: str, method: str, origins: Iterable[str]) -> list[str]:
        """Return a few origins that both sides let in: with credentials, if there are any, and without."""
        found: dict[str, None] = {}
        for credentials in (True, False):
            count = 0
            for origin in origins:
                if count < _WITNESSES and self._seen.get(Question(path, origin, method, credentials)) == (True, True):
                    found[origin] = None
                    count += 1
        return list(found)

    def _list_paths(self) -> list[str]:
        """Return the paths to try: the path of a URL, or every route of either side."""
        fixed = [side for side in (self._old, self._new) if side.fixed_path is not None]
        for side in fixed:
            side.alias = fixed[0].fixed_path
        routes = [fixed[0].fixed_path or "/"] if fixed else [*self._old.routes, *self._new.routes]
        return list(dict.fromkeys([*self._given_paths, *routes])) or ["/"]

    def _list_rules(self, path: str) -> list[OriginRule]:
        return list(dict.fromkeys([*self._old.route(path).rules, *self._new.route(path).rules]))

    def _list_named(self, path: str) -> list[str]:
        """Return the origins to try at a path for their own sake."""
        matches = [origin for rule in self._list_rules(path) for origin in list_matches(rule)]
        return list(dict.fromkeys([*self._given, *matches, *STRANGERS]))

    def _list_lookalikes(self, path: str, named: Iterable[str]) -> list[str]:
        given = [lookalike for origin in self._given for lookalike in list_lookalikes(origin)]
        found = [lookalike for rule in self._list_rules(path) for lookalike in list_lookalikes(rule)]
        return [origin for origin in dict.fromkeys([*given, *found]) if origin not in named]

    def _choose_for_lookalikes(self, paths: Iterable[str]) -> list[str]:
        """Return the paths where look-alikes may differ: one for all paths that have the same policies on both sides.

        If both sides are known to have the same policy, there is nothing to find.
        """
        chosen: dict[object, str] = {}
        for path in paths:
            old, new = self._old.route(path), self._new.route(path)
            if old.is_certain and new.is_certain:
                if old.policies != new.policies:
                    chosen.setdefault((frozenset(old.policies.items()), frozenset(new.policies.items())), path)
            else:
                chosen[path] = path
        return list(chosen.values())

    def _list_deciding_methods(self, path: str) -> list[str]:
        """Return the methods that may have a separate policy at a path."""
        routes = (self._old.route(path), self._new.route(path))
        return list(dict.fromkeys(["GET", *(method for route in routes for method in route.methods)]))

    def _list_methods(self, path: str) -> list[str]:
        stated = [policy.methods for policy in self._list_policies(path) if policy.methods != "*"]
        names = [method for methods in stated for method in methods]
        return list(dict.fromkeys([*DEFAULT_METHODS, *names, UNKNOWN_METHOD]))

    def _list_headers(self, path: str) -> list[str]:
        stated = [policy.allow_headers for policy in self._list_policies(path) if policy.allow_headers != "*"]
        names = [name.lower() for headers in stated for name in headers]
        return list(dict.fromkeys([*names, *_HEADERS]))

    def _list_policies(self, path: str) -> Iterator[Policy]:
        for side in (self._old, self._new):
            yield from side.route(path).stated


def _says_something(side: Side) -> bool:
    """Tell whether it is known whom a side allows."""
    return any(policy is not None for route in side.all_routes for policy in (*route.policies.values(), *route.others))
