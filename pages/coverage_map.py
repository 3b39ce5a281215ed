"""The map of what the guidance covers: laws by who holds the record, as a picture and as a plain table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import streamlit as st

from ingest.coverage import LawCoverage, by_law
from ingest.coverage_map import Cell, cells
from ingest.load import load_vocabulary
from mayshare.config import load_settings
from mayshare.errors import CorpusError
from mayshare.index import Index

if TYPE_CHECKING:
    import altair
    import pandas

ROW_HEIGHT = 24
EXPLAINED = (
    "Each number counts the situations in which that law governs and that kind of agency holds the record. An empty "
    "cell means that no situation was written for it; the law itself may still be explained. The table below holds "
    "the same numbers."
)


def draw(index: Index) -> None:
    """Draw the map and its table."""
    laws = by_law(_names(index), list(index.documents.values()))
    counted = cells(laws)
    st.header("What the guidance covers", anchor=False)
    st.markdown(EXPLAINED)
    if not any(cell.situations for cell in counted):
        st.info("No document of this index is a situation, so there is nothing to map.")
    else:
        st.altair_chart(_chart(counted), key="coverage", alt=_told(laws, counted))
    st.header("The same as a table", anchor=False)
    st.table(_table(laws, counted))


def _names(index: Index) -> tuple[str, ...]:
    """The laws of the vocabulary, gaps included; where the corpus folder isn't at hand, those of the index."""
    try:
        known = tuple(load_vocabulary(load_settings().corpus))
    except CorpusError:
        known = ()
    return tuple(dict.fromkeys([*known, *index.laws]))


def _chart(counted: list[Cell]) -> altair.LayerChart | altair.FacetChart:
    """A heat map whose every cell also says its number."""
    import altair  # here: it takes a second, and the list of documents needs none of it
    import pandas

    rows = pandas.DataFrame([cell._asdict() for cell in counted if cell.situations])
    laws = list(dict.fromkeys(cell.law for cell in counted))
    holders = list(dict.fromkeys(cell.holder for cell in counted))
    most = max(cell.situations for cell in counted)
    base = altair.Chart(rows).encode(
        x=altair.X("holder:N", title="Who holds the record", scale=altair.Scale(domain=holders), axis=_axis("top")),
        y=altair.Y("law:N", title=None, scale=altair.Scale(domain=laws), axis=_axis("left")),
        tooltip=[
            altair.Tooltip("law:N", title="Law"),
            altair.Tooltip("holder:N", title="Who holds the record"),
            altair.Tooltip("situations:Q", title="Situations"),
        ],
    )
    shades = altair.Scale(domain=[0, most], range=["#d7eeeb", "#0b5d57"])
    colour = altair.Color("situations:Q", scale=shades, legend=None)
    label = altair.condition(altair.datum.situations > most / 2, altair.value("#ffffff"), altair.value("#0d1211"))
    squares = base.mark_rect(cornerRadius=2).encode(color=colour)
    numbers = base.mark_text(fontSize=13).encode(text="situations:Q", color=label)
    return altair.layer(squares, numbers).properties(height=ROW_HEIGHT * len(laws))


def _axis(side: Literal["top", "left"]) -> altair.Axis:
    """Upright names above and short ones at the left, so that eight columns fit on a phone."""
    import altair

    angle, limit = (-90, 200) if side == "top" else (0, 130)
    return altair.Axis(
        orient=side, labelAngle=angle, labelLimit=limit, labelFontSize=12, grid=False, ticks=False, labelOverlap=False
    )


def _table(laws: tuple[LawCoverage, ...], counted: list[Cell]) -> pandas.DataFrame:
    """One row a law, in three columns of words, which a phone shows without scrolling sideways."""
    import pandas

    rows = {
        law.law: [
            f"{law.explains} on the law, {law.practice} on practice",
            ", ".join(f"{cell.holder} {cell.situations}" for cell in counted if cell.law == law.law and cell.situations)
            or "None",
        ]
        for law in laws
    }
    columns = ["Documents", "Situations, by who holds the record"]
    return pandas.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("Law")


def _told(laws: tuple[LawCoverage, ...], counted: list[Cell]) -> str:
    """The picture in words, for those who can't see it."""
    with_some = sum(1 for law in laws if law.situations)
    most = max(counted, key=lambda cell: cell.situations)
    return (
        f"Heat map of {len(laws)} laws by who holds the record; {with_some} laws have situations. The fullest cell is "
        f"{most.law}, {most.holder}: {most.situations}. The table below holds every number."
    )
