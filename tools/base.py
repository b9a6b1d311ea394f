"""What a tool is: typed arguments, an effect, who may call it, a preview and a run.

A tool is a function; `tool` registers it. A *read* returns its evidence. A *write* has two halves: ``preview``
works out, without changing anything, exactly what would happen (and refuses what the policy forbids); ``run``
does it inside the executor's transaction, after the same preview was made again and agreed with what the person
saw. See ``docs/add-a-tool.md`` for one in 20 lines.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

import pydantic
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.types import JsonObject, Lang
from tools.policy import Policy

if TYPE_CHECKING:
    from tools.staging import Undo

Role = Literal["shopper", "merchant", "agent", "system"]
"""Who acts. ``system`` is the platform itself (escalation, timers); nobody can hold a token for it."""

Effect = Literal["read", "write"]
Status = Literal["ok", "refused", "failed", "needs_confirmation"]


@dataclasses.dataclass(frozen=True)
class Identity:
    """Who acts, from the signed session and never from an argument.

    Args:
        role: what the person is.
        subject: the id in the token: a customer, an agent, a merchant; None for an anonymous visitor.
        customer_id: whose records may be read and changed; None until it was proven.
        conversation_id: the conversation that the call belongs to, if any.
        supervisor: of an agent: whether they answer for the others, and for what is done with people's data.
    """

    role: Role
    subject: str | None = None
    customer_id: str | None = None
    conversation_id: str | None = None
    supervisor: bool = False

    @property
    def actor(self) -> str:
        """The name in audit rows and receipts."""
        return self.subject or self.customer_id or "visitor"


@dataclasses.dataclass(frozen=True)
class ToolContext:
    """What a tool may use: a session of the running transaction, who asks, the shop's policy, the time."""

    session: AsyncSession
    identity: Identity
    policy: Policy
    now: dt.datetime
    lang: Lang = "en"
    services: Any = None
    """Long-lived helpers by attribute (search index, catalogue words); see `tools.executor.Services`."""
    tools: Mapping[str, Tool] = dataclasses.field(default_factory=dict)
    """Every tool of the shop by name, for those that look at or undo the calls of others."""

    def customer_id(self) -> str:
        """Return whose records these are. The executor calls no tool with ``needs_customer`` without one."""
        if self.identity.customer_id is None:
            raise RuntimeError("a tool that reads personal data was declared without needs_customer")
        return self.identity.customer_id


class Arguments(pydantic.BaseModel):
    """Base of every tool's arguments: unknown names are refused, texts are stripped and hold no NUL."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @pydantic.model_validator(mode="before")
    @classmethod
    def _no_nul(cls, given: Any) -> Any:
        """PostgreSQL stores no NUL: to it such a text is an error, not a text that is nowhere."""
        if _holds_nul(given):
            raise ValueError("expected texts without NUL characters")
        return given


def _holds_nul(given: Any) -> bool:
    if isinstance(given, str):
        return "\0" in given
    parts = given.values() if isinstance(given, dict) else given if isinstance(given, list | tuple) else ()
    return any(map(_holds_nul, parts))


class Evidence(pydantic.BaseModel):
    """Base of what a tool returns: figures and reasons, no sentences."""

    model_config = pydantic.ConfigDict(frozen=True)


Run = Callable[[ToolContext, Any], Awaitable[Evidence]]


@dataclasses.dataclass(frozen=True)
class Tool:
    """A tool as the executor and the models see it. Descriptions say when to use it, when not, and each argument's form."""

    name: str
    effect: Effect
    roles: frozenset[Role]
    arguments: type[Arguments]
    run: Run
    description_en: str
    description_zh: str
    preview: Run | None = None
    """Only writes: what would happen; its evidence is shown before the yes and compared before the run."""
    needs_customer: bool = True
    """Refused until the session names a customer (signed in, or proven in the chat)."""
    confirm: bool = True
    """Only writes: the person must consent to the exact resolved call first."""
    undo: Undo | None = None
    """Only staged changes (`tools.staging.Staged`): how an executed one is rolled back."""
    recorded: Callable[[JsonObject], JsonObject] | None = None
    """What is written down of the arguments, in receipts and the audit log; None: all of them."""
    timeout_s: float = 10.0
    server: str = ""
    """The external server that does it, as ``mcp.yaml`` names it; "" for what is done here. What such a tool returns was written by
    outsiders, and what it changes stands in no transaction of ours."""
    evidence: type[Evidence] = Evidence
    """What `run` returns; read from its annotation unless given. A stored receipt is parsed back into it."""

    def __post_init__(self) -> None:
        if self.evidence is Evidence:
            object.__setattr__(self, "evidence", _evidence_of(self.name, self.run))
        if self.effect == "write" and self.confirm and self.preview is None:
            raise ValueError(f"tool {self.name!r}: a write that needs consent needs a preview to consent to")
        if self.effect == "write" and self.server and not self.confirm:
            raise ValueError(f"tool {self.name!r}: what an external server changes needs consent")


def _evidence_of(name: str, run: Run) -> type[Evidence]:
    found = typing.get_type_hints(run).get("return")
    if not (isinstance(found, type) and issubclass(found, Evidence)):
        raise TypeError(f"tool {name!r}: expected run() annotated to return a subclass of Evidence, got {found!r}")
    return found


def _arguments_of(run: Run) -> type[Arguments]:
    found = typing.get_type_hints(run).get("arguments")
    if not (isinstance(found, type) and issubclass(found, Arguments)):
        raise TypeError(
            f"tool {run.__name__!r}: expected a parameter `arguments: <subclass of Arguments>`, got {found!r}"
        )
    return found


def tool(  # noqa: PLR0913  (one keyword for each thing that the executor must know)
    effect: Effect,
    *,
    roles: Iterable[Role],
    en: str,
    zh: str,
    preview: Run | None = None,
    needs_customer: bool = True,
    confirm: bool = True,
    undo: Undo | None = None,
    recorded: Callable[[JsonObject], JsonObject] | None = None,
    timeout_s: float = 10.0,
) -> Callable[[Run], Tool]:
    """Make a `Tool` of an async function: name, arguments and evidence are read from its signature."""

    def make(run: Run) -> Tool:
        return Tool(
            name=run.__name__,
            effect=effect,
            roles=frozenset(roles),
            arguments=_arguments_of(run),
            run=run,
            description_en=en,
            description_zh=zh,
            preview=preview,
            needs_customer=needs_customer,
            confirm=confirm,
            undo=undo,
            recorded=recorded,
            timeout_s=timeout_s,
        )

    return make


@dataclasses.dataclass(frozen=True)
class ToolCall:
    """A call that somebody wants made. Arguments are plain JSON; the executor validates them."""

    tool: str
    arguments: dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of a call.

    ``ok``: `evidence` and, for a write, `receipt_id`. ``needs_confirmation``: `proposal_id` and the preview as
    `evidence`. ``refused`` and ``failed``: `code` and `facts` for the sentence, `mendable` when other arguments could
    succeed.
    """

    call: ToolCall
    status: Status
    evidence: Evidence | None = None
    receipt_id: str | None = None
    proposal_id: str | None = None
    code: str = ""
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)
    mendable: bool = False
    duration_ms: float = 0.0
    replayed: bool = False
    """True when the receipt is of an earlier, equal call: nothing was done again."""
