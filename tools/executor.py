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
from knowledge.errors import KnowledgeError
from knowledge.products import ProductIndex
from knowledge.retrieval import Retriever
from knowledge.schema import Proposal
from knowledge.types import JsonObject, Lang, utc_now
from tools.approvals import approve, facts_of, need_of
from tools.audit import AuditLog
from tools.base import Evidence, Identity, Outcome, Run, Tool, ToolCall, ToolContext
from tools.capabilities import CAPABILITIES
from tools.customers.guesses import Guesses
from tools.errors import ArgumentError, RefusedError, ToolError
from tools.external.servers import ExternalServers
from tools.fitted import Models
from tools.guard import Guard, Held
from tools.outcomes import bad_arguments, failure, refusal
from tools.policy import Policy
from tools.pricing.reading.pages import PageReader
from tools.proposals import (
    ProposalStatus,
    ProposalView,
    decide,
    find_proposal,
    list_proposals,
    lock_proposal,
    stands,
    store_proposal,
)
from tools.provenance import Provenance
from tools.receipts import as_json, done, find_receipt, make_receipt, proposal_key, replay, scoped_key
from tools.requests import Request, awaiting, holding, preview_of, refused
from tools.sending import settle, unknown_outcome
from tools.speech import Speech
from tools.staging import Staged
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
    speech: Speech | None = None
    """What the bot says."""
    external: ExternalServers = dataclasses.field(default_factory=ExternalServers)
    """The servers of others that some tools are done by."""
    guesses: Guesses = dataclasses.field(default_factory=Guesses)
    pages: PageReader = dataclasses.field(default_factory=PageReader)
    """Reads the prices on pictures of other shops' pages."""
    models: Models = dataclasses.field(default_factory=lambda: Models(CAPABILITIES, None))
    """The fitted models in service; without a data folder the rules of their cold starts."""


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

    async def edit(self, proposal_id: str, arguments: JsonObject, identity: Identity, *, lang: Lang = "en") -> Outcome:
        """Put the same call with other arguments in the place of one that waits: checked and shown anew, and approved by nobody yet."""
        call = ToolCall("edit", {"proposal_id": proposal_id, "arguments": arguments})

        async def work() -> Outcome:
            async with self.database.read() as session:
                proposal = await find_proposal(session, proposal_id, identity)
            request = self._admit(ToolCall(proposal.tool, arguments), identity, lang)
            return await self._propose(request, instead_of=proposal_id)

        return await self._guarded(call, identity, work)

    async def void(self, proposal_id: str, identity: Identity) -> None:
        """Drop a stored call: refused, or an argument changed."""
        await self._drop(proposal_id, identity, "void")

    async def reject(self, proposal_id: str, identity: Identity) -> Outcome:
        """Refuse a stored call for good, as its approver."""
        return await self._drop(proposal_id, identity, "rejected")

    async def proposals(
        self, identity: Identity, *, status: ProposalStatus | None = "pending", proposal_id: str | None = None
    ) -> Sequence[ProposalView]:
        """Return the stored calls that `identity` may decide, newest first; see `tools.proposals.list_proposals`."""
        async with self.database.read() as session:
            return await list_proposals(
                session,
                identity,
                tools=self.tools,
                rules=self.policy.changes,
                now=self.clock(),
                status=status,
                proposal_id=proposal_id,
            )

    async def close(self) -> None:
        """Write the audit rows that still wait. The database stays open."""
        await self.audit.close()

    def _admit(self, call: ToolCall, identity: Identity, lang: Lang) -> Request:
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
            raise bad_arguments(tool, error) from None
        return Request(tool, arguments, as_json(arguments), identity, lang, self.clock())

    def _require_founded(self, request: Request, provenance: Provenance) -> None:
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

    async def _read(self, request: Request) -> Outcome:
        started = time.perf_counter()
        async with self.database.read() as session:
            evidence = await self._run(request.tool.run, session, request)
        outcome = Outcome(request.call, "ok", evidence=evidence, duration_ms=_since(started))
        self.audit.note(request.identity, outcome, request.now)
        return outcome

    async def _propose(self, request: Request, *, instead_of: str | None = None) -> Outcome:
        started = time.perf_counter()
        async with self.database.read() as session:
            preview = await self._run(preview_of(request.tool), session, request)
            held = await self._look(session, request)
        async with self.database.write() as session:
            if held is not None:
                outcome = holding(session, request, held)
                await self._note(session, request, outcome, started)
                return outcome
            if instead_of is not None:
                await self._replace(session, instead_of, request)
            proposal = await store_proposal(
                session, request.tool, request.plain, preview, request.identity, request.now, self.policy.changes
            )
            outcome = Outcome(
                request.call,
                "needs_confirmation",
                evidence=preview,
                proposal_id=proposal.id,
                facts=facts_of(proposal, need_of(self.policy.changes, request.identity.role, preview)),
            )
            await self._note(session, request, outcome, started)
        return outcome

    async def _write(self, request: Request, key: str, also: Also | None) -> Outcome:
        try:
            return await self._write_once(request, key, also)
        except IntegrityError:
            # An equal call of another process came first: this one lost at the unique key and was undone whole.
            async with self.database.read() as session:
                if await find_receipt(session, key) is None:
                    raise
            return await self._write_once(request, key, also)

    async def _write_once(self, request: Request, key: str, also: Also | None) -> Outcome:
        started = time.perf_counter()
        async with self.database.write() as session:
            earlier = await find_receipt(session, key)
            if earlier is not None:
                outcome = replay(request.tool, earlier, request.hash)
            else:
                outcome = await self._effect(session, request, key, also)
            await self._note(session, request, outcome, started)
        return outcome

    async def _effect(self, session: AsyncSession, request: Request, key: str, also: Also | None = None) -> Outcome:
        """Run a write with its receipt. What it wrote before it refused is undone, the transaction goes on."""
        held = await self._look(session, request)
        if held is not None:
            return holding(session, request, held)
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
            if outcome is not None:
                await self._note(session, request, outcome, started)
        if outcome is None:
            return await self._sent(proposal.id, request, started)
        if isinstance(outcome.evidence, Staged) and self.services.retriever is not None:
            self.services.retriever.expire()  # the change, now committed, may be one of what is answered from
        return outcome

    async def _stored(
        self, session: AsyncSession, proposal_id: str, identity: Identity, lang: Lang
    ) -> tuple[Proposal, Request]:
        """Find a proposal that `identity` may decide, unaltered, and hold it until the transaction ends."""
        proposal = await lock_proposal(session, proposal_id, identity)
        request = self._admit(ToolCall(proposal.tool, proposal.arguments), identity, lang)
        if request.hash != proposal.arguments_hash:
            raise RefusedError("proposal_not_found", "the stored call is of another customer, or was altered")
        return proposal, request

    async def _decided(self, session: AsyncSession, proposal: Proposal, request: Request) -> Outcome | None:
        """Execute a proposal that was found and belongs to the identity, if it still can be; None: it is to be sent."""
        if proposal.status == "executed":
            receipt = await find_receipt(session, proposal_key(proposal.id))
            if receipt is None:
                raise RuntimeError(f"proposal {proposal.id} was executed without a receipt")
            return replay(request.tool, receipt, request.hash)
        if proposal.status == "sent":
            return refusal(request.call, unknown_outcome(request.tool.name, request.tool.server))
        if proposal.status == "pending" and request.now >= proposal.expires_at:
            decide(proposal, "expired", request.identity, request.now)
        if proposal.status != "pending":
            return refused(request, f"proposal_{proposal.status}")
        try:
            preview = await self._run(preview_of(request.tool), session, request)
        except ToolError as error:
            decide(proposal, "failed", request.identity, request.now)
            return refusal(request.call, error)
        if not stands(proposal.preview, preview):
            decide(proposal, "void", request.identity, request.now)
            return dataclasses.replace(refused(request, "changed_meanwhile"), evidence=preview)
        need = need_of(self.policy.changes, request.identity.role, preview)
        if not approve(proposal, request.identity, need):
            return dataclasses.replace(awaiting(request, proposal.id), evidence=preview, facts=facts_of(proposal, need))
        if request.tool.server:
            return await self._send(session, proposal, request)
        return await self._execute(session, proposal, request)

    async def _replace(self, session: AsyncSession, proposal_id: str, request: Request) -> None:
        """Make an edited proposal void.

        Raises:
            RefusedError: it does not wait any more: nothing is put in its place.
        """
        proposal, _ = await self._stored(session, proposal_id, request.identity, request.lang)
        if proposal.status != "pending" or request.now >= proposal.expires_at:
            status = "expired" if proposal.status == "pending" else proposal.status
            raise RefusedError(f"proposal_{status}", "only a proposal that waits can be edited")
        decide(proposal, "void", request.identity, request.now)

    async def _send(self, session: AsyncSession, proposal: Proposal, request: Request) -> Outcome | None:
        """Let an external server do it once this transaction is over, unless the guard holds it back; see `tools.sending`."""
        held = await self._look(session, request)
        if held is not None:
            decide(proposal, "failed", request.identity, request.now)
            return holding(session, request, held)
        if self.guard is not None:
            await self.guard.acted(self._context(session, request), request.tool, request.arguments)
        decide(proposal, "sent", request.identity, request.now)
        return None

    async def _sent(self, proposal_id: str, request: Request, started: float) -> Outcome:
        """Have it done, while no transaction is open: nobody's write waits for somebody else's server."""
        tool = request.tool
        result: Evidence | ToolError
        try:
            async with self.database.read() as session:
                result = await self._run(tool.run, session, request)
        except ToolError as error:
            result = error
        except Exception as error:
            failure(request.call, error, conversation_id=request.identity.conversation_id)
            result = unknown_outcome(tool.name, tool.server)
        try:
            async with self.database.write() as session:
                proposal = await lock_proposal(session, proposal_id, request.identity)
                outcome = await settle(session, proposal, tool, request.identity, result, request.now)
                await self._note(session, request, outcome, started)
        except KnowledgeError as error:
            raise unknown_outcome(tool.name, tool.server) from error
        return outcome

    async def _execute(self, session: AsyncSession, proposal: Proposal, request: Request) -> Outcome:
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
                    return refused(request, f"proposal_{proposal.status}")
                decide(proposal, status, identity, request.now)
                outcome = refused(request, f"proposal_{status}")
                await self.audit.add(session, identity, outcome, request.now)
                return outcome

        return await self._guarded(call, identity, work)

    async def _note(self, session: AsyncSession, request: Request, outcome: Outcome, started: float) -> None:
        """Write the audit row in the transaction of what it is about."""
        timed = dataclasses.replace(outcome, duration_ms=_since(started))
        await self.audit.add(session, request.identity, timed, request.now)

    async def _look(self, session: AsyncSession, request: Request) -> Held | None:
        """Ask the guard whether a write must wait for a person."""
        if self.guard is None:
            return None
        return await self.guard.look(self._context(session, request), request.tool, request.arguments)

    async def _run(self, run: Run, session: AsyncSession, request: Request) -> Evidence:
        context = self._context(session, request)
        async with asyncio.timeout(request.tool.timeout_s):
            return await run(context, request.arguments)

    def _context(self, session: AsyncSession, request: Request) -> ToolContext:
        return ToolContext(
            session=session,
            identity=request.identity,
            policy=self.policy,
            now=request.now,
            lang=request.lang,
            services=self.services,
            tools=self.tools,
        )

    def _recorded(self, call: ToolCall) -> ToolCall:
        """Return a call as it is written down."""
        tool = self.tools.get(call.tool)
        if tool is None or tool.recorded is None:
            return call
        return ToolCall(call.tool, tool.recorded(call.arguments))

    async def _guarded(self, call: ToolCall, identity: Identity, work: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Turn every error into an outcome. Work that returns has its audit row; work that raised gets it here."""
        started = time.perf_counter()
        try:
            outcome = await work()
        except ToolError as error:
            outcome = dataclasses.replace(refusal(self._recorded(call), error), duration_ms=_since(started))
            await self.audit.write(identity, outcome, self.clock())
        except Exception as error:
            outcome = dataclasses.replace(
                failure(self._recorded(call), error, conversation_id=identity.conversation_id),
                duration_ms=_since(started),
            )
            await self.audit.write(identity, outcome, self.clock())
        return dataclasses.replace(outcome, duration_ms=_since(started))


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
