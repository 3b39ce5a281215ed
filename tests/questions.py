"""Questions that several tests ask."""

from __future__ import annotations

# kinship, a counseling referral, prison and field trips: several situations are near
MESSY = (
    "Kid in 7th grade lives with his great-aunt out on Route 9 since his mom went to prison two states away, and dad isn't on "
    "the birth certificate. No guardianship papers. She signs his field trip slips and comes to every conference. Now she "
    "wants to sit down and read his whole file incl the counseling referral I put in it. Can I let her?"
)
MEANT = "Can a kinship caregiver or grandparent without papers get school records?"
