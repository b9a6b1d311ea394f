"""E-mails through a real SMTP server: what stands in them, who gets them, encryption, refusals, and nothing smuggled into a header."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.outward.errors import DeliveryError
from channels.outward.mail.carrier import MailCarrier
from channels.outward.mail.writing import Letter, messages, one_line, write
from channels.outward.sending import Sender
from dialogue.commands import AskHuman
from dialogue.outward.mail import Mail, declared_mail, mail_addressees
from dialogue.outward.notices import Notice
from dialogue.outward.outbox import outbox_of
from dialogue.testing import ScriptedUnderstander
from knowledge.db import Database
from knowledge.schema import Conversation, Delivery
from knowledge.types import Lang
from tests.dialogue.conftest import Talk, assemble, small_shop
from tests.docs import blocks
from tools.base import Identity
from tools.own import OwnToolError
from tools.testing import NOW, FixedClock

AGENT = Identity("agent", subject="Li")


class Mailbox:
    """Takes every message, unless `refuses` says which code it answers a recipient with."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], EmailMessage]] = []
        self.refuses: dict[str, str] = {}
        self.encrypted: list[bool] = []
        self.port = 0

    async def handle_RCPT(self, _s: SMTP, _e: Session, envelope: Envelope, address: str, _o: list[str]) -> str:  # noqa: N802
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _s: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append((envelope.rcpt_tos, message))
        self.encrypted.append(session.ssl is not None)
        return "250 taken"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture(params=["none"])
def mailbox(request: pytest.FixtureRequest, certificate: Path) -> Iterator[Mailbox]:
    box = Mailbox()
    secured = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    secured.load_cert_chain(certificate)
    more: dict[str, Any] = {}
    if request.param == "starttls":
        more = {"tls_context": secured, "require_starttls": True, "auth_required": True, "authenticator": _knows}
    elif request.param == "tls":
        more = {"ssl_context": secured}
    controller = Controller(box, hostname="127.0.0.1", port=0, **more)
    # The controller asks its own server once whether it is up, for which it must know the port.
    controller.port = _free_port()
    controller.start()
    box.port = controller.port
    yield box
    controller.stop()


def _knows(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
    known = isinstance(data, LoginPassword) and data == LoginPassword(b"shop", b"pass word")
    return AuthResult(success=known, handled=False)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def mail_to(box: Mailbox, **smtp: object) -> Mail:
    return Mail.model_validate(
        {
            "smtp": {"host": "127.0.0.1", "port": box.port, "security": "none", "timeout_s": 5, **smtp},
            "sender": "service@shop.example",
            "name": "小店 & Co",
            "site": "https://shop.example/",
            "agents": [
                {"to": ["li@shop.example", "wang@shop.example"], "lang": "zh"},
                {"to": ["returns@shop.example"], "queues": ["returns"], "lang": "en"},
            ],
            "shoppers": ["ticket.opened", "ticket.resolved"],
        }
    )


def carrier_of(database: Database, mail: Mail, tmp_path: Path, trusted: ssl.SSLContext | None = None) -> MailCarrier:
    variables = {"SMTP_PASSWORD": "pass word"}
    return MailCarrier(database, mail, environment=variables, data=tmp_path, clock=FixedClock(), trusted=trusted)


def row(**payload: object) -> Delivery:
    return Delivery(
        message_id="msg_1", destination="mail:agents-0", event="ticket.opened", due_at=NOW, created_at=NOW, attempts=1, payload=payload
    )  # fmt: skip


def to_agents(**facts: object) -> Delivery:
    return row(message="agents.ticket.opened", lang="en", to=["li@shop.example"], facts=facts)


async def test_a_ticket_is_told_to_its_queue_and_to_a_proven_shopper(
    database: Database, mailbox: Mailbox, tmp_path: Path
) -> None:
    await small_shop(database)
    understander, mail = ScriptedUnderstander({}), mail_to(mailbox)
    conversations = await assemble(database, understander)
    conversations.store.outbox = outbox_of({}, mail_addressees(mail))
    emma = Talk(conversations, understander, database, Identity("shopper", subject="C1", customer_id="C1"))
    visitor = Talk(conversations, understander, database, Identity("shopper", subject="vis_1"))
    for talk in (emma, visitor):
        await talk.open()
        turn = await talk.say(f"a person for {talk.identity.subject} <b>", AskHuman())
        assert turn.ticket is not None
        await conversations.claim(turn.ticket.id, AGENT, version=1)
        await conversations.release(turn.ticket.id, AGENT, outcome="resolve")
    async with database.write() as session:
        head = await session.get_one(Conversation, emma.id)
        assert conversations.store.outbox is not None
        late = Notice("ticket.breach_warning", head.last_seq, NOW, {"due_at": NOW.isoformat()})
        await conversations.store.outbox.announce(session, head, late)
    sender = Sender(database, {"mail": carrier_of(database, mail, tmp_path)}, clock=FixedClock())
    while await sender.send_due():
        pass
    told = sorted((to, str(message["subject"])[:8]) for to, message in mailbox.taken)
    team = ["li@shop.example", "wang@shop.example"]
    assert [to for to, _ in told] == [["emma@example.com"], ["emma@example.com"], team, team, team]
    subjects = "\n".join(str(message["subject"]) for _, message in mailbox.taken)
    for part in ("新工单 tkt_", "快超时了", "A colleague looks into", "Your request was dealt with"):
        assert part in subjects
    for _, message in mailbox.taken:
        plain, page = message.get_body(("plain",)), message.get_body(("html",))
        assert plain is not None
        assert page is not None
        assert "https://shop.example/" in plain.get_content()
        assert "a person for" not in plain.get_content() + page.get_content()
        assert str(message["from"]) == "小店 & Co <service@shop.example>"
        assert message["auto-submitted"] == "auto-generated"
    await conversations.executor.close()


@pytest.mark.parametrize(("mailbox", "security"), [("starttls", "starttls"), ("tls", "tls")], indirect=["mailbox"])
async def test_encrypted_and_signed_in(
    database: Database, mailbox: Mailbox, tmp_path: Path, certificate: Path, security: str
) -> None:
    account = {"user": "shop", "password": {"env": "SMTP_PASSWORD"}} if security == "starttls" else {}
    mail = mail_to(mailbox, security=security, **account)
    with pytest.raises(DeliveryError, match="CERTIFICATE_VERIFY_FAILED"):
        await carrier_of(database, mail, tmp_path).deliver(to_agents())
    trusted = ssl.create_default_context(cafile=str(certificate))
    await carrier_of(database, mail, tmp_path, trusted).deliver(to_agents(ticket_id="tkt_1"))
    [(to, message)] = mailbox.taken
    assert (to, message["message-id"]) == (["li@shop.example"], "<msg_1@shop.example>")
    if security == "starttls":
        wrong = mail_to(mailbox, security=security, user="other", password={"env": "SMTP_PASSWORD"})
        with pytest.raises(DeliveryError, match="535") as refused:
            await carrier_of(database, wrong, tmp_path, trusted).deliver(to_agents())
        assert not refused.value.final


@pytest.mark.parametrize(("answer", "final"), [("550 no such person", True), ("451 try later", False)])
async def test_what_the_server_refuses_is_tried_again_only_where_that_helps(
    database: Database, mailbox: Mailbox, tmp_path: Path, answer: str, final: bool
) -> None:
    mailbox.refuses["li@shop.example"] = answer
    with pytest.raises(DeliveryError, match=answer[:3]) as refused:
        await carrier_of(database, mail_to(mailbox), tmp_path).deliver(to_agents())
    assert refused.value.final is final
    with pytest.raises(DeliveryError, match="Refused"):
        await carrier_of(database, mail_to(mailbox, port=_free_port()), tmp_path).deliver(to_agents())


async def test_a_customer_without_an_address_gets_nothing(database: Database, mailbox: Mailbox, tmp_path: Path) -> None:
    message = row(message="shoppers.ticket.opened", lang="zh", customer_id="nobody", facts={})
    await carrier_of(database, mail_to(mailbox), tmp_path).deliver(message)
    assert mailbox.taken == []


@settings(max_examples=25)
@given(st.text(max_size=60), st.sampled_from(sorted(messages())), st.sampled_from(["zh", "en"]))
def test_no_fact_reaches_another_header_or_the_markup(text: str, name: str, lang: Lang) -> None:
    facts = {"queue": f"{text}\r\nBcc: thief@example.com\n\n<script>", "ticket_id": text}
    mail = mail_to(Mailbox(), port=25)
    letter = Letter(name, lang, facts, ["li@shop.example"], "msg_1", NOW)
    message = email.message_from_bytes(write(mail, letter).as_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert set(message.keys()) == {
        "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
    }  # fmt: skip
    page = message.get_body(("html",))
    assert page is not None
    assert "<script" not in page.get_content()


@given(st.text())
def test_a_fact_is_one_short_line(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 200
    assert line.isprintable()


def test_every_message_exists_in_both_languages() -> None:
    for texts in messages().values():
        assert set(texts) == {"path", "zh", "en"}
        for lang in ("zh", "en"):
            assert set(texts[lang]) == {"subject", "lines", "button"}
        assert len(texts["zh"]["lines"]) == len(texts["en"]["lines"])


@pytest.mark.parametrize(
    ("smtp", "more", "why"),
    [
        ("{host: a, user: x}", "", "belong together"),
        ("{host: a, security: none, user: x, password: {env: P}}", "", "not sent unencrypted"),
        ("{host: a}", "shoppers: [ticket.eaten]", "shoppers"),
        ("{host: a}", 'agents: [{to: ["a@b, c@d"]}]', "expected an e-mail address"),
        ("{host: a}", 'agents: [{to: ["a@b.c\\nBcc: x@y.z"]}]', "expected an e-mail address"),
    ],
)
def test_a_wrong_declaration_says_what_is_wrong(tmp_path: Path, smtp: str, more: str, why: str) -> None:
    (tmp_path / "mail.yaml").write_text(f"smtp: {smtp}\nsender: a@b.example\nsite: https://b.example\n{more}\n")
    with pytest.raises(OwnToolError, match=why):
        declared_mail(tmp_path)


def test_the_documented_declaration_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "mail.yaml").write_text(blocks("send-mail", "yaml")[0])
    mail = declared_mail(tmp_path)
    assert mail is not None
    assert [addressee.destination for addressee in mail_addressees(mail)] == [
        "mail:agents-0",
        "mail:agents-1",
        "mail:shoppers",
    ]


def test_nobody_is_written_to_who_is_not_proven() -> None:
    [_, _, shoppers] = mail_addressees(mail_to(Mailbox(), port=25))
    notice = Notice("ticket.opened", 5, NOW, {"ticket_id": "tkt_1"})
    for proof, customer, written in (
        ("token", "C1", True),
        ("email", "C1", True),
        ("order_phone", "C1", False),
        (None, None, False),
    ):
        head = Conversation(id="c", customer_id=customer, verified_by=proof, created_at=NOW, updated_at=NOW)
        assert (shoppers.payload(notice, head) is not None) is written
