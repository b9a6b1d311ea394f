"""``xiaoer webhooks``: who is told what, whether it arrives, and what was given up."""

from __future__ import annotations

import json
from pathlib import Path

import typer
from sqlalchemy import func
from sqlmodel import col, select

from channels.console import CommandError, existing_database, print_json, run, settings_for, told
from channels.outward.addresses import client
from channels.outward.errors import DeliveryError, OutwardError
from channels.outward.webhooks import WebhookCarrier
from channels.settings import Settings, environment
from dialogue.outward.declared import FILE, declared_webhooks
from dialogue.outward.notices import VERSION
from dialogue.outward.outbox import delivery
from knowledge.schema import Delivery
from knowledge.types import JsonObject, utc_now


def list_webhooks(data: Path | None, *, as_json: bool) -> None:
    """Print the declared webhooks and how much of each waits, arrived and was given up."""
    settings = settings_for(data)
    with told():
        webhooks = declared_webhooks(settings.data)
    counts = run(_counts(settings))
    rows = []
    for name, webhook in webhooks.items():
        mine = {status: counts.get((f"webhook:{name}", status), 0) for status in ("pending", "sent", "dead")}
        shown = webhook.model_dump(mode="json", include={"url", "events", "languages", "personal_data"})
        rows.append({"name": name, **shown, **mine})
    if as_json:
        print_json({"webhooks": rows})
        return
    for row in rows:
        typer.echo(f"{row['name']:<20} {row['url']}\n    {', '.join(row['events'])}")
        typer.echo(f"    waiting {row['pending']}, arrived {row['sent']} in 7 days, given up {row['dead']}")
    if not rows:
        typer.echo(f"no webhook is declared in {settings.data / FILE}; docs/send-webhooks.md says how")


async def _counts(settings: Settings) -> dict[tuple[str, str], int]:
    query = select(Delivery.destination, Delivery.status, func.count()).group_by(
        col(Delivery.destination), col(Delivery.status)
    )
    async with existing_database(settings) as database, database.read() as session:
        return {(destination, status): count for destination, status, count in (await session.exec(query)).all()}


def test_webhook(data: Path | None, name: str, *, as_json: bool) -> None:
    """Send a message of the kind ``webhook.test``, now, once, past the outbox."""
    settings = settings_for(data)
    message_id = run(_test(settings, name))
    print_json({"webhook": name, "message": message_id, "arrived": True}) if as_json else typer.echo(
        f"{name} has taken {message_id}"
    )


async def _test(settings: Settings, name: str) -> str:
    webhooks = declared_webhooks(settings.data)
    if name not in webhooks:
        raise CommandError(f"there is no webhook {name!r} in {settings.data / FILE}: {', '.join(webhooks) or 'none'}")
    now = utc_now()
    payload: JsonObject = {"type": "webhook.test", "version": VERSION, "timestamp": now.isoformat(), "data": {}}
    message = delivery(f"webhook:{name}", "webhook.test", payload, now, None)
    async with client(allow_private=settings.allow_private_targets) as http:
        carrier = WebhookCarrier(webhooks, http, environment=environment(), data=settings.data)
        try:
            await carrier.deliver(message)
        except (DeliveryError, OutwardError) as error:
            raise CommandError(f"{name} has not taken it: {error}") from error
    return message.message_id


def list_dead(data: Path | None, *, as_json: bool) -> None:
    """Print what was given up, the newest first, to whatever destination."""
    rows = run(_dead(settings_for(data)))
    if as_json:
        fields = {
            "message_id",
            "destination",
            "event",
            "conversation_id",
            "attempts",
            "last_error",
            "created_at",
            "payload",
        }
        print_json({"dead": [json.loads(row.model_dump_json(include=fields)) for row in rows]})
        return
    for row in rows:
        typer.echo(
            f"{row.message_id}  {row.destination}  {row.event}  {row.created_at:%Y-%m-%d %H:%M}  {row.attempts} tries"
        )
        typer.echo(f"    {row.last_error}")
    typer.echo("nothing was given up" if not rows else "send again: xiaoer webhooks retry MESSAGE | --all")


async def _dead(settings: Settings) -> list[Delivery]:
    query = select(Delivery).where(Delivery.status == "dead").order_by(col(Delivery.id).desc())
    async with existing_database(settings) as database, database.read() as session:
        return list((await session.exec(query)).all())


def retry_dead(data: Path | None, message_id: str | None, *, every: bool, as_json: bool) -> None:
    """Send again what was given up: one message, or all of them; it is tried as often as a new one."""
    if (message_id is None) != every:
        raise typer.BadParameter("expected either a MESSAGE or --all")
    count = run(_retry(settings_for(data), message_id))
    print_json({"retried": count}) if as_json else typer.echo(f"{count} will be sent again, while `xiaoer serve` runs")


async def _retry(settings: Settings, message_id: str | None) -> int:
    query = select(Delivery).where(Delivery.status == "dead")
    if message_id is not None:
        query = query.where(Delivery.message_id == message_id)
    async with existing_database(settings) as database, database.write() as session:
        rows = (await session.exec(query)).all()
        for row in rows:
            row.status, row.attempts, row.due_at, row.done_at = "pending", 0, utc_now(), None
            session.add(row)
    if message_id is not None and not rows:
        raise CommandError(f"no message {message_id!r} was given up; `xiaoer webhooks dead` lists those that were")
    return len(rows)
