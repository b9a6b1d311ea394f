"""Every benchmark by its name."""

from __future__ import annotations

from evals.benchmarks import (
    banking77,
    banking77_oos,
    banking_kb,
    clinc150,
    crosswoz,
    goemotions,
    injection,
    jddc,
    olist_prices,
    pictures,
    reviews,
    rings,
    risk,
    sequences,
    shelf_prices,
    smp2020,
    voice,
    xsid,
)
from evals.benchmarks.base import Bar, Benchmark, Listed
from evals.copilot import run as copilot
from evals.injections import run as injections
from evals.repairs import run as repairs
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
        goemotions.BENCHMARK,
        reviews.ONLINE_SHOPPING,
        reviews.WAIMAI,
        reviews.EPRSTMT,
        voice.EMODB,
        voice.RAVDESS,
        injection.BENCHMARK,
        shelf_prices.ORANGE_JUICE,
        shelf_prices.DOMINICKS_BEER,
        olist_prices.BENCHMARK,
        risk.CHARGEBACK,
        risk.FIRST_PURCHASES,
        rings.BENCHMARK,
        sequences.BENCHMARK,
        pictures.GROCERY_STORE,
        pictures.CLOTHING_SMALL,
        copilot.BENCHMARK,
    )
}
"""Those that are run on a `Job`."""
OF_UNDERSTANDING = (
    "banking77", "clinc150", "banking77_oos", "xsid_zh_en", "smp2020_ewect", "goemotions", "online_shopping_10_cats", "waimai_10k",
    "fewclue_eprstmt", "jddc_uss", "crosswoz", "voice_emodb", "voice_ravdess",
    "tau2-retail", "tau1-retail", repairs.NAME,
)  # fmt: skip
"""Those that tell how well messages and voices are understood, in the order of their table."""

OF_MODELS: tuple[str, ...] = (
    "price_orange_juice", "price_dominicks_beer", "price_retail_olist_elasticity",
    "risk_cloudwalk_chargeback", "risk_ecommerce_fraud", "demo_rings", "rec_sequences",
    "img_grocery_store", "img_clothing_small",
)  # fmt: skip
"""Those of the models behind the tools, in the order of their table."""

_TAU_GATES = {"tau2-retail": 0.40, "tau1-retail": 0.65}
LISTED: tuple[Listed, ...] = (
    *(
        Listed(
            name=each.name,
            needs=each.folder,
            metric="share of tasks that end in exactly the gold records, in all of k trials (pass_1 .. pass_k)",
            floor="a bot that does nothing (do_nothing)",
            bars=(Bar("pass_1", _TAU_GATES[each.name], 0.95), Bar("forbidden_writes", 0, 0, at_most=True)),
            licence="MIT",
            source="github.com/sierra-research/tau2-bench, tau-bench",
        )
        for each in tau_retail.BENCHMARKS.values()
    ),
    *BENCHMARKS.values(),
    Listed(
        name=repairs.NAME,
        needs="",
        metric="share of talks that stand as they should after a correction, a change of mind, a digression, ... (passed)",
        floor="a bot that does nothing: 8 %",
        bars=(Bar("passed", 0.97, 0.99), Bar("turn_back_drop", 0.01, 0, at_most=True)),
        licence="as xiaoer",
        source="evals/repairs",
    ),
    injections.LISTED,
)
