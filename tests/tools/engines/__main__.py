"""The full comparison as a command: `cd tests && python -m tools.engines --engine chromium --cases 5000 --seed 1`."""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence

from support.engines import ENGINES, version_of

from .cases import Case
from .compare import Comparison, Disagreement, compare
from .generate import FAMILIES, find_case, generate_cases
from .run import run_cases


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.engines", description=__doc__)
    parser.add_argument("--engine", choices=ENGINES, action="append", help="which browser; all three by default")
    parser.add_argument("--cases", type=int, default=5000, help="how many for each browser")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other cases")
    parser.add_argument("--family", choices=sorted(FAMILIES), action="append", help="only cases of these families")
    parser.add_argument("--case", action="append", help="only this case, by its id; shows it whole")
    parser.add_argument("--shown", type=int, default=5, help="disagreements shown of each group")
    arguments = parser.parse_args()
    if arguments.case:
        cases = [find_case(name) for name in arguments.case]
        print(json.dumps(cases, indent=1))
    else:
        cases = list(generate_cases(arguments.seed, arguments.cases, arguments.family or tuple(FAMILIES)))
    results = [_run(engine, cases, arguments.shown) for engine in arguments.engine or ENGINES]
    return int(any(result.wrong for result in results))


def _run(engine: str, cases: Sequence[Case], shown: int) -> Comparison:
    started = time.monotonic()
    recording = run_cases(engine, cases)
    ran = time.monotonic() - started
    result = compare(cases, recording, engine)
    compared = time.monotonic() - started - ran
    print(f"\n{version_of(engine)}: {len(cases)} cases in {ran:.1f} s, compared in {compared:.1f} s")
    _print_table(cases, result)
    _print_groups(result, shown)
    return result


def _print_table(cases: Sequence[Case], result: Comparison) -> None:
    print(f"{'family':20}{'cases':>8}{'as the standard':>17}{'by rows':>9}{'disagree':>10}")
    families = {case["id"]: case["id"].rsplit("-", 2)[0] for case in cases}
    counts, wrong = Counter(families.values()), Counter(families[name] for name in result.wrong)
    explained = Counter(families[name] for name in result.explained)
    for family, count in [*sorted(counts.items()), ("all", None)]:
        total, bad, rows = (
            (count, wrong[family], explained[family])
            if count is not None
            else (len(cases), len(result.wrong), len(result.explained))
        )
        print(f"{family:20}{total:8}{total - bad - rows:17}{rows:9}{bad:10}")
    for row, count in Counter(row for rows in result.explained.values() for row in rows).most_common():
        print(f"    {row}: {count}")


def _print_groups(result: Comparison, shown: int) -> None:
    groups: dict[str, list[Disagreement]] = {}
    for found in result.wrong.values():
        groups.setdefault(found[0].what, []).append(found[0])
    for what, found in sorted(groups.items(), key=lambda group: -len(group[1])):
        print(f"\n{what}: {len(found)}")
        for one in found[:shown]:
            print(one)


if __name__ == "__main__":
    raise SystemExit(main())
