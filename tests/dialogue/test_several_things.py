"""Several things in one procedure or one after the other: added, left out, the same procedure once more."""

from __future__ import annotations

from sqlmodel import select

from dialogue.commands import Affirm, Cancel, Choose, Correct, Entity, Provide, StartFlow
from dialogue.testing import entity
from dialogue.turn import Turn
from knowledge.schema import Customer, OrderLine
from knowledge.types import JsonObject
from tests.dialogue.conftest import Talk, choices, words
from tools.testing import NOW, ShopBuilder

TEE: dict[str, object] = {"terms": "t-shirt", "product_ids": ["P-TEE"]}
LAMP: dict[str, object] = {"terms": "lamp", "product_ids": ["P-LAMP"]}


def option(message: str, said: str, value: str) -> Entity:
    return entity("option", said, message.index(said), key="color", value=value)


def thing(message: str, said: str, value: dict[str, object]) -> Entity:
    return entity("product", said, message.index(said), **value)


def swaps_of(turn: Turn) -> list[JsonObject]:
    """What the turn's call would exchange for what."""
    call = next(action for action in reversed(turn.actions) if action.tool == "exchange_items")
    return list(call.arguments["swaps"])


async def both_asked_about(talk: Talk) -> Turn:
    message = "exchange the tee of D1001 for a blue one and the lamp for a black one"
    return await talk.say(
        message,
        StartFlow(
            flow="exchange_items",
            entities=(
                thing(message, "tee", TEE),
                entity("order_ref", "D1001", message.index("D1001"), id="D1001"),
                option(message, "blue", "blue"),
                thing(message, "lamp", LAMP),
                option(message, "black", "black"),
            ),
        ),
        Provide(entities=(entity("payment_method", "card", kind="credit_card"),)),
    )


async def test_what_is_left_out_does_not_change_what_was_settled_for_the_rest(talk: Talk) -> None:
    assert {swap["new_sku"] for swap in swaps_of(await both_asked_about(talk))} == {"TEE-BLUE-M", "LAMP-B"}

    message = "no, leave the lamp. only the tee"
    turn = await talk.say(
        message, Correct(entities=(thing(message, "lamp", LAMP), thing(message, "tee", TEE)), text=message)
    )

    assert [swap["new_sku"] for swap in swaps_of(turn)] == ["TEE-BLUE-M"]


async def test_what_comes_with_also_is_added(talk: Talk) -> None:
    message = "exchange the tee of D1001 for a blue one"
    await talk.say(
        message,
        StartFlow(
            flow="exchange_items",
            entities=(
                thing(message, "tee", TEE),
                entity("order_ref", "D1001", message.index("D1001"), id="D1001"),
                option(message, "blue", "blue"),
            ),
        ),
        Provide(entities=(entity("payment_method", "card", kind="credit_card"),)),
    )
    message = "wait, also the lamp, in black"
    turn = await talk.say(
        message, Correct(entities=(thing(message, "lamp", LAMP), option(message, "black", "black")), text=message)
    )

    assert {swap["new_sku"] for swap in swaps_of(turn)} == {"TEE-BLUE-M", "LAMP-B"}


async def test_another_thing_after_the_end_starts_the_same_procedure_again(talk: Talk) -> None:
    tee = entity("product", "tee", **TEE)
    order = entity("order_ref", "D1001", id="D1001")
    await talk.say("return the tee of D1001", StartFlow(flow="return_items", entities=(tee, order)))
    card = entity("payment_method", "card", original=True)
    await talk.say("to my card", Provide(entities=(card,)))
    done = await talk.say("yes", Affirm())
    assert done.actions[-1].status == "ok", words(done)

    turn = await talk.say("and the lamp", Provide(entities=(entity("product", "lamp", **LAMP),)))

    assert words(turn) == "Where should the refund go?"


async def test_a_refusal_is_said_once_and_its_value_not_tried_again(talk: Talk) -> None:
    message = "pay D1002 with my gift card"
    turn = await talk.say(
        message,
        StartFlow(
            flow="change_payment",
            entities=(
                entity("order_ref", "D1002", id="D1002"),
                entity("payment_method", "gift card", kind="gift_card"),
            ),
        ),
    )
    tried = [action.arguments["payment_method_id"] for action in turn.actions if action.tool == "change_order_payment"]

    assert len(tried) == len(set(tried))
    assert words(turn).count("doesn't cover") == 1


def either_or(talk: Talk) -> tuple[StartFlow, StartFlow]:
    lamp = entity("product", "lamp", **LAMP)
    order = entity("order_ref", "D1002", id="D1002")
    return (
        StartFlow(flow="return_items", entities=(lamp, order)),
        StartFlow(flow="cancel_order", entities=(order,), fallback=True),
    )


async def test_what_was_wanted_only_instead_is_not_done_as_well(talk: Talk) -> None:
    asked = await talk.say("return the lamp of D1002, if not possible cancel it", *either_or(talk))
    assert asked.actions[-1].tool == "cancel_order"  # what has not left is cancelled in place of a return

    done = await talk.say("yes", Affirm())

    assert [action.tool for action in done.actions if action.receipt] == ["cancel_order"]
    assert "Next" not in words(done)


async def test_what_was_wanted_only_instead_goes_with_the_wish(talk: Talk) -> None:
    await talk.say("return the lamp of D1002, if not possible cancel it", *either_or(talk))

    stopped = await talk.say("forget it", Cancel())

    assert not stopped.actions
    assert "Next" not in words(stopped)


async def test_the_product_just_talked_about_says_which_order(talk: Talk) -> None:
    await talk.say(
        "tell me about the tee", StartFlow(flow="product_details", entities=(entity("product", "tee", **TEE),))
    )

    turn = await talk.say("I'll return the one I got", StartFlow(flow="return_items"))

    assert words(turn) == "Where should the refund go?"


async def lay_order(talk: Talk, lines: dict[str, int], *, twice: str = "") -> None:
    """Add a delivered order of Emma's, with a second line equal to that of `twice`."""
    async with talk.database.write() as session:
        shop = ShopBuilder(session, "CNY", NOW)
        await shop.order("D1009", await session.get_one(Customer, "C1"), lines, status="delivered")
        for line in (await session.exec(select(OrderLine).where(OrderLine.order_id == "D1009"))).all():
            if line.sku == twice:
                await shop.add(OrderLine(**{**line.model_dump(), "id": f"{line.id}-again"}))


async def ask_to_return(talk: Talk, message: str, *said: Entity) -> Turn:
    order = entity("order_ref", "D1009", message.index("D1009"), id="D1009")
    card = Provide(entities=(entity("payment_method", "card", kind="credit_card"),))
    return await talk.say(message, StartFlow(flow="return_items", entities=(*said, order)), card)


def returned(turn: Turn) -> list[str]:
    """Lines that the turn's call would return."""
    call = next(action for action in reversed(turn.actions) if action.tool == "return_items")
    return sorted(str(line["line_id"]) for line in call.arguments["lines"])


async def test_what_was_clear_stays_when_one_of_several_is_chosen(talk: Talk) -> None:
    await lay_order(talk, {"TEE-RED-M": 1, "LAMP-W": 1, "LAMP-B": 1})
    message = "return the tee and the lamp of D1009"
    asked = await ask_to_return(talk, message, thing(message, "tee", TEE), thing(message, "lamp", LAMP))
    assert choices(asked) == ["Desk Lamp (white)", "Desk Lamp (black)"]

    turn = await talk.say("the black one", Choose(indexes=(1,)))

    assert returned(turn) == ["D1009-1", "D1009-3"]


async def test_between_equal_things_nobody_has_to_choose(talk: Talk) -> None:
    await lay_order(talk, {"TEE-RED-M": 1, "LAMP-W": 1}, twice="LAMP-W")
    message = "return the lamp of D1009"
    assert returned(await ask_to_return(talk, message, thing(message, "lamp", LAMP))) == ["D1009-2"]
