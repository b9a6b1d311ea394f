"""The command line ``xiaoer``. Only names and options stand here; the work is imported when a command runs.

Exit status: 0 done, 1 the thing asked for failed, 2 the call was wrong. ``--json`` prints one JSON object on stdout and
nothing else; progress and logs go to stderr.
"""

# ruff: noqa: PLC0415, FBT002, PLR0913, PLR0917  (imported when a command runs; options are flags, one argument each)
from __future__ import annotations

import gc
import io
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from channels.accounts_cli import accounts_app
from channels.cli_options import As, Data, Json, Language, Role, TokenRole, identifier
from channels.desk_cli import desk_app
from channels.eval_cli import eval_app
from channels.llm_cli import llm_app
from channels.models_cli import models_app
from channels.outward.cli import webhooks_app
from channels.people_cli import people_app
from channels.tickets_cli import tickets_app

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
nlu_app = typer.Typer(
    help="The understanding: review what it read with doubt, retrain it; or train intents and slots of your own.",
    no_args_is_help=True,
)
emotion_app = typer.Typer(
    help="How people feel: measure how well it is recognised; learn voices.", no_args_is_help=True
)
app.add_typer(accounts_app, name="accounts")
app.add_typer(people_app, name="customers")
app.add_typer(desk_app, name="desk")
app.add_typer(eval_app, name="eval")
app.add_typer(emotion_app, name="emotion")
app.add_typer(llm_app, name="llm")
app.add_typer(models_app, name="models")
app.add_typer(nlu_app, name="nlu")
app.add_typer(tickets_app, name="tickets")
app.add_typer(tools_app, name="tools")
app.add_typer(webhooks_app, name="webhooks")


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
    text: Annotated[
        str | None,
        typer.Argument(metavar="[TEXT]", help="The message; a file may speak for itself.", show_default=False),
    ] = None,
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
        typer.Option("--conversation", metavar="ID", callback=identifier, help="Go on with this conversation."),
    ] = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Send one message, print one answer, exit."""
    from channels.terminal import Said
    from channels.terminal import say as run

    files = [path for path in (image, audio) if path is not None]
    if text is None and not files:
        raise typer.BadParameter("expected a TEXT, an --image or an --audio")
    said = Said(text=text or "", role=role, customer=customer, files=files, conversation_id=conversation)
    run(data=data, said=said, as_json=as_json)


@app.command()
def brief(
    date: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="A day that is over. [yesterday]")
    ] = None,
    lang: Annotated[Language | None, typer.Option("--lang", help="Language of the brief. [the shop's]")] = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Say what was unusual about a day of the shop, why, and what waits for a decision."""
    from channels.briefs import brief as run

    run(data, date.date() if date else None, lang=lang, as_json=as_json)


@app.command()
def token(
    role: Annotated[TokenRole, typer.Option("--role", help="Who it is for.")],
    subject: Annotated[
        list[str] | None,
        typer.Option(
            "--subject",
            metavar="ID",
            callback=identifier,
            help="Customer, agent or merchant id; several give a token each.",
        ),
    ] = None,
    supervisor: Annotated[
        bool, typer.Option("--supervisor", help="Of an agent: may also manage accounts and read the audit log.")
    ] = False,
    data: Data = None,
) -> None:
    """Print a signed token for the HTTP API; a shopper without a subject is an anonymous visitor."""
    from channels.terminal import token as run

    if supervisor and role != "agent":
        raise typer.BadParameter("only an agent can be a supervisor: --role agent --supervisor")
    run(data=data, role=role, subjects=subject or [None], supervisor=supervisor)


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
def tools_list(as_json: Json = False, data: Data = None) -> None:
    """List every tool with its description: shipped, the shop's own, and those of external servers."""
    from channels.tool_commands import list_tools

    list_tools(data, as_json=as_json)


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
def figures(
    question: Annotated[
        str,
        typer.Argument(metavar="JSON", help="The arguments of shop_figures, or {tool, arguments} of another question."),
    ],
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Save it: .csv, .xlsx or .png.")] = None,
    lang: Annotated[Language, typer.Option("--lang", help="The language of names and words.")] = "zh",
    data: Data = None,
) -> None:
    """Answer a question about the shop's figures, as JSON or in a file."""
    from channels.figure_commands import save_figures

    save_figures(data, question, to, lang)


@app.command()
def replay(
    conversation_id: Annotated[str, typer.Argument(metavar="CONVERSATION_ID", callback=identifier)],
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


@app.command()
def audit(
    kind: Annotated[
        Literal["call", "sign_in", "account", "seen"] | None, typer.Option("--kind", help="Only such rows.")
    ] = None,
    actor: Annotated[str | None, typer.Option("--actor", metavar="NAME", help="Who did it.")] = None,
    deed: Annotated[str | None, typer.Option("--deed", help="A tool, or sign_in, see_ticket ...")] = None,
    about: Annotated[
        str | None, typer.Option("--object", help="conversation:ID, ticket:ID, customer:ID or account:NAME.")
    ] = None,
    customer: Annotated[
        str | None, typer.Option("--customer", metavar="ID", help="What was seen or done of a customer's.")
    ] = None,
    outcome: Annotated[str | None, typer.Option("--outcome", help="ok, refused, failed, needs_confirmation.")] = None,
    since: Annotated[datetime | None, typer.Option("--since", help="From then on, in UTC.")] = None,
    until: Annotated[datetime | None, typer.Option("--until", help="Until then, in UTC.")] = None,
    before: Annotated[int | None, typer.Option("--before", help="Rows older than this id.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many.")] = 50,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Say who signed in, who saw whose data, and who did what; newest first."""
    from channels.audit_api import Asked
    from channels.audit_commands import audit as run

    asked = Asked(kind, actor, deed, about, customer, outcome, since, until, before, limit)
    run(data, asked, as_json=as_json)


@nlu_app.command("train")
def nlu_train(
    rows: Annotated[
        Path, typer.Argument(metavar="DATA", exists=True, dir_okay=False, help="JSON lines: text, intent, slots.")
    ],
    out: Annotated[Path, typer.Option("--out", file_okay=False, help="Folder to write the model into.")],
    encoder: Annotated[
        str | None,
        typer.Option(
            help="A Hugging Face encoder, by name or folder, in place of the embedded ones.", metavar="NAME|DIR"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Train on labelled messages: their intents, their slots, or both.

    A line is {"text": "book a table in Rome", "intent": "book", "slots": {"city": "Rome"}, "lang": "en"}; lang may be missing, and
    intent or slots. A slot may have several values ({"city": ["Rome", "Pisa"]}), or slots are spans in characters, the end not
    included ([{"start": 16, "end": 20, "label": "city"}]). Mark all slots of a line or leave out "slots"; {} says that it has none.
    The intent out_of_scope (or oos) says: none of the others.
    """
    from channels.nlu_commands import train

    train(rows, out, encoder=encoder, as_json=as_json)


@nlu_app.command("test")
def nlu_test(
    rows: Annotated[
        Path, typer.Argument(metavar="DATA", exists=True, dir_okay=False, help="JSON lines: text, intent, slots.")
    ],
    model: Annotated[Path, typer.Option("--model", exists=True, file_okay=False, help="What train has written.")],
    as_json: Json = False,
) -> None:
    """Measure what was trained on labelled messages: intents, and slots by their exact boundaries and label."""
    from channels.nlu_commands import test

    test(rows, model, as_json=as_json)


@nlu_app.command("read")
def nlu_read(
    text: Annotated[str, typer.Argument(help="A message.")],
    model: Annotated[Path, typer.Option("--model", exists=True, file_okay=False, help="What train has written.")],
    as_json: Json = False,
) -> None:
    """Say which intent and slots a trained model reads in a message, and how surely."""
    from channels.nlu_commands import read

    read(text, model, as_json=as_json)


@nlu_app.command("review")
def nlu_review(
    days: Annotated[int, typer.Option(min=1, help="How far back to look.")] = 30,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Label the messages that were read with doubt, in groups, with one key each; --json prints the groups."""
    from channels.nlu_review import review

    review(data, days, as_json=as_json)


@nlu_app.command("retrain")
def nlu_retrain(
    force: Annotated[bool, typer.Option("--force", help="Use the retrained model even where it is worse.")] = False,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Teach the labels, compare with the model in use on frozen messages, and use it where it is no worse."""
    from channels.nlu_review import retrain

    retrain(data, force=force, as_json=as_json)


@nlu_app.command("rollback")
def nlu_rollback(as_json: Json = False, data: Data = None) -> None:
    """Go back to the model before the one that was retrained last."""
    from channels.nlu_review import rollback

    rollback(data, as_json=as_json)


@emotion_app.command("test")
def emotion_test(
    rows: Annotated[
        Path,
        typer.Argument(
            metavar="DATA", exists=True, dir_okay=False, help="JSON lines: text, emotion; or audio, emotion, speaker."
        ),
    ],
    model: Annotated[
        Path | None,
        typer.Option("--model", exists=True, dir_okay=False, help="A voice model in place of the shipped one."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure how well moods are recognised, in words or in voices."""
    from channels.emotion_commands import test

    test(rows, model, as_json=as_json)


@emotion_app.command("train")
def emotion_train(
    rows: Annotated[
        Path, typer.Argument(metavar="DATA", exists=True, dir_okay=False, help="JSON lines: audio, emotion, speaker.")
    ],
    out: Annotated[Path, typer.Option("--out", dir_okay=False, help="File (.npz) to write the model into.")],
    as_json: Json = False,
) -> None:
    """Learn how moods sound from recordings; in DIR/models/voice-emotion.npz of the data folder it is used."""
    from channels.emotion_commands import train

    train(rows, out, as_json=as_json)


@app.command()
def doctor(as_json: Json = False, data: Data = None) -> None:
    """Say what works on this machine, what does not, and the command that mends it."""
    from channels.doctor import doctor as run

    run(data, as_json=as_json)


@app.command()
def mcp(
    role: Annotated[TokenRole, typer.Option("--role", help="Who acts; it decides which tools there are.")] = "shopper",
    subject: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="CUSTOMER_ID",
            callback=identifier,
            help="The signed-in customer, a visitor without it; of a merchant or an agent their own id.",
        ),
    ] = None,
    conversation: Annotated[
        str | None,
        typer.Option(
            "--conversation",
            metavar="ID",
            callback=identifier,
            help="Of an agent: act for the customer of this conversation while holding it.",
        ),
    ] = None,
    lang: Annotated[
        Language | None, typer.Option("--lang", help="Language of questions and sentences. [the shop's]")
    ] = None,
    data: Data = None,
) -> None:
    """Offer the tools to an MCP client, over stdin and stdout; a client starts this command itself."""
    from channels.mcp.serving import seat_of
    from channels.mcp.serving import serve as run
    from channels.settings import SettingsError, load_settings

    seat = seat_of(role, subject, conversation, lang)
    try:
        settings = load_settings(data=data)
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from None
    run(settings, seat)


def main() -> None:
    """Run the command line."""
    gc.set_threshold(
        50_000, 20, 20
    )  # a command makes much that stays, modules above all: looked through less often, it is there sooner
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
