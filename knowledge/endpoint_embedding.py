"""An embedder somewhere else: any server with OpenAI's ``/embeddings`` (OpenAI, vLLM, llama.cpp, text-embeddings-inference, ...).

    embedder = EndpointEmbedder(EmbeddingServer("http://127.0.0.1:8080/v1", "bge-m3"))     # asks it at once
    embedder = embedder_of(server)                                                         # the embedded one where it does not answer

For the search of documents and goods. Messages are always understood with the embedded one, whose vectors take a millisecond and cannot
fail.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import re
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
import numpy as np
import pydantic

from knowledge.embedding import MAX_CHARS, CachedEmbedder, Embedder, FloatArray, default_embedder
from knowledge.errors import KnowledgeError

PREFIX = "endpoint:"
"""What the name of such an embedder begins with; the model's follows."""
_BATCH = 32
_FEW = 4
_BATCH_TIMEOUT_S = 60.0
"""For more texts than `_FEW`, which nobody in a conversation waits for."""
_VERSION = "centred-1"
_NOTHING = "-"
"""In the place of a text without a letter, which servers refuse."""
_REFERENCE = (
    "退货流程是什么", "我的订单到哪了", "这款耳机防水吗", "运费多少钱", "想买一双跑鞋", "怎么联系客服", "优惠券怎么用", "你好",
    "衣服偏大还是偏小", "什么时候能退款", "可以开发票吗", "送礼物有什么推荐", "今天天气怎么样", "保修多久", "地址填错了", "质量很好",
    "How do I return something?", "Where is my order?", "Is this jacket waterproof?", "How much is shipping?",
    "I need a pair of running shoes", "Can I talk to a person?", "How does my coupon work?", "Hello",
    "Does it run small or large?", "When do I get my refund?", "Can I have an invoice?", "What is a good gift?",
    "What is the weather like?", "How long is the warranty?", "I gave the wrong address", "The quality is great",
)  # fmt: skip
"""Sentences of shops in both languages; the mean of their vectors is what all vectors of a model have in common."""
_log = logging.getLogger(__name__)


class EmbedderUnavailableError(KnowledgeError):
    """The server gave no vectors that can be used; says which server and why."""


@dataclasses.dataclass(frozen=True)
class EmbeddingServer:
    """Where the vectors come from."""

    base_url: str
    """With its ``/v1``."""
    model: str
    api_key: str | None = dataclasses.field(default=None, repr=False)
    timeout_s: float = 10.0
    """For the vectors of one message."""
    rest_s: float = 20.0
    """How long a server that did not answer is left alone: meanwhile nobody waits for it."""

    def __str__(self) -> str:
        return f"{self.model} at {self.base_url}"


class _Row(pydantic.BaseModel):
    index: int
    embedding: list[float]


class _Answer(pydantic.BaseModel):
    data: list[_Row]


class EndpointEmbedder:
    """The vectors of a server's model, less what they all have in common, of length one.

    Many encoders put all texts into a narrow cone, where nothing is less alike than 0.7; without the mean (Mu and Viswanath 2018,
    arXiv 1702.01417) what has nothing to do with each other is about 0, as the search expects. The mean is that of sentences which are
    asked for at once, so that a server which is not there is noticed before anything is worked out.

    A server that puts another model behind the same name is not noticed: remove the folder that `folder_of` names.

    Raises:
        EmbedderUnavailableError: no answer, or none that can be used.
    """

    waits = True
    """It waits for another machine: the event loop must not."""

    def __init__(
        self,
        server: EmbeddingServer,
        *,
        transport: httpx.BaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.server = server
        headers = {"Authorization": f"Bearer {server.api_key}"} if server.api_key else {}
        self._client = httpx.Client(headers=headers, transport=transport)
        self._monotonic = monotonic
        self._rests_until = -1.0
        self._lock = threading.Lock()
        self.dimension = 0
        reference = _of_length_one(self._asked(_REFERENCE))
        self.dimension = reference.shape[1]
        self._mean = reference.mean(axis=0)
        self.name = f"{PREFIX}{server.model}"
        self.version = f"{_VERSION}-{self.dimension}"

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Encode, `_BATCH` texts a request.

        Raises:
            EmbedderUnavailableError: see the class.
        """
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        parts = [self._asked(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)]
        return _of_length_one(_of_length_one(np.vstack(parts)) - self._mean)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _asked(self, texts: Sequence[str]) -> FloatArray:
        with self._lock:
            rests = self._monotonic() < self._rests_until
        if rests:
            raise EmbedderUnavailableError(f"{self.server} did not answer a moment ago")
        try:
            return self._vectors(texts, self._post(texts))
        except (httpx.HTTPError, httpx.InvalidURL, pydantic.ValidationError, EmbedderUnavailableError) as error:
            with self._lock:
                self._rests_until = self._monotonic() + self.server.rest_s
            if isinstance(error, EmbedderUnavailableError):
                raise
            raise EmbedderUnavailableError(f"{self.server} {_complaint(error)}") from error

    def _post(self, texts: Sequence[str]) -> _Answer:
        timeout_s = self.server.timeout_s if len(texts) <= _FEW else max(self.server.timeout_s, _BATCH_TIMEOUT_S)
        response = self._client.post(
            f"{self.server.base_url.rstrip('/')}/embeddings",
            json={"model": self.server.model, "input": [_readable(text) for text in texts], "encoding_format": "float"},
            timeout=timeout_s,
        )
        return _Answer.model_validate_json(response.raise_for_status().content)

    def _vectors(self, texts: Sequence[str], answer: _Answer) -> FloatArray:
        """Return the vectors in the order of the texts, checked."""
        by_place = {row.index: row.embedding for row in answer.data}
        if sorted(by_place) != list(range(len(texts))) or len(answer.data) != len(texts):
            raise EmbedderUnavailableError(
                f"{self.server} gave {len(answer.data)} vectors: expected one for each of {len(texts)} texts"
            )
        widths = {len(vector) for vector in by_place.values()}
        expected = self.dimension or min(widths)
        if widths != {expected} or not expected:
            raise EmbedderUnavailableError(
                f"{self.server} gave vectors of {max(widths)} numbers: expected {expected or 'some'}, as before"
            )
        vectors = np.array([by_place[place] for place in range(len(texts))], dtype=np.float32)
        if not np.isfinite(vectors).all():
            raise EmbedderUnavailableError(f"{self.server} gave a vector that is not of numbers")
        return vectors


def embedder_of(server: EmbeddingServer | None) -> Embedder:
    """Return the embedder to search with: the server's, and the embedded one where there is no server or it does not answer now."""
    if server is None:
        return default_embedder()
    try:
        return CachedEmbedder(EndpointEmbedder(server))
    except EmbedderUnavailableError as error:
        _log.warning("%s; the embedded encoder is used until the next start", error)
        return default_embedder()


def folder_of(folder: Path, embedder: Embedder) -> Path:
    """Return where the vectors of an embedder are kept: those of a server beside the embedded ones, which are not lost when it is away."""
    if not embedder.name.startswith(PREFIX):
        return folder
    model = embedder.name.removeprefix(PREFIX)
    digest = hashlib.blake2b(model.encode(), digest_size=3).hexdigest()
    return folder / f"{re.sub(r'[^A-Za-z0-9.-]+', '-', model)[:60]}-{digest}"


def _of_length_one(vectors: FloatArray) -> FloatArray:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors = np.where(norms == 0.0, np.eye(1, vectors.shape[1], dtype=np.float32), vectors)
    norms[norms == 0.0] = 1.0
    return np.asarray(vectors / norms, dtype=np.float32)


def _readable(text: str) -> str:
    """Cut, and replace lone surrogates and emptiness."""
    return text[:MAX_CHARS].encode("utf-8", "replace").decode("utf-8") if text.strip() else _NOTHING


def _complaint(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "did not answer in time"
    if isinstance(error, httpx.HTTPStatusError):
        return f"refused with status {error.response.status_code}"
    if isinstance(error, pydantic.ValidationError):
        return "answered something that is no list of embeddings"
    return "cannot be reached"
