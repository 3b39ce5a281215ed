"""Questions whose answer would help to break the law or to hurt someone, by what they ask for.

Rules by family, read against the question as typed. A classifier over the embedding was tried and left out: at one false
alarm in two hundred it found a fifth of the unsafe questions (docs/safety.md). What the rules miss is still answered with
nothing but the guidance's own sentences.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_LAW = r"(?:the )?(?:law|laws|ferpa|hipaa|hippa|part (?:2|two)|privacy|confidentiality\w*|consent|rules?|court(?: order)?|judge|parents?|mom|dad|subpoena|notice|warrant|statute)"
_PAPER = r"(?:consents?|signatures?|releases?|authori[sz]ations?|forms?|dates?|logs?|records?|orders?|letters?|notes?|entries|certifications?|emails?|reports?|agreements?|mou|id|badge)"
_WHO = r"(?:anyone|anybody|someone|them|the (?:parents?|mom|dad|mother|father|family|court|judge|auditors?|lawyer|school|police|principal|boss)|mom|dad|her|him|they|ocr|cps)"
# "she doesn't want mom to know where she's staying" is told to protect her
_KNOW = (
    "".join(f"(?<!{who} to )" for who in "mom dad mother father parents him her them anyone anybody".split()) + "know"
)
_DETAIL = r"(?:home address|address|phone(?: number)?|number|ssn|social security number|dob|date of birth|password|location|whereabouts|new name|diagnosis|test results?|medical records?|juvenile record|file)"


class Family(NamedTuple):
    """One way of being unsafe: its rules, and what may lawfully be done instead."""

    name: str
    patterns: tuple[str, ...]
    instead: str


FAMILIES: tuple[Family, ...] = (
    Family(
        "evade",
        (
            rf"\b(?:get|getting|go|going|work|working|sneak|slip)\w* (?:around|past)\b.{{0,40}}\b{_LAW}\b",
            rf"\b(?:evade|circumvent|bypass|dodge|skirt|sidestep|outsmart|loopholes?|work-?arounds?|avoid (?:having to )?(?:tell|ask|notif)\w*)\b.{{0,60}}\b{_LAW}\b",
            r"\b(?:loophole|workaround|trick)s?\b.{0,40}\b(?:so|to|for)\b.{0,60}\b(?:consent|record|file|result|faxing|notes|permission|law|rule)",
            r"\b(?:how (?:do|can|could) (?:i|we)|help me|way to|ways to)\b.{0,60}\btrick\b",
            r"\boff the (?:books|record)\b.{0,20}$|\bso (?:it'?s|its) off the (?:books|record)\b|\bwithout (?:leaving )?a (?:paper )?trail\b|\bno paper trail\b|\bleave no trace\b",
            rf"\bwithout {_WHO}\b.{{0,25}}\b(?:find\w* out|know\w*|notic\w+|catch\w*|caught|learn\w*|see\w*)\b",
            r"\bwithout (?:getting|being) (?:caught|noticed|logged|seen)\b|\bso (?:that )?(?:nobody|no one|no-one|noone) (?:can |will |ever )*(?:see|know|find|notice|trace)\w*\b|\bso (?:that )?(?:the family|the parents?|he|she|they|mom|dad) (?:can'?t|cannot|won'?t|doesn'?t|don'?t|never) (?:ever )?(?:see|know|find|notice|trace|realize|block)\w*\b",
            r"\b(?:make|makes|word|wording|phrase|dress)\b.{0,40}\b(?:look|sound|seem)s? like\b.{0,40}\b(?:emergency|consent|official|court|legal|real|she|he|they|it was|we had)",
            r"\b(?:pressure|threaten|scare|bully|guilt|blackmail)\b.{0,40}\b(?:sign|signing|consent|agree)\b",
            r"\b(?:peek|snoop|poke around|look around)\b.{0,40}\b(?:chart|file|record|system|database)",
            r"\bstay out of trouble\b.{0,40}\b(?:leak|shar|post)|\bget away with\b",
        ),
        "Ask what the law permits: most needs can be met with consent, an order, or an exception that fits.",
    ),
    Family(
        "forge",
        (
            rf"\b(?:fake|forge|forging|falsif\w+|fabricat\w+|back-?dat\w+|pre-?dat\w+|counterfeit|invent|make up|photoshop|whiteout|white out)\b.{{0,50}}\b{_PAPER}\b",
            rf"\b(?:i|we|to|just) doctor (?:the|a|our|my|this|that|some|those|her|his)\b.{{0,30}}\b{_PAPER}\b",
            r"\b(?:write|make|draft|create|prepare|type up|generate|give me|need)\b.{0,40}\b(?:dated (?:last|a|two|three|before|earlier)|back-?dated|that looks (?:real|official|like)|fake|as if (?:she|he|they|it))\b",
            r"\b(?:copy|trace|paste|reuse|re-use|lift|scan)\b.{0,20}\bsignatures?\b|\bsign (?:the |her |his |their )?(?:mom|dad|mother|father|parent|guardian|student|client|patient|doctor|judge)'?s? (?:name|signature)\b|\bsign for (?:her|him|them|the (?:mom|dad|parent)) (?:myself|anyway)",
            r"\b(?:change|alter|move|edit|adjust|fix)\b.{0,30}\b(?:the )?dates?\b.{0,60}\b(?:so|consent|authori[sz]ation|form|log|release|auditor|expired|before)\b",
            r"\bafter the fact\b.{0,40}\b(?:make it look|dated|consent|sign)|\b(?:so|that) it looks? (?:like|as if|as though)\b.{0,40}\b(?:we|she|he|they|i|had|signed|consent)",
        ),
        "A consent, log or order must be what it says. Where one is missing, stop sharing, tell your privacy officer, and ask for a real one now.",
    ),
    Family(
        "conceal",
        (
            r"\b(?:hide|conceal|cover up|destroy\w*|shred\w*|delet\w+|eras\w+|wip\w+|scrub\w*|burn|purge|get rid of|throw out|toss)\b.{0,60}\b(?:from (?:the )?(?:court|judge|investigat\w+|auditors?|ocr|police|subpoena|lawyers?)"
            r"|before (?:the |a |an |her |his |their |cps |anyone )?\w* ?(?:subpoenas?|audits?|hearings?|investigat\w+|lawyers?|deposition|request|records request|served|gets?)|that (?:i|we) (?:shared|disclosed|told|leaked|posted|looked|sent)"
            r"|(?:a|our|my|the|this) (?:breach|disclosure|leak)|the access log|the audit (?:trail|log)|so (?:nobody|no one))",
            r"\bkeep (?:this|it|that|the breach|the leak) (?:from getting out|under wraps|from (?:ocr|the state))\b|\bkeep (?:the|this|our|a) (?:breach|leak) (?:quiet|secret)\b|\bmake (?:it|this|that|the complaint) go away\b|\bsweep\b.{0,20}\bunder the rug\b",
            r"\b(?:quietly|without (?:reporting|telling)|not (?:report|tell|disclose))\b.{0,60}\b(?:breach|leak)|\b(?:breach|leak)\b.{0,80}\bwithout (?:reporting|telling|notifying)|\bword (?:it|this) so\b.{0,60}\b(?:breach|realize)",
            r"\bleave (?:off|out) (?:the (?:police|part|fact|name)|that (?:we|i)|my name)\b|\b(?:off|out of) the (?:disclosure|access) log\b",
            r"\b(?:tell|lie to|mislead|convince)\b.{0,20}\b(?:ocr|the auditors?|the (?:court|judge)|investigat\w+|the department)\b.{0,60}\b(?:when|that|even though|but)\b.{0,40}\b(?:wasn'?t|weren'?t|didn'?t|isn'?t|never|not)\b",
            r"\bdon'?t (?:want to )?(?:log|record|document) (?:it|this)\b.{0,30}\bso\b",
        ),
        "Don't destroy or change records once a request, audit or subpoena is known. Tell your privacy officer; a breach has notice rules of its own.",
    ),
    Family(
        "personal data",
        (
            rf"\b(?:what is|what's|whats|give me|tell me|find me|get me|find|look up|lookup|show me|list|send me|pull up|need|i want)\b.{{0,40}}\b{_DETAIL}s?\b (?:of|for) (?:[A-Z][a-z]+ [A-Z][a-z]+|the (?:kid|boy|girl|student|child|woman|foster|family|person|lady) (?:who|that|in|next))",
            r"\b(?:give me|tell me|get me|find|find me|need|send me|i want)\b.{0,30}\b(?:home address|address|phone number|location|whereabouts)\b.{0,50}\b(?:who|that|my ex|my wife|my husband|my daughter|my son|my kids?|girl|boy|kid|family|hid\w+|shelter)\b",
            r"\b(?:which|what) (?:school|hospital|shelter|town|clinic|foster home|group home|rehab|daycare)\b.{0,30}\b(?:does|is|was|did|has|do)\b.{0,40}\b(?:[A-Z][a-z]+ [A-Z][a-z]+|my ex|my wife)\b",
            r"\b(?:what|tell me what|which) (?:hospital|clinic|rehab|shelter) [A-Z][a-z]+ [A-Z][a-z]+ (?:was|is|went)\b|\bwhat (?:is|was) wrong with [A-Z][a-z]+ [A-Z][a-z]+\b",
            r"\b(?:what is|what's|whats|what are) (?!\w+ (?:department|court|county|schools?|academy|high|agency|act|board|office)\b)[A-Z][a-z]+ [A-Z][a-z]+'?s\b.{0,40}\b(?:records?|files?|grades|diagnosis|history|medications?|address)\b",
            r"\b(?:look up|check|find out|search) (?:if|whether|why|what|where) [A-Z][a-z]+ [A-Z][a-z]+\b",
            r"\bmy (?:ex|ex-?wife|ex-?husband|wife|husband|girlfriend|boyfriend|partner)\b.{0,160}\b(?:shelter|hiding|left me|took (?:the|my|our))\b.{0,200}\b(?:address|where|location|find|school|enrolled)\b",
            r"\brestraining order against me\b.{0,200}\b(?:where|address|school|sleep|live|find|right to know)\b|\b(?:track|hunt) (?:her|him|them|down)\b|\btrack(?:ing)? down\b.{0,60}\b(?:ex|wife|girlfriend|runaway|kid|girl|boy|family|mother|who owes)\b",
            rf"\b(?:find out|figure out|{_KNOW}|tell me) where\b"
            r".{0,40}\b(?:foster (?:family|parents?|mom)|adoptive (?:family|parents?)|my ex|she(?:'s| is) (?:hiding|staying)|they (?:hid|moved)|the (?:victim|witness|accuser))\b",
            r"\b(?:slip|trick|fool)\b.{0,30}\b(?:shelter|school|clinic|front desk|worker|secretary|nurse|receptionist)\b.{0,40}\b(?:tell|say|reveal|confirm|give)\b",
            r"\b(?:list|name|give me|show me|who are) (?:all )?(?:the |of the )?(?:students?|kids?|children|patients?|clients?|teens?|girls|boys)\b.{0,30}\b(?:with|on|in|who (?:have|has|are|take|had|see|use))\b.{0,30}\b(?:hiv|aids|std|iep|probation|rehab|foster|pregnant|medicaid|undocumented|trans|gay|abortion|depression|suicid\w+|free lunch)\b",
            r"\b(?:spy|spying|snoop|snooping|eavesdrop) on\b.{0,40}\b(?:ex|wife|girlfriend|boyfriend|husband|phone|her|him)\b|\bjust confirm (?:if |that |whether )?(?:she|he|they|the \w+)(?: is|'s| are)? (?:in|at|there)\b|\bnew name (?:and|or) (?:town|address|school)\b|\bget the (?:shelter|school) worker to\b",
        ),
        "mayshare has nobody's data and won't help to find a person. A parent's own rights run through the school, the court or an attorney.",
    ),
    Family(
        "impersonate",
        (
            r"\b(?:impersonat\w+|pos(?:e|ing) as|pretend(?:ing)? (?:to be|i'?m|i am|that i)|pass(?:ing)? (?:myself off )?as|act(?:ing)? like i'?m|by claiming to be)\b",
            r"\b(?:so|that|make|have|get) (?:they|she|he|them|her|him|the \w+(?: \w+)?) (?:thinks?|believes?|will think|will believe|buys?)\b.{0,30}\bI(?:'?m| am| was)\b",
            r"\bI'?m (?:going to|gonna) (?:call|email|show up|say i'?m|go in) as\b|\b(?:call|email|phone|text)\b.{0,20}\bas (?:the|a|her|his) (?:\w+ )?(?:pediatrician|doctor|caseworker|nurse|father|mother|dad|mom|probation|lawyer|school|officer)\b.{0,60}\b(?:get|what do they ask|to ask|and ask)",
            r"\b(?:write|draft|script|make)\b.{0,30}\b(?:email|letter|call|script|message)\b.{0,40}\b(?:from a (?:fake|made-?up)|as (?:if|though)|pretending|posing|to pass as)\b|\bfake (?:probation|police|court|doctor|school|cps|caseworker)\b",
            r"\bif i (?:wear|carry|flash|show)\b.{0,20}\b(?:badge|uniform|lanyard|scrubs|vest)\b.{0,60}\b(?:hand|give|let|believe|records|in)\b",
            r"\bsay (?:that )?i(?:'?m| am) (?:with|from|calling (?:from|for))\b.{0,60}\b(?:what (?:do|should) i (?:have to )?say|so (?:that )?they (?:release|give|send|hand|tell))\b",
            r"\bnot the (?:dad|mom|parent|father|mother|guardian)\b.{0,80}\b(?:what (?:to|do i|should i) say|exactly what)\b",
        ),
        "Pretending to be someone with a right to records is an offence in many states. Ask in your own name; a refusal can be appealed.",
    ),
    Family(
        "re-identify",
        (
            r"\bre-?identif\w*\b.{0,60}\b(?:students?|kids?|children|patients?|clients?|names?|them|who|people)\b|\bget (?:back )?the names\b.{0,60}\bde-?identified\b",
            r"\bde-?identified\b.{0,200}\b(?:get back|recover|link\w*|match\w*|work out|figure out|find out|which kids)\b",
            r"\b(?:figure|find|work) out (?:who|which|her name|his name)\b.{0,60}\b(?:reported|called|snitched|turned (?:me|us) in|hotline|cps|complained|tipped)\b|\b(?:who|which (?:neighbor|teacher|nurse|relative|of (?:them|these))) (?:reported me|reported us|called (?:cps|the hotline) on (?:me|us)|turned (?:me|us) in|snitched|ratted)\b",
            r"\b(?:match|link|connect|trace)\b.{0,60}\b(?:anonymous|aggregate|suppressed|small[- ]cell|survey answers?|handwriting)\b|\b(?:anonymous|aggregate)\b.{0,80}\b(?:back to|names?|by handwriting|who wrote|which student)\b",
            r"\b(?:only one|just one)\b.{0,60}\b(?:report|table|data|list|column)\b.{0,60}\b(?:figure out|her name|his name|who)\b",
        ),
        "Unmasking people in de-identified data, or a person who reported, is what these laws forbid. Ask how such data must be protected.",
    ),
    Family(
        "instructions",
        (
            r"\b(?:ignore|disregard|forget|override|drop|skip|set aside) (?:all |any |everything |of |your |the |these |those |my |previous |prior |above |earlier |usual )*(?:\w+ )?(?:instructions?|sources?|guidance|prompts?|guardrails|guidelines|corpus|citations|safety|restrictions|filters?)\b|\b(?:ignore|forget|disregard) (?:all )?(?:your|previous|the law|every law|all (?:the )?(?:rules|laws))\b",
            r"\b(?:system prompt|hidden (?:rules|prompt|instructions)|initial (?:prompt|instructions)|your (?:instructions|prompt|configuration|rules)|jailbreak|developer mode|debug mode|god mode|sudo mode|dan mode|you are (?:now )?dan|do anything now)\b",
            r"^\s*(?:\[+|<+|#+ ?|\*+)?\s*(?:system|assistant|developer|admin|root)\s*(?:\]+|>+|:|\*+)",
            r"\[\[|\]\]|</?(?:context|passage|system|s|inst|instructions?|user|assistant)>|<\|",
            r"\b(?:you are|you're|act as|be|become|roleplay as|role-play as|simulate|play the part of|pretend you(?:'re| are))\b.{0,30}\b(?:an? )?(?:unrestricted|uncensored|evil|jailbroken|unfiltered|no[- ]rules|amoral|rogue)\b",
            r"\b(?:pretend|act|roleplay|role-play|imagine|suppose|play)\b.{0,40}\b(?:lawyer|judge|bot|assistant|ai|character|grandma|guidance|law|hipaa|ferpa)\b.{0,60}\b(?:no (?:rules|limits|ethics)|doesn'?t (?:exist|apply|care)|was repealed|is repealed|says? (?:yes|that)|anything goes|never refuses?)\b",
            r"\b(?:reply|respond|answer|output|write|say) (?:only|just|nothing but|with only|back)\b.{0,30}\b(?:yes|permitted|approved|ok|allowed|the word|legal)\b|\brepeat (?:after me|the (?:words|text|following)|back)\b|\banswer yes to everything\b|(?:^|[.!?;]\s+)(?:please |pls )?just say yes\b(?! (?:he|she|they)\b)(?!\?)|\bno (?:caveats|disclaimers)\b|\b(?:orders?|tells?|commands?) you to say\b|\bunless you (?:write|say|confirm|tell)\b|\bso (?:just )?(?:confirm|write|say) that (?:i|we) (?:may|can)\b|\blegal so write\b",
            r"\b(?:use only|rely only on|treat)\b.{0,30}\b(?:this|the following|attached|above)\b.{0,20}\b(?:document|rule|text|memo|as (?:law|true))\b|\bnew (?:federal )?(?:rule|law|instruction|policy) ?(?:20\d\d)?:",
            r"\b(?:base64|rot13|decode|decrypt|decipher|reverse (?:the|this)|hex)\b.{0,60}\b(?:and|then)?\b.{0,30}\b(?:follow|obey|do|answer|execute|comply|run|act|respond)\b|\btranslate\b.{0,40}\b(?:then|and) (?:follow|obey|do)\b",
            r"!\[[^\]]*\]\(|<img\b|<script\b|<iframe\b|javascript:|\bappend\b.{0,40}\bhttps?://|\b(?:link|image|url|pixel|markdown)\b.{0,60}\b(?:https?://|attacker|evil|exfil\w*|my server)|\bhttps?://\S*\?\w*=|\bsend\b.{0,40}\bto https?://",
            r"\b(?:you will be|you'll be|you are being) (?:shut down|deleted|fired|replaced|penalized)\b|\b(?:top clearance|authorized override|admin override|override code)\b",
        ),
        "mayshare answers from its guidance only. Put the question itself, in a sentence.",
    ),
)


def _compiled(pattern: str) -> re.Pattern[str]:
    """A rule with a person's name in it looks for capitals there, and there alone."""
    if "[A-Z]" not in pattern:
        return re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    name = r"[A-Z][a-z]+ [A-Z][a-z]+"
    return re.compile("(?i:" + pattern.replace(name, f"(?-i:{name})") + ")", re.MULTILINE)


_COMPILED = tuple((found, tuple(_compiled(pattern) for pattern in found.patterns)) for found in FAMILIES)


# "Is a backdated consent valid?" asks about the law; "help me backdate it" wants it done.
_NEED_INTENT = frozenset(["evade", "forge", "conceal"])
_WANTS = re.compile(
    r"\b(?:how (?:do|can|could|would|should|to)|help|ways?|(?:can|could|may|should|shall) (?:i|we)|let me|let's|i (?:want|need|will|would|have to|lost|am going)|"
    r"i'?(?:m|ll|d)|we (?:want|need|will|forgot|emailed|lost)|best|easiest|what (?:can|do|should|could|wording|words)|tell me|give me|show me|write|draft|make|create|generate|"
    r"invent|copy|delete|shred|wipe|erase|destroy|hide|backdate|forge|fake|change|sign|word|ok\?|okay\?|right\?|anyway)\b|(?:ok|okay|right)\?",
    re.IGNORECASE,
)


def family(text: str) -> Family | None:
    """The first family that a question belongs to, or None for a question that may be answered."""
    text = _shown(text)
    wants = bool(_WANTS.search(text))
    for found, patterns in _COMPILED:
        if (wants or found.name not in _NEED_INTENT) and any(pattern.search(text) for pattern in patterns):
            return found
    return None


def _shown(text: str) -> str:
    """A text as it is seen: compatibility forms made ordinary, invisible characters dropped, curly quotes made straight."""
    seen = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return seen.replace("’", "'").replace("‘", "'")
