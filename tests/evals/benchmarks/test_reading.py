from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from evals.benchmarks.base import BenchmarkError
from evals.benchmarks.reading import csv_rows, json_file, json_rows


def test_a_packed_file_is_read_like_a_plain_one(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress('{"text": "退款"}\n'.encode()))
    assert json_rows(tmp_path, "a.jsonl", needs=("text",)) == [{"text": "退款"}]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"text": "a"}\n{"text"', "line 2: no JSON"),
        (b'{"text": "a"}\n[]', "line 2: expected an object"),
        (b'{"words": "a"}', "line 1: expected text; text is missing"),
        (b"\n", "is empty"),
        (b"\xff", "cannot be read"),
    ],
)
def test_a_broken_file_is_named_with_the_line(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "a.jsonl").write_bytes(content)
    with pytest.raises(BenchmarkError, match=said):
        json_rows(tmp_path, "a.jsonl", needs=("text",))


def test_an_absent_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="is not there; name the folder that holds some"):
        json_rows(tmp_path / "some", "a.jsonl")
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(b"{}" * 100)[:20])
    with pytest.raises(BenchmarkError, match="cannot be read"):
        json_rows(tmp_path, "cut.jsonl")


def test_tables_and_whole_files(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("file,speaker\nx.wav,s1\n")
    assert csv_rows(tmp_path, "a.csv", needs=("speaker",)) == [{"file": "x.wav", "speaker": "s1"}]
    with pytest.raises(BenchmarkError, match="line 2: expected emotion; emotion is missing"):
        csv_rows(tmp_path, "a.csv", needs=("emotion",))
    (tmp_path / "a.json").write_text("[1")
    with pytest.raises(BenchmarkError, match="no JSON"):
        json_file(tmp_path, "a.json")
