"""Says in the first person what a text says about "you", and to "you" what it says about "the agent".

English has one form for most verbs after I and you, so pronouns, a few auxiliaries and questions are all that changes. What the
texts write as data (``{'color': 'red'}``) is said in words.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

_AGENT = re.compile(
    r"\b(?:the|an|another) (?:(?:customer )?(?:service |support )?(?:agent|representative)|assistant|customer service)\b(?!')",
    re.IGNORECASE,
)
_LISTENER = "\x00"
"""Stands for the agent until "you" is free for it."""
_OBJECT_AFTER = frozenset({
    "for", "to", "with", "from", "of", "about", "at", "by", "on", "give", "gives", "tell", "tells", "help", "helps", "save", "saves",
    "charge", "charges", "send", "sends", "let", "lets", "cost", "costs", "show", "shows", "offer", "offers", "ask", "asks", "refund",
    "allow", "allows", "than", "like", "inform", "informs", "owe", "owes", "get", "gets", "behind", "between",
})  # fmt: skip
_SUBJECT_BEFORE = re.compile(
    r"\s+(?:are|were|was|have|had|do|don't|did|didn't|will|would|can|can't|cannot|could|want|need|wish|like|live|receive|received|"
    r"order|ordered|bought|paid|placed|just|also|only|really|already|get|got|think|prefer|know|may|might|must|should)\b"
)
_CONTRACTIONS = {
    "you're": "I'm", "you've": "I've", "you'd": "I'd", "you'll": "I'll", "your": "my", "yours": "mine", "yourself": "myself",
}  # fmt: skip
_LISTED = re.compile(r"^(?P<verb>\w+) (?P<of>#?W?\d+) (?P<how>via \w+): (?P<things>.+)$")
_DATA = re.compile(r"(\bto (?:one with (?:the following attributes: )?)?)?(\{[^{}]*\})")
_BARE = frozenset({"none", "yes", "no"})
"""Values that say nothing without the name of the option."""
_PRONOUN = re.compile(r"\b(you(?:'(?:re|ve|d|ll)|rself|rs|r)?)\b(?!')", re.IGNORECASE)
_AGREEMENT = (
    (re.compile(r"\bI are\b"), "I am"),
    (re.compile(r"\bI aren't\b"), "I'm not"),
    (re.compile(r"\bI were\b(?! to\b)"), "I was"),
    (re.compile(r"\bI weren't\b"), "I wasn't"),
    (re.compile(r"\bare I\b", re.IGNORECASE), "am I"),
    (re.compile(r"\bwere I\b", re.IGNORECASE), "was I"),
)


def first_person(text: str) -> str:
    """Return what the person that `text` calls "you" says.

    >>> first_person("You want to return your lamp, and the agent should tell you how much you are owed.")
    'I want to return my lamp, and you should tell me how much I am owed.'
    """
    text = _AGENT.sub(_LISTENER, text.replace("\u2019", "'"))
    text = _PRONOUN.sub(lambda found: _turned(found, text), text)
    for pattern, form in _AGREEMENT:
        text = pattern.sub(form, text)
    text = re.sub(rf"{_LISTENER} is\b", f"{_LISTENER} are", text)
    text = re.sub(rf"{_LISTENER} (?:doesn't)\b", f"{_LISTENER} don't", text)
    return capitalised(text.replace(_LISTENER, "you"))


def _turned(found: re.Match[str], text: str) -> str:
    word = found.group().lower()
    if word == "you":
        before = re.findall(r"[\w']+|[^\w\s]", text[: found.start()])
        is_object = before and before[-1].lower() in _OBJECT_AFTER and not _SUBJECT_BEFORE.match(text, found.end())
        return "me" if is_object else "I"
    form = _CONTRACTIONS[word]
    return capitalised(form) if found.group()[0] == "Y" else form


def in_words(text: str) -> str:
    """Return the text with what it writes as data said in words.

    >>> in_words("exchange Mug {'color': 'red', 'size': '7'} to {'color': 'blue'}; Pen {'tip': 'fine'} to {}; via paypal_1")
    'exchange Mug (red, size 7) to one with blue, and Pen (fine) to the same one, via paypal_1'
    >>> in_words("Return #W1 via paypal_1: Mug; Tea Kettle; ")
    'Return Mug and Tea Kettle of #W1 via paypal_1'
    """
    if listed := _LISTED.match(text):
        things = " and ".join(thing.strip() for thing in listed["things"].split(";") if thing.strip(" ."))
        return f"{listed['verb']} {things} of {listed['of']} {listed['how']}"
    if "{" not in text:
        return text
    text = _DATA.sub(_said, re.sub(r"\bto \{\}", "to the same one", text))
    text = re.sub(r";\s*(?=via\b|use\b)", ", ", text.rstrip("; "), flags=re.IGNORECASE)
    return re.sub(r";\s*(?:and\s+)?", ", and ", text)


def _said(found: re.Match[str]) -> str:
    try:
        values = ast.literal_eval(found.group(2))
    except (SyntaxError, ValueError):
        return found.group()
    if not isinstance(values, Mapping):
        return found.group()
    before = found.group(1) or ""
    if "address1" in values:
        return before + _address({name: str(value) for name, value in values.items()})
    options = ", ".join(_option(str(name), str(value)) for name, value in values.items())
    return f"{before}one with {options}" if before == "to " else f"{before}{options}" if before else f"({options})"


def _address(fields: Mapping[str, str]) -> str:
    place = f"{fields.get('state', '')} {fields.get('zip', '')}".strip()
    parts = (fields["address1"], fields.get("address2"), fields.get("city"), place, fields.get("country"))
    return ", ".join(part for part in parts if part)


def _option(name: str, value: str) -> str:
    """Say an option as a person does: the value alone where it is telling."""
    return f"{name} {value}" if value in _BARE or value.isdigit() else value


def capitalised(text: str) -> str:
    """Return the text with a capital at its beginning."""
    return text[:1].upper() + text[1:]
