"""Who the person is: prove it, show what is on file, change the default address."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import col, select

from knowledge.money import Money
from knowledge.schema import Address, AuditRow, Conversation, Customer, PaymentMethod
from knowledge.types import new_id
from tools.base import ToolContext, tool
from tools.customers.proofs import by_email, by_name_postcode, by_order_phone, name_key
from tools.customers.types import (
    ChangeDefaultAddress,
    DefaultAddressChange,
    GetProfile,
    Profile,
    SavedAddress,
    VerifiedCustomer,
    VerifyCustomer,
)
from tools.errors import ArgumentError, RefusedError
from tools.evidence import AddressFields, MethodView
from tools.ownership import own_addresses, own_payment_methods, plain_id
from tools.policy import Proof

WRONG = "not_recognised"
OTHER = "other_customer"


@tool(
    "write",
    roles=("shopper", "agent"),
    needs_customer=False,
    confirm=False,
    en=(
        "Prove who the person is before anything personal is shown or changed. Give one complete proof, in the person's "
        "own words: `email`; or `name` (full name) and `postcode`; or `order_id` and `phone`. Do not use it when the "
        "person is signed in or was already proven. Never guess a value."
    ),
    zh=(
        "在展示或修改任何个人信息之前核实身份。提供一种完整的证明，按顾客原话填写：`email`（邮箱）；或 `name`（全名）加 "
        "`postcode`（邮编）；或 `order_id`（订单号）加 `phone`（手机号）。顾客已登录或已核实时不要使用，绝不要猜测任何值。"
    ),
)
async def verify_customer(context: ToolContext, arguments: VerifyCustomer) -> VerifiedCustomer:
    """Find the one customer that the proof fits and put them on the conversation."""
    conversation = await _conversation(context)
    proofs = _complete_proofs(context, arguments)
    await _check_attempts(context, conversation)
    guessed = _guessed(context, conversation, arguments)
    _check_guesses(context, guessed)
    try:
        proof, customer = await _recognise(context, arguments, proofs)
    except ArgumentError:
        context.services.guesses.note(guessed, context.now)
        raise
    _check_same_person(context, conversation, customer)
    if conversation.customer_id is None:
        conversation.customer_id = customer.id
        conversation.verified_by = proof
        conversation.updated_at = context.now
        context.session.add(conversation)
    return VerifiedCustomer(customer_id=customer.id, name=customer.full_name(), proof=proof)


async def _conversation(context: ToolContext) -> Conversation:
    conversation_id = context.identity.conversation_id
    found = await context.session.get(Conversation, conversation_id) if conversation_id else None
    if found is None:
        raise RefusedError("no_conversation", "a customer is proven within a conversation; open one first")
    return found


def _complete_proofs(context: ToolContext, arguments: VerifyCustomer) -> list[Proof]:
    accepted = context.policy.identity.proofs
    given: dict[Proof, bool] = {
        "email": bool(arguments.email),
        "name_postcode": bool(arguments.name and arguments.postcode),
        "order_phone": bool(arguments.order_id and arguments.phone),
    }
    complete = [proof for proof in accepted if given[proof]]
    if not complete:
        raise ArgumentError("incomplete_proof", f"expected one complete proof of {accepted}", proofs=list(accepted))
    return complete


async def _check_attempts(context: ToolContext, conversation: Conversation) -> None:
    """Count the wrong proofs of this conversation; the audit log keeps them, written with each refusal."""
    statement = select(func.count()).where(
        AuditRow.conversation_id == conversation.id,
        AuditRow.tool == verify_customer.name,
        col(AuditRow.reason).in_((WRONG, OTHER)),
    )
    limit = context.policy.identity.max_attempts
    if (await context.session.exec(statement)).one() >= limit:
        raise RefusedError("too_many_attempts", f"{limit} wrong proofs in this conversation", attempts=limit)


def _guessed(context: ToolContext, conversation: Conversation, arguments: VerifyCustomer) -> list[str]:
    """Return what a wrong proof counts against: the visitor, the order and the name.

    Whoever holds a customer's token is never locked out by what others guess about that customer.
    """
    keys = [f"subject {conversation.subject}"] if conversation.subject else []
    if context.identity.customer_id is None:
        keys += [f"order {plain_id(arguments.order_id).upper()}"] if arguments.order_id and arguments.phone else []
        keys += [f"name {name_key(arguments.name)}"] if arguments.name and arguments.postcode else []
    return keys


def _check_guesses(context: ToolContext, keys: Sequence[str]) -> None:
    limit = context.policy.identity.max_attempts_a_day
    if context.services.guesses.most(keys, context.now) >= limit:
        raise RefusedError("proofs_paused", f"{limit} wrong proofs within a day")


async def _recognise(
    context: ToolContext, arguments: VerifyCustomer, proofs: Sequence[Proof]
) -> tuple[Proof, Customer]:
    """Return the first proof that fits exactly one customer, and that customer."""
    code = WRONG
    for proof in proofs:
        found = await _people(context, arguments, proof)
        if len(found) == 1:
            return proof, found[0]
        if found:
            code = "several_customers"
    raise ArgumentError(code, "expected a proof that fits exactly one customer", proofs=list(proofs))


async def _people(context: ToolContext, arguments: VerifyCustomer, proof: Proof) -> Sequence[Customer]:
    if proof == "email":
        return await by_email(context.session, arguments.email or "")
    if proof == "name_postcode":
        return await by_name_postcode(context.session, arguments.name or "", arguments.postcode or "")
    return await by_order_phone(context.session, arguments.order_id or "", arguments.phone or "")


def _check_same_person(context: ToolContext, conversation: Conversation, customer: Customer) -> None:
    """One customer a conversation: neither the token nor an earlier proof may name another."""
    if {conversation.customer_id, context.identity.customer_id} - {None, customer.id}:
        raise RefusedError(OTHER, "this conversation belongs to another customer; open a new one")


@tool(
    "read",
    roles=("shopper", "agent"),
    en="Show what is on file about the person: name, e-mail, phone, addresses, payment methods. No arguments.",
    zh="查看顾客的档案：姓名、邮箱、电话、地址簿、支付方式。无参数。",
)
async def get_profile(context: ToolContext, arguments: GetProfile) -> Profile:
    """Return the person's own data."""
    customer = await context.session.get_one(Customer, context.customer_id())
    return Profile(
        customer_id=customer.id,
        name=customer.full_name(),
        email=customer.email,
        phone=customer.phone,
        tier=customer.tier,
        addresses=tuple(
            SavedAddress(address_id=entry.id, is_default=entry.is_default, address=_fields(entry))
            for entry in await own_addresses(context)
        ),
        payment_methods=tuple(_method(method) for method in await own_payment_methods(context)),
    )


async def plan_default_address(context: ToolContext, arguments: ChangeDefaultAddress) -> DefaultAddressChange:
    """Work out the new default address: recipient and phone stay unless they are given."""
    customer = await context.session.get_one(Customer, context.customer_id())
    current = await _default(context)
    before = _fields(current) if current else None
    recipient, phone = (before.recipient, before.phone) if before else (customer.full_name(), customer.phone)
    wanted = arguments.address
    after = wanted.model_copy(update={"recipient": wanted.recipient or recipient, "phone": wanted.phone or phone})
    if after == before:
        raise ArgumentError("address_unchanged", "the default address is this one already")
    return DefaultAddressChange(before=before, after=after)


@tool(
    "write",
    roles=("shopper", "agent"),
    preview=plan_default_address,
    en=(
        "Change the person's default delivery address, used for future orders. Give the whole new address. It changes no "
        "order that was already placed: use change_order_address for those."
    ),
    zh="修改顾客的默认收货地址，用于以后的订单，需提供完整的新地址。不影响已下的订单；修改订单地址请用 change_order_address。",
)
async def change_default_address(context: ToolContext, arguments: ChangeDefaultAddress) -> DefaultAddressChange:
    """Write the default address in place, or as the first entry of the book."""
    change = await plan_default_address(context, arguments)
    entry = await _default(context) or Address(id=new_id("adr"), customer_id=context.customer_id(), line1="")
    entry.sqlmodel_update(change.after.model_dump())
    entry.is_default = True
    context.session.add(entry)
    return change


async def _default(context: ToolContext) -> Address | None:
    """Return the default address: the marked one, or the only one."""
    entries = await own_addresses(context)
    marked = [entry for entry in entries if entry.is_default] or (entries if len(entries) == 1 else [])
    return marked[0] if marked else None


def _fields(address: Address) -> AddressFields:
    return AddressFields.model_validate({name: getattr(address, name) for name in AddressFields.model_fields})


def _method(method: PaymentMethod) -> MethodView:
    balance = None if method.balance_minor is None else Money(method.balance_minor, method.currency)
    return MethodView(id=method.id, kind=method.kind, brand=method.brand, last_four=method.last_four, balance=balance)


TOOLS = (verify_customer, get_profile, change_default_address)
