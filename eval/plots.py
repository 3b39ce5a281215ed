"""Plots for the HTML report, as inline SVG: readable in light and dark, with a title for screen readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from eval.score import Summary

WIDTH, ROW, LABEL = 640, 26, 150
STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; font-size: 0.875rem; }
th, td { border: 1px solid #8888; padding: 0.25rem 0.5rem; text-align: left; vertical-align: top; }
figure { margin: 1rem 0; } svg { max-width: 100%; height: auto; }
text { fill: currentColor; font: 13px system-ui, sans-serif; }
"""


def page(title: str, body: str) -> str:
    """A whole HTML page that loads nothing."""
    width = '<meta name="viewport" content="width=device-width">'
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"{width}<style>{STYLE}</style></head><body>\n{body}</body></html>\n"
    )


def bars(means: Mapping[str, Summary]) -> str:
    """Means with their intervals, one row a system, on an axis from −1 to 1."""
    shown = {name: summary for name, summary in means.items() if summary.scored}
    height = ROW * len(shown) + 40
    parts = [_axis(height, [(-1.0, "−1 wrong"), (0.0, "0 silent"), (1.0, "1 accurate")])]
    for row, (name, summary) in enumerate(shown.items()):
        y = ROW * row + 20
        left, right, middle = (_x(value) for value in (summary.low, summary.high, summary.mean))
        parts.append(f'<text x="0" y="{y + 4}">{escape(name)}</text>')
        parts.append(f'<line x1="{left}" x2="{right}" y1="{y}" y2="{y}" stroke="#0b7a72" stroke-width="6"/>')
        parts.append(f'<circle cx="{middle}" cy="{y}" r="5" fill="currentColor"/>')
        parts.append(f'<text x="{WIDTH - 40}" y="{y + 4}">{summary.mean:.2f}</text>')
    return _svg(height, "Outcome score by system, mean and 95 % interval", parts)


def curve(points: Sequence[tuple[float, float]]) -> str:
    """Risk over coverage, both from 0 to 1; the axis of risk ends at its highest value or 0.2."""
    height, top = 240, max([0.2, *(risk for _, risk in points)])
    places = [(60 + 540 * coverage, 200 - 180 * risk / top) for coverage, risk in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    parts = [
        '<line x1="60" x2="600" y1="200" y2="200" stroke="currentColor"/>',
        '<line x1="60" x2="60" y1="20" y2="200" stroke="currentColor"/>',
        f'<polyline points="{path}" fill="none" stroke="#0b7a72" stroke-width="3"/>',
        '<text x="60" y="220">0</text><text x="590" y="220">1</text><text x="290" y="236">coverage</text>',
        f'<text x="10" y="30">{top:.2f}</text><text x="10" y="204">0</text><text x="70" y="30">risk</text>',
    ]
    return _svg(height, "Risk (wrong among answered) over coverage (answered)", parts)


def _axis(height: int, ticks: Sequence[tuple[float, str]]) -> str:
    lines = []
    for value, label in ticks:
        x = _x(value)
        lines.append(f'<line x1="{x}" x2="{x}" y1="5" y2="{height - 25}" stroke="currentColor" stroke-opacity="0.3"/>')
        lines.append(f'<text x="{x}" y="{height - 8}" text-anchor="middle">{label}</text>')
    return "".join(lines)


def _x(value: float) -> float:
    """Place of a value from −1 to 1."""
    return round(LABEL + (WIDTH - LABEL - 90) * (value + 1) / 2, 1)


def _svg(height: int, title: str, parts: Sequence[str]) -> str:
    inner = "".join(parts)
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    return f'<svg {size} role="img" aria-label="{escape(title)}"><title>{escape(title)}</title>{inner}</svg>'
