"""Tokens: what they carry, when they end, and that nothing else passes for one."""

from __future__ import annotations

import base64
import datetime as dt
import json
import stat
from pathlib import Path

import jwt
import pytest

from channels.auth import Caller, Tokens, caller_for, stored_secret, tokens, visitor
from channels.problems import ProblemError
from channels.settings import Settings, SettingsError, load_settings
from tools.testing import FixedClock

SECRET = "f1d2d2f924e986ac86fdf7b36c94bcdf32beec15"


@pytest.mark.parametrize(
    "caller", [Caller("shopper", "C1"), Caller("merchant", "M1"), Caller("agent", "小林"), visitor()]
)
def test_a_token_brings_its_holder_back(caller: Caller) -> None:
    assert Tokens(SECRET).verify(Tokens(SECRET).issue(caller)) == caller


def test_a_token_ends() -> None:
    clock = FixedClock()
    issuer = Tokens(SECRET, days=2, clock=clock)
    token = issuer.issue(Caller("shopper", "C1"))
    clock.advance(days=1, hours=23)
    assert issuer.verify(token).subject == "C1"
    clock.advance(hours=2)
    with pytest.raises(ProblemError):
        issuer.verify(token)


def unsigned(**claims: object) -> str:
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def forged(**changes: object) -> str:
    """A token signed with the right key, with other claims."""
    issuer = Tokens(SECRET)
    exp = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    claims = {"iss": "xiaoer", "sub": "C1", "role": "shopper", "exp": exp, **changes}
    return jwt.encode({k: v for k, v in claims.items() if v is not None}, issuer._key, algorithm="HS256")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "nonsense",
        "a.b.c",
        "x" * 10_000,
        "\ud800",
        unsigned(sub="C1", role="agent", exp=9_999_999_999, iss="xiaoer"),
        Tokens("another secret").issue(Caller("agent", "A1")),
        forged(role="system"),
        forged(role=None),
        forged(role=["agent"]),
        forged(sub=None),
        forged(sub=""),
        forged(exp=None),
        forged(iss="elsewhere"),
        forged(iss=None),
    ],
)
def test_nothing_else_passes_for_a_token(token: str) -> None:
    with pytest.raises(ProblemError) as refused:
        Tokens(SECRET).verify(token)
    assert (refused.value.code, refused.value.status) == ("unauthenticated", 401)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic abc", "Bearer ", "token"])
def test_a_header_without_a_bearer_token_is_refused(header: str | None) -> None:
    with pytest.raises(ProblemError):
        Tokens(SECRET).from_header(header)


def test_visitors_are_nobody_s_customer_and_never_the_same() -> None:
    first, second = visitor(), visitor()
    assert first.subject != second.subject
    assert first.identity().customer_id is None
    assert caller_for("shopper", "C1").identity().customer_id == "C1"
    assert caller_for("agent", "C1").identity().customer_id is None


def test_a_development_secret_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    secret = stored_secret(tmp_path / "new")
    path = tmp_path / "new" / "secret"
    assert len(secret) == 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stored_secret(tmp_path / "new") == secret
    assert [entry.name for entry in path.parent.iterdir()] == ["secret"]
    settings = Settings(data=tmp_path / "new")
    assert tokens(settings).verify(tokens(settings).issue(Caller("agent", "A1"))).role == "agent"


@pytest.mark.parametrize(
    "secret", [None, "", "changeme", "secret" * 10, "short", "a" * 64, "xiaoer-" + "0123456789" * 5]
)
def test_production_refuses_a_weak_secret(secret: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOER_ENVIRONMENT", "production")
    if secret is not None:
        monkeypatch.setenv("XIAOER_SECRET", secret)
    with pytest.raises(SettingsError, match="XIAOER_SECRET") as refused:
        load_settings()
    assert not secret or secret not in str(refused.value)


def test_production_takes_a_good_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOER_ENVIRONMENT", "production")
    monkeypatch.setenv("XIAOER_SECRET", SECRET)
    settings = load_settings()
    assert settings.origins == ()
    assert SECRET not in repr(settings)


def test_the_command_line_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOER_PORT", "9001")
    monkeypatch.setenv("XIAOER_ALLOWED_ORIGINS", "https://a.example, https://b.example")
    assert (load_settings().port, load_settings(port=9002).port, load_settings(port=None).port) == (9001, 9002, 9001)
    assert load_settings().origins == ("https://a.example", "https://b.example")


def test_a_setting_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOER_PORT", "many")
    with pytest.raises(SettingsError, match="XIAOER_PORT"):
        load_settings()
