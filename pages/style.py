"""What Streamlit's theme can't say: a source link looks like a link, and starts at the left on several lines too."""

from __future__ import annotations

CSS = """<style>
button[data-testid="stBaseButton-tertiary"], button[data-testid="stBaseButton-tertiary"] > div {
  justify-content: flex-start; text-align: left;
}
button[data-testid="stBaseButton-tertiary"] p { text-decoration: underline; text-underline-offset: 0.2em; }
</style>"""
