"""Pictures of other shops' pages: when a picture that came is one, and who it is read for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogue.commands import Command, Deny, StartFlow
from dialogue.events import AttachmentRef
from dialogue.work import Work

MERCHANT, SHOPPER = "competitor_page", "price_match"
_ELSEWHERE = re.compile(
    r"(?:别家|别的店|其他店|其它店|另一家|隔壁|人家|对手|竞品|京东|淘宝|天猫|拼多多|抖音)[^，。,]{0,12}(?:便宜|低|卖|才|价|只要)|比你们?(?:家|这里|这儿)?便宜|同价|比价|价格匹配"
    r"|\b(?:price[- ]?match|match (?:this|that|the|their|it)\b|cheaper (?:at|on|in|elsewhere|there|somewhere|over)|(?:other|another) (?:shop|store|site|seller)|elsewhere|competitor)",
    re.IGNORECASE,
)
"""Words by which a shopper points at what another shop asks."""


def of_a_page(work: Work, commands: Sequence[Command], pictures: Sequence[AttachmentRef]) -> tuple[Command, ...] | None:
    """Return the commands with the reading of the page on the last picture; None: no page was sent, or none was asked for.

    A merchant's picture is a competitor's page where nothing else runs; a shopper's is one where the words say so.
    """
    starts = any(isinstance(command, StartFlow) and command.flow in {MERCHANT, SHOPPER} for command in commands)
    waits = work.frame is not None and work.frame.flow in {MERCHANT, SHOPPER}
    if not pictures:
        work.memory.page = None if starts and not waits else work.memory.page
        return None
    if waits and work.frame is not None and "picture" not in work.frame.slots:
        work.memory.page = pictures[-1].id
        return (StartFlow(flow=work.frame.flow, text=work.text, source="pending"),)
    flow = MERCHANT if work.state.role == "merchant" else SHOPPER
    meant = starts or (work.frame is None and (flow == MERCHANT or bool(_ELSEWHERE.search(work.text))))
    if not meant or flow not in work.flows or any(isinstance(command, Deny) for command in commands):
        return None
    work.memory.page = pictures[-1].id
    return (StartFlow(flow=flow, text=work.text, source="pattern"),)
