import numpy as np
import pytest

from planner.plan.comparison import scores


def test_scores_are_the_weighted_mean_of_figures_between_least_and_greatest():
    figures = {"people": np.array([10.0, 20.0, 30.0]), "cost": np.array([100.0, 300.0, np.nan])}
    assert scores(figures, {"people": 1.0}).tolist() == [0.0, 0.5, 1.0]
    assert scores(figures, {"cost": 2.0}).tolist() == [1.0, 0.0, 0.0]  # the cheapest is best, and what is not known counts 0
    assert scores(figures, {"people": 3.0, "cost": 1.0}).tolist() == pytest.approx([0.25, 0.375, 0.75])


def test_equal_figures_are_all_best_and_no_weight_gives_no_score():
    assert scores({"people": np.array([5.0, 5.0])}, {"people": 1.0}).tolist() == [1.0, 1.0]
    assert scores({"people": np.array([5.0, 6.0])}, {}).tolist() == [0.0, 0.0]
    assert scores({}, {"people": 1.0}).tolist() == []


def test_scaling_a_figure_changes_no_score():
    random = np.random.default_rng(1)
    figures = {"people": random.random(9), "cost": random.random(9)}
    weights = {"people": 0.7, "cost": 0.3}
    other = {"people": figures["people"] * 1000 + 5, "cost": figures["cost"] * 3}
    assert scores(other, weights) == pytest.approx(scores(figures, weights))
