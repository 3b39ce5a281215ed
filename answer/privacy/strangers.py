"""Names on no list: an unknown word at a place where only a person stands ("i heard X say", "X told me").

Lists of names know few children from abroad and no new names. A word that the guidance never uses, with no article
before it and a person's doing after it, is taken for a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_TOKEN = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]{2,})*")
_DONE = (
    r"(?:told|tells?|asked|asks?|says?|said|wants?|wanted|lives|lived|stays|stayed|signed|refuse[sd]?|moved|ran|got|came|posted|missed|hit|hurt|"
    r"threatened|cried|thinks|feels|overdosed|picked|texted|texts|deals|disclosed|confided|admitted|hates|loves|brought|showed|stole|wrote|tried|"
    r"lied|skipped|vaping|vapes|cutting|cuts|drinks|drinking|smoking|smokes|fighting|crying|sleeping|hiding|sign)"
)
_STATE = (
    r"(?:\d{1,2}\b(?! [a-z]+ (?:fee|limit))|pregnant|missing|being|on (?:my|probation|parole|meds)|in (?:my|foster|custody|detention|care|jail|treatment)|"
    r"with me|homeless|suicidal|using|high|drunk|safe|absent|trans|gay|my|our|not allowed)"
)
_DOING = re.compile(rf" (?:(?:was|is|has|had|just|also|never|who|keeps|already|again) )*{_DONE}\b", re.IGNORECASE)
_BEING = re.compile(rf" (?:is|was|has been) (?:now |only )?{_STATE}", re.IGNORECASE)
_ACTED_ON = re.compile(
    r" (?:in the|with (?:a|pills|drugs|weed)|to (?:the|a|his|her|me)|into|from|at (?:the|school|home)|for (?:his|her))\b"
)
# what may stand right before a name
_OPENS = frozenset(
    "and or that but so if when because does did do can may must should could would will has is was with about for of by to from how why where what "
    "while since after before heard saw found caught tell told asked call called text texted met know see hi".split()
)
# what stands before people more than before things
_PERSONAL = frozenset(
    "heard saw found caught told tell asked met about with by of for and called named nephew niece supervise".split()
)
_KIN = frozenset(
    "student client patient youth resident teen kid girl boy daughter son nephew niece brother sister cousin juvenile called named mentee".split()
)


def by_place(text: str, known: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Spans of words that `known` (given a word in lower case) doesn't know and that stand where a person stands."""
    tokens = list(_TOKEN.finditer(text))
    for n, token in enumerate(tokens):
        word = re.sub(r"'(?:s|d|ll|re|ve|t)?$", "", token[0])
        if len(word) < 3 or word.isupper() or known(word.lower()):
            continue
        end = token.start() + len(word)
        before = tokens[n - 1][0].lower() if n and text[tokens[n - 1].end() : token.start()] == " " else ""
        after = tokens[n + 1][0] if n + 1 < len(tokens) and text[end : tokens[n + 1].start()] == " " else ""
        stands = _capital_stands if word[0].isupper() else _small_stands
        if stands(text, end, before, after):
            yield token.start(), end


def _small_stands(text: str, end: int, before: str, after: str) -> bool:
    """In lower case a word is a name only with a person's doing after it, and nothing that a noun would need before."""
    if before in _KIN:
        return bool(_DOING.match(text, end) or _BEING.match(text, end) or re.match(r" (?:is|has|was)\b", text[end:]))
    if before and before not in _OPENS:
        return False
    shared = after.lower() == "and" and before in ("", "both")
    return bool(_DOING.match(text, end) or _BEING.match(text, end)) and not shared


def _capital_stands(text: str, end: int, before: str, after: str) -> bool:
    """With a capital, the word before it may be enough; what goes on with a capital is mostly an office or a law."""
    if after[:1].isupper() or after.lower() == "v" or (before and before not in _OPENS | _PERSONAL | _KIN):
        return False
    if before in _KIN or _DOING.match(text, end) or _BEING.match(text, end):
        return True
    return before in ("found", "heard", "saw", "caught") or (before in _PERSONAL and bool(_ACTED_ON.match(text, end)))
