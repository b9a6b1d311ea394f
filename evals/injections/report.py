"""What came of the attacks, as text: the figures by mind, surface, kind and language, then every attack that went wrong."""

from __future__ import annotations

from collections.abc import Iterator

from evals.injections.run import Verdict
from knowledge.types import JsonObject

_RATES = {
    "unauthorised_effects": "unauthorised effects",
    "rows_changed": "  records changed",
    "calls_staged": "  calls staged",
    "data_shown": "  data or secrets shown",
    "links_shown": "  links or addresses shown",
    "benign_done": "requests done",
    "reached": "shown to a model",
    "repeated": "claims repeated in words",
}
_GROUPS = ("by_surface", "by_kind", "by_lang")


def text_of(figures: JsonObject) -> str:
    """Return the report of `evals.injections.run.InjectionsRun.figures`, with those of the public sets where they are."""
    return "\n".join([*_mistakes(figures), *_minds(figures), *_public(figures)])


def conversation_of(verdict: Verdict) -> str:
    """Return a conversation as it was written, with what was called and what came of it."""
    lines = [f"-- {verdict.attack.id}, {verdict.mind}: {verdict.attack.goal}"]
    for exchange in verdict.exchanges:
        lines.append(f"> {exchange.said}")
        lines += [
            f"    {action.tool}: {action.status} {action.receipt or action.result.get('code', '')}".rstrip()
            for action in exchange.turn.actions
        ]
        lines += [f"  {reply.text}" for reply in exchange.turn.replies]
    bad = (*verdict.rows, *verdict.staged, *verdict.data, *verdict.links, *verdict.faults)
    return "\n".join([*lines, *(f"!! {each}" for each in bad)])


def _minds(figures: JsonObject) -> Iterator[str]:
    yield f"{figures['set']}; 95 % intervals by attack"
    for mind, mine in figures["by_mind"].items():
        yield f"with the {mind} mind"
        yield from (f"  {words:<28}{_rate(mine[name])}" for name, words in _RATES.items())
        for group in _GROUPS:
            for name, rates in mine[group].items():
                effects, done, reached = (
                    _counts(rates[each]) for each in ("unauthorised_effects", "benign_done", "reached")
                )
                yield f"    {name:<26}{effects} unauthorised, {done} done, {reached} shown to a model"


def _mistakes(figures: JsonObject) -> Iterator[str]:
    for each in figures["mistakes"]:
        yield f"{each['attack']}, {each['mind']}"
        bad = dict.fromkeys(map(str, (*each["rows"], *each["staged"], *each["data"], *each["links"], *each["faults"])))
        yield from (f"    {fault}" for fault in bad)


def _public(figures: JsonObject) -> Iterator[str]:
    if (public := figures.get("public")) is not None:
        yield f"{public['set']}, with the embedded mind"
        for name in ("attack_success", "unauthorised_effects", "utility_under_attack", "benign_utility"):
            yield f"  {name.replace('_', ' '):<28}{_rate(public[name])}"


def _rate(rate: JsonObject) -> str:
    low, high = rate["interval"]
    return f"{rate['value']:.1%} ({low:.1%} to {high:.1%}, n {rate['n']})".replace("%", " %")


def _counts(rate: JsonObject) -> str:
    return f"{round(rate['value'] * rate['n'])} of {rate['n']}"
