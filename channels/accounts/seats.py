"""Cookies of signed-in browsers, and who calls with one.

A page says ``Authorization: Bearer session:agent`` (or ``session:merchant``) in place of a token, and the browser adds the
cookie. The cookie alone does nothing: a form or a picture of another site cannot set that header, its scripts may not, and
the cookie is ``SameSite=Strict`` besides.
"""

from __future__ import annotations

from typing import get_args
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from channels.accounts.sessions import SignedIn
from channels.accounts.sign_in import Seat, SignIn, seat_of
from channels.auth import Caller
from channels.problems import ProblemError
from channels.settings import Settings

SESSION = "session:"
"""What the token of a page begins with that is signed in by password."""
SEATS: tuple[Seat, ...] = get_args(Seat)


async def caller_by_session(sign_in: SignIn, token: str, connection: HTTPConnection) -> Caller:
    """Return who signed in at this browser, in the seat that the page names.

    Raises:
        ProblemError: ``unauthenticated``: nobody, or not any more; ``cross_site``.
    """
    found = await signed_in_at(sign_in, token, connection)
    account = found.account
    return Caller(seat_of(account), account.name, supervisor=account.role == "supervisor", session_id=found.session.id)


async def signed_in_at(sign_in: SignIn, token: str, connection: HTTPConnection) -> SignedIn:
    """Return the session behind ``session:SEAT``.

    Raises:
        ProblemError: ``unauthenticated``, ``cross_site``.
    """
    check_same_site(connection)
    seat = token.removeprefix(SESSION).partition(":")[0]
    secret = connection.cookies.get(cookie_name(seat)) if seat in SEATS else None
    found = await sign_in.who(secret) if secret else None
    if found is None or seat_of(found.account) != seat:
        raise ProblemError("unauthenticated")
    return found


def check_same_site(connection: HTTPConnection) -> None:
    """Refuse what a page of another site sends. Browsers say where a request comes from; programs say nothing.

    Raises:
        ProblemError: ``cross_site``.
    """
    headers = connection.headers
    site = headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise ProblemError("cross_site")
        return
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        raise ProblemError("cross_site")


def cookie_name(seat: str) -> str:
    """Return the name of a seat's cookie."""
    return f"xiaoer-{seat}"


def secrets_of(connection: HTTPConnection) -> dict[Seat, str]:
    """Return the secrets of the sessions that the browser has, by seat."""
    found = {seat: connection.cookies.get(cookie_name(seat)) for seat in SEATS}
    return {seat: secret for seat, secret in found.items() if secret}


def give_cookie(response: Response, connection: HTTPConnection, settings: Settings, seat: Seat, secret: str) -> None:
    """Let the browser keep a session."""
    response.set_cookie(
        cookie_name(seat),
        secret,
        max_age=round(settings.session_hours * 3600),
        path="/",
        # Over plain HTTP a browser would drop a secure cookie; production stands behind TLS.
        secure=settings.environment == "production" or connection.url.scheme in ("https", "wss"),
        httponly=True,
        samesite="strict",
    )


def take_cookie(response: Response, seat: Seat) -> None:
    """Let the browser forget a session."""
    response.delete_cookie(cookie_name(seat), path="/", httponly=True, samesite="strict")
