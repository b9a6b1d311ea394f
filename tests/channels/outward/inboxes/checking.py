"""Servers of the tests that stand for Chatwoot and Zendesk: they refuse whatever breaks the written contract, and remember."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema

from knowledge.yaml_files import read_yaml
from tests.channels.outward.receiving import Answer, Received, Receiver, receiving

CONTRACTS = Path(__file__).parent / "contracts"


@dataclasses.dataclass
class Call:
    """A request that fits the contract."""

    name: str
    ids: list[int]
    """The numbers of its path after the account."""
    body: Any
    headers: dict[str, str]


class Checking:
    """A server that checks. `broken`: what did not fit, as a test reads it."""

    def __init__(self, contract: str, answers: ChatwootServer | ZendeskServer) -> None:
        self._contract = read_yaml(CONTRACTS / f"{contract}.yaml")
        self.system = answers
        self.calls: list[Call] = []
        self.broken: list[str] = []
        self.failing = 0
        """So many requests are answered 503 first."""

    def answer(self, request: Received) -> Answer:
        """Check a request and answer it."""
        if self.failing:
            self.failing -= 1
            return 503, {}, b"busy"
        try:
            call = self._checked(request)
            answer = self.system(call)
            operation = next(each for each in self._contract["operations"] if each["name"] == call.name)
            jsonschema.validate(answer, operation["response"])
        except (ValueError, jsonschema.ValidationError) as error:
            self.broken.append(f"{request.method} {request.path}: {error}")
            return 422, {}, json.dumps({"error": str(error)}).encode()
        self.calls.append(call)
        return 200, {"Content-Type": "application/json"}, json.dumps(answer).encode()

    def _checked(self, request: Received) -> Call:
        header = self._contract["header"]
        if request.headers.get(header["name"]) != header["value"]:
            raise ValueError(f"the header {header['name']} is not as agreed")
        for operation in self._contract["operations"]:
            if operation["method"] == request.method and re.search(operation["path"], request.path):
                if missing := [each for each in operation.get("headers", ()) if each not in request.headers]:
                    raise ValueError(f"missing headers: {missing}")
                body = json.loads(request.body) if request.body else None
                if "request" in operation:
                    if request.headers.get("content-type") != "application/json":
                        raise ValueError("the body is not declared as JSON")
                    jsonschema.validate(body, operation["request"])
                elif body is not None:
                    raise ValueError("a body where none belongs")
                ids = [int(each) for each in re.findall(r"/(\d+)(?=/|$)", request.path)]
                return Call(operation["name"], ids, body, request.headers)
        raise ValueError("no such operation")

    def named(self, name: str) -> list[Call]:
        """Return the calls of one operation."""
        return [call for call in self.calls if call.name == name]


@contextlib.contextmanager
def _serving(checking: Checking) -> Iterator[tuple[Checking, Receiver]]:
    with receiving() as receiver:
        receiver.answer = checking.answer
        yield checking, receiver


class ChatwootServer:
    """Contacts, conversations and messages in memory."""

    def __init__(self) -> None:
        self._ids = itertools.count(100)
        self.contacts: dict[str, int] = {}
        self.conversations: dict[int, dict[str, Any]] = {}

    def __call__(self, call: Call) -> Any:
        """Answer a call."""
        return getattr(self, f"_{call.name}")(call)

    def _contact_inbox(self, contact: int) -> dict[str, Any]:
        return {"source_id": f"src-{contact}", "inbox": {"id": 3, "name": "API"}}

    def _search_contacts(self, _: Call) -> Any:
        found = [
            {"id": number, "identifier": name, "contact_inboxes": [self._contact_inbox(number)]}
            for name, number in self.contacts.items()
        ]
        return {"meta": {"count": len(found)}, "payload": found}

    def _create_contact(self, call: Call) -> Any:
        if call.body["identifier"] in self.contacts:
            raise ValueError("identifier has already been taken")
        number = self.contacts[call.body["identifier"]] = next(self._ids)
        return {"payload": {"contact": {"id": number, **call.body}, "contact_inbox": self._contact_inbox(number)}}

    def _contact_conversations(self, call: Call) -> Any:
        return {"payload": [each for each in self.conversations.values() if each["contact_id"] == call.ids[-1]]}

    def _create_conversation(self, call: Call) -> Any:
        if call.body["source_id"] != f"src-{call.body['contact_id']}":
            raise ValueError("the source id is of nobody")
        made = {"id": next(self._ids), "account_id": 1, "custom_attributes": {}, **call.body}
        self.conversations[made["id"]] = made
        return made

    def _custom_attributes(self, call: Call) -> Any:
        self.conversations[call.ids[-1]]["custom_attributes"] = call.body["custom_attributes"]
        return call.body

    def _toggle_priority(self, call: Call) -> Any:
        self.conversations[call.ids[-1]]["priority"] = call.body["priority"]
        return {}

    def _create_message(self, call: Call) -> Any:
        if call.ids[-1] not in self.conversations:
            raise ValueError("no such conversation")
        return {"id": next(self._ids), **call.body}

    def _toggle_status(self, call: Call) -> Any:
        self.conversations[call.ids[-1]]["status"] = call.body["status"]
        return {"payload": {"success": True, "current_status": call.body["status"], "conversation_id": call.ids[-1]}}


class ZendeskServer:
    """Users and tickets in memory; the same idempotency key gives the same ticket."""

    def __init__(self) -> None:
        self._ids = itertools.count(1000)
        self.users: dict[str, int] = {}
        self.tickets: dict[str, dict[str, Any]] = {}

    def __call__(self, call: Call) -> Any:
        """Answer a call."""
        if call.name == "create_or_update_user":
            user = call.body["user"]
            number = self.users.setdefault(user["external_id"], next(self._ids))
            return {"user": {"id": number, "name": user["name"]}}
        if call.name == "create_ticket":
            made = {"id": next(self._ids), "status": "new", **call.body["ticket"]}
            return {"ticket": self.tickets.setdefault(call.headers["idempotency-key"], made)}
        ticket = next((each for each in self.tickets.values() if each["id"] == call.ids[-1]), None)
        if ticket is None:
            raise ValueError("RecordNotFound")
        ticket.update(call.body["ticket"])
        return {"ticket": {"id": ticket["id"], "status": ticket["status"]}}


def chatwoot() -> contextlib.AbstractContextManager[tuple[Checking, Receiver]]:
    """Serve as Chatwoot."""
    return _serving(Checking("chatwoot", ChatwootServer()))


def zendesk() -> contextlib.AbstractContextManager[tuple[Checking, Receiver]]:
    """Serve as Zendesk."""
    return _serving(Checking("zendesk", ZendeskServer()))
