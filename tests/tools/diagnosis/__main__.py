"""`cd tests && python -m tools.diagnosis`: play every case, and print the table; `--write` puts it into the manual."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from support.manual import DOCS, write_part
from support.npm import install_npm_packages

from tools.diagnosis.audits import audit_case, judge_audit
from tools.diagnosis.cases import load_cases, load_expected
from tools.diagnosis.chromium import open_page
from tools.diagnosis.run import Score, ask_check, score
from tools.diagnosis.running import NPM_PACKAGES, start

PAGE = DOCS / "diagnosis.md"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.diagnosis", description=__doc__)
    parser.add_argument("--case", action="append", default=[], help="only cases with this in their id")
    parser.add_argument("--node-modules", type=Path, help="where the packages of npm are; else they are installed")
    parser.add_argument("--write", action="store_true", help="put the tables into the manual")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        modules = arguments.node_modules or install_npm_packages(Path(folder), *NPM_PACKAGES)
        return _run(modules, arguments.case, write=arguments.write)


def _run(modules: Path, names: list[str], *, write: bool) -> int:
    cases, healthy = load_cases("cases.toml") | load_cases("more.toml"), load_cases("healthy.toml")
    expected = load_expected()
    chosen = [name for name in (*cases, *healthy) if not names or any(part in name for part in names)]
    scores: list[Score] = []
    bad = 0
    with open_page() as page:
        for name in chosen:
            if name not in expected or name not in cases:
                continue
            try:
                result = score(cases[name], expected[name], page, modules)
            except (RuntimeError, ValueError) as error:
                bad += 1
                print(f"NOT GOOD {name}: {error}\n")
                continue
            scores.append(result)
            if not result.is_good:
                bad += 1
                print(f"NOT GOOD {name}: {result}\n")
    for name in chosen:
        if name in cases and cases[name].audit_must is not None:
            told = audit_case(cases[name], modules)
            if problem := judge_audit(cases[name], told):
                bad += 1
                print(f"NOT GOOD audit of {name}: {problem}\n")
    clean = 0
    times = []
    for name in chosen:
        if name in healthy:
            with start(healthy[name], modules) as running:
                begin, before = time.perf_counter(), os.times()
                told = ask_check(running.origin, healthy[name])
                after = os.times()
                used = after.children_user + after.children_system - before.children_user - before.children_system
                times.append((time.perf_counter() - begin, used))
            found = told["verdict"] != "shared" or bool(told["hints"]) or told["cause"] is not None
            audited = audit_case(healthy[name], modules)
            loud = [finding["code"] for finding in audited["findings"] if finding["severity"] != "info"]
            clean += not (found or loud)
            if found or loud:
                bad += 1
                print(f"NOT GOOD {name}: {told['verdict']}, {told['cause']}, {told['hints']}; audit: {loud}\n")
    table, summary = write_table(scores), write_summary(scores, clean, sum(name in healthy for name in chosen))
    print(table)
    print(summary)
    if times:
        elapsed, used = (sorted(column)[len(times) // 2] for column in zip(*times, strict=True))
        print(f"the medians of {len(times)} runs of the command: {elapsed:.2f} s, {used:.2f} s of them of a processor")
    if write:
        write_part(PAGE, "cases", table)
        write_part(PAGE, "summary", summary)
    return int(bad > 0)


def write_table(scores: list[Score]) -> str:
    """Return the table of the manual."""
    lines = [
        "| case | the true cause | first cause | remedy | browser afterwards | neighbour |",
        "|---|---|---|---|---|---|",
    ]
    for one in scores:
        kind = "lines" if one.is_applied else "words"
        if one.case.id == "ask-many-headers" or one.works is None:
            kind, after = "", ""
        else:
            after = "lets it through" if one.works else "blocks it"
        beside = {None: "", True: "as before", False: "broken"}[one.keeps_neighbor]
        first = f"`{one.code}`" if one.code else "none"
        first += "" if one.is_cause_right else " (wrong)"
        cause = one.case.cause.replace("|", "\\|")
        lines.append(f"| {one.case.id} | {cause} | {first} | {kind} | {after} | {beside} |")
    return "\n".join(lines) + "\n"


def write_summary(scores: list[Score], clean: int, healthy: int) -> str:
    """Return the sums in a sentence."""
    tried = [one for one in scores if one.works is not None]
    beside = [one for one in scores if one.keeps_neighbor is not None]
    return (
        f"Of {len(scores)} cases the verdict is right in {sum(one.is_verdict_right for one in scores)}, and the "
        f"first cause "
        f"in {sum(one.is_cause_right for one in scores)}; the first remedy works in "
        f"{sum(bool(one.works) for one in tried)} "
        f"of {len(tried)}, and what worked beside it still does in "
        f"{sum(bool(one.keeps_neighbor) for one in beside)} of "
        f"{len(beside)}. Of {healthy} healthy servers {clean} have no finding.\n"
    )


if __name__ == "__main__":
    raise SystemExit(main())
