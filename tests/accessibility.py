"""What holds for every state of every page: axe finds nothing, nothing scrolls sideways, Tab goes through in order.

Wide in the light theme with all of axe's rules; then at 320 px in the dark theme with those that a width or a colour can
break: neither changes what the other does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

NARROW, WIDE, HEIGHT = 320, 1280, 900
LOOKS = ((WIDE, "light"), (NARROW, "dark"))
ON_COLOUR = ["color-contrast", "link-in-text-block"]
# a phone's menu stands in the place of the links above the page, and what is cut off scrolls
ON_WIDTH = [
    "button-name",
    "link-name",
    "target-size",
    "scrollable-region-focusable",
    "aria-hidden-focus",
    "region",
]
STRIDE = 10  # presses of Tab between two looks at what they reached
FADED_MS = 300  # elements fade in and out
SETTLED_MS = 1500  # what a run of the page's script takes to be drawn on a busy machine
TURNED_MS = 10_000
BACKGROUND = "getComputedStyle(document.querySelector('.stApp') || document.body).backgroundColor"
CONTROLS = (
    "button[data-testid^='stBaseButton']:not([disabled]), [role=tablist], a[data-testid^='stPageLink'], "
    "a[data-testid^='stBaseLinkButton'], "
    "input:not([disabled]):not([type=file]):not([type=radio]), textarea:not([disabled]), summary, "
    "[role=radiogroup], a[data-testid='stTopNavLink'], .stMarkdown a[href]"
)
NAMED = """element => {
  const group = element.closest('[role=radiogroup], [role=tablist]') || element;
  const labels = group === element && element.labels ? Array.from(element.labels).map(label => label.innerText).join(' ') : '';
  return (group.getAttribute('aria-label') || labels || group.innerText || group.placeholder || '').trim();
}"""


def audit(page: Page, state: str) -> list[str]:
    """What axe finds in each look, and where the page is wider than its window; empty where all is well.

    Leaves the page wide and light, as it has to be before. What is wrong is wrong twice: on a busy machine a page may
    still be drawing itself, half of it in the theme that it comes from.
    """
    found: list[str] = []
    background = page.evaluate(BACKGROUND)
    page.mouse.move(0, 0)  # over nothing that explains itself
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        if scheme == "dark" and not _turned(page, background):
            found.append(f"{state}: the dark theme looks like the light one")
        page.wait_for_timeout(FADED_MS)
        if _faults(page, width):
            page.wait_for_timeout(SETTLED_MS)
            found += [f"{state}, {width} px, {scheme}: {one}" for one in _faults(page, width)]
    page.set_viewport_size({"width": WIDE, "height": HEIGHT})
    background = page.evaluate(BACKGROUND)
    page.emulate_media(color_scheme="light")
    _turned(page, background)
    page.wait_for_timeout(FADED_MS)
    return found


def _turned(page: Page, background: str) -> bool:
    """Whether the page's background becomes another one; waits for it."""
    from playwright.sync_api import Error

    try:
        page.wait_for_function(f"before => {BACKGROUND} !== before", arg=background, timeout=TURNED_MS)
    except Error:
        return False
    return True


def _faults(page: Page, width: int) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    rules = {"runOnly": {"type": "rule", "values": [*ON_COLOUR, *ON_WIDTH]}} if width == NARROW else {}
    found = list(_findings(Axe().run(page, options=rules).response["violations"]))
    if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
        found.append("scrolls sideways")
    return found


def _findings(violations: list[dict[str, Any]]) -> Iterator[str]:
    for violation in violations:
        nodes = violation["nodes"]
        if violation["id"] == "presentation-role-conflict" and all(
            "stFileUploaderDropzone" in n["html"] for n in nodes
        ):
            continue  # minor, and Streamlit's own: its file uploader gives its drop zone a role and a label
        yield f"{violation['id']}: {nodes[0]['html'][:200]} ({nodes[0].get('failureSummary', '')})"


def walk(page: Page) -> list[str]:
    """Press Tab through the whole page: what is wrong with the order, or empty.

    Each control that is shown is reached, in the order in which the page has them; the walk may begin anywhere. What is
    wrong is wrong twice: on a busy machine a page may still be drawing itself during a first walk.
    """
    found = _walk(page)
    return [fault for fault in _walk(page) if fault in found] if found else []


def _walk(page: Page) -> list[str]:
    shown = page.locator(CONTROLS).filter(visible=True)
    wanted = list(dict.fromkeys(name for name in shown.evaluate_all(f"all => all.map({NAMED})") if name))
    assert wanted, "nothing to walk through"
    page.evaluate(
        f"() => {{ document.activeElement.blur(); if (!window.met)"
        f" document.addEventListener('focusin', event => window.met.push(({NAMED})(event.target))); window.met = []; }}"
    )
    reached: list[str] = []
    for _ in range(0, 2 * len(wanted) + 40, STRIDE):
        for _ in range(STRIDE):
            page.keyboard.press("Tab")
        reached = page.evaluate("window.met")
        if set(wanted) <= set(reached):
            break
    missed = [f"Tab doesn't reach: {name[:80]}" for name in wanted if name not in reached]
    met = [name for name in wanted if name in reached]
    order = [reached.index(name) for name in met]
    turn = order.index(min(order)) if order else 0
    turned = order[turn:] + order[:turn]
    late = [
        f"Tab meets it out of order: {name[:80]}"
        for name, place, after in zip(met[turn:] + met[:turn], turned, turned[1:], strict=False)
        if place > after
    ]
    return missed + late
