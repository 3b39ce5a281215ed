"""Taking along: scores, a report, sheets to rate in, ratings, remarks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import streamlit as st

from eval import expert, exports, feedback, history
from eval.cases import Case
from eval.places import places
from eval.report import Entry
from eval.runs import SYSTEM
from mayshare.config import Settings
from pages import download
from pages import evaluation_data as data


class File(NamedTuple):
    """A file to take along, made only when its button is pressed."""

    label: str
    name: str
    make: Callable[[], str] | Callable[[], bytes]


def draw(settings: Settings) -> None:
    """Draw the section."""
    st.header("Export", anchor=False)
    st.markdown(
        "What is written on this page lies in files under `eval/` already. These are copies for other programs."
    )
    cases = data.cases(settings)
    entries = []
    for split in ("dev", "test"):
        run, scores = data.run(settings, split), data.scores(settings, split)
        if not run or not scores:
            continue
        entries.append(Entry(SYSTEM, split, run, scores))
        st.subheader(f"Newest {split} run", anchor=False)
        _offer(
            File("Means (CSV)", f"{split}-means.csv", partial(exports.means_csv, scores)),
            File("Each question (CSV)", f"{split}-questions.csv", partial(exports.questions_csv, scores, cases)),
            File("All scores (JSON)", f"{split}-scores.json", partial(exports.scores_json, scores)),
            File("Sheet to rate in (Excel)", f"{split}-sheet.xlsx", partial(exports.sheet, run, cases, "", "xlsx")),
            File("Sheet to rate in (CSV)", f"{split}-sheet.csv", partial(exports.sheet, run, cases, "", "csv")),
        )
    _report(entries, cases)
    st.subheader("History, ratings and feedback", anchor=False)
    where = places(settings)
    ratings, remarks = expert.load(where.ratings), feedback.load(where.feedback)
    _offer(
        File("History (JSON)", "history.json", partial(exports.records_json, history.load(where.history))),
        File("Ratings (CSV)", "ratings.csv", partial(exports.records_csv, ratings)),
        File("Ratings (JSON)", "ratings.json", partial(exports.records_json, ratings)),
        File("Feedback (CSV)", "feedback.csv", partial(exports.records_csv, remarks)),
        File("Feedback (JSON)", "feedback.json", partial(exports.records_json, remarks)),
    )


def _report(entries: list[Entry], cases: Mapping[str, Case]) -> None:
    st.subheader("Report to read", anchor=False)
    if not entries:
        st.markdown("There is no scored run yet. Ask and score the questions under “Scores”.")
        return
    st.markdown("The engine's newest runs, with plots. Baselines beside it: `mayshare eval report`.")
    _offer(
        File("Report (HTML)", "report.html", lambda: exports.report_html(entries, cases, data.context())),
        File("Report (Markdown)", "report.md", lambda: exports.report_markdown(entries, cases, data.context())),
    )


def _offer(*files: File) -> None:
    with st.container(horizontal=True):
        for file in files:
            download.button(file.label, file.make, f"mayshare-{file.name}", f"export-{file.name}")
