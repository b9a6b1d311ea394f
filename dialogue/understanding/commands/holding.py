"""Wishes to keep an order back for some time: 先别发货，等我回来再发, "can you hold it until Friday". Nobody asks for the order to be cancelled by them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogue.commands import Command, StartFlow
from dialogue.understanding.commands.of_goods import EFFECTS
from dialogue.understanding.commands.reading import Reading

FLOW = "hold_order"
_GOODS = r"(?:it|that|them|(?:my|the|that|this) (?:[\w-]+ ){0,2}(?:order|parcel|package|delivery|shipment|dispatch|shipping|box))"
_GO_OUT = r"(?:ship\w*|send(?:ing)?|dispatch\w*|post(?:ing)?|mail(?:ing)?|deliver\w*)"
_EN = (
    rf"\b(?:can|could|would|will) (?:you|u|i|we) (?:please |pls |just |maybe )*(?:hold|delay|pause|postpone) (?:back |off )?(?:on )?{_GOODS}\b(?! (?:as|open|in mind|against))",
    rf"\b(?:hold|delay|pause|postpone) (?:back )?{_GOODS} (?:back )?(?:for (?:a|me|\d|some|the)|until|till|at|a few|a couple)\b",
    r"\b(?:hold|delay|pause|postpone) (?:my|the|that|this) (?:[\w-]+ ){0,2}(?:order|parcel|package|delivery|shipment|dispatch|shipping)\b",
    rf"\bhold off (?:on )?{_GO_OUT}\b",
    rf"\b(?:don't|dont|do not) {_GO_OUT}\b[^.;!?]{{0,24}}\b(?:yet|until|till|before|for (?:now|a|the next|another|\d+))\b",
    rf"\bwait (?:with|before) {_GO_OUT}\b",
)
_SENT = r"(?:发货|发出|寄出|出库|派送|配送|送货|[发寄送](?=[吧吗呢哈啊哦]?(?:$|[,，。!！?？])|给我|过来))"
_WHILE = r"(?:一?[点些下]|[几两三四五六七八九十\d]+天|[一两几]?个?(?:星期|周|礼拜)|到[^,，。]{1,6})"
_ZH = (
    rf"(?:先|暂时?)(?:都|帮我|给我)?(?:别|不要|不用|甭|勿|不)(?:急着|忙着|着急|给我)*{_SENT}",
    rf"(?:别|不要)(?:那么|这么)?(?:急着|忙着|着急|快)(?:给我)?{_SENT}",
    rf"(?:晚|迟|推迟|延迟|延后|暂缓|缓){_WHILE}?(?:再|给我)*{_SENT}|暂缓{_SENT}|(?:等|过){_WHILE}(?:再)(?:给我)?{_SENT}",
    rf"等(?:我|到)[^,，。]{{1,10}}再(?:给我|帮我)?{_SENT}",
    r"(?:包裹|快递|货|订单|东西|那?单子?)[^,，。]{0,6}(?:先)?(?:留|扣|压|存|保管)(?:一下|着|[几两三\d]+天|在(?:仓库|你们))",
)
_HOLDS = re.compile("|".join((*_EN, *_ZH)))
_NOT_SO = re.compile(
    r"\b(?:cancel\w*|money back|refund|don't want|no longer|changed my mind)\b|不(?:想)?要了|取消|撤|作废|反悔|退款|退钱|为什么|为啥|怎么|咋|凭什么|是不是|\bwhy\b"
)
"""What stands beside such words where the order is not wanted at all, or where it is asked why the shop is late."""


def holds_back(reading: Reading, low: str) -> bool:
    """Whether a part of a message asks to keep an order back that is still wanted; of goods just shown it would be a reservation."""
    wished = FLOW in reading.flows and _HOLDS.search(low) is not None and not _NOT_SO.search(reading.text.low)
    return wished and (reading.view.known or not reading.view.focused)


def without_holding(found: Sequence[Command]) -> list[Command]:
    """Let an order that shall only wait for what else is asked tell which one that is of: 键盘先别发货，我要改地址."""
    wishes = [one for one in found if isinstance(one, StartFlow)]
    changed = next((one for one in wishes if one.flow in EFFECTS), None)
    if changed is None:
        return list(found)
    held = [one for one in wishes if one.flow == FLOW]
    told = tuple(item for one in held for item in one.entities)
    whole = changed.model_copy(update={"entities": (*told, *changed.entities)})
    return [whole if one is changed else one for one in found if one not in held]
