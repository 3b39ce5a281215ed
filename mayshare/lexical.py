"""The lexical side: BM25 with stemming (bm25s, Snowball's English stemmer), stored without pickle.

Source: Robertson and Zaragoza (2009), The Probabilistic Relevance Framework; bm25s' "lucene" variant.
Stop words are dropped from both sides. Citations are kept whole, so that "99.31(a)(5)" is a term.
"""

from __future__ import annotations

import itertools
import json
import logging
import math
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bm25s
import numpy as np
import numpy.typing as npt
import Stemmer

Scores = npt.NDArray[np.float32]

# Function words of English, and the words in which every question is framed here ("may", "share").
STOP_WORDS = frozenset(
    "a about am an and any are as at be been but by can could did do does doing for from get got had has have having he"
    " her hers him his how i if in into is it its just know let like may me might more my need no not of on or our out"
    " please s shall she should so some such t tell than that the their them then there these they this to too up us"
    " want was we were what when where which who whom whose why will with would you your".split()
)
logging.getLogger("bm25s").setLevel(logging.WARNING)  # it reports each index at DEBUG, whatever the root level
_WORD = re.compile(r"\d+(?:\.\d+)+(?:\([0-9a-z]+\))*|\d+[a-z]+(?:-\d+)?(?:\([0-9a-z]+\))*|[a-z0-9]+(?:'[a-z]+)?")


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    return Stemmer.Stemmer("english")


def words(text: str) -> list[str]:
    """Lower-case words and section numbers of `text`, in order, stop words included."""
    return _WORD.findall(text.lower().replace("’", "'"))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Snowball stem of a word; section numbers stay as they are."""
    if word[0].isdigit():
        return word
    stemmed: str = _stemmer().stemWord(word.removesuffix("'s"))
    return stemmed


def terms(text: str) -> list[str]:
    """Stemmed terms without stop words. A section number also counts as its parts: 99.31(a)(5), 99.31."""
    return [term for word in words(text) for term in _terms_of(word)]


@lru_cache(maxsize=65536)
def _terms_of(word: str) -> tuple[str, ...]:
    if word in STOP_WORDS:
        return ()
    if word[0].isdigit() and "(" in word:
        return stem(word), word.split("(")[0]
    return (stem(word),)


@lru_cache(maxsize=8192)
def _terms_in(text: str) -> tuple[str, ...]:
    """The terms of a passage; kept, so that a program that ingests again cuts up the changed passages alone."""
    return tuple(terms(text))


class _Ids:
    """Lists of term numbers as bm25s goes through them, four bytes a number."""

    def __init__(self) -> None:
        self._flat, self._ends = array("I"), array("Q", [0])

    def append(self, numbers: Sequence[int]) -> None:
        """Add a list."""
        self._flat.extend(numbers)
        self._ends.append(len(self._flat))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __iter__(self) -> Iterator[list[int]]:
        return (self._flat[first:last].tolist() for first, last in itertools.pairwise(self._ends))


class LexicalIndex:
    """BM25 over passages, in the order in which they were given."""

    def __init__(self, model: Any, vocabulary: dict[str, int], size: int) -> None:
        self._model, self._vocabulary, self.size = model, vocabulary, size

    @classmethod
    def build(cls, texts: Iterable[str], k1: float, b: float) -> LexicalIndex:
        """Index the texts. An empty corpus gives an index that finds nothing."""
        vocabulary: dict[str, int] = {}
        ids = _Ids()
        for text in texts:
            ids.append([vocabulary.setdefault(term, len(vocabulary)) for term in _terms_in(text)])
        model = bm25s.BM25(k1=k1, b=b, method="lucene")
        if vocabulary:
            model.index(SimpleNamespace(ids=ids, vocab=vocabulary), show_progress=False)
        return cls(model, vocabulary, len(ids))

    def scores(self, query: Sequence[str]) -> Scores:
        """BM25 score of every passage for the query's terms; shape (size,). Unknown terms score nothing."""
        known = [self._vocabulary[term] for term in query if term in self._vocabulary]
        if not known or not self.size:
            return np.zeros(self.size, dtype=np.float32)
        result: Scores = np.asarray(self._model.get_scores(known), dtype=np.float32)
        return result

    def knows(self, term: str) -> bool:
        """Does the term occur in the corpus?"""
        return term in self._vocabulary

    def rarity(self, term: str) -> float:
        """How much a term tells passages apart: its inverse document frequency as BM25 has it; 0 for an unknown one."""
        number = self._vocabulary.get(term)
        if number is None:
            return 0.0
        columns = self._model.scores["indptr"]  # a column a term, with an entry a passage that holds it
        holding = int(columns[number + 1] - columns[number])
        return self._idf(holding)

    @property
    def rarest(self) -> float:
        """The rarity that a term would have which no passage holds."""
        return self._idf(0)

    def _idf(self, holding: int) -> float:
        return math.log(1 + (self.size - holding + 0.5) / (holding + 0.5))

    def save(self, folder: Path) -> None:
        """Write arrays (npy) and JSON; no pickle."""
        folder.mkdir(parents=True)
        if self._vocabulary:
            self._model.save(str(folder / "bm25"), show_progress=False)
        record = {"size": self.size, "vocabulary": self._vocabulary}
        (folder / "terms.json").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Read what `save` wrote."""
        record = json.loads((folder / "terms.json").read_text(encoding="utf-8"))
        model = bm25s.BM25.load(str(folder / "bm25"), allow_pickle=False) if record["vocabulary"] else None
        return cls(model, record["vocabulary"], record["size"])
