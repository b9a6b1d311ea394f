"""``xiaoer figures``: a structured question answered as JSON, or saved as CSV, XLSX or PNG."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast, get_args

import pydantic
import typer

from channels.auth import caller_for
from channels.console import FAILED, WRONG_CALL, fail, platform_of, print_json, run, settings_for
from channels.exports import Format, exported
from channels.problems import ProblemError
from channels.settings import Settings
from knowledge.types import Lang, new_id
from tools.analytics.query import Question
from tools.base import Outcome, ToolCall


def save_figures(data: Path | None, text: str, to: Path | None, lang: Lang) -> None:
    """Answer the question `text` holds; without `to` as JSON on stdout, else in a file of the kind that its name ends with."""
    question, kind = _question(text), _kind(to)
    outcome = run(_answer(settings_for(data), question, lang))
    if outcome.status != "ok" or outcome.evidence is None:
        fail(f"{outcome.code}: {json.dumps(outcome.facts, ensure_ascii=False, default=str)}", FAILED)
    found = outcome.evidence.model_dump(mode="json")
    if to is None or kind is None:
        print_json(found)
        return
    try:
        to.write_bytes(exported(found, question.tool, kind, lang))
    except (ProblemError, OSError) as error:
        said = error.document(lang)["detail"] if isinstance(error, ProblemError) else error.strerror
        fail(f"{to} was not written: {said}", FAILED)
    typer.echo(f"wrote {to}", err=True)


def _question(text: str) -> Question:
    try:
        given: Any = json.loads(text)
        question = Question.model_validate(
            given if isinstance(given, dict) and "arguments" in given else {"arguments": given}
        )
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        fail(f"no question about figures: {'.'.join(map(str, first['loc']))}: {first['msg']}", WRONG_CALL)
    except ValueError as error:
        fail(f"the question is not JSON: {error}", WRONG_CALL)
    if question.tool == "figure_records":
        fail("expected a figure, got the records behind one: xiaoer tools call figure_records", WRONG_CALL)
    return question


def _kind(to: Path | None) -> Format | None:
    if to is None:
        return None
    ending = to.suffix.lstrip(".").lower()
    if ending not in get_args(Format):
        fail(f"expected a file that ends with .csv, .xlsx or .png, got {to.name!r}", WRONG_CALL)
    return cast(Format, ending)


async def _answer(settings: Settings, question: Question, lang: Lang) -> Outcome:
    identity = caller_for("merchant", None).identity()
    async with platform_of(settings) as platform:
        call = ToolCall(question.tool, question.arguments)
        outcome: Outcome = await platform.executor.call(call, identity, lang=lang, idempotency_key=new_id("cli"))
        return outcome
