"""Writes e-mails: plain text and a page that says the same, in one language."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email.policy
import email.utils
import functools
import html
from collections.abc import Mapping, Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from dialogue.outward.mail import Mail
from knowledge.types import Lang
from knowledge.yaml_files import read_yaml

LONGEST_FACT = 200
_PAGE = (
    '<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{subject}</title></head>'
    '<body style="font-family:sans-serif;line-height:1.5;max-width:36em">{lines}<p><a href="{link}">{button}</a></p></body></html>'
)


@dataclasses.dataclass(frozen=True)
class Letter:
    """What is to be told to whom."""

    message: str
    """Its name in ``messages.yaml``."""
    lang: Lang
    facts: Mapping[str, Any]
    to: Sequence[str]
    id: str
    """The same at every try, so that a mailbox shows it once."""
    at: dt.datetime


def write(mail: Mail, letter: Letter) -> EmailMessage:
    """Return an e-mail that can be sent."""
    texts, lang = messages()[letter.message], letter.lang
    words, link = texts[lang], mail.site.rstrip("/") + texts["path"]
    plain = _Facts({name: one_line(value) for name, value in letter.facts.items()})
    subject = words["subject"].format_map(plain)
    lines = [line.format_map(plain) for line in words["lines"]]
    written = EmailMessage(policy=email.policy.SMTP)
    written["Subject"] = one_line(subject)
    written["From"] = Address(one_line(mail.name), addr_spec=mail.sender)
    written["To"] = [Address(addr_spec=each) for each in letter.to]
    written["Date"] = email.utils.format_datetime(letter.at)
    written["Message-ID"] = f"<{letter.id}@{mail.sender.partition('@')[2]}>"
    written["Auto-Submitted"] = "auto-generated"
    written.set_content("\n\n".join([*lines, f"{words['button']}: {link}"]) + "\n")
    page = _PAGE.format(
        lang=lang,
        subject=html.escape(subject),
        lines="".join(f"<p>{html.escape(line)}</p>" for line in lines),
        link=html.escape(link),
        button=html.escape(words["button"]),
    )
    written.add_alternative(page, subtype="html")
    return written


def one_line(value: object) -> str:
    """Return a value as it may stand in a header: on one line, without control characters, cut short."""
    text = "" if value is None else str(value)
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:LONGEST_FACT]


@functools.cache
def messages() -> Mapping[str, Any]:
    """Return every message, by its name."""
    found: Mapping[str, Any] = read_yaml(Path(__file__).parent / "messages.yaml")
    return found


class _Facts(dict[str, str]):
    """Facts by name; one that is not known is a dash."""

    def __missing__(self, key: str) -> str:
        return "–"
