"""Postal addresses, whole, in part, and as those that are on file."""

from __future__ import annotations

import pytest

from dialogue.understanding.entities.addresses import addresses, references
from dialogue.understanding.text import read
from knowledge.types import JsonObject


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("22 Baker Street, Seattle WA 98101", {"line1": "22 Baker Street", "city": "Seattle", "state": "WA", "postcode": "98101"}),
        ("ship it to 5 Elm Ave, Apt 3, Austin, TX 73301 please", {"line1": "5 Elm Ave", "line2": "Apt 3", "city": "Austin", "state": "TX", "postcode": "73301"}),
        ("12 Oak Road, Reno, NV 89501, USA (same as my other order)", {"line1": "12 Oak Road", "city": "Reno", "state": "NV", "postcode": "89501", "country": "USA"}),
        ("3 Pier Road, Xiamen, Fujian 361000, thanks", {"line1": "3 Pier Road", "city": "Xiamen", "state": "Fujian", "postcode": "361000"}),
        ("send it 2 500 Fuxing Road, Shanghai", {"line1": "500 Fuxing Road", "city": "Shanghai"}),
        ("9 Bund Street, Shanghai, Shanghai 200002", {"line1": "9 Bund Street", "city": "Shanghai", "state": "Shanghai", "postcode": "200002"}),
        ("改到上海市徐汇区漕溪北路88号12楼,收件人还是我", {"city": "上海市", "district": "徐汇区", "line1": "漕溪北路88号12楼"}),
        ("地址是浙江省杭州市西湖区文三路158号", {"state": "浙江省", "city": "杭州市", "district": "西湖区", "line1": "文三路158号"}),
        ("门牌写错了,是188号", {"line1": "188号"}),
        ("键盘别往家里寄 寄浙江省杭州市西湖区文三路158号 急", {"state": "浙江省", "city": "杭州市", "district": "西湖区", "line1": "文三路158号"}),
        ("deliver to 4 Harbor Lane, Qingdao, Shandong 266000 rather than the office", {"line1": "4 Harbor Lane", "city": "Qingdao", "state": "Shandong", "postcode": "266000"}),
        ("to 4 harbor lane  qingdao  shandong 266000", {"line1": "4 Harbor Lane", "city": "Qingdao", "state": "Shandong", "postcode": "266000"}),
        ("it's 54 Fuxing Road, I got the number backwards", {"line1": "54 Fuxing Road"}),
        ("还是直接送家里文二路391号2幢603室吧", {"line1": "文二路391号2幢603室"}),
        ("前面的文二路391号2幢603室", {"line1": "文二路391号2幢603室"}),
        ("12 Dock Street, Leeds LS10 1AB", {"line1": "12 Dock Street", "city": "Leeds", "postcode": "LS10 1AB", "country": "United Kingdom"}),
        ("221b baker street, flat 2, london nw1 6xe, uk", {"line1": "221b Baker Street", "line2": "Flat 2", "city": "London", "postcode": "NW1 6XE", "country": "United Kingdom"}),
        ("9 High Street, Otley, Leeds LS21 1AA, and cancel the mug", {"line1": "9 High Street", "district": "Otley", "city": "Leeds", "postcode": "LS21 1AA", "country": "United Kingdom"}),
        ("寄到浙江省杭州市西湖区文三路158号那边去", {"state": "浙江省", "city": "杭州市", "district": "西湖区", "line1": "文三路158号"}),
    ],
)  # fmt: skip
def test_an_address_is_taken_apart(text: str, wanted: JsonObject) -> None:
    assert [item.value for item in addresses(read(text))] == [wanted]


@pytest.mark.parametrize(
    "text",
    [
        "I ordered 2 shirts",
        "it has 2 go to a better place",
        "第二个有货吗",
        "怎么走到你们店",
        "order 1001000002",
        "尺码是42号",
    ],
)
def test_other_words_are_no_address(text: str) -> None:
    assert list(addresses(read(text))) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("use my default address", [{"default": True}]), ("寄到默认地址", [{"default": True}]),
        ("same address as order #W2378156", [{"of_order": "W2378156"}]), ("change it to my house in Denver", [{"town": "denver"}]),
        ("its address should be the same as order W7654321's", [{"of_order": "W7654321"}]), ("the same as order W7654321", []),
        ("change the address of order W7654321", []),
        ("and set that as my default too", [{"last": True}]), ("save this address as my default", [{"last": True}]),
        ("这个地址也设为默认", [{"last": True}]), ("刚才的地址帮我存为默认", [{"last": True}]),
        ("set 5 Elm Ave as my default", []), ("把文三路158号设为默认地址", []),
    ],
)  # fmt: skip
def test_an_address_on_file_is_pointed_to(text: str, wanted: list[JsonObject]) -> None:
    assert [item.value for item in references(read(text))] == wanted
