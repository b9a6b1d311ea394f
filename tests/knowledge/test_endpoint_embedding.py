"""Vectors from a server: real HTTP, every failure a sentence, and a shop that goes on without."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge.db import Database
from knowledge.documents import DocumentFile, put_document
from knowledge.embedding import HashingEmbedder, default_embedder, encode, waits
from knowledge.endpoint_embedding import (
    EmbedderUnavailableError,
    EmbeddingServer,
    EndpointEmbedder,
    embedder_of,
    folder_of,
)
from knowledge.products import load_products
from knowledge.retrieval import Retriever, build_retriever
from tests.knowledge.embedding_server import Server, server
from tools.testing import NOW

__all__ = ["server"]


def of(server: Server, **given: Any) -> EndpointEmbedder:
    return EndpointEmbedder(
        EmbeddingServer(server.url, "m3", "sk", timeout_s=5, rest_s=given.pop("rest_s", 0)), **given
    )


def test_vectors_come_in_order_of_length_one_and_without_what_they_share(server: Server) -> None:
    embedder = of(server)
    texts = [f"text {number}" for number in range(150)] + ["", "\ud800", "x" * 5000]
    found = embedder.encode(texts)
    embedder.close()
    assert found.shape == (153, 1024)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-5)
    assert [len(body["input"]) for body in server.asked] == [32, 32, 32, 32, 32, 25]
    assert {body["model"] for body in server.asked} == {"m3"}
    assert server.headers["authorization"] == "Bearer sk"
    assert float(found[0] @ found[1]) > float(found[0] @ found[152])  # "text 0" is alike "text 1"
    assert abs(float(found[0] @ found[152])) < 0.3
    assert embedder.encode([]).shape == (0, 1024)


async def test_the_event_loop_does_not_wait_for_it(server: Server) -> None:
    embedder = embedder_of(EmbeddingServer(server.url, "m3"))
    assert waits(embedder)
    assert not waits(default_embedder())
    threads: list[int] = []
    inner: Any = embedder
    real = inner.inner.encode

    def noticed(texts: list[str]) -> Any:
        threads.append(threading.get_ident())
        return real(texts)

    inner.inner.encode = noticed
    await encode(embedder, ["怎么退货"])
    assert threads != [threading.get_ident()]
    inner.inner.close()


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, b"{}", "refused with status 401"),
        (200, b"no json", "no list of embeddings"),
        (200, b'{"data": []}', "gave 0 vectors: expected one for each of 1 texts"),
        (200, b'{"data": [{"index": 0, "embedding": [1.0, 2.0]}]}', "vectors of 2 numbers: expected 1024"),
        (200, json.dumps({"data": [{"index": 0, "embedding": [float("nan")] * 1024}]}).encode(), "not of numbers"),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_used_is_told(server: Server, status: int, body: bytes, words: str) -> None:
    embedder = of(server)
    server.instead = lambda _: (status, body)
    with pytest.raises(EmbedderUnavailableError, match=f"m3 at http.*{words}"):
        embedder.encode(["hello"])
    embedder.close()


def test_a_server_that_failed_is_left_alone_for_a_while(server: Server) -> None:
    now = [0.0]
    embedder = of(server, rest_s=20, monotonic=lambda: now[0])
    server.instead = lambda _: (500, b"")
    for _ in range(3):
        with pytest.raises(EmbedderUnavailableError):
            embedder.encode(["hello"])
    assert len(server.asked) == 2  # the reference sentences, and once
    server.instead = None
    now[0] = 21.0
    assert embedder.encode(["hello"]).shape == (1, 1024)
    embedder.close()


def test_without_its_server_a_start_takes_the_embedded_one(caplog: pytest.LogCaptureFixture) -> None:
    assert embedder_of(None) is default_embedder()
    assert embedder_of(EmbeddingServer("http://127.0.0.1:9/v1", "m3", "sk-secret")) is default_embedder()
    assert "m3 at http://127.0.0.1:9/v1 cannot be reached; the embedded encoder is used" in caplog.text
    assert "sk-secret" not in caplog.text


def test_vectors_of_a_server_are_kept_beside_the_embedded_ones(server: Server, tmp_path: Path) -> None:
    embedder = of(server)
    embedder.name = "endpoint:BAAI/bge-m3"
    other = of(server)
    assert folder_of(tmp_path, default_embedder()) == tmp_path
    assert folder_of(tmp_path, embedder).parent == tmp_path
    assert folder_of(tmp_path, embedder).name.startswith("BAAI-bge-m3-")
    assert folder_of(tmp_path, embedder) != folder_of(tmp_path, other)
    embedder.close()
    other.close()


async def test_documents_and_goods_are_found_while_the_server_is_away(server: Server, database: Database) -> None:
    files = (
        DocumentFile("returns", "en", "Returns", "## How long do I have?\n\nSeven days after delivery."),
        DocumentFile("customs", "en", "Customs duties", "Import duties are paid by the recipient of the parcel."),
    )
    async with database.write() as session:
        for file in files:
            await put_document(session, file, NOW)
    embedder = of(server)
    retriever = await build_retriever(database, embedder, spare=Retriever(database, HashingEmbedder()))
    products = await load_products(database, embedder)
    there = await retriever.search("who pays the import duties", "en")
    server.instead = lambda _: (503, b"")
    away = await retriever.search("who pays import duties on the parcel", "en")
    assert (there.hits[0].slug, away.hits[0].slug) == ("customs", "customs")
    assert await products._vector("lamp") is None
    alone = await build_retriever_of(database, server)
    with pytest.raises(EmbedderUnavailableError):
        await alone.search("import duties", "en")
    embedder.close()


async def build_retriever_of(database: Database, server: Server) -> Retriever:
    """Return a retriever without a spare, built while the server answered."""
    server.instead = None
    retriever = await build_retriever(database, of(server))
    server.instead = lambda _: (503, b"")
    return retriever
