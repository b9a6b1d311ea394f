"""Assembles the platform from its configuration. The one place where everything meets."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlmodel import select

from agent.llm.config import LlmConfig
from dialogue.conversations import Conversations
from dialogue.escalation_policy import EscalationPolicy, load_escalation
from dialogue.flows import Flow, load_flows, procedures
from dialogue.learning.taught import with_taught
from dialogue.listening import Ears, RecordingEars
from dialogue.minds import minds_of
from dialogue.outward.build import declared_outbox
from dialogue.replies.templates import Templates
from dialogue.turns import TurnRunner
from dialogue.understanding import build_understander
from dialogue.understanding.voice import whisper
from dialogue.understanding.voice.endpoint import Endpoint, TranscriptionEndpoint
from dialogue.understanding.voice.recognition import FirstThatAnswers, Recogniser
from dialogue.wording.own import OwnWordings
from dialogue.wording.speech import ShopSpeech
from knowledge.db import Database, sqlite_url
from knowledge.demo import build_demo_shop
from knowledge.embedding import default_embedder
from knowledge.endpoint_embedding import EmbedderUnavailableError, EmbeddingServer, embedder_of, folder_of
from knowledge.migrations import migrate
from knowledge.products import ProductIndex, load_products
from knowledge.retrieval import Retriever, build_retriever
from knowledge.schema import Shop
from knowledge.types import Lang, utc_now
from tools.base import Tool
from tools.capabilities import CAPABILITIES
from tools.customers.guesses import Guesses
from tools.executor import Executor, Services
from tools.external.declared import DeclaredServer, declared_servers
from tools.external.servers import ExternalServers, load_sdk
from tools.fitted import Models
from tools.policy import Policy, load_policy
from tools.risk.guard import RiskGuard
from tools.toolset import shop_tools
from tools.visual_search.gallery import Gallery

_log = logging.getLogger(__name__)
Progress = Callable[[str, float], None]
"""Called with what is being done and the share done, in [0, 1]."""


@dataclasses.dataclass(frozen=True)
class Config:
    """What the platform needs to know; `channels.settings.Settings` makes one."""

    data: Path
    """Folder of all state."""
    database_url: str | None = None
    """None: SQLite in `data`."""
    demo: bool = True
    """Build the demo shop when the database holds no shop."""
    demo_scale: float = 1.0
    """Size of the demo shop; tests take a small one."""
    clock: Callable[[], dt.datetime] = utc_now
    """The shop's present; tests let it stand still."""
    transcription: Endpoint | None = None
    """Where speech becomes text; None: here, where the extra ``speech`` is installed."""
    embedding: EmbeddingServer | None = None
    """Where the vectors that documents and goods are searched by come from; None, or where it does not answer at the start: here."""
    llm: LlmConfig | None = None
    """Language models to work with; None: the embedded mind alone."""
    silence_s: float | None = None
    """How long a shopper who is there may leave a question open before it is put once more; None: for ever."""
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict, repr=False)
    """Where the variables are found that ``mcp.yaml`` names."""
    external: bool = True
    """Whether the servers of ``mcp.yaml`` are reached; False: their tools are there and refused, as where shoppers are simulated."""


class NoShopError(RuntimeError):
    """There is no shop in the database and none was to be built."""


@dataclasses.dataclass(frozen=True)
class OpenShop:
    """A shop whose tools can be called, without anybody to talk to: all that a door for programs needs."""

    config: Config
    database: Database
    executor: Executor
    policy: Policy
    shop: Shop

    async def close(self) -> None:
        """Close what was opened."""
        await self.executor.close()
        await self.executor.services.external.close()
        await self.database.close()


@dataclasses.dataclass(frozen=True)
class Platform:
    """Everything, wired."""

    config: Config
    database: Database
    executor: Executor
    policy: Policy
    conversations: Conversations
    shop: Shop

    def on(self, database: Database) -> Platform:
        """Return the platform on another state of its shop: the same models and clock, a database of its own to close.

        Nobody has guessed at a proof of identity there yet.
        """
        parts, talk = self.executor, self.conversations
        gallery = Gallery(database, self.config.data, parts.services.models)
        templates = spoken(talk.templates, parts.services, database)
        services = dataclasses.replace(parts.services, gallery=gallery, guesses=Guesses())
        executor = Executor(database, parts.tools, self.policy, services=services, guard=parts.guard, clock=parts.clock)
        runner = TurnRunner(
            executor,
            talk.runner.understander,
            talk.runner.flows,
            templates,
            self.shop.timezone,
            ears_of(self.config, database),
            talk.runner.minds,
            talk.runner.escalation,
        )
        conversations = Conversations(database, executor, runner, templates, default_lang=talk.default_lang)
        return dataclasses.replace(self, database=database, executor=executor, conversations=conversations)

    async def close(self) -> None:
        """Close what was opened."""
        await self.conversations.close()
        await self.conversations.runner.minds.close()
        await self.executor.close()
        await self.executor.services.external.close()
        await self.database.close()


async def build(config: Config, *, progress: Progress | None = None) -> Platform:
    """Open the database (building the demo shop if it is empty and `config.demo`), load the models, wire the parts.

    Raises:
        NoShopError: the database holds no shop and `config.demo` is off.
        tools.own.OwnToolError, dialogue.flows.FlowError, tools.policy.PolicyError, dialogue.learning.TaughtError,
        dialogue.escalation_policy.EscalationError: a file of the shop's own cannot be used.
        knowledge.errors.DatabaseUnavailableError.
    """
    tools = shop_tools(config.data)
    flows = load_flows(config.data / "flows", tools=tools)
    escalation = load_escalation(config.data)
    opened = await open_shop(config, tools=tools, flows=flows, progress=progress)
    try:
        return await _with_mind(opened, flows, escalation, progress)
    except BaseException:
        await opened.close()
        raise


async def open_shop(
    config: Config,
    *,
    tools: Mapping[str, Tool] | None = None,
    flows: Mapping[str, Flow] | None = None,
    progress: Progress | None = None,
) -> OpenShop:
    """Open the database (building the demo shop if it is empty and `config.demo`) with the executor over it.

    Args:
        tools: what can be called; None: all tools of the shop.
        flows: its procedures, for what the bot says; None: they are read when that is first looked for.

    Raises:
        NoShopError, tools.own.OwnToolError, tools.policy.PolicyError, knowledge.errors.DatabaseUnavailableError: as `build`.
    """
    chosen = shop_tools(config.data) if tools is None else tools
    servers = declared_servers(config.data)
    if servers:
        await load_sdk()
    embedder = default_embedder()
    speech = ShopSpeech(lambda: flows or load_flows(config.data / "flows", tools=chosen), embedder)
    database = await open_database(config)
    try:
        return await _with_hands(config, database, chosen, servers, speech, progress)
    except BaseException:
        await database.close()
        raise


async def open_database(config: Config) -> Database:
    """Open the database of `config` and bring its tables up to date."""
    config.data.mkdir(parents=True, exist_ok=True)
    database = database_of(config)
    await migrate(database)
    return database


def database_of(config: Config) -> Database:
    """Return the database of `config` as it is; nothing is opened yet."""
    return Database(config.database_url or sqlite_url(config.data / "shop.db"))


async def _with_hands(
    config: Config,
    database: Database,
    tools: Mapping[str, Tool],
    servers: Mapping[str, DeclaredServer],
    speech: ShopSpeech,
    progress: Progress | None,
) -> OpenShop:
    shop = await _shop(database)
    if shop is None and config.demo:
        await build_demo_shop(
            database, config.data / "media", now=config.clock(), scale=config.demo_scale, progress=progress
        )
        shop = await _shop(database)
    if shop is None:
        raise NoShopError(
            "there is no shop here: import one with `xiaoer import FORMAT PATH`, or let `serve` build the demo"
        )
    policy = load_policy(shop.policy, config.data)
    retriever, products = await _search(config, database)
    models = Models(CAPABILITIES, config.data)
    services = Services(
        retriever=retriever,
        products=products,
        gallery=Gallery(database, config.data, models),
        speech=speech,
        models=models,
        external=ExternalServers(
            servers if config.external else {}, environment=config.environment, folder=config.data
        ),
    )
    executor = Executor(database, tools, policy, services=services, guard=RiskGuard(models), clock=config.clock)
    return OpenShop(config, database, executor, policy, shop)


async def _search(config: Config, database: Database) -> tuple[Retriever, ProductIndex]:
    """Return the search of documents and of goods."""
    indexes = config.data / "indexes"
    embedder = await asyncio.to_thread(embedder_of, config.embedding)
    if embedder is not default_embedder():
        own = folder_of(indexes, embedder)
        spare = Retriever(database, default_embedder(), indexes)
        try:
            return await build_retriever(database, embedder, own, spare=spare), await load_products(
                database, embedder, own
            )
        except EmbedderUnavailableError as error:
            _log.warning("%s; the embedded encoder is used until the next start", error)
    return await build_retriever(database, default_embedder(), indexes), await load_products(
        database, default_embedder(), indexes
    )


async def _with_mind(
    opened: OpenShop, flows: dict[str, Flow], escalation: EscalationPolicy, progress: Progress | None
) -> Platform:
    config, database, executor, shop = opened.config, opened.database, opened.executor, opened.shop
    taught = with_taught(procedures(flows), config.data)
    embedded = await build_understander(
        database,
        default_embedder(),
        config.data / "models",
        clock=config.clock,
        procedures=taught,
        progress=progress,
    )
    minds = minds_of(config.llm)
    understander = minds.understander(embedded, flows, (*taught.lessons, *taught.merchants))
    templates = spoken(Templates(shop.timezone, config.clock), executor.services, database)
    ears = ears_of(config, database)
    runner = TurnRunner(executor, understander, flows, templates, shop.timezone, ears, minds, escalation)
    lang: Lang = "en" if shop.default_lang == "en" else "zh"
    conversations = Conversations(
        database,
        executor,
        runner,
        templates,
        default_lang=lang,
        silence_s=config.silence_s,
        outbox=declared_outbox(config.data),
    )
    return Platform(config, database, executor, opened.policy, conversations, shop)


def spoken(templates: Templates, services: Services, database: Database) -> Templates:
    """Return the templates with the own words of the shop in `database`."""
    speech = services.speech
    return templates.with_own(OwnWordings(database, speech) if isinstance(speech, ShopSpeech) else None)


def ears_of(config: Config, database: Database) -> Ears:
    """Return what hears the voice messages of a platform; nothing is loaded before the first of them."""
    recognisers: list[Recogniser] = []
    if config.transcription is not None:
        recognisers.append(TranscriptionEndpoint(config.transcription))
    if whisper.installed():
        recognisers.append(whisper.EmbeddedWhisper())
    return RecordingEars(database, config.data, FirstThatAnswers(recognisers))


async def _shop(database: Database) -> Shop | None:
    async with database.read() as session:
        return (await session.exec(select(Shop))).first()
