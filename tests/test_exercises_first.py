"""Exercises 1 and 3: what the solutions' texts say of what their cells print."""

import re

import pytest
from cells import cells, numbers, printed

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def test_plain_descent_at_its_default_rate_gives_up_on_xor_early():
    parts = ("import warnings", "print(x.tolist()", "def network(", "networks = {", "early = ")
    codes = [code for part in parts for code in cells("exercises/xor", part)]
    others = re.compile(r' *\("\w+", "(lbfgs|adam)"\),\n')  # the text is about the last row
    lines = printed([others.sub("", code) for code in codes])
    early, trainings = numbers(lines[-2])
    assert early > 0.7 * trainings


def test_network_is_best_on_all_four_sets_and_a_limit_helps_the_tree_where_no_curve_is_needed():
    codes = cells("exercises/decision-boundaries", "from xgboost", "limited =")
    lines = printed([code for code in codes if "subplots" not in code and "panels" not in code])
    test: dict = {}
    for line in lines[:12]:
        data, name, accuracy = re.match(r"(\w+) +(.+?) +training .* test +([\d.]+)%", line).groups()
        test.setdefault(data, {})[name] = float(accuracy)
    for found in test.values():
        assert max(found, key=found.get) == "neural network"
        assert found["decision tree"] <= min(found.values()) + 0.5
    gain = {line.split()[0]: -numbers(line)[0] + numbers(line)[1] for line in lines[12:]}
    assert gain["moons"] > 0
    assert gain["XOR"] > 0
    assert gain["circles"] < 0
    assert gain["spirals"] < 0
