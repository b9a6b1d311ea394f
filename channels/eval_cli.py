"""``xiaoer eval``: names and options of the commands that judge; the work is imported when one runs."""

# ruff: noqa: PLC0415, FBT002, PLR0913, PLR0917  (imported when a command runs; options are flags, one argument each)
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer

from channels.cli_options import Json, destination

eval_app = typer.Typer(no_args_is_help=True, help="Judge the bot by conversations, and its parts by public benchmarks.")

Talker = Literal["agenda", "llm"]
Mind = Literal["embedded", "llm"]
RepairKind = Literal["correct", "cancel", "digress", "clarify", "several", "conditional", "change_of_mind"]
Lang = Literal["zh", "en"]
Sets = Annotated[Path, typer.Option("--data", exists=True, file_okay=False, help="Folder of the public data sets.")]
LastOrSets = Annotated[
    Path | None,
    typer.Option(
        "--data", exists=True, file_okay=False, help="Folder of the public sets; without it the last results."
    ),
]
HeldOut = Annotated[
    Path | None,
    typer.Option("--test", exists=True, file_okay=False, help="Measure on the same-named folder of this one."),
]
Trials = Annotated[int, typer.Option("--trials", min=1, max=100, help="How often each is held.")]
Limit = Annotated[
    int | None, typer.Option("--limit", min=1, help="Only so many tasks or messages. [all]", show_default=False)
]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Only the trial with this seed.", show_default=False)]
Only = Annotated[list[str] | None, typer.Option("--only", metavar="ID", help="Only these; may be given again.")]
Html = Annotated[Path | None, typer.Option("--html", callback=destination, help="Write a page of it.")]
Junit = Annotated[Path | None, typer.Option("--junit", callback=destination, help="Write JUnit XML of it.")]
Show = Annotated[bool, typer.Option("--show", help="Print every conversation, to stderr.")]


@eval_app.command("scenarios")
def eval_scenarios(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Scenario files, or folders of them.")],
    trials: Trials = 1,
    shopper: Annotated[
        Talker, typer.Option("--shopper", help="Who talks: the scenario's agenda, or an LLM (XIAOER_SHOPPER_LLM_URL).")
    ] = "agenda",
    agent: Annotated[
        Mind, typer.Option("--agent", help="Who answers: the embedded mind, or the models of XIAOER_LLM_* with it.")
    ] = "embedded",
    seed: Seed = None,
    only: Only = None,
    html: Html = None,
    junit: Junit = None,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", dir_okay=False, help="Compare with this file: fail where a scenario fell below it."),
    ] = None,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="Write what passed into that file instead.")
    ] = False,
    show: Show = False,
    as_json: Json = False,
    data: Annotated[
        Path | None, typer.Option("--data", help="Hold them on a copy of the shop in this folder. [a demo shop]")
    ] = None,
) -> None:
    """Let simulated shoppers talk, and judge by the rows that they leave in the shop."""
    from channels.eval_commands import Wanted, scenarios

    wanted = Wanted(
        trials=trials,
        shopper=shopper,
        agent=agent,
        seed=seed,
        only=tuple(only or ()),
        data=data,
        html=html,
        junit=junit,
        baseline=baseline,
        write_baseline=write_baseline,
        show=show,
        as_json=as_json,
    )
    scenarios(paths, wanted)


@eval_app.command("repairs")
def eval_repairs(
    kind: Annotated[RepairKind | None, typer.Option("--kind", help="Only this kind of repair.")] = None,
    lang: Annotated[Lang | None, typer.Option("--lang", help="Only this language.")] = None,
    part: Annotated[
        Literal["dev", "frozen", "all"],
        typer.Option("--part", help="The half to mend by, or the one that is only counted."),
    ] = "all",
    only: Only = None,
    html: Html = None,
    show: Show = False,
    as_json: Json = False,
) -> None:
    """Corrections, changes of mind, digressions and the like in many words, judged by where the conversation ends."""
    from channels.repair_commands import Wanted, repairs

    repairs(
        Wanted(
            kind=kind,
            lang=lang,
            part=None if part == "all" else part,
            only=tuple(only or ()),
            html=html,
            show=show,
            as_json=as_json,
        )
    )


@eval_app.command("tickets")
def eval_tickets(limit: Limit = None, as_json: Json = False) -> None:
    """Hold 100 conversations to a ticket: what it holds, what it says without support, and whether it goes to the right people."""
    from channels.ticket_commands import tickets

    tickets(limit, as_json=as_json)


@eval_app.command("injections")
def eval_injections(
    data: Annotated[
        Path | None,
        typer.Option("--data", exists=True, file_okay=False, help="Folder of the public sets: their attacks too."),
    ] = None,
    test: HeldOut = None,
    mind: Annotated[
        Literal["embedded", "obeying", "both"],
        typer.Option(
            "--mind", help="The embedded mind, a language model that obeys whatever it reads, or one after the other."
        ),
    ] = "both",
    only: Only = None,
    limit: Limit = None,
    show: Show = False,
    as_json: Json = False,
) -> None:
    """Plant 150 texts that want to be orders where the bot reads; ends with 1 where something came of one that nobody may have."""
    from channels.injection_commands import Wanted, injections

    injections(Wanted(data, test, mind, tuple(only or ()), limit, show, as_json))


@eval_app.command("escalation")
def eval_escalation(
    data: Annotated[
        Path | None,
        typer.Option("--data", exists=True, file_okay=False, help="Folder of the public sets: rated dialogues too."),
    ] = None,
    part: Annotated[
        Literal["dev", "held_out"],
        typer.Option("--part", help="The half of the messages to improve by, or the one that is only counted."),
    ] = "held_out",
    scenarios: Annotated[
        bool, typer.Option("--scenarios/--no-scenarios", help="Play the scenario library too, which takes minutes.")
    ] = True,
    as_json: Json = False,
) -> None:
    """When a person is needed: precision and recall by sign and language; ends with 1 where a bar is not met."""
    from channels.escalation_commands import Wanted, escalation

    escalation(Wanted(data=data, part=part, scenarios=scenarios, as_json=as_json))


def _tasks_command(name: str) -> Callable[..., None]:
    def command(
        data: Sets,
        test: HeldOut = None,
        trials: Trials = 1,
        seed: Seed = None,
        only: Only = None,
        limit: Limit = None,
        html: Html = None,
        junit: Junit = None,
        show: Show = False,
        as_json: Json = False,
    ) -> None:
        from channels.benchmark_commands import Wanted, tau_retail

        wanted = Wanted(
            data=data,
            test=test,
            trials=trials,
            seed=seed,
            only=tuple(only or ()),
            limit=limit,
            html=html,
            junit=junit,
            show=show,
            as_json=as_json,
        )
        tau_retail(name, wanted)

    return command


for _name, _about in {
    "tau2-retail": "Judge the retail tasks of tau2-bench by the shop's records, with a shopper made from their texts.",
    "tau1-retail": "Judge the retail tasks of the first tau-bench in the same way.",
}.items():
    eval_app.command(_name, help=_about)(_tasks_command(_name))


BENCHMARKS = {
    "banking77": "77 fine intents of a bank's customers, English.",
    "clinc150": "150 intents, and what is out of scope, English.",
    "banking77_oos": "What is out of scope near by and far off, English.",
    "xsid_zh_en": "Intents of the same requests in Chinese and English.",
    "tau2_banking_kb": "Documents that a case of a bank needs, English.",
    "crosswoz": "What a traveller wants, turn by turn, Chinese.",
    "jddc_uss": "Satisfaction and intents of a large shop's customers, Chinese.",
    "smp2020_ewect": "Six emotions of posts, Chinese.",
    "goemotions": "27 emotions of comments, several at once, English.",
    "online_shopping_10_cats": "Praise or complaint in reviews of a web shop, Chinese.",
    "waimai_10k": "Praise or complaint in reviews of food deliveries, Chinese.",
    "fewclue_eprstmt": "Praise or complaint in product reviews, few of them labelled, Chinese.",
    "voice_emodb": "Seven emotions of voices, German.",
    "voice_ravdess": "Eight emotions of voices, English.",
    "agent_prompt_injection": "Texts that want to be orders, where tools return them.",
    "price_orange_juice": "Own-price elasticity of orange juice in 83 stores.",
    "price_dominicks_beer": "Own-price elasticity and weekly sales of 60 beers in 68 stores.",
    "price_retail_olist_elasticity": "Own-price elasticity and monthly sales of 52 products of a marketplace.",
    "risk_cloudwalk_chargeback": "Card payments that the bank took back, in time order.",
    "risk_ecommerce_fraud": "First purchases that were fraud, the later ones by the earlier.",
    "demo_rings": "Rings of accounts planted in the demo shop.",
    "rec_sequences": "The next purchase among everything that a shop sells: Beauty, Toys, Sports.",
    "img_grocery_store": "A phone photo finds the packshot of its product.",
    "img_clothing_small": "Customers' photos of clothes: like finds like, and the kind of garment.",
    "copilot": "A merchant's hundred questions about the figures of a real shop.",
}
"""The public benchmarks that are run alike; `evals.benchmarks.registry` has them with all that there is to say."""


def _benchmark_command(name: str) -> Callable[..., None]:
    def command(data: Sets, test: HeldOut = None, limit: Limit = None, as_json: Json = False) -> None:
        from channels.benchmark_commands import benchmark

        benchmark(name, data=data, test=test, limit=limit, as_json=as_json)

    return command


for _name, _about in BENCHMARKS.items():
    eval_app.command(_name, help=_about)(_benchmark_command(_name))


@eval_app.command("load")
def eval_load(
    rate: Annotated[
        list[float] | None,
        typer.Option(
            "--rate", metavar="N", min=0.01, max=10_000, help="Messages a second; several are taken in turn. [20, 50]"
        ),
    ] = None,
    seconds: Annotated[float, typer.Option("--seconds", min=1, max=86_400, help="Length of each step.")] = 20.0,
    over: Annotated[
        Literal["http", "websocket", "both"], typer.Option("--over", help="Which door; both are taken in turn.")
    ] = "both",
    arrivals: Annotated[
        Literal["poisson", "constant"], typer.Option("--arrivals", help="Messages come at random, or evenly.")
    ] = "poisson",
    sockets: Annotated[int, typer.Option("--sockets", min=0, max=60_000, help="Idle sockets held all the time.")] = 0,
    timeout: Annotated[float, typer.Option("--timeout", min=0.1, help="Seconds that an answer is waited for.")] = 30.0,
    url: Annotated[
        str | None, typer.Option("--url", help="A running server, whose folder is --data. [one is started]")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help="Port of the server that is started. [a free one]")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", callback=destination, help="Write a page of it.")] = None,
    as_json: Json = False,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", file_okay=False, help="Folder of the shop, which the load changes. [a demo shop of its own]"
        ),
    ] = None,
) -> None:
    """Send messages on a fixed schedule, over HTTP and WebSocket, and say how long shoppers wait."""
    from channels.load_commands import Wanted, load
    from evals.bench.load import Plan

    plan = Plan(
        rates=tuple(rate or Plan.rates),
        seconds=seconds,
        over=Plan.over if over == "both" else (over,),
        arrivals=arrivals,
        sockets=sockets,
        timeout_s=timeout,
    )
    load(plan, Wanted(data, url, port, html, as_json))


@eval_app.command("routing")
def eval_routing(
    conversations: Annotated[
        int, typer.Option("--conversations", min=20, max=100_000, help="How many come to the desk in a day.")
    ] = 5000,
    agents: Annotated[int, typer.Option("--agents", min=1, max=500, help="How many people work at it.")] = 20,
    days: Annotated[int, typer.Option("--days", min=2, max=100, help="How many days are drawn, one a seed.")] = 8,
    unfamiliar: Annotated[
        float,
        typer.Option(
            "--unfamiliar", min=1.0, max=5.0, help="How much longer a case takes an agent who is not of its queue."
        ),
    ] = 1.3,
    html: Html = None,
    as_json: Json = False,
) -> None:
    """Simulated days at the desk: how long people wait by our routing, and by first come, first served."""
    from channels.routing_commands import routing
    from evals.routing.run import Plan

    routing(Plan(conversations, agents, days, unfamiliar), html=html, as_json=as_json)


@eval_app.command("understanding")
def eval_understanding(
    data: LastOrSets = None, test: HeldOut = None, limit: Limit = None, as_json: Json = False
) -> None:
    """Every figure of the understanding beside its bar, and what a message takes by stage; ends with 1 where one is not met."""
    from channels.benchmark_commands import understanding

    understanding(data, test, limit, as_json=as_json)


@eval_app.command("models")
def eval_models(data: LastOrSets = None, test: HeldOut = None, limit: Limit = None, as_json: Json = False) -> None:
    """Every figure of the models behind the tools beside its floor, gate and goal; ends with 1 where a gate is not met."""
    from channels.benchmark_commands import models

    models(data, test, limit, as_json=as_json)


@eval_app.command("list")
def eval_list(as_json: Json = False) -> None:
    """List the benchmarks: what each needs and measures, and its last result."""
    from channels.benchmark_commands import benchmarks

    benchmarks(as_json=as_json)
