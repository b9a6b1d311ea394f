"""Replies that the desk keeps at hand: kept by supervisors and merchants for all, by agents for themselves."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from knowledge.schema import Account, CannedReply, Shop
from knowledge.types import new_id
from tools.base import Role, ToolContext, tool
from tools.errors import ArgumentError, RefusedError
from tools.ticketing.canned_types import (
    CannedReplies,
    CannedReplyRemoved,
    CannedReplyView,
    FillCannedReply,
    FilledReply,
    NoChoice,
    RemoveCannedReply,
    SetCannedReply,
    VariableView,
)
from tools.ticketing.canned_variables import VARIABLES, Case, filled, unknown_in
from tools.ticketing.rows import found_ticket

KEEPERS: tuple[Role, ...] = ("agent", "merchant")


@tool(
    "write",
    roles=KEEPERS,
    needs_customer=False,
    confirm=False,
    en=(
        "Keep a reply at hand for the desk, or change the one of that name: `zh` and `en` are its words, with variables in braces, such as "
        "{name}, {order}, {amount}, {ticket}, {agent}; list_canned_replies lists all of them. The shop's replies are kept by supervisors and "
        "merchants; `private` true keeps one for the acting agent alone, which may be in one language."
    ),
    zh=(
        "保存一条常用回复，或修改同名的那条：`zh`、`en` 为中英文内容，可用花括号变量，如 {name}、{order}、{amount}、{ticket}、{agent}，全部变量见 "
        "list_canned_replies。店铺的常用回复由主管和商家维护；`private` 为 true 时只保存给当前客服自己用，可以只写一种语言。"
    ),
)
async def set_canned_reply(context: ToolContext, arguments: SetCannedReply) -> CannedReplyView:
    """Keep the reply.

    Raises:
        RefusedError: ``not_allowed``.
        ArgumentError: ``unknown_variable``, with its name; ``canned_text_missing``, with the language.
    """
    owner = _owner(context, private=arguments.private)
    _check(arguments)
    row = await _find(context, owner, arguments.name) or await _made(context, owner, arguments.name)
    row.sqlmodel_update(
        {"zh": arguments.zh, "en": arguments.en, "updated_by": context.identity.actor, "updated_at": context.now}
    )
    context.session.add(row)
    await context.session.flush()
    return _view(row)


@tool(
    "write",
    roles=KEEPERS,
    needs_customer=False,
    confirm=False,
    en="Remove the kept reply of that name: the shop's (supervisors and merchants), or with `private` true the acting agent's own.",
    zh="删除该名称的常用回复：店铺的（仅主管和商家），或 `private` 为 true 时当前客服自己的。",
)
async def remove_canned_reply(context: ToolContext, arguments: RemoveCannedReply) -> CannedReplyRemoved:
    """Remove it.

    Raises:
        RefusedError: ``not_allowed``.
        ArgumentError: ``canned_reply_not_found``.
    """
    row = await _find(context, _owner(context, private=arguments.private), arguments.name)
    if row is None:
        raise ArgumentError("canned_reply_not_found", "expected the name of a kept reply", name=arguments.name)
    await context.session.delete(row)
    await context.session.flush()
    return CannedReplyRemoved(name=row.name, private=bool(row.owner))


@tool(
    "read",
    roles=KEEPERS,
    needs_customer=False,
    en="List the replies that are kept at hand, the shop's and the acting agent's own, and the variables that they may hold.",
    zh="列出常用回复（店铺的和当前客服自己的）以及可用的变量。",
)
async def list_canned_replies(context: ToolContext, arguments: NoChoice) -> CannedReplies:
    """Return them by name."""
    owners = {"", _own(context)}
    statement = select(CannedReply).where(col(CannedReply.owner).in_(owners))
    rows = (await context.session.exec(statement.order_by(col(CannedReply.name), col(CannedReply.owner)))).all()
    return CannedReplies(replies=tuple(map(_view, rows)), variables=_variables(tuple(VARIABLES)))


@tool(
    "read",
    roles=("agent",),
    needs_customer=False,
    en="Show a kept reply with the facts of a ticket in the place of its variables; what the ticket does not say is listed as gaps.",
    zh="把常用回复里的变量换成某张工单的信息；工单里没有的会列为空缺。",
)
async def fill_canned_reply(context: ToolContext, arguments: FillCannedReply) -> FilledReply:
    """Return the words for the ticket, in the other language where the reply has none in this.

    Raises:
        ArgumentError: ``canned_reply_not_found``, ``ticket_not_found``.
    """
    ticket = await found_ticket(context, arguments.ticket_id)
    row = await context.session.get(CannedReply, arguments.reply_id)
    if row is None or row.owner not in ("", _own(context)):
        raise ArgumentError("canned_reply_not_found", "expected the id of a kept reply", name=arguments.reply_id[:64])
    account = await context.session.get(Account, context.identity.actor)
    lang = arguments.lang if (row.zh if arguments.lang == "zh" else row.en) else ("zh" if row.zh else "en")
    agent = account.display_name if account is not None and account.display_name else context.identity.actor
    case = Case(ticket, agent, await context.session.get(Shop, "shop"), lang)
    text, missing = filled(row.zh if lang == "zh" else row.en, case)
    return FilledReply(text=text, lang=lang, gaps=_variables(missing))


def _own(context: ToolContext) -> str:
    """Return whose private replies the acting person has; "" for nobody's."""
    return context.identity.actor if context.identity.role == "agent" else ""


def _owner(context: ToolContext, *, private: bool) -> str:
    identity = context.identity
    keeps = identity.role == "merchant" or identity.supervisor
    if not (identity.role == "agent" if private else keeps):
        raise RefusedError(
            "not_allowed", "the shop's replies are kept by supervisors and merchants, private ones by agents"
        )
    return _own(context) if private else ""


def _check(arguments: SetCannedReply) -> None:
    unknown = unknown_in(f"{arguments.zh}\n{arguments.en}")
    if unknown:
        names = ", ".join(f"{{{name}}}" for name in unknown)
        raise ArgumentError("unknown_variable", f"no variable {names}", variable=names, known=", ".join(VARIABLES))
    missing = [lang for lang, text in (("zh", arguments.zh), ("en", arguments.en)) if not text]
    if len(missing) > (1 if arguments.private else 0):
        raise ArgumentError(
            "canned_text_missing", f"expected words in {' and '.join(missing)}", langs=", ".join(missing)
        )


async def _find(context: ToolContext, owner: str, name: str) -> CannedReply | None:
    statement = select(CannedReply).where(CannedReply.owner == owner, CannedReply.name == name).with_for_update()
    return (await context.session.exec(statement)).first()


async def _made(context: ToolContext, owner: str, name: str) -> CannedReply:
    """Make an empty one, unless somebody else makes it at the same moment: then it is theirs that is changed."""
    row = CannedReply(
        id=new_id("can"), owner=owner, name=name, updated_by=context.identity.actor, updated_at=context.now
    )
    try:
        async with context.session.begin_nested():
            context.session.add(row)
            await context.session.flush()
    except IntegrityError:
        theirs = await _find(context, owner, name)
        if theirs is None:
            raise
        return theirs
    return row


def _variables(names: tuple[str, ...]) -> tuple[VariableView, ...]:
    return tuple(VariableView(name=name, label=VARIABLES[name].label) for name in names)


def _view(row: CannedReply) -> CannedReplyView:
    return CannedReplyView(
        reply_id=row.id,
        name=row.name,
        zh=row.zh,
        en=row.en,
        private=bool(row.owner),
        updated_by=row.updated_by,
        updated_at=row.updated_at,
    )


TOOLS = (set_canned_reply, remove_canned_reply, list_canned_replies, fill_canned_reply)
