"""Questions that several tests ask."""

from __future__ import annotations

# a reporter, a public-records request, emails and a fight: several situations are near
MESSY = (
    "Reporter's records request landed on my desk: every email among staff about the cafeteria brawl. A good dozen say which "
    "kids were in it or enough that anybody in town would know. What do we black out, what goes?"
)
MEANT = "May the school publish numbers on discipline, and what is logged?"
