"""Templates in plain words: what a person who runs a shop reads and writes, ``Your return {return_id} is on its way.``

Whatever a template works out stands as one fact in braces, a loop or a condition with all that it holds too. So what is written
anew can say the facts in another order and other words, and can work out nothing by itself.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import jinja2

from knowledge.types import Lang
from knowledge.yaml_files import read_yaml

NAMES = Path(__file__).parent / "fact_names.yaml"
_FACT = re.compile(r"\{\s*([^{}\s][^{}]{0,60}?)\s*\}")
_TELLS = re.compile(r"\{\{(?!\s*(?:'|\"|name\s*\}))")
"""Begins what writes a fact: not ``{{ 's' if many }}``, nor the person's name, which need not be said."""
_BREAK = re.compile(r"^'(?:\\n|\s)*'$")
_PATH = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[[^\]]*\])*")
_HEADS = frozenset({"result", "results", "preview", "slots"})
_NO_NAMES = frozenset(
    {"if", "for", "in", "else", "not", "and", "or", "is", "abs", "none", "true", "false", "set", "elif"}
)
_BARE = frozenset({"minor", "value", "length"})
"""Parts of a fact that do not say what it is."""
_TEMPLATE = re.compile(r"\{\{|\{%|\{#|\}\}|%\}|#\}")


@dataclasses.dataclass(frozen=True)
class Plain:
    """A template in plain words. `facts` are the template's own pieces by name; `before`: what it sets for them."""

    text: str
    facts: Mapping[str, str]
    before: str = ""

    def unknown(self, text: str) -> tuple[str, ...]:
        """Return what stands in braces in `text` and is no fact of this place; ``{`` or ``}`` where they do not match."""
        if _TEMPLATE.search(text):
            return (_TEMPLATE.findall(text)[0],)
        stray = re.findall(r"[{}]", _FACT.sub("", _braces(text)))
        named = [name for name in _FACT.findall(_braces(text)) if self._fact(name) is None]
        return tuple(dict.fromkeys([*named, *stray]))

    def missing(self, text: str) -> tuple[str, ...]:
        """Return the facts that `text` leaves out: figures, names, receipts; what only chooses among words may go."""
        said = {self._fact(name) for name in _FACT.findall(_braces(text))}
        return tuple(name for name, piece in self.facts.items() if name not in said and _TELLS.search(piece))

    def template(self, text: str) -> str:
        """Return `text` as a template. Its facts must be known."""
        parts, place = [self.before], 0
        plain = _braces(text)
        for found in _FACT.finditer(plain):
            name = self._fact(found[1])
            if name is None:
                raise ValueError(f"expected facts of this place, got {found[0]!r}")
            parts += [_words(plain[place : found.start()]), self.facts[name]]
            place = found.end()
        return "".join([*parts, _words(plain[place:])])

    def tidy(self, text: str) -> str:
        """Return `text` with its facts under the names of its own language."""
        return _FACT.sub(lambda found: f"{{{self._fact(found[1]) or found[1]}}}", _braces(text)).strip()

    def _fact(self, name: str) -> str | None:
        """Return the fact of a name in either language."""
        if name in self.facts:
            return name
        return next((own for own in self.facts if _other_name(own) == name), None)


def plain(template: str, lang: Lang) -> Plain:
    """Read a shipped template in plain words."""
    words: list[str] = []
    before: list[str] = []
    facts: dict[str, str] = {}
    for kind, piece in _pieces(template):
        if kind == "words":
            words.append(piece)
        elif kind == "set":
            before.append(piece)
        else:
            name = next((known for known, same in facts.items() if same == piece), None) or _named(piece, lang, facts)
            facts[name] = piece
            words.append(f"{{{name}}}")
    return Plain("".join(words).strip(), facts, "".join(before))


@functools.cache
def _lexer() -> jinja2.Environment:
    return jinja2.Environment(autoescape=True)  # only reads; nothing is rendered with it


def _pieces(template: str) -> Iterator[tuple[str, str]]:
    """Yield ``words``, ``set`` and ``fact`` pieces of a template, in order."""
    piece, depth, kind = "", 0, ""
    first = ""
    for _, mark, value in _lexer().lex(template):
        if mark == "data" and not kind:
            yield "words", value
            continue
        if not kind:
            kind, first = ("print" if mark == "variable_begin" else "block"), ""
        piece += value
        if mark == "name" and not first and kind == "block":
            first = value
            depth += 1 if value in {"if", "for"} else -1 if value in {"endif", "endfor"} else 0
        if mark == "block_begin" and depth:
            kind, first = "block", ""
        if mark == "variable_end" and kind == "print" and not depth:
            yield from _print(piece)
            piece, kind = "", ""
        elif mark == "block_end":
            if depth == 0:
                yield ("set" if first == "set" else "fact"), piece
                piece, kind = "", ""
            first = "-"


def _print(piece: str) -> Iterator[tuple[str, str]]:
    inner = piece.strip("{}-").strip()
    if _BREAK.match(inner):
        yield "words", inner[1:-1].replace("\\n", "\n")
    else:
        yield "fact", piece


def _named(piece: str, lang: Lang, taken: Mapping[str, str]) -> str:
    """Name a piece by what it is about: ``{{ result.refund.amount|money }}`` is ``amount``, and ``refund_amount`` beside another one."""
    parts = _parts(piece)
    for count in range(1, len(parts) + 1):
        name = _word("_".join(parts[-count:]), lang) if count == 1 else "_".join(parts[-count:])
        if name not in taken:
            return name
    return next(name for number in range(2, 99) if (name := f"{_word(parts[-1], lang)}_{number}") not in taken)


def _parts(piece: str) -> list[str]:
    inner = re.sub(r"'[^']*'|\"[^\"]*\"", "", piece)
    looped = re.search(r"\{%-?\s*for\s+.+?\s+in\s+([^%|]+)", inner)
    source = looped[1] if looped else inner
    for path in _PATH.findall(source):
        parts = [part for part in re.split(r"\.|\[[^\]]*\]", path) if part]
        if parts[0] in _NO_NAMES:
            continue
        rest = parts[1:] if parts[0] in _HEADS and len(parts) > 1 else parts
        rest = rest[:-1] if len(rest) > 1 and rest[-1] in _BARE else rest
        filtered = re.search(rf"\b{re.escape(path)}\s*\|\s*(\w+)", source)
        return [filtered[1]] if filtered and rest == parts and parts[0] in _HEADS else rest
    return ["more"]


def _words(text: str) -> str:
    """Return words as a template: a line break beside a block would be taken for one of the file."""
    return text.replace("\n", "{{ '\\n' }}")


def _braces(text: str) -> str:
    return text.replace("｛", "{").replace("｝", "}")


def _word(name: str, lang: Lang) -> str:
    return _names().get(name, name) if lang == "zh" else name


def _other_name(name: str) -> str | None:
    """Return the name of a fact in the other language."""
    return _names().get(name) or next((english for english, chinese in _names().items() if chinese == name), None)


@functools.cache
def _names() -> Mapping[str, str]:
    return {str(name): str(chinese) for name, chinese in read_yaml(NAMES).items()}
