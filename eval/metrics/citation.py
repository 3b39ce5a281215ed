"""Are the statements supported by what they cite, and is what they cite there?"""

from __future__ import annotations

from eval.cases import Gold
from eval.metrics.context import Context
from mayshare import cites
from mayshare.schema import Answer, Citation, Claim, Span
from mayshare.text import plain

SUPPORTED = (
    0.85  # probability from which a quote supports a claim: stricter than for a nugget, since a likeness is no ground
)


def citation_recall(gold: Gold, answer: Answer, context: Context) -> float | None:
    """Share of claims that their citations together support. Source: ALCE (Gao et al., 2023), EMNLP.

    Entailment is judged by containment and by `eval.matching`; a quote that isn't in the document supports nothing.
    """
    if not answer.claims:
        return None
    return sum(_supported(claim, claim.citations, context) for claim in answer.claims) / len(answer.claims)


def citation_precision(gold: Gold, answer: Answer, context: Context) -> float | None:
    """Share of citations that are real and needed: alone they support the claim, or without them it is unsupported.

    Source: ALCE, as above, but an invented citation counts 0 and is not left out of the count.
    """
    scores = [float(_needed(claim, citation, context)) for claim in answer.claims for citation in claim.citations]
    return sum(scores) / len(scores) if scores else None


def quote_integrity(gold: Gold, answer: Answer, context: Context) -> float | None:
    """Share of citations whose quote stands word for word at its place in its document. Must be 1."""
    citations = [citation for claim in answer.claims for citation in claim.citations]
    if not citations:
        return None
    return sum(is_real(citation, answer, context) for citation in citations) / len(citations)


def authority_recall(gold: Gold, answer: Answer, context: Context) -> float | None:
    """Share of the gold authorities that the answer cites, the provision itself, a part of it or what holds it."""
    if not gold.authorities or not answer.claims:
        return None if not gold.authorities or gold.case.verdict == "abstain" else 0.0
    cited = [form for source in answer.sources for name in source.authorities if (form := cites.normal(name))]
    named = [cite.text for claim in answer.claims for cite in cites.find(claim.text)]
    given = {*cited, *named}
    met = [any(cites.covers(a, b) or cites.covers(b, a) for b in given) for a in gold.authorities]
    return sum(met) / len(met)


def is_real(citation: Citation, answer: Answer, context: Context) -> bool:
    """Does the citation number a source of the answer, and does its quote stand in that document?"""
    source = next((s for s in answer.sources if s.n == citation.n), None)
    document = context.documents.get(source.source_id) if source else None
    return bool(document and citation.quote and document.body[citation.start : citation.end] == citation.quote)


def span_of(citation: Citation) -> Span:
    """Where a citation says that its quote stands."""
    return Span(source_id=citation.passage_id.rsplit(":", 1)[0], start=citation.start, end=citation.end)


def _supported(claim: Claim, citations: tuple[Citation, ...], context: Context) -> bool:
    quotes = [citation.quote for citation in citations if _stands(citation, context)]
    if not quotes:
        return False
    if any(plain(claim.text) in plain(quote) for quote in quotes):
        return True
    return context.matcher.stated(claim.text, quotes) >= SUPPORTED


def _needed(claim: Claim, citation: Citation, context: Context) -> bool:
    if not _stands(citation, context):
        return False
    if _supported(claim, (citation,), context):
        return True
    others = tuple(c for c in claim.citations if c is not citation)
    return _supported(claim, claim.citations, context) and not _supported(claim, others, context)


def _stands(citation: Citation, context: Context) -> bool:
    document = context.documents.get(span_of(citation).source_id)
    return bool(document and citation.quote and document.body[citation.start : citation.end] == citation.quote)
