"""Lock-out and sessions: what holds for every history of sign-ins, and that replicas share it."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.accounts.lockout import FORGOTTEN_AFTER, FREE_OF_ACCOUNT, LONGEST, Failures, Lockout
from channels.accounts.passwords import Passwords, complaint, one_time_password
from channels.accounts.sessions import SEEN_EVERY, Life, Sessions, hash_of
from channels.accounts.sign_in import From, SignIn
from channels.accounts.store import SYSTEM, Profile
from channels.problems import ProblemError
from channels.testing import quick_passwords
from knowledge.db import Database
from knowledge.schema import AccountSession
from tools.testing import FixedClock

START = dt.datetime(2026, 11, 1, 9, tzinfo=dt.UTC)
GAPS = st.timedeltas(min_value=dt.timedelta(0), max_value=FORGOTTEN_AFTER * 2)


@given(st.lists(GAPS, max_size=40), st.integers(1, 20))
def test_a_guesser_who_keeps_to_the_waits_is_slowed_down_and_never_shut_out_for_good(
    gaps: list[dt.timedelta], free: int
) -> None:
    failures, now, tried_in_a_row = Failures(), START, 0
    for gap in gaps:
        now += gap
        wait = failures.wait(now)
        assert dt.timedelta(0) <= wait <= LONGEST
        if wait:
            continue
        forgiven = failures.last_at is None or now - failures.last_at >= FORGOTTEN_AFTER
        before, failures = failures, failures.and_one(now, free)
        tried_in_a_row = 1 if forgiven else tried_in_a_row + 1
        assert failures.count == tried_in_a_row
        assert bool(failures.wait(now)) == (tried_in_a_row >= free)
        if tried_in_a_row > free:
            assert failures.wait(now) >= min(LONGEST, before.until - before.last_at)  # type: ignore[operator]


def test_a_day_of_guessing_at_one_account_is_a_few_dozen_tries() -> None:
    failures, now, tries = Failures(), START, 0
    while now < START + dt.timedelta(days=1):
        now += failures.wait(now)
        failures, tries = failures.and_one(now, FREE_OF_ACCOUNT), tries + 1
    assert tries < 40


@given(
    st.timedeltas(min_value=dt.timedelta(minutes=1), max_value=dt.timedelta(days=30)), GAPS, st.lists(GAPS, max_size=10)
)
def test_a_session_lives_while_it_is_used_and_not_a_moment_longer_than_it_may(
    idle: dt.timedelta, longest: dt.timedelta, uses: list[dt.timedelta]
) -> None:
    life, now = Life(longest, idle), START
    row = AccountSession(
        id="s", secret_hash="", account="a", created_at=START, seen_at=START, expires_at=START + longest
    )
    for gap in uses:
        now += gap
        over = life.is_over(row, now)
        assert over == (now >= START + longest or gap >= idle)
        if over:
            break
        row.seen_at = now


async def test_guesses_of_two_replicas_are_counted_together(any_database: Database) -> None:
    replicas = [Lockout(any_database, "secret"), Lockout(Database(any_database.url), "secret")]
    counted = [(each.of_account("anna"), each.of_address("10.0.0.1")) for each in replicas]
    tries = [replica.begin(keys, START) for replica, keys in zip(replicas, counted, strict=True) for _ in range(6)]
    waits = await asyncio.gather(*tries)
    assert sum(not wait for wait in waits) == FREE_OF_ACCOUNT
    await replicas[1]._database.close()


async def test_the_right_password_forgets_the_account_and_not_the_address(database: Database) -> None:
    lockout = Lockout(database, "secret")
    address = lockout.of_address("10.0.0.1")
    for name in ("a", "b", "c", "d"):
        for _ in range(4):
            await lockout.begin((lockout.of_account(name), address), START)
    assert not await lockout.begin((lockout.of_account("a"), address), START)
    await lockout.succeed(lockout.of_account("a"), address)
    assert [bool(await lockout.begin((lockout.of_account("a"), address), START)) for _ in range(5)] == [False] * 4 + [
        True
    ]


async def test_sessions_of_one_account_end_alone_together_and_by_time(any_database: Database) -> None:
    clock = FixedClock(START)
    life = Life(dt.timedelta(hours=8), dt.timedelta(hours=1))
    door = SignIn(any_database, secret="s", life=life, passwords=quick_passwords(), clock=clock)
    for name in ("anna", "ben"):
        await door.accounts.add(name, "agent", SYSTEM, password="correct horse battery", profile=Profile())
    here = From("10.0.0.1", "browser")
    secrets = [(await door.enter(name, "correct horse battery", here)).secret for name in ("anna", "anna", "ben")]
    assert [(await door.who(each)) is not None for each in secrets] == [True, True, True]
    first = await door.who(secrets[0])
    assert first is not None
    await door.leave(first)
    assert [(await door.who(each)) is not None for each in secrets] == [False, True, True]
    await door.accounts.disable("anna", SYSTEM)
    assert [(await door.who(each)) is not None for each in secrets] == [False, False, True]
    clock.now += dt.timedelta(minutes=59)
    assert await door.who(secrets[2]) is not None
    clock.now += dt.timedelta(minutes=59)
    assert await door.who(secrets[2]) is not None
    clock.now += dt.timedelta(minutes=61)
    assert await door.who(secrets[2]) is None
    with pytest.raises(ProblemError, match="wrong_sign_in"):
        await door.enter("anna", "correct horse battery", here)


async def test_a_use_is_written_down_every_few_minutes_only(database: Database) -> None:
    sessions = Sessions(database, Life(dt.timedelta(hours=8), dt.timedelta(hours=1)))
    door = SignIn(database, secret="s", life=sessions.life, passwords=quick_passwords())
    await door.accounts.add("anna", "agent", SYSTEM, password="correct horse battery", profile=Profile())
    anna = await door.accounts.find("anna")
    assert anna is not None
    secret = await sessions.begin(anna, START, browser="", address="")
    for gap in (SEEN_EVERY / 2, SEEN_EVERY, SEEN_EVERY * 1.5):
        await sessions.find(secret, START + gap)
    async with database.read() as session:
        rows = list(await sessions.of("anna", START + SEEN_EVERY))
        assert [row.seen_at for row in rows] == [START + SEEN_EVERY]
        assert (rows[0].secret_hash, secret in str(rows[0])) == (hash_of(secret), False)
        assert session is not None


async def test_a_one_time_password_used_twice_at_once_serves_once(any_database: Database) -> None:
    life = Life(dt.timedelta(1), dt.timedelta(1))
    doors = [SignIn(Database(any_database.url), secret="s", life=life, passwords=quick_passwords()) for _ in range(2)]
    given = await doors[0].accounts.add("anna", "agent", SYSTEM, password=None, profile=Profile())
    here = From("10.0.0.1", "browser")
    chosen = ["correct horse battery", "another good phrase"]
    coming = [door.enter("anna", str(given), here, new_password=new) for door, new in zip(doors, chosen, strict=True)]
    came = await asyncio.gather(*coming, return_exceptions=True)
    assert sorted(type(each).__name__ for each in came) == ["Entered", "ProblemError"]
    for door in doors:
        await door._database.close()


async def test_who_was_let_out_while_signing_in_is_not_let_in(database: Database) -> None:
    door = SignIn(database, secret="s", life=Life(dt.timedelta(1), dt.timedelta(1)), passwords=quick_passwords())
    await door.accounts.add("anna", "agent", SYSTEM, password="correct horse battery", profile=Profile())
    as_read = await door.accounts.find("anna")
    assert as_read is not None
    await door.accounts.give_password("anna", SYSTEM, "another good phrase")
    with pytest.raises(ProblemError, match="wrong_sign_in"):
        await door.sessions.begin(as_read, START, browser="", address="")


async def test_the_last_supervisor_stays(database: Database) -> None:
    door = SignIn(database, secret="s", life=Life(dt.timedelta(1), dt.timedelta(1)), passwords=quick_passwords())
    await door.accounts.add("boss", "supervisor", SYSTEM, password="correct horse battery", profile=Profile())
    boss = SYSTEM.__class__("agent", "boss")
    for attempt in (door.accounts.disable("boss", boss), door.accounts.change("boss", Profile(role="agent"), boss)):
        with pytest.raises(ProblemError, match="last_supervisor"):
            await attempt
    found = await door.accounts.find("BOSS")
    assert found is not None
    assert (found.role, found.active) == ("supervisor", True)


async def test_two_who_take_the_same_name_at_once_make_one_account(any_database: Database) -> None:
    life = Life(dt.timedelta(1), dt.timedelta(1))
    doors = [SignIn(Database(any_database.url), secret="s", life=life, passwords=quick_passwords()) for _ in range(2)]
    adding = [door.accounts.add("anna", "agent", SYSTEM, password=None, profile=Profile()) for door in doors]
    done = await asyncio.gather(*adding, return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ["ProblemError", "str"]
    for door in doors:
        await door._database.close()


async def test_hashes_cost_what_the_standard_asks_for_and_nobody_costs_as_much() -> None:
    passwords = Passwords()
    hashed = await passwords.hash("pässwörter zählen")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await passwords.fits("pa\u0308sswo\u0308rter za\u0308hlen", hashed)
    assert not await passwords.fits("pässwörter zählen", None)
    assert not passwords.is_outdated(hashed)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_short"),
        ("x" * 300, "password_long"),
        ("password123", "password_common"),
        ("1234567890", "password_common"),
        ("anna-anna-anna", "password_common"),
        ("aaaaaaaaaaaaa", "password_common"),
        ("correct horse battery", ""),
        ("春风又绿江南岸明月", "password_short"),
        ("春风又绿江南岸明月何时照我还", ""),
    ],
)
def test_a_password_that_will_not_do_says_why(password: str, code: str) -> None:
    assert complaint(password, "anna") == code


def test_one_time_passwords_differ_and_pass() -> None:
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    assert all(not complaint(each, "anna") for each in made)
