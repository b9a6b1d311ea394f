"""The shop's own people: their accounts, where they are signed in, failed sign-ins; and what was erased of customers."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Field, SQLModel

from knowledge.types import JsonColumn, JsonObject, UtcDateTime

OF_THE_INSTALLATION = frozenset({"account", "accountsession", "signinfailures"})
"""Tables that no export takes along and no import fills or empties: who may come in here is decided here."""


class Account(SQLModel, table=True):
    """Somebody who works in the shop and signs in by name and password."""

    name: str = Field(primary_key=True)
    """What is typed to sign in, in lower case; it is the subject of what the person does and never changes."""
    role: str
    """``agent``, ``supervisor`` (an agent who also manages accounts and reads the audit log) or ``merchant``."""
    display_name: str = ""
    languages: list[str] = Field(default_factory=list, sa_type=JsonColumn)
    """What the person answers in: ``zh``, ``en``."""
    skills: list[str] = Field(default_factory=list, sa_type=JsonColumn)
    """Names of the shop's own, such as queues of tickets; for routing."""
    settings: JsonObject = Field(default_factory=dict, sa_type=JsonColumn)
    """Whatever else is kept with the person."""
    password_hash: str
    """argon2id in its own encoding, with salt and costs."""
    one_time: bool = False
    """Whether the password only serves to choose another one."""
    one_time_until: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    active: bool = True
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    password_at: dt.datetime = Field(sa_type=UtcDateTime)
    """When the password was set."""
    signed_in_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    """The last time."""


class AccountSession(SQLModel, table=True):
    """One browser that an account is signed in at. Deleting the row signs it out."""

    id: str = Field(primary_key=True)
    secret_hash: str = Field(unique=True)
    """SHA-256 of what the cookie holds: who reads this table cannot sign in with it."""
    account: str = Field(foreign_key="account.name", index=True)
    browser: str = ""
    """What the browser calls itself, cut short."""
    address: str = ""
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    seen_at: dt.datetime = Field(sa_type=UtcDateTime)
    """Within some minutes; see `channels.accounts.sessions`."""
    expires_at: dt.datetime = Field(sa_type=UtcDateTime)


class SignInFailures(SQLModel, table=True):
    """Failed sign-ins in a row, for an account's name or a network address; shared by all replicas."""

    key: str = Field(primary_key=True)
    """A keyed hash: people type passwords where the name belongs."""
    count: int = 0
    last_at: dt.datetime = Field(sa_type=UtcDateTime, index=True)
    until: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Nothing is tried before."""


class Erasure(SQLModel, table=True):
    """A person whose data was erased: proof of it, without the person."""

    digest: str = Field(primary_key=True)
    """SHA-256 of the customer id: who knows the id finds the erasure, nobody finds the person."""
    pseudonym: str
    """The id under which the shop's figures go on."""
    receipt_id: str | None = None
    counts: JsonObject = Field(default_factory=dict, sa_type=JsonColumn)
    """Rows erased or stripped, by table."""
    files: list[str] = Field(default_factory=list, sa_type=JsonColumn)
    """Files below the data folder that are still to be deleted."""
    erased_by: str
    erased_at: dt.datetime = Field(sa_type=UtcDateTime)
