"""BM25's side of things: how much a term tells passages apart."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from mayshare.lexical import LexicalIndex, terms

TEXTS = ["a school gives grades", "a school gives a transcript", "a clinic gives a chart"]


def test_rarity_is_the_inverse_document_frequency(tmp_path: Path) -> None:
    built = LexicalIndex.build(TEXTS, k1=0.6, b=0.9)
    built.save(tmp_path / "lexical")
    for index in (built, LexicalIndex.load(tmp_path / "lexical")):
        chart, school, gives = (index.rarity(term) for term in terms("chart school gives"))
        assert chart == pytest.approx(math.log(1 + 2.5 / 1.5))
        assert chart > school > gives > 0
        assert index.rarity("unheard") == 0
