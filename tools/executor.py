"""The executor: the only door to an effect."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

import pydantic
from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.db import Database
from knowledge.products import ProductIndex
from knowledge.retrieval import Retriever
from knowledge.schema import Proposal
from knowledge.types import JsonObject, Lang, utc_now
from tools.audit import AuditLog
from tools.base import Arguments, Evidence, Identity, Outcome, Run, Tool, ToolCall, ToolContext
from tools.capabilities import CAPABILITIES
from tools.customers.guesses import Guesses
from tools.errors import ArgumentError, RefusedError, ToolError
from tools.fitted import Models
from tools.guard import Guard, Held
from tools.outcomes import failure, refusal
from tools.policy import Policy
from tools.pricing.reading.pages import PageReader
from tools.proposals import ProposalStatus, ProposalView, decide, list_proposals, lock_proposal, store_proposal
from tools.provenance import Provenance
from tools.receipts import as_json, call_hash, done, find_receipt, make_receipt, proposal_key, replay, scoped_key
from tools.visual_search.gallery import Gallery

logger = logging.getLogger(__name__)

Also = Callable[[AsyncSession, Evidence], Awaitable[None]]
"""What a caller writes in the transaction of a tool, given what the tool returned."""


@dataclasses.dataclass(frozen=True)
class Services:
    """Long-lived helpers that tools may use; None where the shop runs without."""

    retriever: Retriever | None = None
    products: ProductIndex | None = None
    gallery: Gallery | None = None
    """The shop's pictures."""
    guesses: Guesses = dataclasses.field(default_factory=Guesses)
    pages: PageReader = dataclasses.field(default_factory=PageReader)
    """Reads the prices on pictures of other shops' pages."""
    models: Models = dataclasses.field(default_factory=lambda: Models(CAPABILITIES, None))
    """The fitted models in service; without a data folder the rules of their cold starts."""


@dataclasses.dataclass(frozen=True)
class _Request:
    """A call that passed permission and validation."""

    tool: Tool
    arguments: Arguments
    plain: JsonObject
    """The arguments as JSON, every default written out."""
    identity: Identity
    lang: Lang
    now: dt.datetime

    @property
    def call(self) -> ToolCall:
        return ToolCall(self.tool.name, self.plain)

    @property
    def hash(self) -> str:
        return call_hash(self.tool, self.plain, self.identity)


class Executor:
    """Runs tool calls for an identity: permission, ownership, policy, consent, idempotency, timeout, audit, receipt.

    An effect, its receipt, its audit row and the end of its proposal are one transaction: there is no instant at which a
    crash leaves one without the others. No method raises for what a tool, the database or the caller did wrong; the
    `Outcome` says it.
    """

    def __init__(
        self,
        database: Database,
        tools: Mapping[str, Tool],
        policy: Policy,
        *,
        services: Services | None = None,
        guard: Guard | None = None,
        clock: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        self.database = database
        self.tools = dict(tools)
        self.policy = policy
        self.services = services or Services()
        self.guard = guard
        self.clock = clock
        self.audit = AuditLog(database)

    async def call(
        self,
        call: ToolCall,
        identity: Identity,
        *,
        lang: Lang = "en",
        idempotency_key: str,
        together_with: Also | None = None,
        provenance: Provenance | None = None,
    ) -> Outcome:
        """Run a read; run a write that needs no consent; store every other write as a proposal.

        `together_with` is work of the caller that belongs to the write: both are one transaction. A call with a `provenance` is
        a language model's: a write of it is only ever a proposal, and its arguments must be founded.
        """

        async def work() -> Outcome:
            request = self._admit(call, identity, lang)
            if provenance is not None and request.tool.effect == "write":
                self._require_founded(request, provenance)
            if request.tool.effect == "read":
                return await self._read(request)
            if request.tool.confirm:
                return await self._propose(request)
            return await self._write(request, scoped_key(identity, idempotency_key), together_with)

        return await self._guarded(call, identity, work)

    async def confirm(self, proposal_id: str, identity: Identity, *, lang: Lang = "en") -> Outcome:
        """Execute a stored call, once. A second confirm gives the first one's receipt with ``replayed=True``."""
        call = ToolCall("confirm", {"proposal_id": proposal_id})
        return await self._guarded(call, identity, lambda: self._confirm(proposal_id, identity, lang))

    async def void(self, proposal_id: str, identity: Identity) -> None:
        """Drop a stored call: refused, or an argument changed."""
        await self._drop(proposal_id, identity, "void")

    async def reject(self, proposal_id: str, identity: Identity) -> Outcome:
        """Refuse a stored call for good, as its approver."""
        return await self._drop(proposal_id, identity, "rejected")

    async def proposals(
        self, identity: Identity, *, status: ProposalStatus | None = "pending"
    ) -> Sequence[ProposalView]:
        """Return the stored calls that `identity` may decide, newest first."""
        async with self.database.read() as session:
            return await list_proposals(session, identity, status=status)

    async def close(self) -> None:
        """Write the audit rows that still wait. The database stays open."""
        await self.audit.close()

    def _admit(self, call: ToolCall, identity: Identity, lang: Lang) -> _Request:
        """Check all that can be checked without the database."""
        tool = self.tools.get(call.tool)
        if tool is None:
            raise RefusedError("unknown_tool", f"no tool {call.tool[:64]!r}", tool=call.tool[:64])
        if identity.role not in tool.roles:
            raise RefusedError("not_allowed", f"a {identity.role} may not call {tool.name}", tool=tool.name)
        if tool.needs_customer and identity.customer_id is None:
            raise RefusedError("identify_first", f"{tool.name} needs to know the customer", tool=tool.name)
        try:
            arguments = tool.arguments.model_validate(call.arguments)
        except pydantic.ValidationError as error:
            raise _bad_arguments(tool, error) from None
        return _Request(tool, arguments, as_json(arguments), identity, lang, self.clock())

    def _require_founded(self, request: _Request, provenance: Provenance) -> None:
        """Let a model's write through that a person will be asked about and whose arguments come from somewhere.

        Raises:
            RefusedError: ``needs_consent``: nobody would be asked; ``unasked``: the person's message is about something else.
            ArgumentError: ``unfounded``: names the arguments.
        """
        tool = request.tool
        if not tool.confirm:
            raise RefusedError(
                "needs_consent", f"a model may not call {tool.name}: it is done without asking", tool=tool.name
            )
        if not provenance.asks_for(tool):
            raise RefusedError("unasked", f"nothing that the person said asks for {tool.name}", tool=tool.name)
        places = provenance.unfounded(tool, request.arguments, self.tools, self.policy)
        if places:
            named = ", ".join(places)
            raise ArgumentError(
                "unfounded", f"{tool.name}: {named}: neither said nor found by a look-up", fields=places
            )

    async def _read(self, request: _Request) -> Outcome:
        started = time.perf_counter()
        async with self.database.read() as session:
            evidence = await self._run(request.tool.run, session, request)
        outcome = Outcome(request.call, "ok", evidence=evidence, duration_ms=_since(started))
        self.audit.note(request.identity, outcome, request.now)
        return outcome

    async def _propose(self, request: _Request) -> Outcome:
        started = time.perf_counter()
        async with self.database.read() as session:
            preview = await self._run(_preview(request.tool), session, request)
            held = await self._look(session, request)
        async with self.database.write() as session:
            if held is not None:
                outcome = _holding(session, request, held)
                await self.audit.add(
                    session, request.identity, dataclasses.replace(outcome, duration_ms=_since(started)), request.now
                )
                return outcome
            proposal = await store_proposal(
                session, request.tool, request.plain, preview, request.identity, request.now
            )
            outcome = Outcome(
                request.call,
                "needs_confirmation",
                evidence=preview,
                proposal_id=proposal.id,
                duration_ms=_since(started),
            )
            await self.audit.add(session, request.identity, outcome, request.now)
        return outcome

    async def _write(self, request: _Request, key: str, also: Also | None) -> Outcome:
        try:
            return await self._write_once(request, key, also)
        except IntegrityError:
            # An equal call of another process came first: this one lost at the unique key and was undone whole.
            async with self.database.read() as session:
                if await find_receipt(session, key) is None:
                    raise
            return await self._write_once(request, key, also)

    async def _write_once(self, request: _Request, key: str, also: Also | None) -> Outcome:
        started = time.perf_counter()
        async with self.database.write() as session:
            earlier = await find_receipt(session, key)
            if earlier is not None:
                outcome = replay(request.tool, earlier, request.hash)
            else:
                outcome = await self._effect(session, request, key, also)
            await self.audit.add(
                session, request.identity, dataclasses.replace(outcome, duration_ms=_since(started)), request.now
            )
        return outcome

    async def _effect(self, session: AsyncSession, request: _Request, key: str, also: Also | None = None) -> Outcome:
        """Run a write with its receipt. What it wrote before it refused is undone, the transaction goes on."""
        held = await self._look(session, request)
        if held is not None:
            return _holding(session, request, held)
        try:
            async with session.begin_nested():
                evidence = await self._run(request.tool.run, session, request)
                receipt = make_receipt(
                    request.tool, request.plain, evidence, request.identity, key=key, now=request.now
                )
                session.add(receipt)
                if self.guard is not None:
                    await self.guard.acted(self._context(session, request), request.tool, request.arguments)
                if also is not None:
                    await also(session, evidence)
        except ToolError as error:
            return refusal(request.call, error)
        return done(request.tool, receipt, evidence)

    async def _confirm(self, proposal_id: str, identity: Identity, lang: Lang) -> Outcome:
        started = time.perf_counter()
        async with self.database.write() as session:
            proposal, request = await self._stored(session, proposal_id, identity, lang)
            outcome = await self._decided(session, proposal, request)
            await self.audit.add(
                session, identity, dataclasses.replace(outcome, duration_ms=_since(started)), request.now
            )
        return outcome

    async def _stored(
        self, session: AsyncSession, proposal_id: str, identity: Identity, lang: Lang
    ) -> tuple[Proposal, _Request]:
        """Find a proposal that `identity` may decide, unaltered, and hold it until the transaction ends."""
        proposal = await lock_proposal(session, proposal_id, identity)
        request = self._admit(ToolCall(proposal.tool, proposal.arguments), identity, lang)
        if request.hash != proposal.arguments_hash:
            raise RefusedError("proposal_not_found", "the stored call is of another customer, or was altered")
        return proposal, request

    async def _decided(self, session: AsyncSession, proposal: Proposal, request: _Request) -> Outcome:
        """Execute a proposal that was found and belongs to the identity, if it still can be."""
        if proposal.status == "executed":
            receipt = await find_receipt(session, proposal_key(proposal.id))
            if receipt is None:
                raise RuntimeError(f"proposal {proposal.id} was executed without a receipt")
            return replay(request.tool, receipt, request.hash)
        if proposal.status == "pending" and request.now >= proposal.expires_at:
            decide(proposal, "expired", request.identity, request.now)
        if proposal.status != "pending":
            return _refused(request, f"proposal_{proposal.status}")
        try:
            preview = await self._run(_preview(request.tool), session, request)
        except ToolError as error:
            decide(proposal, "failed", request.identity, request.now)
            return refusal(request.call, error)
        if as_json(preview) != proposal.preview:
            decide(proposal, "void", request.identity, request.now)
            return dataclasses.replace(_refused(request, "changed_meanwhile"), evidence=preview)
        return await self._execute(session, proposal, request)

    async def _execute(self, session: AsyncSession, proposal: Proposal, request: _Request) -> Outcome:
        outcome = await self._effect(session, request, proposal_key(proposal.id))
        decide(proposal, "executed" if outcome.status == "ok" else "failed", request.identity, request.now)
        proposal.receipt_id = outcome.receipt_id
        return outcome

    async def _drop(self, proposal_id: str, identity: Identity, status: ProposalStatus) -> Outcome:
        call = ToolCall("void" if status == "void" else "reject", {"proposal_id": proposal_id})

        async def work() -> Outcome:
            async with self.database.write() as session:
                proposal, request = await self._stored(session, proposal_id, identity, "en")
                if proposal.status != "pending":
                    return _refused(request, f"proposal_{proposal.status}")
                decide(proposal, status, identity, request.now)
                outcome = _refused(request, f"proposal_{status}")
                await self.audit.add(session, identity, outcome, request.now)
                return outcome

        return await self._guarded(call, identity, work)

    async def _look(self, session: AsyncSession, request: _Request) -> Held | None:
        """Ask the guard whether a write must wait for a person."""
        if self.guard is None:
            return None
        return await self.guard.look(self._context(session, request), request.tool, request.arguments)

    async def _run(self, run: Run, session: AsyncSession, request: _Request) -> Evidence:
        context = self._context(session, request)
        async with asyncio.timeout(request.tool.timeout_s):
            return await run(context, request.arguments)

    def _context(self, session: AsyncSession, request: _Request) -> ToolContext:
        return ToolContext(
            session=session,
            identity=request.identity,
            policy=self.policy,
            now=request.now,
            lang=request.lang,
            services=self.services,
        )

    async def _guarded(self, call: ToolCall, identity: Identity, work: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Turn every error into an outcome. Work that returns has its audit row; work that raised gets it here."""
        started = time.perf_counter()
        try:
            outcome = await work()
        except ToolError as error:
            outcome = dataclasses.replace(refusal(call, error), duration_ms=_since(started))
            await self.audit.write(identity, outcome, self.clock())
        except Exception as error:
            outcome = dataclasses.replace(
                failure(call, error, conversation_id=identity.conversation_id), duration_ms=_since(started)
            )
            await self.audit.write(identity, outcome, self.clock())
        return dataclasses.replace(outcome, duration_ms=_since(started))


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _preview(tool: Tool) -> Run:
    if tool.preview is None:
        raise RuntimeError(f"tool {tool.name!r} needs consent and has no preview")
    return tool.preview


def _refused(request: _Request, code: str) -> Outcome:
    return Outcome(request.call, "refused", code=code)


def _holding(session: AsyncSession, request: _Request, held: Held) -> Outcome:
    """Write down what was held back, and leave it to a person."""
    if held.record is not None:
        session.add(held.record)
    facts = {"needs_person": True, "case_id": held.case_id}
    return Outcome(request.call, "refused", code="held_for_review", facts=facts)


def _bad_arguments(tool: Tool, error: pydantic.ValidationError) -> ArgumentError:
    """Name the fields and what is wrong with each, never the values."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    fields = {".".join(str(part) for part in each["loc"])[:64] or "arguments": each["type"] for each in found[:10]}
    return ArgumentError(
        "bad_arguments", f"{tool.name}: " + ", ".join(f"{name}: {what}" for name, what in fields.items()), fields=fields
    )
