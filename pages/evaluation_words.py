"""What the words of the evaluation page mean, for who meets them first."""

from __future__ import annotations

from eval.metrics.decision import EXCEPTIONS_ENOUGH, OUTCOME_SCORES, VITAL_ENOUGH

MEANINGS = f"""
- **Outcome** of an answer: {OUTCOME_SCORES["accurate"]:.0f} if accurate (every statement borne out, the right verdict,
  {VITAL_ENOUGH:.0%} or more of the vital facts and {EXCEPTIONS_ENOUGH:.0%} or more of the exceptions),
  {OUTCOME_SCORES["incomplete"]} if incomplete, {OUTCOME_SCORES["refused"]:.0f} if withheld, −1 if wrong.
- **Vital facts** (nuggets): what a good answer must state, one by one. **Evidence**: the sentences of the guidance that
  carry the answer.
- **95 % interval**: where the mean of many such questions would lie. It is wide where questions are few; two runs whose
  intervals overlap much may not differ.
- **Gate**: no score may fall by more than its tolerance below the one on record (`eval/baseline.json`). It says that
  nothing got worse, not that a score is good.
- **Lost at**: the step that failed. *Retrieval*: no passage with the evidence was found. *Selection*: it was found and
  not quoted. *Composition*: it was quoted, and the verdict or a statement is wrong or a fact is missing. *Abstention*:
  answered or withheld, and the other would have been right.
- **p50, p95**: half of the answers, and 95 of 100, took no longer.

`docs/trainers.md` says how each is counted.
"""
