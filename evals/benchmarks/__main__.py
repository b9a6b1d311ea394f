"""Prints the names of the benchmarks, one a line: ``python -m evals.benchmarks``."""

from __future__ import annotations

import sys

from evals.benchmarks.registry import BENCHMARKS

if __name__ == "__main__":
    sys.stdout.write("\n".join(BENCHMARKS) + "\n")
