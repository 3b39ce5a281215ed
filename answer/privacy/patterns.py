"""Personal data with a form of its own: numbers, dates of birth, addresses, schools."""

from __future__ import annotations

import re

from presidio_analyzer import Pattern, PatternRecognizer

from answer.privacy.findings import Kind

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DATE = (
    rf"(?:\d{{1,2}}[/.-]\d{{1,2}}[/.-](?:\d{{4}}|\d{{2}})|\d{{4}}-\d{{2}}-\d{{2}}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?|"
    rf"\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}(?:,? \d{{4}})?)"
)
_BORN = r"(?:d\.?o\.?b\.?|date of birth|birth ?dates?|birthday|born)(?: (?:is|was|on|of))*[ :,#=-]{0,3}"
_ID = (
    r"(?:MRN|medical records?|patient|student|case|docket|chart|file|client|inmate|booking|incident|(?:police )?report|Medicaid|medicaid|member|policy|"
    r"DOC|SID|JID|juvenile|court|claim|prescription|lunch|state|HMIS|license|permit|badge|cause|petition)"
)
_NUMBERED = rf"\b{_ID}(?: (?:id|ID|file|record|case|card))?(?: (?:number|no\.?|num\.?|is|was))*[ :#=.-]{{0,3}}(?:number |no\.? ?|# ?)?"
_STREET = (
    r"(?:St(?:reet)?|Ave(?:nue)?|R(?:oa)?d|Blvd|Boulevard|Dr(?:ive)?|L(?:a)?ne?|Ct|Court|Pl(?:ace)?|Way|Ter(?:race)?|Cir(?:cle)?|Pkwy|Parkway|"
    r"Hwy|Highway|Trail|Loop|Square|Sq)"
)
_STATE = r"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])"
_CODE = r"(?!(?:\d+ )?(?:USC|CFR|U\.S\.C|C\.F\.R))(?=[A-Za-z0-9/-]*\d)[A-Za-z0-9][A-Za-z0-9/-]{3,20}\b"

# Looked for in this order; of two that overlap the longer counts.
FORMS: tuple[tuple[Kind, str, tuple[str, ...]], ...] = (
    (
        "ssn",
        "SSN",
        (
            r"\b\d{3}-\d{2}-\d{4}\b",
            r"\b(?:ssn?|social(?: security)?(?: number| no\.?| #)?)(?: (?:is|was|number|no\.?))*[ :#=]{0,3}\d{3}[ -]?\d{2}[ -]?\d{4}\b",
            r"\b(?:last (?:four|4)|ssn? ending(?: in)?|social ending(?: in)?)(?: (?:of (?:her|his|the|their) (?:ssn?|social)|digits|are|is|in))*[ :]{0,2}\d{4}\b",
        ),
    ),
    ("email", "EMAIL", (r"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\b",)),
    ("account", "ACCOUNT", (r"(?<![\w@.])@[A-Za-z_][A-Za-z0-9_.]{2,29}\b",)),
    (
        "phone",
        "PHONE",
        (
            r"(?<![\d-])(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\d-])",
            r"(?<![\d-])\d{3}-\d{4}(?![\d-])",
        ),
    ),
    (
        "birth date",
        "BIRTH",
        (rf"\b{_BORN}{_DATE}", r"(?<![\d/])(?:0?[1-9]|1[0-2])[/-](?:0?[1-9]|[12]\d|3[01])[/-](?:19|20)\d{2}(?![\d/])"),
    ),
    (
        "record number",
        "RECORD",
        (
            rf"{_NUMBERED}{_CODE}",
            r"\bID(?: (?:number|no\.?|is))*[ :#.-]{1,3}(?=[A-Za-z0-9/-]*\d{3})[A-Za-z0-9][A-Za-z0-9/-]{3,20}\b",
            r"(?<![\w.$-])[A-Za-z]?\d{6,12}(?![\w.-]?\d)",  # so long a number is in no citation
            r"\b\d{2,4}-?(?:JV|JD|JC|CV|CR|DP|JUV|FC)-?\d{3,8}\b",
            r"\b(?:JV|JD|JC|DP|JUV|MRN|SID)-?\d{2,4}-?\d{3,8}\b",
        ),
    ),
    (
        "address",
        "ADDRESS",
        (
            rf"\b\d{{1,6}} (?:[NSEW]\.? |North |South |East |West )?(?:\d{{1,3}}(?:st|nd|rd|th)|[A-Za-z][A-Za-z'.]+)(?: [A-Za-z][A-Za-z'.]+)?(?: [A-Za-z][A-Za-z'.]+)? {_STREET}\b\.?(?:,? (?:apt|apartment|unit|#|suite)\.? ?[A-Za-z0-9-]+)?",
            rf"\b(?-i:{_STATE}),? \d{{5}}(?:-\d{{4}})?\b",  # "OR 97201", not "11186 or 11275"
            r"\bzip(?: ?code)?(?: is)?[ :]{1,2}\d{5}\b",
            r"\bP\.?O\.? Box \d+\b",
        ),
    ),
    (
        "school",
        "SCHOOL",
        (
            r"\b(?:[A-Z][a-z'.]+ ){1,3}(?:Elementary|Middle|High|Junior High|Primary|Intermediate)(?: School)?\b",
            r"\b(?:[A-Z][a-z'.]+ ){1,3}(?:Academy|Charter School|Preparatory|Prep)\b",
        ),
    ),
)
KINDS: dict[str, Kind] = {entity: kind for kind, entity, _ in FORMS}
_CASE_MATTERS = {"SCHOOL", "ACCOUNT"}


def recognizers() -> list[PatternRecognizer]:
    """One Presidio recogniser a form."""
    found = []
    for _, entity, patterns in FORMS:
        flags = re.MULTILINE if entity in _CASE_MATTERS else re.MULTILINE | re.IGNORECASE
        made = [Pattern(name=f"{entity}{n}", regex=regex, score=0.9) for n, regex in enumerate(patterns)]
        found.append(PatternRecognizer(supported_entity=entity, patterns=made, global_regex_flags=flags))
    return found
