"""The shop's escalation policy as data: what signs weigh, from when a person is offered or takes over, with what priority and where.

``escalation.yaml`` beside this module ships; a shop's own lies in its data folder under the same name and holds only what differs.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import pydantic
import yaml

from dialogue.judgement import SignName
from dialogue.understanding.alarms import AlarmKind
from knowledge.types import JsonObject
from knowledge.yaml_files import read_yaml
from tools.desk_rules import Priority
from tools.ticketing.types import Reason

NAME = "escalation.yaml"
SHIPPED = Path(__file__).with_name(NAME)
Chance = Annotated[float, pydantic.Field(ge=0, le=1)]
Weight = Annotated[float, pydantic.Field(ge=-10, le=10)]
Count = Annotated[int, pydantic.Field(ge=1, le=100)]


class EscalationError(ValueError):
    """An escalation policy cannot be used; the message names file, field, what was expected and what came."""


class _Part(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Anger(_Part):
    """From when anger hands over."""

    sure: Chance
    strong: Chance


class Patience(_Part):
    """How often the bot may fail before a person is offered or takes over."""

    lost_before_offer: Count
    lost_before_hand_over: Count
    asks_before_help: Count
    unsure_below: Chance


class Person(_Part):
    """From what chance a message counts as asking for a person."""

    sure: Chance
    after_failure: Chance

    def asked_from(self, *, failed: bool) -> float:
        """Return that chance; `failed`: the message before was not understood."""
        return self.after_failure if failed else self.sure


class SignRule(_Part):
    """What a sign does."""

    weight: Weight = 0.0
    """Log-odds of each unit of its value."""
    most: Annotated[float, pydantic.Field(gt=0)] = 3.0
    """More of it weighs no more."""
    from_: Annotated[float, pydantic.Field(alias="from", ge=0)] = 0.0
    """Below this value it is not seen."""
    then: Literal["nothing", "hand_over"] = "nothing"
    """What it does by itself."""
    reason: Reason = "policy"
    """Why, as the ticket says, where it hands over."""
    priority: Priority = "normal"
    queue: str = "general"
    say: str = ""
    """Name of a sentence that is said first, once an episode."""


class EscalationPolicy(_Part):
    """See the file that ships: ``dialogue/escalation.yaml``."""

    offer_from: Chance
    hand_over_from: Chance
    person: Person
    anger: Anger
    patience: Patience
    signs: dict[SignName, SignRule]
    words: dict[AlarmKind, tuple[str, ...]] = {}
    """A shop's own words of an alarm."""

    @pydantic.model_validator(mode="after")
    def _in_order(self) -> EscalationPolicy:
        if self.person.after_failure > self.person.sure:
            raise ValueError("person.after_failure must not be above person.sure: who was failed is heard sooner")
        if self.offer_from > self.hand_over_from:
            raise ValueError("offer_from must not be above hand_over_from: a person is offered before one takes over")
        if self.patience.lost_before_offer > self.patience.lost_before_hand_over:
            raise ValueError("patience.lost_before_offer must not be above lost_before_hand_over")
        if missing := sorted(set(get_args(SignName)) - set(self.signs)):
            raise ValueError(f"signs.{missing[0]} is missing")
        return self


def load_escalation(folder: Path | None = None) -> EscalationPolicy:
    """Return the shipped policy with what a shop's own file says laid over it.

    Raises:
        EscalationError: the file cannot be read, or a field is unknown or has the wrong form.
    """
    own = folder / NAME if folder is not None else None
    return read_escalation(own) if own is not None and own.exists() else shipped()


@functools.cache
def shipped() -> EscalationPolicy:
    """Return the policy that ships."""
    return EscalationPolicy.model_validate(_fields(SHIPPED))


def read_escalation(path: Path) -> EscalationPolicy:
    """Read one file, laid over the shipped one, field by field.

    Raises:
        EscalationError: as `load_escalation`.
    """
    try:
        return EscalationPolicy.model_validate(_laid_over(_fields(SHIPPED), _fields(path)))
    except pydantic.ValidationError as error:
        raise EscalationError("\n".join(f"{path}: {_complaint(detail)}" for detail in error.errors())) from error


def _fields(path: Path) -> JsonObject:
    try:
        found = read_yaml(path)
    except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
        raise EscalationError(f"{path}: {' '.join(str(error).split())}") from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise EscalationError(f"{path}: expected fields such as `offer_from: 0.6`, got {type(found).__name__}")
    return found


def _laid_over(below: JsonObject, above: JsonObject) -> JsonObject:
    merged = dict(below)
    for name, value in above.items():
        under = merged.get(name)
        merged[name] = _laid_over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return merged


def _complaint(detail: Any) -> str:
    place = ".".join(str(part) for part in detail["loc"] if part != "[key]")
    if detail["type"] == "extra_forbidden":
        return f"{place}: there is no such field here; take it out, or mend its spelling"
    message = str(detail["msg"]).removeprefix("Value error, ")
    came = detail["input"]
    shown = f", got {came!r:.80}" if isinstance(came, str | int | float | bool) or came is None else ""
    return f"{place}: {message}{shown}" if place else message
