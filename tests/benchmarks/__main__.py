"""Prints figures beside their floor or peer of the same run: `python -m tests.benchmarks [--quick] [NAME ...]`.

A figure that misses its goal is marked and fails nothing: a shared machine is no judge of time.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from typing import Protocol

from tests.benchmarks.figures import Figure, heading, table


class Benchmark(Protocol):
    def __call__(self, *, quick: bool) -> list[Figure]: ...


def _start() -> Benchmark:
    from tests.benchmarks.bench_start import figures

    return figures


def _ask() -> Benchmark:
    from tests.benchmarks.bench_ask import figures

    return figures


def _decide() -> Benchmark:
    from tests.benchmarks.bench_decide import figures

    return figures


def _stream() -> Benchmark:
    from tests.benchmarks.bench_stream import figures

    return figures


def _resize() -> Benchmark:
    from tests.benchmarks.bench_resize import figures

    return figures


def _peers() -> Benchmark:
    from tests.benchmarks.bench_peers import figures

    return figures


def _routing() -> Benchmark:
    from tests.benchmarks.bench_routing import figures

    return figures


def _frontier() -> Benchmark:
    from tests.benchmarks.bench_frontier import figures

    return figures


def _privacy() -> Benchmark:
    from tests.benchmarks.bench_privacy import figures

    return figures


def _facts() -> Benchmark:
    from tests.benchmarks.bench_facts import figures

    return figures


def _asking() -> Benchmark:
    from tests.benchmarks.bench_asking import figures

    return figures


def _sizes() -> Benchmark:
    from tests.benchmarks.bench_sizes import figures

    return figures


BENCHMARKS: dict[str, Callable[[], Benchmark]] = {
    "start": _start,
    "ask": _ask,
    "decide": _decide,
    "stream": _stream,
    "resize": _resize,
    "peers": _peers,
    "routing": _routing,
    "frontier": _frontier,
    "privacy": _privacy,
    "asking": _asking,
    "facts": _facts,
    "sizes": _sizes,
}
POSIX_ONLY = frozenset({"start", "ask", "stream", "sizes", "resize", "peers"})


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(BENCHMARKS)}; all without any")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter measurements, under a minute")
    said = parser.parse_args()
    if unknown := [name for name in said.names if name not in BENCHMARKS]:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    print(heading(), flush=True)
    for name in said.names or BENCHMARKS:
        if os.name != "posix" and name in POSIX_ONLY:
            print(f"\n== {name}: needs a POSIX pseudo-terminal", flush=True)
            continue
        began = time.perf_counter()
        found = BENCHMARKS[name]()(quick=said.quick)
        print(f"\n{table(name, found)}\n({time.perf_counter() - began:.0f} s)", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
