"""``xiaoer llm``: names and options of the commands for language models; the work is imported when one runs."""

# ruff: noqa: PLC0415, FBT002, PLR0913, PLR0917  (imported when a command runs; options are flags, one argument each)
from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from channels.cli_options import Data, Json

llm_app = typer.Typer(
    no_args_is_help=True,
    help="Language models: try the configured ones; serve, teach and measure a small one on this machine.",
)

Model = Annotated[
    Path | None,
    typer.Option(
        "--model", exists=True, dir_okay=False, help="A GGUF file. [SmolLM2 of its package]", show_default=False
    ),
]
Adapter = Annotated[
    Path | None,
    typer.Option(
        "--adapter", metavar="DIR|FILE", exists=True, help="What train has written, or a LoRA adapter (GGUF)."
    ),
]
Shop = Annotated[
    Path | None,
    typer.Option(
        "--shop", file_okay=False, help="Folder of all state. [XIAOER_DATA, ./xiaoer-data]", show_default=False
    ),
]


@llm_app.command("serve")
def llm_serve(
    model: Model = None,
    adapter: Adapter = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8081,
) -> None:
    """Serve a small model on this machine, for XIAOER_LLM_URL: OpenAI-compatible, loopback only, one thread."""
    from channels.llm_commands import serve

    serve(model, adapter, port)


@llm_app.command("check")
def llm_check(as_json: Json = False, data: Data = None) -> None:
    """Ask every configured model something and say whether its answer can be used; exit status 1 where one cannot."""
    from channels.llm_trial import check

    check(data, as_json=as_json)


@llm_app.command("train")
def llm_train(
    out: Annotated[Path, typer.Option("--out", file_okay=False, help="Folder to write the adapter into.")],
    data: Annotated[
        Path | None,
        typer.Option("--data", exists=True, dir_okay=False, help="JSON lines of your own: text, intent, lang."),
    ] = None,
    steps: Annotated[int, typer.Option(min=1, max=100_000, help="Steps of eight messages.")] = 200,
    minutes: Annotated[float | None, typer.Option(min=0.1, help="Come to an end within this time.")] = None,
    seed: Annotated[int, typer.Option(help="The same one gives the same adapter.")] = 7,
    model: Model = None,
    as_json: Json = False,
    shop: Shop = None,
) -> None:
    """Teach a small model to read messages into commands, from the utterances of the shop's flows (LoRA; minutes on one core)."""
    from agent.llm.lora import Plan
    from channels.llm_commands import train

    train(shop, out, Plan(steps, minutes, seed), rows=data, base=model, as_json=as_json)


@llm_app.command("evaluate")
def llm_evaluate(
    adapter: Adapter = None,
    model: Model = None,
    purpose: Annotated[
        Literal["understand", "write"], typer.Option(help="Read messages, or put replies in other words.")
    ] = "understand",
    limit: Annotated[int, typer.Option(min=1, help="Messages of each set and language, at most.")] = 150,
    as_json: Json = False,
    shop: Shop = None,
) -> None:
    """Measure a small model: how it reads, beside the embedded understanding, messages that neither has learnt; or how it rewords."""
    from channels.llm_commands import Measured, evaluate

    evaluate(shop, Measured(purpose, model, adapter, limit), as_json=as_json)
