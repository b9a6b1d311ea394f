"""Wishes about one's own personal data: erase it, give me a copy. How long that takes, or closing the account, is for the documents."""

from __future__ import annotations

import re

_DATA = r"(?:(?:personal |private |user |account |customer |chat )?(?:data|details|information|info|history|records?))"
_EN = (
    rf"\b(?:delete|erase|remove|wipe|get rid of|destroy) (?:out )?(?:all |every bit )?(?:of )?my (?:own )?{_DATA}\b",
    rf"\b(?:delete|erase|remove|wipe) (?:all |everything )(?:of )?(?:the )?(?:{_DATA} )?(?:that )?(?:you|the shop) "
    r"(?:have|has|hold|holds|keep|keeps|know|store|stored)\b",
    r"\bwant (?:all )?my (?:personal |private )?(?:data|details|information|info) (?:deleted|erased|removed|wiped|gone)\b",
    rf"\b(?:copy|export|download) (?:of )?(?:all |everything )?(?:of )?my (?:own )?{_DATA}\b",
    r"\b(?:right to be forgotten|gdpr (?:request|erasure|export)|forget everything about me)\b",
)
_OWN = r"(?:我(?:的|们的|在你们(?:这里?|店里?)的?)?|本人的?|个人|私人|关于我的?)"
_ZH_DATA = r"(?:个人|私人|聊天|账户|账号|全部|所有|一切|这些|那些|的)*(?:信息|数据|资料|隐私|记录)"
_ERASE = r"(?:删除|删掉|删光|删干净|删了|全删|清除|清空|清掉|抹掉|销毁)"
_ZH = (
    rf"{_OWN}{_ZH_DATA}(?:全部|全都|统统|通通|都|全|给|给我|帮我|能|可以|请|彻底|永久|一并)*{_ERASE}",
    rf"{_ERASE}(?:掉|一下|你们(?:那|这)?(?:里|儿|保存的|存的)?)?{_OWN}{_ZH_DATA}",
    rf"(?:导出|下载|拷贝|备份|要一份|给我一份|发我一份|副本).{{0,6}}{_OWN}{_ZH_DATA}",
    rf"{_OWN}{_ZH_DATA}.{{0,4}}(?:导出|下载|拷贝|备份|给我一份|发我一份|的?副本)",
)
_WISH = re.compile("|".join((*_EN, *_ZH)))
_ONLY_ASKS = re.compile(
    r"^(?:how (?:do|can|long)|what happens|when (?:do|will)|do you|can you tell|where (?:do|can))\b|怎么|如何|多久|什么时候|会不会|有没有"
)
_OTHER = re.compile(
    r"\b(?:search|order|browsing|payment|purchase) (?:history|records?)\b|(?:订单|物流|搜索|浏览|购买|付款)(?:信息|记录|数据)"
)


def wishes_about_own_data(low: str) -> bool:
    """Tell whether a part of a message, in lower case, asks to erase or hand out the speaker's data; not how that is done."""
    return bool(_WISH.search(low)) and not _ONLY_ASKS.search(low) and not _OTHER.search(low)
