"""Every benchmark by its name."""

from __future__ import annotations

from evals.benchmarks import (
    banking77,
    banking77_oos,
    banking_kb,
    clinc150,
    crosswoz,
    injection,
    jddc,
    smp2020,
    voice,
    xsid,
)
from evals.benchmarks.base import Benchmark, Listed
from evals.tau_retail import run as tau_retail

BENCHMARKS: dict[str, Benchmark] = {
    each.name: each
    for each in (
        banking77.BENCHMARK,
        clinc150.BENCHMARK,
        banking77_oos.BENCHMARK,
        xsid.BENCHMARK,
        banking_kb.BENCHMARK,
        crosswoz.BENCHMARK,
        jddc.BENCHMARK,
        smp2020.BENCHMARK,
        voice.EMODB,
        voice.RAVDESS,
        injection.BENCHMARK,
    )
}
"""Those that are run on a `Job`."""

_TAU_GATES = {"tau2-retail": "40 %", "tau1-retail": "65 %"}
LISTED: tuple[Listed, ...] = (
    *(
        Listed(
            name=each.name,
            needs=each.folder,
            metric="share of tasks that end in exactly the gold records, in all of k trials (pass_1 .. pass_k)",
            floor="a bot that does nothing (do_nothing)",
            gate=f"pass_1 {_TAU_GATES[each.name]}, pass_4 = pass_1, no forbidden write",
            goal="95 %",
            licence="MIT",
            source="github.com/sierra-research/tau2-bench, tau-bench",
        )
        for each in tau_retail.BENCHMARKS.values()
    ),
    *BENCHMARKS.values(),
)
