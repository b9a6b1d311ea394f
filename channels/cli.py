"""The command line ``xiaoer``. Only names and options stand here; the work is imported when a command runs.

Exit status: 0 done, 1 the thing asked for failed, 2 the call was wrong. ``--json`` prints one JSON object on stdout and
nothing else; progress and logs go to stderr.
"""

# ruff: noqa: PLC0415, FBT002, PLR0913, PLR0917  (imported when a command runs; options are flags, one argument each)
from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(
    name="xiaoer",
    help="xiaoer (小二, the shop hand): a conversational agent platform for e-commerce, in Chinese and English.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
tools_app = typer.Typer(help="The tools that flows, agents and people act through.", no_args_is_help=True)
nlu_app = typer.Typer(help="A classifier for messages of your own: train it, test it.", no_args_is_help=True)
eval_app = typer.Typer(no_args_is_help=True, help="Judge the bot by conversations, and its parts by public benchmarks.")
app.add_typer(eval_app, name="eval")
app.add_typer(nlu_app, name="nlu")
app.add_typer(tools_app, name="tools")


Speaker = Literal["shopper", "merchant"]
TokenRole = Literal["shopper", "merchant", "agent"]
Language = Literal["zh", "en"]
Talker = Literal["agenda", "llm"]


def _identifier(given: str | list[str] | None) -> str | list[str] | None:
    """Refuse what can be nobody's id: nothing at all, control characters, bytes that are no UTF-8."""
    for value in given if isinstance(given, list) else [given]:
        if value is not None and not (value.strip() and value.isprintable()):
            raise typer.BadParameter("expected an id of printable characters in UTF-8")
    return given


def _destination(given: Path | None) -> Path | None:
    """Refuse a file that cannot be written, before minutes of work are done for it."""
    if given is not None:
        from channels.console import check_writable

        check_writable(given)
    return given


Data = Annotated[
    Path | None, typer.Option("--data", help="Folder of all state. [XIAOER_DATA, ./xiaoer-data]", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]
As = Annotated[
    str | None,
    typer.Option(
        "--as", metavar="CUSTOMER_ID", callback=_identifier, help="The signed-in customer; a visitor without it."
    ),
]
Role = Annotated[Speaker, typer.Option("--role", help="Who talks.")]
Sets = Annotated[Path, typer.Option("--data", exists=True, file_okay=False, help="Folder of the public data sets.")]
HeldOut = Annotated[
    Path | None,
    typer.Option("--test", exists=True, file_okay=False, help="Measure on the same-named folder of this one."),
]
Trials = Annotated[int, typer.Option("--trials", min=1, max=100, help="How often each is held.")]
Limit = Annotated[
    int | None, typer.Option("--limit", min=1, help="Only so many tasks or messages. [all]", show_default=False)
]
Show = Annotated[bool, typer.Option("--show", help="Print every conversation, to stderr.")]


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. [127.0.0.1]", show_default=False)] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one. [8000]", show_default=False)] = None,
    data: Data = None,
) -> None:
    """Run the whole platform; the first start builds the demo shop where no shop was imported."""
    from channels.serving import serve as run

    run(data=data, host=host, port=port)


@app.command()
def chat(
    role: Role = "shopper",
    customer: As = None,
    lang: Annotated[Language | None, typer.Option("--lang", help="Language of the greeting.")] = None,
    data: Data = None,
) -> None:
    """Talk to it in the terminal."""
    from channels.terminal import chat as run

    run(data=data, role=role, customer=customer, lang=lang)


@app.command()
def say(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The message.")],
    role: Role = "shopper",
    customer: As = None,
    image: Annotated[
        Path | None, typer.Option("--image", exists=True, dir_okay=False, help="A picture to send along.")
    ] = None,
    audio: Annotated[
        Path | None, typer.Option("--audio", exists=True, dir_okay=False, help="A recording to send along.")
    ] = None,
    conversation: Annotated[
        str | None,
        typer.Option("--conversation", metavar="ID", callback=_identifier, help="Go on with this conversation."),
    ] = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Send one message, print one answer, exit."""
    from channels.terminal import Said
    from channels.terminal import say as run

    files = [path for path in (image, audio) if path is not None]
    said = Said(text=text, role=role, customer=customer, files=files, conversation_id=conversation)
    run(data=data, said=said, as_json=as_json)


@app.command()
def token(
    role: Annotated[TokenRole, typer.Option("--role", help="Who it is for.")],
    subject: Annotated[
        list[str] | None,
        typer.Option(
            "--subject",
            metavar="ID",
            callback=_identifier,
            help="Customer, agent or merchant id; several give a token each.",
        ),
    ] = None,
    data: Data = None,
) -> None:
    """Print a signed token for the HTTP API; a shopper without a subject is an anonymous visitor."""
    from channels.terminal import token as run

    run(data=data, role=role, subjects=subject or [None])


@app.command("import")
def import_command(
    format_name: Annotated[str, typer.Argument(metavar="FORMAT", help="shopify, olist, tau-retail, csv or xiaoer.")],
    path: Annotated[Path, typer.Argument(metavar="PATH", exists=True, help="The folder or file to import.")],
    mapping: Annotated[
        Path | None, typer.Option("--mapping", exists=True, dir_okay=False, help="YAML file with the shop's own names.")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Empty the shop first.")] = False,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Bring a shop's data in; reports rows read, kept and refused, and why."""
    from channels.shop_files import import_files

    import_files(data, format_name, path, mapping=mapping, replace=replace, as_json=as_json)


@app.command("export")
def export_command(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Folder or .zip file to write.")],
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Write the whole shop and its conversations, as `import xiaoer` reads them again."""
    from channels.shop_files import export_files

    export_files(data, path, as_json=as_json)


@tools_app.command("list")
def tools_list(as_json: Json = False) -> None:
    """List every tool with its description."""
    from channels.tool_commands import list_tools

    list_tools(as_json=as_json)


@tools_app.command("call")
def tools_call(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The tool.")],
    arguments: Annotated[str, typer.Argument(metavar="JSON", help="Its arguments, as a JSON object.")] = "{}",
    role: Annotated[TokenRole, typer.Option("--role", help="Who acts.")] = "shopper",
    subject: As = None,
    yes: Annotated[bool, typer.Option("--yes", help="Consent to what the call would do.")] = False,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Call a tool through the executor."""
    from channels.tool_commands import call_tool

    call_tool(data, name, arguments, role=role, subject=subject, consent=yes, as_json=as_json)


@app.command()
def replay(
    conversation_id: Annotated[str, typer.Argument(metavar="CONVERSATION_ID", callback=_identifier)],
    scenario: Annotated[
        Path | None,
        typer.Option("--to-scenario", metavar="FILE", help="Write it as a scenario, personal data masked, instead."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over FILE.")] = False,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Show a past conversation, step by step, or make a scenario of it."""
    from channels.replaying import replay as run
    from channels.replaying import to_scenario

    if scenario is not None:
        to_scenario(data, conversation_id, scenario, force=force)
    else:
        run(data, conversation_id, as_json=as_json)


@eval_app.command("scenarios")
def eval_scenarios(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Scenario files, or folders of them.")],
    trials: Trials = 1,
    shopper: Annotated[
        Talker, typer.Option("--shopper", help="Who talks: the scenario's agenda, or an LLM (XIAOER_SHOPPER_LLM_URL).")
    ] = "agenda",
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="Only the trial with this seed.", show_default=False)
    ] = None,
    only: Annotated[list[str] | None, typer.Option("--only", metavar="ID", help="Only these scenarios.")] = None,
    html: Annotated[Path | None, typer.Option("--html", callback=_destination, help="Write a page of it.")] = None,
    junit: Annotated[Path | None, typer.Option("--junit", callback=_destination, help="Write JUnit XML of it.")] = None,
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


@eval_app.command("tau2-retail")
def eval_tau2_retail(
    data: Sets, test: HeldOut = None, trials: Trials = 1, limit: Limit = None, show: Show = False, as_json: Json = False
) -> None:
    """Judge the retail tasks of tau2-bench by the shop's records, with a shopper made from their texts."""
    from channels.benchmark_commands import Wanted, tau_retail

    tau_retail("tau2-retail", Wanted(data, test, trials, limit, show, as_json))


@eval_app.command("tau1-retail")
def eval_tau1_retail(
    data: Sets, test: HeldOut = None, trials: Trials = 1, limit: Limit = None, show: Show = False, as_json: Json = False
) -> None:
    """Judge the retail tasks of the first tau-bench in the same way."""
    from channels.benchmark_commands import Wanted, tau_retail

    tau_retail("tau1-retail", Wanted(data, test, trials, limit, show, as_json))


BENCHMARKS = {
    "banking77": "77 fine intents of a bank's customers, English.",
    "clinc150": "150 intents, and what is out of scope, English.",
    "banking77_oos": "What is out of scope near by and far off, English.",
    "xsid_zh_en": "Intents of the same requests in Chinese and English.",
    "tau2_banking_kb": "Documents that a case of a bank needs, English.",
    "crosswoz": "What a traveller wants, turn by turn, Chinese.",
    "jddc_uss": "Satisfaction and intents of a large shop's customers, Chinese.",
    "smp2020_ewect": "Six emotions of posts, Chinese.",
    "voice_emodb": "Seven emotions of voices, German.",
    "voice_ravdess": "Eight emotions of voices, English.",
    "agent_prompt_injection": "Texts that want to be orders, where tools return them.",
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
    html: Annotated[Path | None, typer.Option("--html", callback=_destination, help="Write a page of it.")] = None,
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


@eval_app.command("list")
def eval_list(as_json: Json = False) -> None:
    """List the benchmarks: what each needs and measures, and its last result."""
    from channels.benchmark_commands import benchmarks

    benchmarks(as_json=as_json)


@nlu_app.command("train")
def nlu_train(
    rows: Annotated[
        Path, typer.Argument(metavar="DATA", exists=True, dir_okay=False, help="JSON lines: text, intent.")
    ],
    out: Annotated[Path, typer.Option("--out", file_okay=False, help="Folder to write the model into.")],
    as_json: Json = False,
) -> None:
    """Train a classifier on labelled messages; the label out_of_scope (or oos) says: none of the others."""
    from channels.nlu_commands import train

    train(rows, out, as_json=as_json)


@nlu_app.command("test")
def nlu_test(
    rows: Annotated[
        Path, typer.Argument(metavar="DATA", exists=True, dir_okay=False, help="JSON lines: text, intent.")
    ],
    model: Annotated[Path, typer.Option("--model", exists=True, file_okay=False, help="What train has written.")],
    as_json: Json = False,
) -> None:
    """Measure a trained classifier on labelled messages."""
    from channels.nlu_commands import test

    test(rows, model, as_json=as_json)


@app.command()
def doctor(as_json: Json = False, data: Data = None) -> None:
    """Say what works on this machine, what does not, and the command that mends it."""
    from channels.doctor import doctor as run

    run(data, as_json=as_json)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                errors="replace"
            )  # GBK has no ¥, Latin-1 no Chinese: a question mark is better than no answer
    try:
        app()
    except OSError as error:  # the answer was made and cannot be written where it should go
        typer.echo(f"xiaoer: {error.strerror or error or type(error).__name__}", err=True)
        raise SystemExit(1) from None
