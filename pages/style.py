"""What Streamlit's theme can't say.

The title of a document is read whole on a phone too. A source link looks like a link, and starts at the left on
several lines too. The headings of an answer and of a source follow each other without a step left out, for screen
readers, and are no larger than the text beside them allows. What stands above and below an answer leaves it as much of
the window as it can.
"""

from __future__ import annotations

CSS = """<style>
button[data-testid="stBaseButton-tertiary"], button[data-testid="stBaseButton-tertiary"] > div {
  justify-content: flex-start; text-align: left;
}
button[data-testid="stBaseButton-tertiary"] p { text-decoration: underline; text-underline-offset: 0.2em; }
[class*="st-key-claims-"] h2 { font-size: 1.25rem; line-height: 1.4; padding: 0 0 0.75rem; }
[class*="st-key-claims-"] h3 { font-size: 1rem; padding: 0.5rem 0 0.25rem; }
[class*="st-key-panel-"] h3 { font-size: 1.15rem; padding: 0; }
[class*="st-key-panel-"] h4 { font-size: 1rem; padding: 0.25rem 0 0.5rem; }
[data-testid="stPageLink"] p { white-space: normal; }
@media (max-width: 480px) { [class*="st-key-claims-"] h2 { font-size: 1.1rem; } }
.st-key-status [data-testid="stAlertContainer"] { padding: 0.25rem 0.75rem; }
[data-testid="stMainBlockContainer"] { padding-top: 4rem; }
[data-testid="stBottomBlockContainer"] { padding-bottom: 1rem; }
</style>"""
