"""A turn that leans on the turns before it, resolved to a question that stands by itself; no model.

"And the police?" puts the police in the place of whoever the last question would tell; "what about her grades?" the
grades in the place of the record; "and under HIPAA?" the law. Anything else that leans is read after the question it leans on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mayshare.lexical import terms

_PARTY = (
    r"(?:school resource officers?|probation officers?|resource officers?|police(?: officers?| detectives?)?|law enforcement|cops?|sheriff|"
    r"officers?|detectives?|SROs?|POs?|probation|birth (?:parents?|moms?|mothers?|dads?|fathers?)|foster (?:parents?|moms?|mothers?|dads?|fathers?|famil(?:y|ies))|"
    r"step-?(?:parents?|moms?|dads?)|non-?custodial (?:parents?|dads?|moms?)|(?:other )?parents?|moms?|mothers?|dads?|fathers?|grand(?:mas?|mothers?|pas?|fathers?|parents?)|"
    r"aunts?|uncles?|guardians? ad litem|GALs?|CASAs?|(?:legal )?guardians?|child protective services|CPS|caseworkers?|case workers?|social workers?|"
    r"child welfare(?: agency)?|NCMEC|teachers?|coach(?:es)?|principals?|bus drivers?|substitutes?|paras?|paraeducators?|tutors?|mentors?|school nurses?|nurses?|"
    r"school counsell?ors?|counsell?ors?|school psychologists?|therapists?|psychologists?|psychiatrists?|pediatricians?|doctors?|hospitals?|clinics?|"
    r"(?:juvenile |family |dependency |drug |criminal )?courts?|judges?|prosecutors?|district attorneys?|DAs?|public defenders?|attorneys?|lawyers?|detention(?: centers?)?|shelters?|ICE|immigration(?: agents?)?|"
    r"newspapers?|reporters?|media|press|employers?|(?:military )?recruiters?|colleges?|new schools?|next schools?|researchers?|vendors?|victims?|siblings?|"
    r"neighbou?rs?|boyfriends?|girlfriends?|school boards?|insurers?|insurance(?: company)?)"
)
_RECORD = (
    r"(?:attendance(?: records?)?|grades?|report cards?|IEPs?|504 plans?|discipline(?: records?| file)?|disciplinary records?|transcripts?|"
    r"(?:health|medical|mental health|psychological|education|school|court|juvenile|treatment|drug|rehab|substance (?:use|abuse)|SUD|therapy|foster care) (?:treatment )?(?:records?|files?)|charts?|(?:counsell?ing|session|psychotherapy|therapy) notes?|"
    r"drug tests?(?: results?)?|test results?|diagnos[ie]s|immuni[sz]ations?(?: records?)?|home address(?:es)?|address(?:es)?|phone numbers?|class schedules?|schedules?|photos?|"
    r"pictures?|videos?|case plans?|case files?|evaluations?|medications?)"
)
_LAW = r"(?:FERPA|HIPAA|IDEA|(?:42 CFR )?Part 2|CAPTA|VAWA|FVPSA|RHYA|COPPA|PPRA|state law)"
_THE = r"(?:the |a |an |his |her |their |our |my |your |that |this |some |any )?"
_LEAD = (
    r"^(?:(?:and|but|so|ok|okay|then|also|now|same|or|well)[, ]+)*(?:(?:what|how) about |what of |does (?:that|it|this) (?:also )?(?:apply|go|hold) (?:for|to) |"
    r"is (?:it|that) the same (?:for|with|under) |(?:the )?same (?:question |thing |rule )?(?:for|with|under) |(?:can|may|could) (?:I|we) (?:tell|give|show) |(?:can|may|could|do|does) )?"
)
_REST = r"(?P<rest>,? (?:from|at|in|of|who|that|which|if|when|without|with) [^?.]{3,45})?"  # "…, from a licensed drug program"
_TAIL = (
    r"(?: too| as well| also| instead| then)?"
    r"(?:,? (?:do|does|can|could|are|is|may|will|would|should) (?:they|he|she|it) (?:get (?:told|it|them|to (?:see|know|hear))|see it|know|be told|told)\b[^?.]{0,12})?"
)
_END = r"\s*\?*\.?$"
_SLOTS = tuple(
    re.compile(rf"{_LEAD}(?:to |with |for |under )?(?P<new>{_THE}{words}){_TAIL}{_REST}{_END}", re.IGNORECASE)
    for words in (_PARTY, _RECORD, _LAW)
)
_ANY_RECORD = rf"(?:{_RECORD}|\w+ (?:records?|files?|notes?|charts?))"  # replaced, whatever the record is called
_MENTIONS = tuple(re.compile(rf"\b{_THE}{words}\b", re.IGNORECASE) for words in (_PARTY, _ANY_RECORD, _LAW))
# "Can the officer see …": who is asked about comes before the verb
_GETS = re.compile(
    rf"\b(?:can|may|could|does|do|is|are|should|will|would|must)\s+(?P<old>{_THE}{_PARTY})\s+(?:see|get|have|read|look|access|receive|know|obtain|view|review|be told|entitled|allowed|ask)",
    re.IGNORECASE,
)
_TOLD = re.compile(
    rf"\b(?:tell|give|show|inform|notify|call|let|with|to|sees?|hand)\s+(?P<old>{_THE}{_PARTY})\b",
    re.IGNORECASE,
)
# "it's the parents calling instead of the cops"
_INSTEAD = re.compile(
    rf"\b(?P<new>{_THE}{_PARTY})\b[^.?!]{{0,25}}?\b(?:instead of|rather than|not) (?P<old>{_THE}{_PARTY})\b",
    re.IGNORECASE,
)
# "now it's CPS asking", "what if it is the school who wants it"
_NOW_ASKS = re.compile(
    rf"^(?:(?:and|but|so|ok|okay|then|now|well|same kid|what if)[, ]+)*(?:it'?s|it is) (?P<new>{_THE}(?:{_PARTY}|schools?|army|navy))"
    r" (?:(?:who|that)(?:'s| is| are)? )?(?:asking|calling|wanting|wants? it|asks|calls)(?: instead| now| for it)*(?P<more>[^?]*)",
    re.IGNORECASE,
)
_WANTED = re.compile(
    rf"\b(?P<old>(?:\w+'s |{_THE})(?:county |state |city |local )?(?:{_PARTY}|schools?))\s+(?:just |now |keeps? )?"
    r"(?:call(?:s|ed|ing)?|want(?:s|ed)?|ask(?:s|ed|ing)?|request(?:s|ed)?|needs?|e-?mail(?:s|ed)|show(?:s|ed) up|(?:is|are) (?:asking|calling|here))\b",
    re.IGNORECASE,
)
_FOLLOW_UP = re.compile(
    r"^(?:and|but|so|ok|okay|what if|what about|how about|does (?:that|it|this)|is (?:that|it|this)|then|or|same|also|even if|"
    r"if|why|who else|when|unless|really|in that case|suppose|now|would (?:that|it)|do (?:they|i|we) (?:still|also)|still)\b",
    re.IGNORECASE,
)
# "ok now it's an ER doctor, …": a turn of any length that goes on from what was said
_GOES_ON = re.compile(
    r"^(?:and|but|so|ok(?:ay)?|no|yes|yeah|yep|(?:what|how) about|what if|even|same|(?:this|that) one|then|back to|does (?:it|that|this|the same))\b",
    re.IGNORECASE,
)
# … or that points back anywhere in it: "does that change it?", "him too?", "they want that one"
_SAME = re.compile(
    r"\bsame (?:answer|thing|rule|deal|for|goes|with)\b|\b(?:does|would|do|will) (?:that|this|it) (?:change|matter|help|count|work|mean|make|still)\b"
    r"|\b(?:him|her|them|that|those|me|us|one) too\b\W*$|\bstill (?:ok|okay|good|fine|true|go|hold|apply|send|allowed|have to)\b|\b(?:that|this|the other) one\b"
    r"|^(?:wait|sorry|hang on|oh|hm+|actually|turns out)\b|\bwe'?re good\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?P<who>it|that|this|they|them|he|she|him|her|those|these|one|there|then|instead|anyway|still)\b", re.I
)
# someone who is only pointed at, before anyone has been named
_POINTS_BACK = re.compile(
    r"^(?:\W*\w+\W+){0,3}?(?P<who>they|them|their|he|she|him|his|her|hers|those|these)\b", re.IGNORECASE
)
# a turn that opens so is tied to the turns before it, though it may stand by itself: "if the mother signs, may we …?"
_ADDS = re.compile(
    r"\W*(?:and|but|so|or|then|also|same|still|ok|okay|no|yes|yeah|right|thanks|great|if|(?:what|even) if|(?:what|how) about)\b",
    re.IGNORECASE,
)
_OPENS_POINTING = re.compile(r"\W*(?:he|she|they|it|that|this|those|his|her|their|him|them)(?:'\w+)?\b", re.IGNORECASE)
_ASKING = re.compile(
    r"\?|\b(?:can|may|could|should|must|do|does|did|is|are|am|will|would|what|which|who|whom|whose|when|how|why|where|tell me|explain)\b",
    re.IGNORECASE,
)


def is_follow_up(text: str) -> bool:
    """Does a turn lean on the turns before it?

    It does when it is very short, opens as an addition or an answer, points at someone whom it hasn't named, names neither a party nor
    a record, or asks nothing (it adds facts).
    """
    count = len(terms(text))
    if count <= 2 or not _ASKING.search(text):
        return True
    if _GOES_ON.match(text) or _SAME.search(text) or (_FOLLOW_UP.match(text) and count <= 9):
        return True
    party, record, law = (mention.search(text) for mention in _MENTIONS)
    for pattern, most in ((_POINTS_BACK, 12), (_PRONOUN, 5)):
        stands_for = pattern.search(text)
        if stands_for and count <= most and not (party and party.end() <= stands_for.start("who")):
            return True
    return party is None and record is None and law is None and count <= 7


def adds(text: str) -> bool:
    """Does a turn open as something added to the turns before it, whether or not it leans on them?"""
    return bool(_ADDS.match(text))


def opens_pointing(text: str) -> bool:
    """Does a turn open with a word for somebody or something that was named before?"""
    return bool(_OPENS_POINTING.match(text))


def resolve(current: str, history: Sequence[str], lean: bool = False) -> tuple[str, str]:
    """The context that a turn leans on and the turn itself, both ready to be read; the context may be empty.

    Args:
        history: earlier turns, oldest first.
        lean: take the turn as a follow-up whatever it looks like.
    """
    if not history or not (lean or is_follow_up(current)):
        return "", current
    context, before = resolve(history[-1], history[:-1])
    base = f"{context} {before}".strip()
    put = substituted(current, base)
    return ("", put) if put else (base, current)


def substituted(current: str, base: str) -> str | None:
    """`base` with what a short turn names in the place of what it named, or None where that doesn't fit."""
    if swap := _INSTEAD.search(current):
        return _instead(swap, base)
    if asks := _NOW_ASKS.match(current):
        old = _WANTED.search(base) or _recipient(base)
        return _put(base, old.span("old"), asks["new"], asks["more"].rstrip(), at_end=True) if old else None
    for kind, (slot, mention) in enumerate(zip(_SLOTS, _MENTIONS, strict=True)):
        if match := slot.match(current):
            old = _recipient(base) if kind == 0 else mention.search(base)
            span = old.span("old" if kind == 0 else 0) if old else None
            return _put(base, span, match["new"], (match["rest"] or "").lstrip(",")) if span else None
    return None


def _instead(swap: re.Match[str], base: str) -> str | None:
    """Whoever a turn puts in another's place, where `base` names that other."""
    bare = re.sub(rf"^{_THE}", "", swap["old"], flags=re.IGNORECASE)
    named = re.search(rf"\b{_THE}{re.escape(bare)}\b", base, re.IGNORECASE)
    return f"{base[: named.start()]}{swap['new']}{base[named.end() :]}" if named else None


def _put(base: str, span: tuple[int, int], new: str, more: str, at_end: bool = False) -> str:
    """`base` with `new` in the place of a span, and `more` that a turn says of it behind it or at the end."""
    start, end = span
    new = _with_article(new, base[start:end])
    if base[:start].endswith("'s "):  # "a student's attendance": no second possessive
        new = re.sub(rf"^{_THE}", "", new, flags=re.IGNORECASE)
    return f"{base[:start]}{new}{base[end:]}{more}" if at_end else f"{base[:start]}{new}{more}{base[end:]}"


def _recipient(base: str) -> re.Match[str] | None:
    """Whoever the question would tell: the last such mention, since a back-story comes before the question."""
    found = [*_GETS.finditer(base), *_TOLD.finditer(base)]
    return max(found, key=lambda match: match.start("old")) if found else None


def _with_article(new: str, old: str) -> str:
    """Keep "the" of what is replaced, where the new words have none."""
    first = old.split()[0].lower()
    bare = not re.match(_THE, new, re.IGNORECASE)[0]  # type: ignore[index]  # every part is optional: it matches
    return f"{old.split()[0]} {new}" if bare and first in ("the", "a", "an") else new
