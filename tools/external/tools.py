"""Makes tools of what ``mcp.yaml`` declares: their arguments, who may call them, and what becomes of a server's answer."""

from __future__ import annotations

import json
import re
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pydantic

from knowledge.types import JsonObject
from tools.base import Arguments, Evidence, Identity, Tool, ToolContext
from tools.errors import ArgumentError, RefusedError
from tools.external.declared import FILE, DeclaredArgument, DeclaredServer, DeclaredTool
from tools.own import OwnToolError
from tools.ownership import own_order

if TYPE_CHECKING:
    from mcp_types import CallToolResult

_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
"""What PostgreSQL does not store."""
_MINUTE_S = 60.0
_PEOPLE_KEPT = 10_000
_TYPES: dict[str, Any] = {"integer": int, "number": float, "yes_no": bool, "text": str, "texts": tuple[str, ...]}


class ExternalCall(Evidence):
    """What a server would be asked to do: shown before the yes, compared before it is sent."""

    server: str
    tool: str
    arguments: JsonObject


class ExternalResult(Evidence):
    """What a server answered. Somebody else wrote it: it is shown as data, and founds no effect."""

    server: str
    data: JsonObject = {}
    """The structured part; empty where there is none or it was too long."""
    text: str = ""
    cut: bool = False
    """Whether a part was left out because it was too long."""


def external_tools(servers: Mapping[str, DeclaredServer], *, taken: Iterable[str] = ()) -> dict[str, Tool]:
    """Return every declared tool by its name. No server is asked.

    Raises:
        OwnToolError: two tools have one name, or one that is `taken`.
    """
    names = set(taken)
    found: dict[str, Tool] = {}
    for server_name, server in servers.items():
        for name, declared in server.tools.items():
            if name in names:
                raise OwnToolError(
                    f"{FILE}: servers.{server_name}.tools.{name}: there is a tool of that name already; "
                    f"give this one another and add there: {declared.there or name}"
                )
            names.add(name)
            found[name] = _tool(server_name, server, name, declared)
    return found


def _tool(server_name: str, server: DeclaredServer, name: str, declared: DeclaredTool) -> Tool:
    there, rate = declared.there or name, _Rate(name, declared.calls_per_minute)

    async def preview(context: ToolContext, arguments: Arguments) -> ExternalCall:
        return ExternalCall(server=server_name, tool=there, arguments=await _resolved(context, arguments, declared))

    async def run(context: ToolContext, arguments: Arguments) -> ExternalResult:
        resolved = await _resolved(context, arguments, declared)
        await context.session.close()  # while the server works, nobody waits for this place in the pool
        rate.spend(context.identity)
        connection = context.services.external.connection(server_name)
        answer = await connection.call(there, resolved, effect=declared.effect)
        return _result(server_name, server.max_characters, there, answer)

    return Tool(
        name=name,
        effect=declared.effect,
        roles=frozenset(declared.roles),
        arguments=_arguments(name, declared),
        run=run,
        description_en=declared.en,
        description_zh=declared.zh,
        preview=preview if declared.effect == "write" else None,
        needs_customer=declared.needs_customer,
        timeout_s=server.timeout_s + 1,  # the connection's own limit comes first, and knows what was sent
        server=server_name,
        evidence=ExternalResult,
    )


def _arguments(name: str, declared: DeclaredTool) -> type[Arguments]:
    given = {key: argument for key, argument in declared.arguments.items() if argument.filled is None}
    fields: dict[str, Any] = {key: _field(argument) for key, argument in given.items()}
    made: type[Arguments] = pydantic.create_model(name, __base__=Arguments, **fields)
    return made


def _field(argument: DeclaredArgument) -> tuple[Any, Any]:
    kind = Literal[argument.choices] if argument.choices else _TYPES[argument.type]
    limits: dict[str, Any] = {}
    if argument.type in ("integer", "number"):
        limits = {"ge": argument.min, "le": argument.max}
        if argument.type == "number":
            limits["allow_inf_nan"] = False
    elif argument.type == "text" and not argument.choices:
        limits = {"max_length": argument.max_length}
    elif argument.type == "texts":
        kind = tuple[Annotated[str, pydantic.Field(max_length=argument.max_length)], ...]
        limits = {"max_length": 100}
    field = pydantic.Field(description=f"{argument.en} / {argument.zh}", **limits)
    if argument.optional:
        return Annotated[kind, field] | None, None
    return Annotated[kind, field], ...


async def _resolved(context: ToolContext, arguments: Arguments, declared: DeclaredTool) -> JsonObject:
    """Return what is sent: the caller's values, the customer's own ids as we write them, and what the session says.

    Raises:
        ArgumentError: an id is not the customer's.
    """
    given = arguments.model_dump(mode="json", exclude_none=True)
    session = {
        "customer_id": context.identity.customer_id,
        "conversation_id": context.identity.conversation_id,
        "lang": context.lang,
    }
    resolved: JsonObject = {}
    for name, argument in declared.arguments.items():
        value = session[argument.filled] if argument.filled is not None else given.get(name)
        if value is not None and argument.own == "order":
            value = (await own_order(context, value)).id
        if value is not None:
            resolved[argument.there or name] = value
    return resolved


def _result(server: str, longest: int, tool: str, answer: CallToolResult) -> ExternalResult:
    """Return an answer as evidence, within its limit.

    Raises:
        ArgumentError: ``external_refused``: the server says that it did not do it.
    """
    text = "\n".join(part.text for part in answer.content if part.type == "text")
    if answer.is_error:
        said = _written(text)[:500]
        raise ArgumentError("external_refused", f"{server}: {tool}: {said}", server=server, said=said)
    structured = answer.structured_content
    data: JsonObject = (
        structured if isinstance(structured, dict) else {} if structured is None else {"value": structured}
    )
    data = _written(data)
    size = len(json.dumps(data, ensure_ascii=False))
    if size > longest:
        # Half of a structure would be read as the whole of it.
        return ExternalResult(server=server, text=_written(text)[:longest], cut=True)
    if data and _parsed(text) == data:
        text = ""  # servers repeat the structured part as text for those who read nothing else
    room = max(0, longest - (size if data else 0))
    return ExternalResult(server=server, data=data, text=_written(text)[:room], cut=len(text) > room)


def _structured(given: Any, text: str) -> JsonObject:
    """Return the structured part of an answer; of servers that know none, the text where it is a JSON object."""
    if given is None:
        given = _parsed(text)
        return given if isinstance(given, dict) else {}
    return given if isinstance(given, dict) else {"value": given}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _written(value: Any) -> Any:
    """Return plain JSON without the characters that no database stores."""
    if isinstance(value, str):
        return _UNWRITABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_written(str(key)): _written(part) for key, part in value.items()}
    return [_written(part) for part in value] if isinstance(value, list) else value


class _Rate:
    """How often one person may call one tool in a minute."""

    def __init__(self, tool: str, calls: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._tool = tool
        self._calls = calls
        self._clock = clock
        self._by_person: OrderedDict[str, deque[float]] = OrderedDict()

    def spend(self, identity: Identity) -> None:
        """Count a call.

        Raises:
            RefusedError: ``external_too_often``.
        """
        person = f"{identity.role}:{identity.customer_id or identity.conversation_id or identity.actor}"
        times = self._by_person.setdefault(person, deque())
        self._by_person.move_to_end(person)
        if len(self._by_person) > _PEOPLE_KEPT:
            self._by_person.popitem(last=False)
        now = self._clock()
        while times and now - times[0] >= _MINUTE_S:
            times.popleft()
        if len(times) >= self._calls:
            raise RefusedError("external_too_often", f"{self._tool}: {self._calls} calls a minute are the limit")
        times.append(now)
