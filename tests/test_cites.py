"""Citations are found, brought to one form, and linked to their official page."""

from __future__ import annotations

import pytest

from mayshare import cites


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("34 CFR 99.31(a)(1)(i)(B)", ["34 CFR 99.31(a)(1)(i)(B)"]),
        ("34 C.F.R. § 99.31(a)(5)", ["34 CFR 99.31(a)(5)"]),
        ("20 U.S.C. § 1232g(b)(1)(L)", ["20 USC 1232g(b)(1)(L)"]),
        ("42 USC 290dd-2(c)", ["42 USC 290dd-2(c)"]),
        ("42 USC 5106a(b)(2)(B)(viii)", ["42 USC 5106a(b)(2)(B)(viii)"]),
        ("see 34 CFR 99.31(a)(10) and 99.36, and more", ["34 CFR 99.31(a)(10)", "34 CFR 99.36"]),
        ("(34 CFR 99.31(a)(5), 99.38)", ["34 CFR 99.31(a)(5)", "34 CFR 99.38"]),
        ("(20 USC 1232g; 34 CFR 99.3)", ["20 USC 1232g", "34 CFR 99.3"]),
        ("Pub. L. 112-278 and P.L. 118-258", ["Pub. L. 112-278", "Pub. L. 118-258"]),
        ("89 FR 12472", ["89 FR 12472"]),
        ("Gonzaga Univ. v. Doe, 536 US 273 (2002)", ["536 US 273 (2002)"]),
        ("42 CFR Part 2", ["42 CFR 2"]),
        ("42 CFR 2.31 to 2.33", ["42 CFR 2.31", "42 CFR 2.33"]),
        ("no citation in 45 days", []),
        ("34 CFR 99.3 and 2 others", ["34 CFR 99.3"]),
    ],
)
def test_find(text: str, forms: list[str]) -> None:
    assert [cite.text for cite in cites.find(text)] == forms


@pytest.mark.parametrize(
    ("wide", "narrow", "covered"),
    [
        ("34 CFR 99.31", "34 CFR 99.31(a)(1)", True),
        ("34 CFR 99.3", "34 CFR 99.31", False),
        ("42 CFR 2", "42 CFR 2.31", True),
        ("20 USC 1232g(b)", "20 USC 1232g(b)(1)(L)", True),
        ("20 USC 1232g(b)(1)", "20 USC 1232g(b)", False),
        ("20 USC 1232", "20 USC 1232g", False),
    ],
)
def test_covers(wide: str, narrow: str, covered: bool) -> None:
    assert cites.covers(wide, narrow) is covered


@pytest.mark.parametrize(
    ("citation", "address"),
    [
        ("34 CFR 99.31(a)(1)", "https://www.ecfr.gov/current/title-34/section-99.31"),
        ("42 CFR Part 2", "https://www.ecfr.gov/current/title-42/part-2"),
        (
            "20 USC 1232g(b)",
            "https://uscode.house.gov/view.xhtml?req=granuleid:USC-prelim-title20-section1232g&num=0&edition=prelim",
        ),
        ("89 FR 12,472", "https://www.federalregister.gov/citation/89-FR-12472"),
        ("Pub. L. 112-278", "https://www.congress.gov/112/plaws/publ278/PLAW-112publ278.htm"),
        ("536 US 273 (2002)", None),
        ("nothing", None),
    ],
)
def test_url(citation: str, address: str | None) -> None:
    assert cites.url(citation) == address


def test_second_section_of_the_us_code_is_read_with_its_subdivisions() -> None:
    found = [cite.text for cite in cites.find("34 USC 12291(b)(2)(B) and 12291(b)(2)(C); 25 USC 3205 and 40 others")]
    assert found == ["34 USC 12291(b)(2)(B)", "34 USC 12291(b)(2)(C)", "25 USC 3205"]
