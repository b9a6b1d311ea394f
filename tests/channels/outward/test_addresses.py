"""What may be called: public addresses only, no redirects, and how long to wait."""

from __future__ import annotations

import datetime as dt

import httpx
import pytest

from channels.outward.addresses import GuardedTransport, call, client, is_public, retry_after
from channels.outward.errors import DeliveryError
from tests.channels.outward.receiving import receiving

NOW = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1:248:1893:25c8:1946", True), ("127.0.0.1", False), ("10.1.2.3", False),
        ("169.254.169.254", False), ("192.168.0.9", False), ("100.64.0.1", False), ("0.0.0.0", False), ("224.0.0.1", False),
        ("::1", False), ("fe80::1%eth0", False), ("fd00::1", False), ("::ffff:127.0.0.1", False), ("::ffff:93.184.216.34", True),
        ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False),
    ],
)  # fmt: skip
def test_only_addresses_on_the_internet_are_public(address: str, expected: bool) -> None:
    assert is_public(address) is expected


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://127.0.0.1/x", "no public address"),
        ("https://localhost:8443/x", "no public address"),
        ("https://[::1]/x", "no public address"),
        ("https://2130706433/x", "no public address"),
        ("http://example.com/x", "only https://"),
    ],
)
async def test_this_machine_is_not_called(url: str, why: str) -> None:
    async with client(allow_private=False) as http:
        with pytest.raises(DeliveryError, match=why):
            await call(http, "POST", url, b"{}", {})


async def test_what_was_checked_is_what_is_called() -> None:
    called: list[httpx.Request] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        called.append(request)
        return httpx.Response(200)

    transport = GuardedTransport(inner=httpx.MockTransport(answer))
    async with httpx.AsyncClient(transport=transport) as http:
        await call(http, "POST", "https://93.184.216.34/hook", b"{}", {})
    assert (called[0].url.host, called[0].headers["host"]) == ("93.184.216.34", "93.184.216.34")
    assert called[0].extensions["sni_hostname"] == "93.184.216.34"


async def test_a_redirect_is_not_followed_and_little_is_read() -> None:
    with receiving() as receiver:
        async with client(allow_private=True) as http:
            receiver.answer = lambda _: (302, {"Location": receiver.url + "/elsewhere"}, b"")
            with pytest.raises(DeliveryError, match="redirects are not followed"):
                await call(http, "POST", receiver.url, b"{}", {})
            receiver.answer = lambda _: (200, {}, b"x" * 1_000_000)
            assert len(await call(http, "POST", receiver.url, b"{}", {})) < 200_000
            receiver.answer = lambda _: (503, {"Retry-After": "7"}, b"busy\n\nnow")
            with pytest.raises(DeliveryError, match="answered 503 busy now") as failed:
                await call(http, "POST", receiver.url, b"{}", {})
            assert failed.value.retry_after_s == 7
        assert [request.path for request in receiver.requests] == ["/", "/", "/"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", 120.0), ("Tue, 10 Mar 2026 12:01:00 GMT", 60.0), ("Tue, 10 Mar 2026 11:00:00 GMT", 0.0),
        ("soon", None), ("", None), (None, None), ("-5", None),
    ],
)  # fmt: skip
def test_how_long_a_receiver_asks_to_wait(value: str | None, expected: float | None) -> None:
    assert retry_after(value, NOW) == expected
