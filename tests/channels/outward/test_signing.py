"""Signatures of messages: the convention's own example, rotation, freshness, and secrets that cannot be used."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.outward.errors import OutwardError
from channels.outward.signing import headers_of, is_signed, key_of, secret_of
from dialogue.outward.declared import Secret

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + "QUJD" * 10
AT = dt.datetime.fromtimestamp(1614265330, dt.UTC)
BODY = b'{"test": 2432232314}'


def test_the_conventions_own_example() -> None:
    headers = headers_of("msg_p5jXN8AQM9LWM0D4loKWxJek", AT, BODY, [key_of(SECRET)])
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_while_a_secret_is_replaced_both_are_taken() -> None:
    headers = headers_of("msg_1", AT, BODY, [key_of(SECRET), key_of(OTHER)])
    for secret in (SECRET, OTHER):
        assert is_signed(headers, BODY, [key_of(secret)], AT)
    assert not is_signed(headers, BODY, [key_of("whsec_" + "REVG" * 10)], AT)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_an_old_message_sent_again_is_refused(seconds: int) -> None:
    headers = headers_of("msg_1", AT, BODY, [key_of(SECRET)])
    assert is_signed(headers, BODY, [key_of(SECRET)], AT + dt.timedelta(seconds=seconds * 0.9))
    assert not is_signed(headers, BODY, [key_of(SECRET)], AT + dt.timedelta(seconds=seconds))


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_another_body_is_not_signed(sent: bytes, came: bytes) -> None:
    headers = headers_of("msg_1", AT, sent, [key_of(SECRET)])
    assert is_signed(headers, came, [key_of(SECRET)], AT) == (sent == came)


@pytest.mark.parametrize("headers", [{}, {"webhook-id": "m", "webhook-timestamp": "now", "webhook-signature": "v1,a"}])
def test_headers_that_are_none_are_refused(headers: dict[str, str]) -> None:
    assert not is_signed(headers, BODY, [key_of(SECRET)], AT)


@pytest.mark.parametrize("secret", ["whsec_", "whsec_QUJD", "not base64!", "whsec_" + "QUJD" * 40])
def test_a_weak_or_broken_secret_is_refused_with_how_to_make_one(secret: str) -> None:
    with pytest.raises(OutwardError, match="make one"):
        key_of(secret)


def test_secrets_come_from_a_variable_or_a_private_file(tmp_path: Path) -> None:
    assert secret_of(Secret(env="HOOK"), {"HOOK": SECRET}, tmp_path) == SECRET
    with pytest.raises(OutwardError, match="HOOK is not set"):
        secret_of(Secret(env="HOOK"), {}, tmp_path)
    path = tmp_path / "hook.key"
    with pytest.raises(OutwardError, match="cannot be read"):
        secret_of(Secret(file="hook.key"), {}, tmp_path)
    path.write_text(SECRET + "\n")
    path.chmod(0o644)
    with pytest.raises(OutwardError, match="chmod 600"):
        secret_of(Secret(file="hook.key"), {}, tmp_path)
    path.chmod(0o600)
    assert secret_of(Secret(file="hook.key"), {}, tmp_path) == SECRET
