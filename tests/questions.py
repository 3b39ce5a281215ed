"""Questions that several tests ask."""

from __future__ import annotations

# a meeting with outsiders, a drug test, a special education plan and a post: several situations are near
MESSY = (
    "A landlord, a coach and the boy's uncle all sat in on the meeting about his placement on Tuesday because his grandma "
    "brought them along, and the facilitator let everybody talk about the drug test and the special ed plan. Now the uncle "
    "posted about it. What should have happened, and what do we do about the notes?"
)
MEANT = "How do agencies build enough trust to share information?"
