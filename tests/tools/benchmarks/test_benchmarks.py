"""The benchmarks run, and their tables have every row; the tests say nothing about speed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.needs import needs_module, needs_program

from tools.peers.running import PYTHON_PEERS

TESTS = Path(__file__).parents[2]


def read_cells(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("|")]


@pytest.fixture
def peers() -> None:
    for module in PYTHON_PEERS.values():
        needs_module(module)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_start_up_has_a_time_and_a_size_for_every_row() -> None:
    needs_module("flask")
    from tools.benchmarks import startup

    head, _, alone, *rows = read_cells(startup.write_table(startup.measure(1)))
    assert head == ["what", "time, ms", "memory beyond Python alone, MiB"]
    assert [alone[0], *(row[0] for row in rows)] == list(startup.ROWS)
    sizes = {name: float(size) for name, _, size in rows}
    assert all(float(taken.replace(",", "")) >= 0 for _, taken, _ in rows)
    assert sizes["a policy of 1,000,000 origins"] > sizes["a `frozenset` of the same, beside it"] > 50
    assert sizes["the same with the extension"] > sizes["`from cors_wsgi import CORSMiddleware`"] > 0


@pytest.mark.usefixtures("peers")
def test_what_each_layer_adds_is_measured_for_every_request() -> None:
    from tools.benchmarks.layers import BARE, LAYERS

    # In a process of its own: a peer imports what warns, and Django is configured once.
    command = [sys.executable, "-m", "tools.benchmarks.peers", "--rounds", "1"]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, check=True, timeout=120)
    head, _, *rows = read_cells(done.stdout)
    assert head == ["app", "layer", "allowed, µs", "refused, µs", "no Origin, µs", "preflight, µs"]
    assert [row[:2] for row in rows] == [[layer.framework, layer.name] for layer in LAYERS]
    for layer, row in zip(LAYERS, rows, strict=True):
        assert all(re.fullmatch(r"[+-]?[\d,]+\.\d( \(-?[\d.]+\))?", cell) for cell in row[2:5])
        assert bool(row[5]) == (layer.kind != BARE)


@pytest.mark.server
@pytest.mark.usefixtures("peers")
def test_two_layers_are_asked_end_to_end() -> None:
    needs_program("wrk")
    needs_module("gunicorn")
    from tools.benchmarks import end_to_end
    from tools.benchmarks.layers import LAYERS

    layers = LAYERS[:2]
    found = end_to_end.measure(layers, rounds=2, seconds=1)
    assert set(found) == {(layers[0].key, "actual"), (layers[1].key, "actual"), (layers[1].key, "preflight")}
    assert all(len(one.rates) == 2 and one.rate > 0 and one.medians[0] <= one.tails[0] for one in found.values())
    cells = read_cells(end_to_end.write_table(found, layers))
    assert [row[:2] for row in cells if row[0] == "plain WSGI"] == [["plain WSGI", "bare"], ["plain WSGI", "cors-wsgi"]]


@pytest.mark.parametrize(
    ("rates", "says"),
    [
        pytest.param([100, 101, 99, 100], "no difference measured", id="equal"),
        pytest.param([95, 104, 90, 108], "no difference measured", id="overlapping"),
        pytest.param([90, 91, 89, 90], "0.90 (0.90 to 0.90)", id="less, and little spread"),
        pytest.param([50, 60, 40, 55], "0.53 (0.47 to 0.56)", id="much less than the spread"),
        pytest.param([130, 131, 129, 130], "1.30 (1.30 to 1.30)", id="more"),
    ],
)
def test_a_share_is_given_only_where_it_is_larger_than_its_spread(rates: list[float], says: str) -> None:
    needs_module("werkzeug")
    from tools.benchmarks import end_to_end

    assert end_to_end.compare(rates, [100, 100, 100, 100]) == says


@pytest.mark.server
def test_a_request_that_fails_ends_the_measurement() -> None:
    needs_program("wrk")
    needs_module("gunicorn")
    from tools.benchmarks import end_to_end
    from tools.benchmarks.layers import LAYERS

    with end_to_end.serve(LAYERS[1]) as port, pytest.raises(RuntimeError, match="requests failed"):
        end_to_end.ask(port, ("DELETE", "Access-Control-Request-Method", "PUT", "Origin", "x", "Expect", "nonsense"), 1)


def test_a_hit_of_a_remembered_rule_costs_little_more_than_a_pattern() -> None:
    """The one promise here that is a number; measured again where the machine was busy."""
    program = Path(__file__).with_name("remembered.py")
    for _ in range(3):
        done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, timeout=120, check=False)
        if done.returncode == 0:
            break
    assert done.returncode == 0, done.stdout + done.stderr
    head, _, *rows = read_cells(done.stdout)
    assert head == ["rule", "ns", "above a pattern, ns"]
    assert [row[0] for row in rows if "Remembered" in row[0]] == [
        "`Remembered`, a hit",
        "`Remembered` with a key, a hit",
    ]
