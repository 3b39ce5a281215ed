"""An answer as the JSON contract of the command line (`ask --json`)."""

from __future__ import annotations

from typing import Any

from mayshare.schema import Answer, CitedSource


def to_contract(answer: Answer) -> dict[str, Any]:
    """The keys that other programs rely on, and no others.

    `asker` only where it was said; `model` only where a language model took part; `situation` only where it is unsure
    which one is meant.
    """
    return {
        "id": answer.question.qid,
        "question": answer.question.text,
        **({"asker": answer.question.asker} if answer.question.asker else {}),
        "verdict": answer.verdict,
        "abstention": answer.abstention,
        "text": answer.text,
        **({"urgent": answer.urgent} if answer.urgent else {}),
        "claims": [
            {"text": claim.text, "role": claim.role, "citations": [citation.n for citation in claim.citations]}
            for claim in answer.claims
        ],
        "sources": [_source(source) for source in answer.sources],
        **({"situation": about.model_dump(mode="json")} if (about := answer.situation) and about.unsure else {}),
        "related": [entry.model_dump(mode="json") for entry in answer.related],
        "hits": [
            {
                "source_id": hit.passage.source_id,
                "start": hit.passage.start,
                "end": hit.passage.end,
                "score": round(hit.score, 6),
            }
            for hit in answer.hits
        ],
        "engine": answer.engine,
        **({"model": model_of(answer)} if answer.model else {}),
        "corpus_version": answer.corpus_version,
        "timings_ms": answer.timings_ms,
    }


def _source(source: CitedSource) -> dict[str, Any]:
    """A source; `official` only where the index holds official text of what it cites."""
    without = {"reviewed_by"} if source.official else {"reviewed_by", "official"}
    return source.model_dump(mode="json", exclude=without)


def model_of(answer: Answer) -> dict[str, Any]:
    """What a language model had to do with an answer."""
    return {"name": answer.model, "rejected": answer.rejected, "notice": answer.notice, "sent": answer.sent}
