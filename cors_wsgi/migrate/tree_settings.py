"""The settings `CORS_*` of a tree: rewriting them in place, and what they mean for a call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from cors_wsgi.near_misses import find_near_miss

from .groups import Group
from .layers import FilePlan, ask_of_computed
from .predecessor import NEEDLESS, OPTIONS
from .resources import Options, Resources
from .sites import Call, Setting


class TreeSettings:
    """The settings of a tree.

    Args:
        mentions: how often each setting is mentioned in the tree's Python files.
    """

    def __init__(self, mentions: Mapping[str, int]) -> None:
        self._mentions = mentions
        self._taken: Counter[int] = Counter()
        self._found: dict[str, list[tuple[Setting, Group, Resources | None]]] = {}

    def rewrite(self, plan: FilePlan, setting: Setting) -> None:
        """Rewrite one setting in place, or remove it."""
        name = setting.name
        option = name.removeprefix("CORS_").lower()
        if name in plan.sites.constants and plan.sites.names[name] > 1:
            return  # a constant that code reads itself, not a setting
        if option in NEEDLESS or option not in (*OPTIONS, "resources"):
            self._drop_setting(plan, setting, option)
            return
        group, resources, is_needless = plan.rewriter.rewrite_setting(option, setting.value)
        if is_needless:
            self._remove_setting(plan, setting)
        self._found.setdefault(option, []).append((setting, group, resources))
        for note in group.notes:
            plan.note(setting.value, note)
        for question in group.questions:
            plan.ask(setting.position, setting.value, f"{name}: {question}")
        for text in group.computed.values():
            plan.ask(setting.position, setting.value, ask_of_computed(name, text))

    def _drop_setting(self, plan: FilePlan, setting: Setting, option: str) -> None:
        is_ignored = setting.name == "CORS_HEADERS" or find_near_miss(option, OPTIONS) is not None
        is_unread = self._mentions.get(setting.name, 0) <= 1
        if (option in NEEDLESS or is_ignored) and is_unread and (setting.part or setting.statement):
            self._remove_setting(plan, setting)
            why = "is not needed here" if option in NEEDLESS else "had no effect in Flask-CORS"
            plan.note(setting.value, f"the setting {setting.name} {why}, and was removed")

    def _remove_setting(self, plan: FilePlan, setting: Setting) -> None:
        if setting.part is not None:
            plan.removed.setdefault(id(setting.siblings), (setting.siblings, []))[1].append(setting.part)
        elif setting.statement is not None:
            self._taken[setting.block] += 1
            is_last = self._taken[setting.block] == setting.block_size
            plan.edits.remove_statement(setting.statement, leaves="pass" if is_last else "")

    def read(self, call: Call | None) -> tuple[Options, Options, Resources | None, set[str]]:
        """Return what settings say, before and after; those that come too late for a call do not apply to it."""
        before: Options = {}
        after: Options = {}
        resources: Resources | None = None
        computed = set()
        for option, found in self._found.items():
            timely = [one for one in found if call is None or not _is_late(one[0], call)]
            if not timely:
                continue
            if len(timely) > 1 and len({str(one[1].before) for one in timely}) > 1:
                computed.add(option)
            _, group, own = timely[-1]
            before |= group.before
            after |= group.after
            resources = own or resources
            computed |= set(group.computed)
        return before, after, resources, computed


def _is_late(setting: Setting, call: Call) -> bool:
    if setting.source is not call.source or setting.scope is not call.scope:
        return False
    return setting.part is None and setting.source.start(setting.value) > call.source.start(call.node)
