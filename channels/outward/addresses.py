"""Calling addresses that somebody wrote into a file: only public ones, never where a redirect points, and not much is read."""

from __future__ import annotations

import asyncio
import datetime as dt
import email.utils
import ipaddress
import socket
from collections.abc import Mapping

import httpx

from channels.outward.errors import DeliveryError

MOST_READ = 64 * 1024
"""Bytes of an answer that are read."""
SHOWN = 200
_NAT64 = ipaddress.ip_network("64:ff9b::/32")
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(address: str) -> bool:
    """Tell whether an IP address is on the internet: not this machine, not a private network, no way around to one."""
    ip: _Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if ip in _NAT64:
            return False
    return ip.is_global and not ip.is_multicast


class GuardedTransport(httpx.AsyncBaseTransport):
    """Looks an address up once, checks it, and calls what it has checked: a name that answers otherwise the second time gains nothing."""

    def __init__(self, *, allow_private: bool = False, inner: httpx.AsyncBaseTransport | None = None) -> None:
        self._allow_private = allow_private
        self._inner = inner or httpx.AsyncHTTPTransport(trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it to the address that was checked.

        Raises:
            DeliveryError: not public, or not encrypted on its way through the internet.
        """
        host = request.url.host
        if not self._allow_private:
            if request.url.scheme != "https":
                raise DeliveryError("only https:// is called, unless XIAOER_ALLOW_PRIVATE_TARGETS=1")
            address = await _looked_up(host, request.url.port or 443)
            if not is_public(address):
                raise DeliveryError(
                    f"{host} is no public address ({address}); XIAOER_ALLOW_PRIVATE_TARGETS=1 allows such"
                )
            request.extensions = {**request.extensions, "sni_hostname": host}
            request.url = request.url.copy_with(host=address)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


async def _looked_up(host: str, port: int) -> str:
    """Return the address that will be called: the first that is not public, so that it is refused, or else the first."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise DeliveryError(f"{host} cannot be found ({error})") from error
    addresses = [str(entry[4][0]) for entry in found]
    return next((each for each in addresses if not is_public(each)), addresses[0])


def client(*, allow_private: bool, timeout_s: float = 10.0) -> httpx.AsyncClient:
    """Return a client for declared addresses."""
    return httpx.AsyncClient(
        transport=GuardedTransport(allow_private=allow_private),
        timeout=timeout_s,
        follow_redirects=False,
        headers={"User-Agent": "xiaoer"},
    )


async def call(  # noqa: PLR0913  (one for each part of a request)
    http: httpx.AsyncClient,
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    *,
    timeout_s: float = 10.0,
    auth: tuple[str, str] | None = None,
) -> bytes:
    """Return the answer to a request that succeeded (2xx), or its beginning.

    Raises:
        DeliveryError: it did not; 410 is final.
    """
    try:
        async with asyncio.timeout(2 * timeout_s):
            request = http.stream(method, url, content=body, headers=dict(headers), timeout=timeout_s, auth=auth)
            async with request as response:
                read = b""
                async for part in response.aiter_bytes():
                    read += part
                    if len(read) >= MOST_READ:
                        break
    except TimeoutError as error:
        raise DeliveryError(f"no answer within {timeout_s:g} s") from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise DeliveryError(f"{type(error).__name__}: {error}"[:SHOWN]) from error
    if response.is_success:
        return read
    said = " ".join(read.decode("utf-8", "replace").split())[:SHOWN]
    about = " (redirects are not followed)" if response.is_redirect else ""
    raise DeliveryError(
        f"answered {response.status_code}{about} {said}".strip(),
        retry_after_s=retry_after(response.headers.get("retry-after"), dt.datetime.now(dt.UTC)),
        final=response.status_code == 410,
    )


def retry_after(value: str | None, now: dt.datetime) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for: a number or a date; None for anything else."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        at = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or dt.UTC) - now).total_seconds())
