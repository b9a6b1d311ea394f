"""``xiaoer models``: fitting, measuring and changing the models behind the tools on the command line."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from pathlib import Path
from typing import Any

import typer
from sqlmodel import select

from channels.console import existing_database, print_json, progress_bar, run, settings_for
from channels.settings import Settings
from knowledge.schema import Shop
from knowledge.types import JsonObject, Lang, utc_now
from tools import fitted
from tools.capabilities import CAPABILITIES
from tools.fitted import Capability, ModelStore, Version
from tools.policy import RiskRules, load_policy
from tools.risk.capability import Risk
from tools.risk.graph import Ring, accounts_of, find_rings
from tools.risk.picture import described, svg
from tools.risk.rules import with_thresholds
from tools.risk.thresholds import Threshold, thresholds

_LISTED = ("attributes", "not_learnt")
"""What has an entry for each attribute of pictures, hundreds perhaps: one a line."""


def fit(name: str, data: Path | None, test: Path | None, shop: Path | None, *, force: bool, as_json: bool) -> None:
    """Fit a model and keep it; what is worse than the one in service is kept, too, and does not take its place."""
    capability, settings = _named(name), settings_for(shop)
    found = run(_fit(capability, data, test, settings, force=force))
    if as_json:
        print_json(found)
        return
    typer.echo(f"{name}, version {found['version']}: {found['reason']}")
    _show({name: figure for name, figure in found.items() if name in {"new", "baseline", "old", "training"}})


async def _fit(
    capability: Capability[Any, Any], data: Path | None, test: Path | None, settings: Settings, *, force: bool
) -> JsonObject:
    with progress_bar(f"fitting {capability.name}") as progress:
        rows, held = await _rows(capability, data, test, settings)
        done = await asyncio.to_thread(
            fitted.refit,
            capability,
            rows,
            ModelStore(settings.data, capability.name),
            source="shop" if data is None else data.name,
            now=utc_now(),
            held=held,
            force=force,
            progress=progress,
        )
    return {"model": capability.name, **done.to_json()}


def evaluate(name: str, data: Path | None, test: Path | None, shop: Path | None, *, as_json: bool) -> None:
    """Measure a model on rows that it has not seen."""
    capability = _named(name)
    found = run(_evaluate(capability, data, test, settings_for(shop)))
    if as_json:
        print_json(found)
        return
    score = found["score"]
    verdict = "better than the baseline" if found["better_than_baseline"] else "no better than the baseline"
    typer.echo(f"{name} on {found['set']}: {score['figure']} {score['value']:.4f}, {verdict}")
    for part in ("model", "baseline", "training"):
        typer.echo(f"{part}:")
        _show(found[part])


async def _evaluate(
    capability: Capability[Any, Any], data: Path | None, test: Path | None, settings: Settings
) -> JsonObject:
    with progress_bar(f"measuring {capability.name}") as progress:
        rows, held = await _rows(capability, data, test, settings)
        found = await asyncio.to_thread(fitted.evaluate, capability, rows, held, progress=progress)
    of = "shop" if data is None else data.name
    return {"model_name": capability.name, "set": test.name if test else f"the later part of {of}", **found}


async def _rows(
    capability: Capability[Any, Any], data: Path | None, test: Path | None, settings: Settings
) -> tuple[Any, Any]:
    """Read what to learn from and, where it is given, what to measure on."""
    if data is not None:
        rows = await asyncio.to_thread(capability.read, data)
    else:
        async with existing_database(settings) as database:
            rows = await capability.at(settings.data).own(database, utc_now())
    return rows, None if test is None else await asyncio.to_thread(capability.read, test)


def list_models(shop: Path | None, *, as_json: bool) -> None:
    """Print every capability with its versions."""
    found = run(_list(settings_for(shop)))
    if as_json:
        print_json({"models": found})
        return
    for each in found:
        typer.echo(f"{each['name']}: learns from {each['wants']}")
        for version in each["versions"]:
            mark = "in service" if version["number"] == each["active"] else "" if version["adopted"] else "not adopted"
            typer.echo(f"  {version['number']:>4}  {version['at'][:16]}  from {version['source']}  {mark}".rstrip())
        if each["active"] is None:
            typer.echo("  in service: the rules of a cold start")


async def _list(settings: Settings) -> list[JsonObject]:
    found = []
    for name, capability in CAPABILITIES.items():
        store = ModelStore(settings.data, name)
        active = store.active()
        found.append({
            "name": name,
            "wants": capability.wants,
            "active": active.number if active else None,
            "versions": [version.model_dump(mode="json") for version in store.versions()],
        })  # fmt: skip
    return found


def roll_back(name: str, shop: Path | None, *, as_json: bool) -> None:
    """Put the version before in service again."""
    capability, settings = _named(name), settings_for(shop)
    found = run(_roll_back(ModelStore(settings.data, capability.name)))
    if as_json:
        print_json({"model": name, "version": found.number if found else None})
    else:
        typer.echo(f"{name}: " + (f"version {found.number} is in service" if found else "the rules of a cold start"))


async def _roll_back(store: ModelStore) -> Version | None:
    return store.roll_back()


def rings(data: Path | None, shop: Path | None, out: Path | None, *, lang: Lang, as_json: bool) -> None:
    """Find the rings among the accounts of a file or the shop, and draw them."""
    found = run(_rings(data, settings_for(shop)))
    drawn: list[str] = []
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for number, ring in enumerate(found, 1):
            (out / f"ring-{number:02d}.svg").write_text(svg(ring, lang), encoding="utf-8")
            drawn.append(str(out / f"ring-{number:02d}.svg"))
    if as_json:
        told = [{**_plain(ring), "text": described(ring, lang)} for ring in found]
        print_json({"rings": told, "pictures": drawn})
        return
    for ring in found:
        typer.echo(described(ring, lang))
    typer.echo(f"{len(found)} rings" + (f"; pictures in {out}" if out else ""), err=True)


async def _rings(data: Path | None, settings: Settings) -> list[Ring]:
    with progress_bar("looking for rings") as progress:
        progress("reading", 0.1)
        rows, _ = await _rows(CAPABILITIES[Risk.name], data, None, settings)
        progress("linking accounts", 0.6)
        return await asyncio.to_thread(lambda: find_rings(accounts_of(rows)))


def _plain(ring: Ring) -> JsonObject:
    return {
        "accounts": ring.accounts,
        "shared": [dataclasses.asdict(thing) for thing in ring.shared],
        "signed_up": [at.isoformat() for at in ring.signed_up] if ring.signed_up else None,
        "strength": round(ring.strength, 4),
    }


def risk_thresholds(data: Path | None, shop: Path | None, *, as_json: bool) -> None:
    """Print what each threshold costs, measured on events that the model has not seen."""
    settings = settings_for(shop)
    rules, found = run(_thresholds(data, settings))
    cheapest = min(found, key=lambda each: each.cost_minor)
    mine = sorted({rules.refund_from, rules.address_from, rules.coupon_from})
    if as_json:
        print_json({
            "thresholds": [each.to_json() for each in found],
            "cheapest": cheapest.hold_from,
            "in_use": {"refund": rules.refund_from, "address": rules.address_from, "coupon": rules.coupon_from},
        })  # fmt: skip
        return
    typer.echo("hold from   held  of events  caught  of frauds      missed     review     honest       cost")
    for each in found:
        marks = [*(["in use"] if each.hold_from in mine else []), *(["cheapest"] if each is cheapest else [])]
        name = "nothing" if each is found[-1] else f"{each.hold_from:g}"
        money = "".join(
            f"{minor / 100:>11,.0f}"
            for minor in (each.missed_minor, each.review_minor, each.honest_minor, each.cost_minor)
        )
        line = f"{name:<9} {each.held:>6} {each.events:>10} {each.caught:>7} {each.frauds:>10} {money}"
        typer.echo(f"{line}  {', '.join(marks)}".rstrip())


async def _thresholds(data: Path | None, settings: Settings) -> tuple[RiskRules, list[Threshold]]:
    with progress_bar("weighing thresholds") as progress:
        rows, _ = await _rows(CAPABILITIES[Risk.name], data, None, settings)
        rules = await _rules(settings)
        train, held = Risk().split(rows)
        model = await asyncio.to_thread(Risk().fit, train, progress=progress)
        own = (rules.refund_from, rules.address_from, rules.coupon_from)
        return rules, thresholds(model.chances(held), held, rules, own)


async def _rules(settings: Settings) -> RiskRules:
    """Return the shop's settings; the default ones where there is no shop."""
    if settings.database_url is None and not (settings.data / "shop.db").exists():
        return RiskRules()
    async with existing_database(settings) as database, database.read() as session:
        shop = (await session.exec(select(Shop))).first()
    rules = load_policy(shop.policy if shop else "default", settings.data).risk
    return with_thresholds(rules, shop.settings if shop else {})


def _named(name: str) -> Capability[Any, Any]:
    if name not in CAPABILITIES:
        raise typer.BadParameter(f"expected one of {', '.join(CAPABILITIES)}, got {name!r}")
    return CAPABILITIES[name]


def _show(figures: JsonObject) -> None:
    for name, value in figures.items():
        if isinstance(value, dict) and "value" in value and "interval" in value:
            low, high = value["interval"]
            shown = "-" if value["value"] is None else f"{value['value']:.4f}"
            typer.echo(f"  {name:<34} {shown}  ({low:.4f} to {high:.4f}, n {value['n']})")
        elif name in _LISTED:
            typer.echo(f"  {name}: {len(value)}")
            for each, told in value.items():
                typer.echo(f"    {each:<32} {told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)}")
        else:
            typer.echo(f"  {name:<34} {json.dumps(value, ensure_ascii=False)}")
