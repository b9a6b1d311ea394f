"""Signing in by password over HTTP, one's own sessions and password, and the accounts as a supervisor manages them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

import pydantic
from fastapi import APIRouter, Request, Response

from channels.accounts.seats import SESSION, check_same_site, give_cookie, secrets_of, signed_in_at, take_cookie
from channels.accounts.sessions import SignedIn
from channels.accounts.sign_in import From, seat_of
from channels.accounts.store import AccountRole, By, Profile
from channels.auth import Caller, bearer_of
from channels.context import CallerDep, Context, ContextDep
from channels.problems import ProblemError
from knowledge.schema import Account, AccountSession
from knowledge.types import Lang, utc_now

router = APIRouter(prefix="/v1", tags=["accounts"])

Password = Annotated[str, pydantic.Field(max_length=1024)]
Word = Annotated[str, pydantic.Field(min_length=1, max_length=64)]


class _Body(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)


class SignInBody(_Body):
    """A name and a password; `new_password` where the first was a one-time one."""

    name: Annotated[str, pydantic.Field(max_length=256)]
    password: Password
    new_password: Password | None = None


class PasswordBody(_Body):
    """One's own password, and the one that takes its place."""

    password: Password
    new_password: Password


class ProfileBody(_Body):
    """What is known of a person; what is left out stays."""

    role: AccountRole | None = None
    display_name: Annotated[str, pydantic.Field(max_length=64)] | None = None
    languages: Annotated[tuple[Lang, ...], pydantic.Field(max_length=2)] | None = None
    skills: Annotated[tuple[Word, ...], pydantic.Field(max_length=50)] | None = None

    def profile(self) -> Profile:
        """Return it for the store."""
        return Profile(self.role, self.display_name, self.languages, self.skills)


class NewAccountBody(ProfileBody):
    """A new account; it gets a one-time password."""

    name: Annotated[str, pydantic.Field(max_length=256)]
    role: AccountRole


@router.post("/session", status_code=201)
async def sign_in(request: Request, response: Response, context: ContextDep, body: SignInBody) -> dict[str, Any]:
    """Sign in by name and password: sets the cookie, and says with which token pages call from then on."""
    check_same_site(request)
    address = request.client.host if request.client else ""
    context.rates.spend(f"sign-in:{address}")
    where = From(address, request.headers.get("user-agent", ""), secrets_of(request))
    entered = await context.sign_in.enter(body.name, body.password, where, new_password=body.new_password)
    seat = seat_of(entered.account)
    give_cookie(response, request, context.settings, seat, entered.secret)
    return {**_whole(entered.account), "token": f"{SESSION}{seat}", "seat": seat}


@router.get("/session")
async def who(context: ContextDep, caller: CallerDep) -> dict[str, Any]:
    """Say who is signed in, by password or by token."""
    named = {"subject": caller.subject, "role": caller.role, "supervisor": caller.supervisor}
    if caller.session_id is None:
        return {**named, "by": "token", "account": None}
    account = await context.sign_in.accounts.find(caller.subject)
    return {**named, "by": "password", "account": _whole(account) if account is not None else None}


@router.post("/session/sign-out", status_code=204)
async def sign_out(request: Request, response: Response, context: ContextDep) -> None:
    """Sign this browser out; the cookie is worth nothing from now on."""
    signed_in = await _signed_in(context, request)
    await context.sign_in.leave(signed_in)
    take_cookie(response, seat_of(signed_in.account))


@router.post("/session/sign-out-everywhere", status_code=204)
async def sign_out_everywhere(request: Request, response: Response, context: ContextDep) -> None:
    """Sign every browser of one's own account out, this one too."""
    signed_in = await _signed_in(context, request)
    await context.sign_in.leave(signed_in, everywhere=True)
    take_cookie(response, seat_of(signed_in.account))


@router.post("/session/password", status_code=204)
async def change_password(request: Request, context: ContextDep, body: PasswordBody) -> None:
    """Change one's own password; every other browser is signed out."""
    signed_in = await _signed_in(context, request)
    await context.sign_in.change_password(signed_in, body.password, body.new_password)


@router.get("/session/all")
async def list_sessions(request: Request, context: ContextDep) -> dict[str, Any]:
    """List the browsers that one is signed in at, the last used first."""
    signed_in = await _signed_in(context, request)
    rows = await context.sign_in.sessions.of(signed_in.account.name, utc_now())
    return {"sessions": [_session(row, here=row.id == signed_in.session.id) for row in rows]}


@router.post("/session/all/{session_id}/end", status_code=204)
async def end_session(request: Request, context: ContextDep, session_id: str) -> None:
    """Sign one of one's browsers out."""
    signed_in = await _signed_in(context, request)
    if not await context.sign_in.sessions.end(signed_in.account.name, session_id):
        raise ProblemError("unknown_session")


@router.get("/accounts")
async def list_accounts(context: ContextDep, caller: CallerDep) -> dict[str, Any]:
    """List the accounts, with who is locked until when. For supervisors."""
    caller.must_supervise()
    accounts = await context.sign_in.accounts.all()
    locked = await context.sign_in.lockout.waits([row.name for row in accounts], utc_now())
    return {"accounts": [{**_whole(row), "locked_until": _time(locked.get(row.name))} for row in accounts]}


@router.post("/accounts", status_code=201)
async def add_account(context: ContextDep, caller: CallerDep, body: NewAccountBody) -> dict[str, Any]:
    """Make an account; its one-time password is in the answer and nowhere else. For supervisors."""
    store = context.sign_in.accounts
    password = await store.add(body.name, body.role, _by(caller), password=None, profile=body.profile())
    account = await store.find(body.name)
    return {**(_whole(account) if account is not None else {}), "one_time_password": password}


@router.post("/accounts/{name}")
async def change_account(context: ContextDep, caller: CallerDep, name: str, body: ProfileBody) -> dict[str, Any]:
    """Change what is known of a person. For supervisors."""
    return _whole(await context.sign_in.accounts.change(name, body.profile(), _by(caller)))


@router.post("/accounts/{name}/{deed}")
async def manage_account(
    context: ContextDep, caller: CallerDep, name: str, deed: Literal["disable", "enable", "password", "unlock"]
) -> dict[str, Any]:
    """Disable an account (signed out everywhere at once), enable it, give it a one-time password, end a lock-out. For supervisors."""
    by, store = _by(caller), context.sign_in.accounts
    match deed:
        case "disable":
            return _whole(await store.disable(name, by))
        case "enable":
            return _whole(await store.enable(name, by))
        case "unlock":
            return _whole(await context.sign_in.unlock(name, by))
        case "password":
            password = await store.give_password(name, by)
            account = await store.find(name)
            return {**(_whole(account) if account is not None else {}), "one_time_password": password}


def _by(caller: Caller) -> By:
    caller.must_supervise()
    return By(caller.role, caller.subject)


async def _signed_in(context: Context, request: Request) -> SignedIn:
    token = bearer_of(request.headers.get("authorization"))
    if not token.startswith(SESSION):
        context.tokens.verify(token)
        raise ProblemError("no_session")
    return await signed_in_at(context.sign_in, token, request)


def _whole(account: Account) -> dict[str, Any]:
    """Return an account as the pages show it, never its password."""
    shown = account.model_dump(mode="json", exclude={"password_hash", "settings"})
    return {**shown, "display_name": account.display_name or account.name}


def _session(row: AccountSession, *, here: bool) -> dict[str, Any]:
    return {**row.model_dump(mode="json", exclude={"secret_hash", "account"}), "here": here}


def _time(at: dt.datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
