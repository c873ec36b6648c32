"""One target under atheris, guided by the coverage of cors_wsgi: `python -m tools.fuzz.guided TARGET [options]`."""

from __future__ import annotations

import sys

import atheris

from tools.fuzz.seeds import SEEDS

with atheris.instrument_imports(include=["cors_wsgi"]):
    from tools.fuzz.targets import TARGETS


def main(name: str, options: list[str]) -> None:
    target, seeds = TARGETS[name], SEEDS[name]

    def run(data: bytes) -> None:
        # The first byte picks a seed to continue from, so that no corpus folder is needed.
        if data:
            target(data if data[0] % 2 else seeds[data[0] % len(seeds)] + data[1:])

    atheris.Setup([sys.argv[0], *options], run)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
