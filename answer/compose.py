"""Selected sentences to claims, sources and the answer's text. Nothing is worded here but the frame."""

from __future__ import annotations

import re
from collections.abc import Sequence

from answer.select import Selected, Statement
from answer.understand import Asks
from answer.verdict import Modality, modality
from mayshare import cites
from mayshare.index import Index
from mayshare.schema import Answer, Citation, CitedSource, Claim, Document, Hit, Official, Related, Role, Verdict
from mayshare.text import plain

GROUPS: dict[Role, str] = {
    "bottom_line": "",
    "rule": "What the law says",
    "condition": "Conditions",
    "exception": "Exceptions and limits",
    "state_law": "State law",
    "next_step": "Next step",
}
VERDICT_WORDS: dict[Verdict, str] = {
    "yes": "Yes.",
    "no": "No.",
    "conditional": "It depends.",
    "explain": "",
    "abstain": "",
}
NO_UNLESS = "No, with exceptions."
YES_IF = "Yes, if the conditions hold."
ONLY_IF = "Only if the conditions hold."
YES_UNLESS = "Yes, with exceptions."
LEANS = 0.6  # log-odds of "yes" against "no" from which an opening takes a side
MAX_RELATED = 4
ELLIPSIS = "[…]"
LEADS_ON = re.compile(r"(?:[:—–…-]|\b(?:if|that|to|of|who|from))\s*$")


def compose(index: Index, selected: Sequence[Selected]) -> tuple[tuple[Claim, ...], tuple[CitedSource, ...]]:
    """One claim a sentence, each with one citation; source `n` is the sentence in its document."""
    return compose_statements(index, [Statement("", chosen.role, (chosen,)) for chosen in selected])


def compose_statements(
    index: Index, statements: Sequence[Statement]
) -> tuple[tuple[Claim, ...], tuple[CitedSource, ...]]:
    """One claim a statement, citing every sentence that bears it out; a sentence keeps one number throughout."""
    claims: list[Claim] = []
    sources: dict[tuple[str, int], CitedSource] = {}
    for statement in statements:
        citations = []
        for chosen in statement.support:
            document = index.documents[chosen.passage.source_id]
            start, end = chosen.sentence.start, chosen.sentence.end
            known = sources.setdefault((document.source_id, start), _source(index, len(sources) + 1, chosen, document))
            citations.append(
                Citation(n=known.n, passage_id=chosen.passage.passage_id, quote=chosen.text, start=start, end=end)
            )
        first = statement.support[0]
        unverified = any(
            _is_unverified(index.documents[chosen.passage.source_id], plain(chosen.text))
            for chosen in statement.support
        )
        text = statement.text or _with_lead(first)
        claims.append(Claim(text=text, citations=tuple(citations), role=statement.role, unverified=unverified))
    return tuple(claims), tuple(sources.values())


def related(hits: Sequence[Hit], used: Sequence[CitedSource]) -> tuple[Related, ...]:
    """Headings of further hits, to read next: none that the answer quotes, none twice."""
    seen = {(source.source_id, source.heading) for source in used}
    found: list[Related] = []
    for hit in hits:
        heading = heading_of(hit.passage.heading_path, hit.passage.title)
        if (hit.passage.source_id, heading) in seen:
            continue
        seen.add((hit.passage.source_id, heading))
        found.append(
            Related(source_id=hit.passage.source_id, title=hit.passage.title, heading=heading, start=hit.passage.start)
        )
    return tuple(found[:MAX_RELATED])


def heading_of(path: Sequence[str], title: str) -> str:
    """The heading nearest to a passage, or its document's title."""
    return path[-1] if path else title


def opening(answer: Answer) -> str:
    """The verdict in words, as it opens the answer: "It depends."; "" where there is none to give."""
    return answer.opening or VERDICT_WORDS[answer.verdict]


def opening_for(verdict: Verdict, asks: Asks, bottom_line: str, lean: float | None = None) -> str:
    """Words that fit the bottom line better than the verdict's usual ones, or "".

    "It depends. You must not … unless …" says yes and no at once, and so does "No. You may … with consent". A
    permission under a condition opens with how far it goes; "It depends" stays where the rule itself says so.

    Args:
        lean: log-odds of "yes" against "no", where known: a condition that is hardly met opens no "yes".
    """
    line = modality(bottom_line)
    if asks in (Asks.PERMISSION, Asks.DUTY) and verdict == "conditional" and line is Modality.FORBIDS:
        return NO_UNLESS
    if asks is Asks.PERMISSION and verdict == "conditional" and line is Modality.PERMITS:
        permitted = next((opens for pattern, opens in _PERMITTED if pattern.search(bottom_line)), YES_IF)
        if lean is None or lean >= LEANS:
            return permitted
        return ONLY_IF if lean <= -LEANS else ""
    if asks in (Asks.PERMISSION, Asks.EXPLAIN) and (verdict, line) in _DESCRIBED:
        return _DESCRIBED[verdict, line]
    return ""


# the first that fits
_PERMITTED: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b(?:depends?|whether)\b", re.IGNORECASE), ""),
    (re.compile(r"\b(?:only|not without)\b", re.IGNORECASE), ONLY_IF),
    (re.compile(r"\b(?:unless|except)\b", re.IGNORECASE), YES_UNLESS),
)
_DESCRIBED: dict[tuple[Verdict, Modality], str] = {
    ("no", Modality.PERMITS): "Not as you describe it.",
    ("no", Modality.REQUIRES): "Not as you describe it.",
    ("yes", Modality.FORBIDS): "Yes, as you describe it.",
}


def render(opens: str, claims: Sequence[Claim], message: str = "") -> str:
    """The answer in words: message or verdict and bottom line first, then the claims by group."""
    lines: list[str] = [message] if message else []
    if claims and claims[0].role == "bottom_line":
        lines.append(f"{opens} {cited(claims[0])}".strip())
    for role, title in GROUPS.items():
        group = [claim for claim in claims if claim.role == role and role != "bottom_line"]
        if group:
            lines.append("\n".join([f"{title}:", *(f"- {cited(claim)}" for claim in group)]))
    return "\n\n".join(lines)


def cited(claim: Claim) -> str:
    """A claim with the numbers of its sources, and a word where it could not be verified."""
    marks = "".join(f"[{citation.n}]" for citation in claim.citations)
    doubt = " (not verified)" if claim.unverified else ""
    return f"{claim.text}{doubt} {marks}"


def _source(index: Index, n: int, chosen: Selected, document: Document) -> CitedSource:
    authorities = chosen.sentence.authorities or chosen.passage.authorities[:3]
    return CitedSource(
        n=n,
        source_id=document.source_id,
        title=document.title,
        heading=heading_of(chosen.passage.heading_path, document.title),
        quote=chosen.text,
        start=chosen.sentence.start,
        end=chosen.sentence.end,
        authorities=authorities,
        official=_official(index, authorities, document),
        url=_url(authorities, document),
        status_as_of=document.status_as_of,
        reviewed_by=document.reviewed_by,
    )


def _with_lead(chosen: Selected) -> str:
    """The sentence as a reader sees it; a lone paragraph of law with the words that lead to it."""
    text = plain(chosen.text)
    lead = chosen.passage.lead
    begins = chosen.passage.sentences and chosen.sentence == chosen.passage.sentences[0]
    return f"{lead} {ELLIPSIS} {text}" if lead and begins and LEADS_ON.search(lead) else text


def _official(index: Index, authorities: Sequence[str], document: Document) -> tuple[Official, ...]:
    """Official text of what a sentence of guidance cites, where the index has it."""
    if document.kind == "official":
        return ()
    found = (index.official(authority) for authority in authorities)
    return tuple({official.citation: official for official in found if official}.values())


def _url(authorities: Sequence[str], document: Document) -> str:
    """Where the first authority can be read, else the document's first source."""
    for authority in authorities:
        if address := cites.url(authority):
            return address
    return document.sources[0].url if document.sources else ""


def _is_unverified(document: Document, text: str) -> bool:
    return any(text in plain(statement) or plain(statement) in text for statement in document.unverified)
