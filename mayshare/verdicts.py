"""The verdicts and the reasons for withholding one, apart from the other nouns so that the command line loads fast."""

from __future__ import annotations

from typing import Literal

Verdict = Literal["yes", "no", "conditional", "explain", "abstain"]
Abstention = Literal["out_of_scope", "state_law", "missing_facts", "not_in_corpus", "unsafe"]
