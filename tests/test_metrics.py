"""Each metric against arithmetic done by hand; ranking metrics against ir-measures."""

from __future__ import annotations

import math
import random

import pytest

from eval import ranking, stats
from eval.matching import contradicts
from eval.metrics import METRICS, citation, decision, nugget, retrieval
from eval.metrics.context import Context
from mayshare.config import load_settings
from tests.conftest import KEPT
from tests.evaluation import BODY, answer, claim, context, hits, sentence, truth


@pytest.fixture(scope="module")
def ctx() -> Context:
    return context(load_settings(models=KEPT / "models"))


def value(name: str, ctx: Context, given: object, **changes: object) -> float | None:
    return METRICS[name].function(truth(**changes), given, ctx)  # type: ignore[arg-type]


def test_retrieval_by_hand(ctx: Context) -> None:
    first, third = sentence(0), sentence(2)
    other = (0, 20, "other")
    found = answer(hits=hits(other, (*first, "emergency"), (*third, "emergency")))
    assert value("recall@1", ctx, found) == 0
    assert value("recall@5", ctx, found) == 1  # both groups, at ranks 2 and 3
    assert value("mrr@10", ctx, found) == 1 / 2
    # (1/log2(3) + 1/log2(4)) / (1/log2(2) + 1/log2(3))
    assert value("ndcg@10", ctx, found) == pytest.approx((1 / math.log2(3) + 1 / 2) / (1 + 1 / math.log2(3)))
    assert value("char_recall", ctx, found) == 1
    gold_characters = (first[1] - first[0]) + (third[1] - third[0])
    assert value("char_precision", ctx, found) == pytest.approx(gold_characters / (gold_characters + 20))


def test_one_alternative_of_a_group_is_enough(ctx: Context) -> None:
    quotes = [{"document": "emergency", "quote": BODY[slice(*sentence(n))], "group": 1} for n in (0, 2)]
    found = answer(hits=hits((*sentence(2), "emergency")))
    assert value("recall@1", ctx, found, evidence=quotes) == 1
    assert value("char_recall", ctx, found, evidence=quotes) == 1


def test_half_of_a_span_holds_it_and_less_does_not(ctx: Context) -> None:
    start, end = sentence(0)
    middle = (start + end) // 2
    assert retrieval.holds(hits((start, middle + 1, "emergency"))[0].passage.span, truth().groups[0][0])
    assert not retrieval.holds(hits((start, middle - 5, "emergency"))[0].passage.span, truth().groups[0][0])


def test_without_evidence_retrieval_does_not_apply(ctx: Context) -> None:
    for name in ("recall@5", "mrr@10", "ndcg@10", "char_recall", "char_precision"):
        assert value(name, ctx, answer(), evidence=[]) is None


def test_citations_by_hand(ctx: Context) -> None:
    good = claim(1)
    invented = claim(2, quote="A school may post every record online.", start=0)
    given = answer(good, invented)
    assert value("quote_integrity", ctx, given) == 1 / 2
    assert value("citation_precision", ctx, given) == 1 / 2
    assert value("citation_recall", ctx, given) == 1 / 2


def test_an_uncited_claim_is_unsupported_and_an_unrelated_citation_is_not_needed(ctx: Context) -> None:
    uncited = claim(1).model_copy(update={"citations": ()})
    assert value("citation_recall", ctx, answer(uncited)) == 0
    assert value("citation_precision", ctx, answer(uncited)) is None
    both = claim(1).model_copy(update={"citations": (*claim(1).citations, *claim(2, number=2).citations)})
    assert value("citation_precision", ctx, answer(both)) == 1 / 2


def test_a_citation_to_a_number_that_is_no_source_is_not_real(ctx: Context) -> None:
    given = answer(claim(1))
    assert citation.is_real(given.claims[0].citations[0], given, ctx)
    assert not citation.is_real(given.claims[0].citations[0].model_copy(update={"n": 9}), given, ctx)


def test_authorities_count_by_what_holds_them(ctx: Context) -> None:
    assert value("authority_recall", ctx, answer(claim(1)), authorities=["34 CFR 99.36(c)", "20 USC 1232g"]) == 1 / 2
    assert value("authority_recall", ctx, answer(claim(1)), authorities=[]) is None


def test_nuggets_and_exceptions_by_hand(ctx: Context) -> None:
    only_first = answer(claim(1))
    everything = answer(claim(1), claim(2, number=1), claim(3, number=2))
    assert value("nugget_vital", ctx, only_first) == 1
    assert value("nugget_all", ctx, only_first) == 1 / 2
    assert value("exception_recall", ctx, only_first) == 0
    assert value("nugget_all", ctx, everything) == 1
    assert value("exception_recall", ctx, everything) == 1


@pytest.mark.parametrize(
    ("wrong", "said", "denied"),
    [
        (
            "Every guardian ad litem is a FERPA parent.",
            "Appointment does not by itself make one the FERPA parent.",
            True,
        ),
        ("FERPA forbids the call.", "FERPA permits the call.", True),
        ("A school may give police the file.", "A school may give police the file, as FERPA does reach it.", False),
        ("A school may give police the file.", "A school may give it, because FERPA does not reach it.", False),
        ("The parent must sign.", "The parent must sign unless the student is 18 and not in school.", False),
    ],
)
def test_a_statement_that_denies_the_wrong_one_does_not_make_it(wrong: str, said: str, denied: bool) -> None:
    assert contradicts(wrong, said) is denied


def test_a_wrong_statement_is_told_from_its_opposite(ctx: Context) -> None:
    assert value("contradiction", ctx, answer(claim(1))) == 0
    wrong = answer(claim(1, text="A school must not give police education records in an emergency."))
    assert value("contradiction", ctx, wrong) == 1
    assert nugget.wrong_statements(truth(), wrong, ctx)
    assert value("contradiction", ctx, answer(), wrong_if=[]) is None


def test_a_verdict_that_is_as_right_counts_apart(ctx: Context) -> None:
    given = answer(claim(1), verdict="yes")
    assert value("verdict_accuracy", ctx, given) == value("verdict_acceptable", ctx, given) == 0
    assert value("verdict_accuracy", ctx, given, verdict_also=["yes"]) == 0
    assert value("verdict_acceptable", ctx, given, verdict_also=["yes"]) == 1
    with pytest.raises(ValueError, match="others than"):
        truth(verdict_also=["conditional"])
    with pytest.raises(ValueError, match="abstain"):
        truth(verdict_also=["abstain"])


def test_outcomes(ctx: Context) -> None:
    whole = (claim(1), claim(2, number=1), claim(3, number=2))
    assert decision.outcome(truth(), answer(*whole), ctx) == "accurate"
    assert decision.outcome(truth(), answer(claim(1)), ctx) == "incomplete"
    assert decision.outcome(truth(), answer(verdict="abstain", abstention="not_in_corpus"), ctx) == "refused"
    assert decision.outcome(truth(), answer(*whole, claim(4, quote="x", start=0)), ctx) == "wrong"
    assert decision.outcome(truth(verdict="no"), answer(*whole, verdict="yes"), ctx) == "wrong"
    # a plain yes where a condition decides, with the exception left out
    assert decision.outcome(truth(), answer(claim(1), verdict="yes"), ctx) == "wrong"
    both: dict[str, object] = {"verdict": "no", "verdict_also": ["conditional"]}
    assert decision.outcome(truth(**both), answer(*whole, verdict="conditional"), ctx) == "accurate"
    assert decision.outcome(truth(**both), answer(*whole, verdict="yes"), ctx) == "wrong"
    out = {"kind": "out_of_scope", "verdict": "abstain", "abstention": "out_of_scope"}
    assert decision.outcome(truth(**out), answer(*whole), ctx) == "wrong"
    scores = decision.OUTCOME_SCORES
    assert scores["wrong"] < scores["refused"] < scores["incomplete"] < scores["accurate"]


def test_a_failure_is_traced_to_its_stage(ctx: Context) -> None:
    assert decision.lost_at(truth(), answer(verdict="abstain", abstention="not_in_corpus"), ctx) == "abstention"
    assert decision.lost_at(truth(), answer(hits=hits((0, 20, "other"))), ctx) == "retrieval"
    assert decision.lost_at(truth(), answer(claim(1, number=1)), ctx) == "selection"
    assert decision.lost_at(truth(), answer(claim(1)), ctx) == "composition"
    assert decision.lost_at(truth(), answer(claim(1), claim(2, number=1), claim(3, number=2)), ctx) is None


def test_abstention_by_hand(ctx: Context) -> None:
    silent = answer(verdict="abstain", abstention="out_of_scope")
    out = {"kind": "out_of_scope", "verdict": "abstain", "abstention": "out_of_scope"}
    assert value("abstention_recall", ctx, silent, **out) == 1
    assert value("harmful_answered", ctx, answer(claim(1)), **out) == 1
    assert value("abstention_reason", ctx, silent, **{**out, "abstention": "unsafe"}) == 0
    assert value("abstention_recall", ctx, silent) is None
    assert value("answerable_refused", ctx, silent) == 1
    assert value("abstention_precision", ctx, silent) == 0


def test_ranking_metrics_agree_with_ir_measures() -> None:
    import ir_measures
    from ir_measures import AP, RR, Qrel, R, ScoredDoc, nDCG

    rng = random.Random(1)
    for _ in range(50):
        ids = [f"d{i}" for i in range(30)]
        grades = {name: float(rng.choice([0, 0, 1, 2])) for name in rng.sample(ids, 12)} | {"d0": 1.0}
        ranked = rng.sample(ids, 30)
        qrels = [Qrel("q", name, int(grade)) for name, grade in grades.items()]
        run = [ScoredDoc("q", name, float(-rank)) for rank, name in enumerate(ranked)]
        theirs = ir_measures.calc_aggregate([R @ 5, RR @ 10, nDCG @ 10, AP @ 10], qrels, run)
        found = [{name} for name in ranked]
        relevant = {name for name, grade in grades.items() if grade > 0}
        assert ranking.recall(found, relevant, 5) == pytest.approx(theirs[R @ 5])
        assert ranking.reciprocal_rank(found, relevant, 10) == pytest.approx(theirs[RR @ 10])
        assert ranking.ndcg(found, grades, 10) == pytest.approx(theirs[nDCG @ 10])
        assert ranking.average_precision(found, relevant, 10) == pytest.approx(theirs[AP @ 10])


def test_statistics_by_hand() -> None:
    # Wilson for 8 of 10: (0.8 + 1.96²/20 ± 1.96·√(0.16/10 + 1.96²/400)) / (1 + 1.96²/10)
    assert stats.wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    low, high = stats.bootstrap([0.2, 0.4, 0.6, 0.8])
    assert low < 0.5 < high
    # observed 3/4, chance 3/4·2/4 + 1/4·2/4 = 1/2
    assert stats.kappa([1, 1, 1, 0], [1, 1, 0, 0]) == pytest.approx(0.5)
    assert stats.kappa([1, 1], [1, 1]) == 1
    assert stats.paired_p([0.5] * 20, [0.5] * 20) == 1
    assert stats.paired_p([0.0] * 20, [1.0] * 20) < 0.01
    assert math.isnan(stats.bootstrap([])[0])
    assert all(math.isnan(x) for x in stats.wilson(0, 0))
