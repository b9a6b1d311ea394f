"""Word search in Chinese and English: what vectors are blind to: numbers, SKUs, names and rare words."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import opencc

FloatArray = npt.NDArray[np.float32]

_K1 = 1.2
_B = 0.6
_UNSEEN_BIGRAM = 0.35
_HAN = re.compile(r"[\u3400-\u9fff]")
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+(?:[-_.][a-z0-9]+)*")
_PARTS = re.compile(r"[-_.]")
_CLITIC = re.compile(r"(?<=[a-z])(?:n't|['’](?:s|m|d|t|re|ve|ll))\b")
_EN_STOP_WORDS = """
a about after again all also am an and any are as at be been before but by ca can could did do does doing for from get got
    had has have having he hello help her hey hi how i if in into is it its just let like may me much my need no not now of off
    ok on one or our out over please she should so some tell than thank thanks that the their them then there these they this
    those to too up us very want wanted was we were what when where which while who why will with would yes you your"""
_EN_STOP = frozenset(_EN_STOP_WORDS.split())
_ZH_STOP = re.compile(
    "请问一下|麻烦问下|想问一下|想问下|我想要|我想|想要|请问|麻烦|你们家|你们|我们|他们|咱们|可不可以|能不能|是不是|有没有|会不会|要不要"
    "|可以|怎么样|怎么办|怎么|什么样|什么时候|什么|多少|如何|为什么|为啥|怎样|哪些|哪里|哪个|哪儿|这个|那个|这些|那些|这种|一下|一个"
    "|现在|已经|如果|还是|或者|因为|所以|但是|然后|就是|不是|没有|知道|告诉|的话|需要|比较|一点|有点|啥|咋"
    "|[我你您他她它的了吗呢吧啊呀嘛哦哈么着过把被给和跟与及就都也还又很太在是个]"
)


def normalise(text: str) -> str:
    """Return the text in lower case and simplified characters, with full-width letters and digits made plain."""
    return simplified(unicodedata.normalize("NFKC", text)).lower()


def simplified(text: str) -> str:
    """Return the text with traditional Chinese characters as simplified ones, of the same length: 鍵盤 is 键盘."""
    if not _HAN.search(text):
        return text
    found = _converter().convert(text)
    return found if len(found) == len(text) else "".join(map(_simplified_alone, text))


def _simplified_alone(char: str) -> str:
    found = _converter().convert(char)
    return found if len(found) == 1 else char


@functools.cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def tokens(text: str) -> list[str]:
    """Return what word search sees: stemmed English words without the commonest, whole codes, Chinese character bigrams.

    >>> tokens("退货 two dresses, SKU TS-RED-M")
    ['退货', 'two', 'dress', 'sku', 'ts-red-m', 'ts', 'red', 'm']
    """
    found: list[str] = []
    for run in _RUN.findall(_CLITIC.sub("", normalise(text))):
        if run[0] > "\u3000":
            found += _chinese(run)
        else:
            found += _latin(run)
    return found


def _chinese(run: str) -> Iterable[str]:
    for part in filter(None, _ZH_STOP.split(run)):
        if len(part) == 1:
            yield part
        else:
            yield from (part[i : i + 2] for i in range(len(part) - 1))


def _latin(run: str) -> Iterable[str]:
    parts = _PARTS.split(run)
    if len(parts) > 1 and (len(parts) > 2 or any(map(str.isdigit, run))):
        yield run
    for part in parts:
        if part not in _EN_STOP:
            yield stem(part)


@functools.lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Take an English plural, ``-ed`` or ``-ing`` off; crude, but the same for query and text."""
    if len(word) < 4 or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return stem(word[:-1])
    for ending in ("ing", "ed"):
        bare = word[: -len(ending)]
        if word.endswith(ending) and len(bare) >= 3 and re.search("[aeiouy]", bare):
            return bare[:-1] if bare[-1] == bare[-2] and bare[-1] not in "sl" else bare.removesuffix("e")
    return word.removesuffix("e")


class WordIndex:
    """BM25 over token lists, with every weight worked out beforehand: a query adds a few short arrays.

    `scores` gives for each text the share, in [0, 1], of what a text with all the query's words (in the best place)
    would score, so figures of different queries compare. Not calibrated.
    A small `k1` lets a word count alike however often a text has it.
    """

    def __init__(self, texts: Sequence[Sequence[str]], *, k1: float = _K1) -> None:
        self.size = len(texts)
        counts = [Counter(text) for text in texts]
        lengths = np.array([sum(count.values()) for count in counts], dtype=np.float32)
        norm = k1 * (1 - _B + _B * lengths / max(float(lengths.mean()) if len(texts) else 1.0, 1.0))
        numbers: dict[str, int] = {}
        found = np.array(
            [
                (numbers.setdefault(token, len(numbers)), row, times)
                for row, count in enumerate(counts)
                for token, times in count.items()
            ],
            dtype=np.int64,
        ).reshape(-1, 3)
        places, rows, times = found[np.argsort(found[:, 0], kind="stable")].T.copy()
        having = np.bincount(places, minlength=len(numbers))
        idf_of = {int(texts_having): _idf(self.size, int(texts_having)) for texts_having in np.unique(having)}
        idfs = [idf_of[texts_having] for texts_having in having.tolist()]
        counted = times.astype(np.float32)
        weights = (counted / (counted + norm[rows])).astype(np.float32) * np.array(idfs, dtype=np.float32)[places]
        ends = np.cumsum(having).tolist()
        self._unseen_idf = _idf(self.size, 0)
        self._idf: dict[str, float] = dict(zip(numbers, idfs, strict=True))
        self._postings: dict[str, tuple[npt.NDArray[np.int64], FloatArray]] = {
            token: (rows[start:end], weights[start:end])
            for token, start, end in zip(numbers, [0, *ends], ends, strict=False)
        }

    def idf(self, token: str) -> float:
        """Return how rare the token is; the largest value for one that no text has."""
        return self._idf.get(token, self._unseen_idf)

    def weight(self, token: str) -> float:
        """Return what the token counts in a query: its rarity; a Chinese bigram that no text has counts little."""
        return self._idf.get(token, self._weight_unseen((token,)))

    def knows(self, token: str) -> bool:
        """Return whether any text has the token."""
        return token in self._idf

    def having(self, token: str) -> npt.NDArray[np.int64]:
        """Return which texts have the token."""
        return self._postings[token][0] if token in self._postings else np.zeros(0, dtype=np.int64)

    def scores(self, query: Sequence[str | tuple[str, ...]]) -> FloatArray:
        """Return one score in [0, 1] a text. A tuple stands for words that mean the same: the best of them counts."""
        found = np.zeros(self.size, dtype=np.float32)
        total = 0.0
        for wanted in dict.fromkeys(query):
            words = (wanted,) if isinstance(wanted, str) else wanted
            hits = [self._postings[word] for word in words if word in self._postings]
            total += max((self._idf[word] for word in words if word in self._idf), default=self._weight_unseen(words))
            if len(hits) == 1:
                rows, weights = hits[0]
                found[rows] += weights
            elif hits:
                found += self._best_of(hits)
        return np.asarray(found / total, dtype=np.float32) if total else found

    def _best_of(self, hits: Sequence[tuple[npt.NDArray[np.int64], FloatArray]]) -> FloatArray:
        best = np.zeros(self.size, dtype=np.float32)
        for rows, weights in hits:
            best[rows] = np.maximum(best[rows], weights)
        return best

    def _weight_unseen(self, words: Sequence[str]) -> float:
        """A Chinese bigram that no text has is mostly no word at all, but the seam between two."""
        return self._unseen_idf * (_UNSEEN_BIGRAM if _HAN.match(words[0]) else 1.0)


def _idf(texts: int, having: int) -> float:
    return float(np.log(1 + (texts - having + 0.5) / (having + 0.5)))
