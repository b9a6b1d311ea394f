"""Reasons in words, for people at the desk and merchants; a shopper is never told them."""

from __future__ import annotations

from collections.abc import Mapping

from knowledge.types import Lang
from tools.evidence import LocalText
from tools.risk.model import Reason

_KEYS: Mapping[str, tuple[str, str]] = {
    "account": ("该账号", "this account"),
    "card": ("这张卡", "this card"),
    "device": ("这台设备", "this device"),
    "address": ("这个地址", "this address"),
    "ip": ("这个网络", "this network"),
    "merchant": ("该商家", "this seller"),
    "issuer": ("该发卡行", "this card's issuer"),
}
_PARTS: Mapping[str, tuple[str, str]] = {
    "n_1h": ("{key}一小时内有 {value} 笔", "{value} events of {key} within an hour"),
    "n_1d": ("{key}一天内有 {value} 笔", "{value} events of {key} within a day"),
    "n_7d": ("{key}七天内有 {value} 笔", "{value} events of {key} within a week"),
    "n_30d": ("{key}三十天内有 {value} 笔", "{value} events of {key} within 30 days"),
    "n": ("{key}此前共 {value} 笔", "{value} earlier events of {key}"),
    "gap_s": ("{key}距上一笔 {value}", "{value} since the last event of {key}"),
    "peak_1h": ("{key}一小时最多 {value} 笔", "at most {value} events of {key} in one hour"),
    "sum_1d": ("{key}一天内金额 {value}", "{value} spent by {key} within a day"),
    "sum": ("{key}此前金额共 {value}", "{value} spent by {key} before"),
    "accounts": ("{key}另有 {value} 个账号使用", "{value} other accounts use {key}"),
    "repeats": ("{key}连续下单的比例 {value}", "share of repeated events at {key}: {value}"),
    "late": ("{key}夜间交易的比例 {value}", "share of events at night at {key}: {value}"),
    "log_amount": ("{key}通常的金额（对数）{value}", "usual amount at {key} (logarithm): {value}"),
    "ratio": ("金额与{key}通常的差（对数）{value}", "amount against what is usual at {key} (logarithm): {value}"),
}
_WHOLE: Mapping[str, tuple[str, str]] = {
    "amount": ("金额 {value}", "amount {value}"),
    "no_device": ("没有设备信息", "no device is known"),
    "since_signup_s": ("注册至今 {value}", "{value} since sign-up"),
    "emulator": ("设备是模拟器", "the device is an emulator"),
    "modified": ("设备系统被改动", "the device's system was modified"),
    "automated": ("由程序操作", "a program drives the device"),
    "new_device": ("该账号没用过的设备", "a device that is new to the account"),
    "new_card": ("该账号没用过的卡", "a card that is new to the account"),
    "amount_ratio": ("金额是该账号平均的 {value} 倍", "{value} times the account's usual amount"),
    "account_cards": ("该账号用过 {value} 张卡", "{value} cards of the account"),
    "account_devices": ("该账号用过 {value} 台设备", "{value} devices of the account"),
    "linked": (
        "与另外 {value} 个账号共用卡、设备、地址或网络",
        "{value} other accounts share a card, device, address or network",
    ),
}
_FLAGS = frozenset(("no_device", "emulator", "modified", "automated", "new_device", "new_card"))
_NOT = ("{}：否", "not: {}")
_UNKNOWN = ("未知", "not known")


def in_words(reason: Reason) -> LocalText:
    """Return a reason in both languages: what was seen, not what it means."""
    return LocalText(zh=_said(reason, "zh"), en=_said(reason, "en"))


def _said(reason: Reason, lang: Lang) -> str:
    side = 0 if lang == "zh" else 1
    if reason.feature in _WHOLE:
        pattern, key = _WHOLE[reason.feature][side], ""
    else:
        name, _, part = reason.feature.partition("_")
        if part not in _PARTS or name not in _KEYS:
            return reason.feature
        pattern, key = _PARTS[part][side], _KEYS[name][side]
    if reason.feature in _FLAGS and reason.value == 0:
        return _NOT[side].format(pattern)
    return pattern.format(key=key, value=_value(reason, side))


def _value(reason: Reason, side: int) -> str:
    if reason.value is None:
        return _UNKNOWN[side]
    if reason.feature.endswith("_s"):
        return _duration(reason.value, side)
    if reason.feature.endswith(("_repeats", "_late")):
        return f"{reason.value:.0%}"
    return f"{reason.value:.2f}".rstrip("0").rstrip(".")


def _duration(seconds: float, side: int) -> str:
    for unit, words in ((86_400, ("天", "days")), (3_600, ("小时", "hours")), (60, ("分钟", "minutes"))):
        if seconds >= unit:
            return f"{seconds / unit:.1f} {words[side]}"
    return f"{seconds:.0f} {('秒', 'seconds')[side]}"
