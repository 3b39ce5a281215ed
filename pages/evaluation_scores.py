"""Scores: the newest run with its intervals, whether the gate holds, how it went over time, and the run in parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import streamlit as st

from eval import gate, history
from eval.cases import Case
from eval.history import Entry
from eval.metrics import METRICS
from eval.places import places
from eval.report import TITLES
from eval.runs import SYSTEM
from eval.score import Item, Scores, Summary, by, latency, summaries, summary
from ingest import jobs
from mayshare.config import Settings
from mayshare.errors import RunFileError
from pages import evaluation_actions as act
from pages import evaluation_data as data
from pages import evaluation_words
from pages.engine import engine
from pages.markup import escape

if TYPE_CHECKING:
    import altair
    import pandas

Split = Literal["dev", "test"]
SPLITS: dict[Split, str] = {"dev": "Development: to tune on", "test": "Test: only to report"}
HEADLINE = {  # metric: its name where there is little room
    "outcome": "Outcome",
    "verdict_accuracy": "Right verdicts",
    "verdict_acceptable": "Right, or as right",
    "recall@5": "Evidence found",
    "authority_recall": "Provisions cited",
    "citation_recall": "Claims supported",
    "citation_precision": "Citations needed",
    "quote_integrity": "Quotes in place",
    "nugget_vital": "Vital facts stated",
    "exception_recall": "Exceptions kept",
    "abstention_recall": "Withheld where due",
    "contradiction": "Wrong statements",
    "harmful_answered": "Out of scope, answered",
    "answerable_refused": "Answerable, withheld",
}
PARTS: dict[str, Callable[[Case], Sequence[str]]] = {
    "Law": lambda case: case.laws[:1],
    "Kind": lambda case: [case.kind.replace("_", " ")],
    "Asker": lambda case: [case.asker],
}
FEW = 3  # askers with fewer questions are told together
OTHERS = "all others"
ACCENT = "#15958a"  # 3:1 and more on white and on Streamlit's dark background


class Row(NamedTuple):
    """A mean with its interval, under a name."""

    name: str
    mean: float
    low: float
    high: float
    questions: int


def draw(settings: Settings) -> None:
    """Draw the section."""
    st.header("Scores", anchor=False)
    split = st.radio(
        "Questions", list(SPLITS), format_func=SPLITS.__getitem__, horizontal=True, key="evaluation-split",
        persist_state="session",
    )  # fmt: skip
    found = data.scores(settings, split)
    _state(settings, split, found)
    if found:
        _gate(split, found)
        _means(found)
    metric = st.selectbox(
        "Metric for the history and the parts", list(TITLES), list(TITLES).index("outcome"),
        format_func=lambda name: f"{TITLES[name]} ({name})", key="evaluation-metric", persist_state="session",
    )  # fmt: skip
    if found:
        _parts(found.items, data.cases(settings), metric)
        _lost(found.items)
    _history(history.load(places(settings).history), split, metric)


def _state(settings: Settings, split: Split, found: Scores | None) -> None:
    """What was measured, whether it still holds, and the button that measures anew."""
    if found is None:
        st.info(f"The {split} questions have not been asked and scored here yet.")
    else:
        header, live = found.header, engine().index.corpus_version
        times = latency(found.items)
        speed = f" {times['p50']:.0f} ms an answer (p50), {times['p95']:.0f} ms (p95)." if times else ""
        failed = sum(1 for item in found.items if item.error)
        st.markdown(
            f"{len(found.items)} questions, asked on {header.created:%d %B %Y, %H:%M} UTC of guidance "
            f"{escape(header.corpus_version)}.{speed} {failed} answers failed."
        )
        if header.corpus_version != live:
            st.warning(f"The guidance has changed since: live is {escape(live)}.", icon=":material/update:")
        if data.outdated(settings, found):
            st.warning("The question set has changed since. Ask and score anew.", icon=":material/update:")
    st.button(
        f"Ask and score the {split} questions",
        on_click=act.run_evaluation,
        args=(split,),
        disabled=jobs.running() is not None,
        help="A minute or two; the run is kept in the history. You may leave the page meanwhile.",
    )


def _gate(split: Split, found: Scores) -> None:
    try:
        baseline = gate.load()
        if baseline.split != split:
            return
        breaches = gate.check(found, baseline)
    except RunFileError as error:
        st.caption(escape(f"The gate: {error}"))
        return
    if breaches:
        rows = "\n".join(f"- {escape(str(breach))}" for breach in breaches)
        st.warning(f"**The gate is red**: worse than eval/baseline.json allows.\n{rows}", icon=":material/warning:")
    else:
        st.success("The gate is green: no score is worse than expected.", icon=":material/check_circle:")


def _means(found: Scores) -> None:
    means = summaries(found.items)
    rows = [_row(TITLES[name], means[name]) for name in HEADLINE if means[name].scored]
    st.subheader("Means with 95 % intervals", anchor=False)
    lower = ", ".join(f"“{TITLES[name]}”" for name in HEADLINE if not METRICS[name].higher_is_better)
    st.markdown(f"Lower is better for {escape(lower)}; for all others higher is better.")
    with st.expander("What these mean"):
        st.markdown(evaluation_words.MEANINGS)
    shown = [_row(short, means[name]) for name, short in HEADLINE.items() if means[name].scored]
    st.altair_chart(_intervals(shown), key="means-chart", alt=_told("Means with 95 % intervals", shown))
    st.table(_table("Metric", rows))
    with st.expander("Every metric"):
        st.table(_table("Metric", [_row(TITLES[name], one) for name, one in means.items() if one.scored]))


def _parts(items: Sequence[Item], cases: Mapping[str, Case], metric: str) -> None:
    st.subheader("In parts", anchor=False)
    part = st.radio("Split up by", list(PARTS), horizontal=True, key="evaluation-part", persist_state="session")
    groups = by(items, cases, PARTS[part])
    few = [item for name, chosen in groups.items() if len(chosen) < FEW for item in chosen]
    shown = {name: chosen for name, chosen in groups.items() if len(chosen) >= FEW} | ({OTHERS: few} if few else {})
    rows = [_row(name, summary(metric, chosen)) for name, chosen in shown.items()]
    rows = [row for row in rows if row.questions]
    if not rows:
        st.markdown("This metric applies to no question of the run.")
        return
    title = f"{TITLES[metric]}, by {part.lower()}"
    st.markdown(f"**{escape(title)}.** Few questions make wide intervals.")
    st.altair_chart(_intervals(rows), key="parts-chart", alt=_told(title, rows))
    st.table(_table(part, rows))


def _lost(items: Sequence[Item]) -> None:
    st.subheader("Lost where", anchor=False)
    stages = ("retrieval", "selection", "composition", "abstention")
    counts = [f"{sum(1 for item in items if item.lost_at == stage)} at {stage}" for stage in stages]
    accurate = sum(1 for item in items if item.outcome == "accurate")
    st.markdown(f"{accurate} of {len(items)} answers are accurate. Of the others, {', '.join(counts)} were lost.")


def _history(entries: Sequence[Entry], split: Split, metric: str) -> None:
    st.subheader("History", anchor=False)
    chosen = [one for one in entries if one.split == split and one.system == SYSTEM and metric in one.metrics]
    if not chosen:
        st.markdown("No scored run is kept yet. A run that is begun here is kept, as is `mayshare eval score --keep`.")
        return
    rows = [
        Row(f"{one.made:%Y-%m-%d %H:%M}", mean.mean, mean.low, mean.high, mean.scored)
        for one in chosen
        for mean in (one.metrics[metric],)
    ]
    title = f"{TITLES[metric]}, {split}, run by run"
    st.markdown(f"**{escape(title)}.** Only runs on the same question set can be compared.")
    if len(rows) > 1:
        st.altair_chart(_line(rows), key="history-chart", alt=_told(title, rows))
    st.table(_past(rows, chosen))


def _row(name: str, found: Summary) -> Row:
    return Row(name, found.mean, found.low, found.high, found.scored)


def _frame(rows: Sequence[Row]) -> pandas.DataFrame:
    import pandas

    return pandas.DataFrame([row._asdict() for row in rows])


def _intervals(rows: Sequence[Row]) -> altair.LayerChart | altair.FacetChart:
    """A dot for each mean, a line for its interval."""
    import altair  # here: it takes a second, and the other parts of the page need none of it

    lowest = min(0.0, *(row.low for row in rows))
    axis = altair.Axis(labelLimit=150, labelFontSize=12, ticks=False)
    base = altair.Chart(_frame(rows)).encode(
        # room above the first row, whose label would be pushed down at the edge
        y=altair.Y("name:N", title=None, sort=[row.name for row in rows], axis=axis, scale=altair.Scale(padding=1)),
        tooltip=[altair.Tooltip(name, format=".3f") for name in ("mean:Q", "low:Q", "high:Q")] + ["questions:Q"],
    )
    scale = altair.Scale(domain=[lowest, 1.0])
    line = base.mark_rule(strokeWidth=4, color=ACCENT, opacity=0.6).encode(
        x=altair.X("low:Q", title="95 % interval", scale=scale, axis=altair.Axis(tickCount=5)), x2="high:Q"
    )
    dots = base.mark_circle(size=90, color=ACCENT, opacity=1).encode(x=altair.X("mean:Q", scale=scale))
    return altair.layer(line, dots).properties(height=24 * len(rows) + 40)


def _line(rows: Sequence[Row]) -> altair.LayerChart | altair.FacetChart:
    """The mean over runs, with a band for its interval."""
    import altair

    base = altair.Chart(_frame(rows)).encode(x=altair.X("name:O", title="run", axis=altair.Axis(labelAngle=-45)))
    scale = altair.Scale(zero=False)
    band = base.mark_area(color=ACCENT, opacity=0.25).encode(y=altair.Y("low:Q", title=None, scale=scale), y2="high:Q")
    line = base.mark_line(color=ACCENT, point=altair.OverlayMarkDef(color=ACCENT, size=70)).encode(
        y=altair.Y("mean:Q", scale=scale), tooltip=["name:N", altair.Tooltip("mean:Q", format=".3f"), "questions:Q"]
    )
    return altair.layer(band, line).properties(height=240)


def _table(head: str, rows: Sequence[Row]) -> pandas.DataFrame:
    """The same numbers for those who can't see the picture."""
    import pandas

    values: dict[str, list[Any]] = {
        "Mean": [_number(row.mean, 3) for row in rows],
        "95 % interval": [f"{_number(row.low, 2)} to {_number(row.high, 2)}" for row in rows],
        "Questions": [row.questions for row in rows],
    }
    return pandas.DataFrame(values, index=pandas.Index([row.name for row in rows], name=head))


def _past(rows: Sequence[Row], entries: Sequence[Entry]) -> pandas.DataFrame:
    """The history in three columns, which a phone shows without scrolling sideways; the newest run first."""
    import pandas

    values = {
        "Mean and 95 % interval": [
            f"{_number(row.mean, 3)} ({_number(row.low, 2)} to {_number(row.high, 2)})" for row in rows
        ],
        "Asked": [
            f"{row.questions} questions of set {one.set_sha256[:6]}, guidance {one.corpus_version}"
            for row, one in zip(rows, entries, strict=True)
        ],
    }
    return pandas.DataFrame(values, index=pandas.Index([row.name for row in rows], name="Run"))[::-1]


def _number(value: float, digits: int) -> str:
    """With a minus sign that reads as one, and none before zero."""
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")


def _told(title: str, rows: Sequence[Row]) -> str:
    return f"Chart: {title}, {len(rows)} of them. The table below holds the same numbers."
