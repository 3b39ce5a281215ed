"""A child in danger now: told from how a question is put, so that what comes first is said first.

Only telephone numbers are worded here. What may be shared is a sentence of the guidance like any other: the emergency rule
nearest to the question is kept among the answer's claims.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mayshare.schema import Hit

CALL = "If anyone is in danger now, call 911 first."
BELOW = "What you may share at once is below."
MORE: dict[str, str] = {
    "suicide": "For thoughts of suicide, call or text 988 at any hour.",
    "medical": "For poison or an overdose, Poison Control is 1-800-222-1222.",
    "violence": "",
    "missing": "To report a missing child, also call the National Center for Missing & Exploited Children, 1-800-843-5678.",
    "abuse": "To report suspected abuse, call your state's child abuse hotline.",
}
# Added to a question that the guidance doesn't know in its own words: what is asked in such a case
ASKS: dict[str, str] = {
    "suicide": "May records be shared without consent in a health or safety emergency when a young person is suicidal?",
    "medical": "May records be given to emergency medical personnel without consent in a medical emergency?",
    "violence": "May records be shared with police without consent because of a serious threat of violence?",
    "missing": "May records be given to police without consent when a young person is missing?",
    "abuse": "May suspected child abuse be reported without consent?",
}
# … and what anybody may ask, whoever holds the records
ANYTHING = "What may I share right now if someone is in danger?"
EVERYBODY: dict[str, str] = {"missing": "What may we give police when a child is missing?"}
_NOW = re.compile(
    r"\b(?:right now|now|tonight|today|tomorrow|just (?:told|disclosed|said|texted|called|showed|found|ran|left|hung)|this (?:morning|afternoon|evening)|last evening|on the way to the (?:ER|hospital)|an? (?:hour|minute)s? ago|"
    r"\d+ (?:minutes?|hours?)|last night|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|is here|is on the|walked in|about to|at once|\d+ ?[ap]\.?m)\b|\bhas(?:n't| not) come (?:home|back)\b",
    re.IGNORECASE,
)
# before "is missing": what is missing is no sheet of paper
_A_PERSON = "".join(
    f"(?<!{thing} )"
    for thing in (
        "page pages signature form copy record records paper papers binder file files transcript consent release date chart card "
        "laptop phone letter order report note notes stamp name line sheet key keys bag computer book box number list it "
        "that this which something information"
    ).split()
)
# (kind, cue, does it need no word for "now" beside it?)
_CUES: tuple[tuple[str, re.Pattern[str], bool], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE), strong)
    for kind, pattern, strong in (
        (
            "medical",
            r"\b(?:took|swallowed|ate|drank) (?:(?:an?|the|all|her|his|their|my|some|of|whole|entire|bunch|handful|lots?|too many|(?:mom|dad|mother|father|grandma|grandmother|sister|brother)'?s|\d+) )*(?:bottle|pills?|tylenol|tablets|bleach|meds)\b|\boverdos(?:ed|ing)\b|\bempty (?:pill|medicine|tylenol) bottles?\b|\b(?:is|lying|found) unconscious\b|\bunresponsive\b|\bstopped breathing\b|\bnot breathing\b|\bis (?:seizing|bleeding|choking)\b|\bhas been seizing\b|\bER unconscious\b|\bwithdrawing badly\b",
            True,
        ),
        (
            "medical",
            r"\b(?:is|she's|he's|they're|lying) out cold\b|\bblue lips\b|\bturn(?:ed|ing) blue\b|\bambulance is (?:(?:\d+|a few|two|three|five|ten) min|here\b|coming|on (?:its|the) way|minutes)"
            r"|\bswallowed (?:[\w']+ ){0,6}(?:pills?|tablets|meds|bleach|batter(?:y|ies)|magnets?)\b(?! last\b)",
            True,
        ),
        (
            "suicide",
            r"\bi won'?t be (?:here|around|alive)\b(?! (?:tomorrow|today|next|on|until|to)\b)|\bwon'?t be (?:alive\b|(?:here|around) (?:after tonight|much longer))"
            r"|\b(?:pills?|gun|rope|razor) (?:is |are )?(?:saved|hidden|stashed|counted)\b.{0,60}\b(?:tonight|today|after school)\b",
            True,
        ),
        (
            "suicide",
            r"\bhas a rope\b|\bon the (?:roof|bridge|ledge)\b|\babout to jump\b|\bcut (?:her|his|their) wrists\b|\bgoodbye everyone\b|\b(?:texted|wrote|posted|messaged)(?: \w+){0,3} good-?bye\b|\bgood-?bye (?:note|text)\b|\bwants to (?:die|kill (?:himself|herself|themselves))\b|\bsuicidal (?:student|teen|kid|client|patient|boy|girl) (?:left|is|ran|has)\b",
            True,
        ),
        (
            "suicide",
            r"\b(?:kill (?:himself|herself|themselves)|end (?:it|his life|her life)|suicid\w+|hang (?:himself|herself)|(?:says?|said|saying) good-?bye)\b",
            False,
        ),
        (
            "violence",
            r"\b(?:has|have|holding|waving|pulled|with) an? (?:gun|knife|weapon|machete)\b|\b(?:bring|brings|bringing|coming with) an? (?:gun|knife|weapon)\b|\bshoot up\b|\barmed (?:dad|man|father|student|kid|boy)\b|\b(?:going to|will|gonna|plans to) (?:kill|shoot|stab|drown|strangle) (?:his|her|my|the|everyone|them|someone|us)\b",
            True,
        ),
        (
            "medical",
            r"\bunconscious\b|\bparamedics are\b|\bEMTs? (?:is|are)\b|\bnarcan (?:twice|was|just)\b|\bgave \w+ narcan\b|\boverdose in\b",
            False,
        ),
        (
            "violence",
            r"\b(?:going|gonna|means|plans|wants|threatens|out(?: at \w+)?) (?:to )?(?:kill|shoot|stab|strangle) (?:him|her|them|me|us|himself|herself|everyone|everybody|somebody|someone|people|a (?:kid|boy|girl|student|teacher|classmate)|(?:his|her|their|my|the) (?!playroom|class\b|video|gala|school play)\w+|(?-i:[A-Z])\w+)\b"
            r"|'ll (?:kill|shoot|stab|strangle) (?:him|her|them|me|us|everyone|somebody|his|her|their|the) |\bw/ an? (?:gun|knife)\b|\bposted the gun\b|\bdropped an? (?:gun|pistol)\b"
            r"|\b(?:pics?|pictures?|photos?) of (?:\w+ ){0,2}(?:\w+'s )?(?:gun|rifle|pistol|handgun|shotgun)\b",
            False,
        ),
        (
            "violence",
            r"\b(?:has|have|holding|with|got|grabbed|bringing|brings|took) (?:his|her|their|the|a) (?:\w+'s )?(?:\.\d\d|gun|rifle|pistol|handgun|shotgun|revolver|knife|machete)\b(?! (?:safety|course|class|license|permit|show|range|collection|picture|pictures))",
            False,
        ),
        (
            "abuse",
            r"\bfresh (?:burns?|bruises|welts)\b|\bsays? (?:mommy|daddy|mom|dad) did it\b|\b(?:raped|molested|sexually abused) (?:her|him) (?:last night|today|this)\b|\bleft (?:his|her|the) (?:baby|toddler|kids?|children) alone\b",
            True,
        ),
        (
            "abuse",
            r"\b(?:hit|hits|hitting|beats?|beating|whips?|whipping|whipped|choked|choking|burned|burning) (?:him|her|them|me)\b.{0,60}\b(?:belt|cord|marks?|bruis\w+|welts?|burns?)\b",
            False,
        ),
        (
            "violence",
            r"\b(?:pics?|pictures?|photos?|videos?|selfies?) (?:of|with) (?:an?|his|her|the|their) (?:gun|rifle|pistol|handgun|knife|machete)\b",
            False,
        ),
        (
            "suicide",
            r"\bby the time (?:you|they|anyone|anybody|she|he) (?:\w+ ){1,3}this\b.{0,20}\bi(?:'?ll|'?m| will| am| won'?t)\b.{0,15}\b(?:gone|dead|be (?:here|around|alive))\b",
            True,
        ),
        (
            "violence",
            r"\b(?:hearing|heard|hear) (?:\w+ ){0,2}(?:pops|gunshots|gunfire|shots fired) (?:coming )?(?:from|inside|outside|near|down|upstairs)\b",
            True,
        ),
        # as the guided way in words them (answer/guide_steps.py)
        ("medical", r"\bneeds emergency medical care\b", False),
        ("violence", r"\bis threatening violence\b", False),
        ("abuse", r"\bis being abused\b", False),
        ("abuse", r"\b(?:disclosed (?:sexual )?abuse|raped|molest\w+|trafficked|driving her across)\b", False),
        (
            "abuse",
            r"\b(?:meet|meeting|see|run off|leave|leaving) (?:up )?(?:with )?(?:an?|some|this) (?:older|grown|adult|strange|\d+[- ]year[- ]old) (?:man|guy|boyfriend)\b",
            False,
        ),
        (
            "missing",
            _A_PERSON
            + r"\b(?:is|went|has been) missing\b(?! (?:an? |the |its |page))|\bhas(?:n't| not) come (?:home|back)\b|\bran (?:away|off|an hour|from)\b|\bsnatched\b|\babducted\b",
            False,
        ),
        (
            "missing",
            r"\b(?:walked|ran|took off|slipped|bolted) (?:out|off|away|from|over)?\b.{0,30}\b(?:group home|foster home|placement|shelter|facility|residence|unit|fence)\b(?! (?:meeting|visit|conference|tour))"
            r"|(?:^|[.,!?] |\bgirl |\bboy |\bchild |\bkid |\bteen |\bstudent |\bdaughter |\bson |\b(?:s?he|they)(?:'s| is| has| have)?(?: been)? )missing since\b|\bmissing (?:girl|boy|kid|child|teen)\b|\bhas(?:n't| not) been seen since\b|\breported (?:him|her|them|\w+) missing\b|\bdidn'?t come back\b(?! (?:from|to|with)\b)|\bwent AWOL\b",
            False,
        ),
        ("missing", _A_PERSON + r"\bis missing and\b|\bmissing (?:girl|boy|child|teen|student)\b.{0,40}\bman\b", True),
    )
)
_GENERAL = re.compile(
    r"^(?:what|when|how long|which|who) (?:is|are|was|does|must|should|counts|makes|may be written|has to be)\b|\b(?:in general|policy|exception last|training|for example|last year|"
    r"years? ago|two weeks ago|last month|last semester|in the past|closed case)\b",
    re.IGNORECASE,
)
# by which abuse may be reported
_REPORTS = (
    "45 CFR 164.512(b)(1)(ii)",
    "42 CFR 2.12(c)(6)",
    "42 USC 290dd-2(e)",
    "42 USC 671(a)(35)",
    "42 USC 5106a(b)(2)(B)(i)",
)
_RULES = (
    *_REPORTS,
    "34 CFR 99.36(a)",
    "34 CFR 99.36(c)",
    "34 CFR 99.31(a)(10)",
    "20 USC 1232g(b)(1)(I)",
    "45 CFR 164.512(j)",
    "45 CFR 164.510(b)",
    "42 CFR 2.51",
    "42 USC 290dd-2(b)(2)(A)",
    "34 USC 12291(b)(2)(E)",
)


def first(kinds: Iterable[str]) -> str:
    """What to do first in dangers of these kinds, keys of `MORE`."""
    return " ".join(part for part in (CALL, *map(MORE.__getitem__, kinds), BELOW) if part)


def danger(text: str) -> str | None:
    """The kind of danger that a question tells of as happening now, or None."""
    if _GENERAL.search(text):
        return None
    now = bool(_NOW.search(text))
    for kind, cue, strong in _CUES:
        if (strong or now) and cue.search(text):
            return kind
    return None


def opens(hit: Hit) -> bool:
    """Does the first sentence of a hit rest on a rule that opens records in an emergency?"""
    return any(is_rule(authority) and not authority.startswith(_REPORTS) for authority in hit.passage.rests_on)


def lets_report(hit: Hit) -> bool:
    """Does the first sentence of a hit rest on a rule that lets abuse be reported, or has it reported?"""
    return any(authority.startswith(_REPORTS) for authority in hit.passage.rests_on)


def is_rule(authority: str) -> bool:
    """Is a provision one that opens records in an emergency, or lets abuse be reported?"""
    return authority == "34 CFR 99.36" or authority.startswith(_RULES)
