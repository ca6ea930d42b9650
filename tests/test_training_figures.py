"""The figures of training and generalisation: the facts and the pictures."""

from copy import deepcopy

import numpy as np
import pytest
import scipy
from figure_scripts import script
from matplotlib.text import Text
from sklearn.metrics import roc_auc_score

from nnlecture import flexible
from nnlecture.data import signal_and_background
from nnlecture.descent import error, minimum
from nnlecture.network import predict
from nnlecture.plots import output_on_grid

NAMES = [
    "nn_decision_boundary",
    "playground",
    "universal_approximation",
    "gradient_descent",
    "stochastic_gradient_descent",
    "gradient_descent_comparison",
    "learning_rates",
    "wrong_neuron",
    "underfitting_overfitting",
    "overtraining",
    "monitoring_overtraining",
    "regularization",
    "cures",
    "calibration",
    "roc",
    "attention",
    "xor_like_data",
]


def steps(name, *arguments):
    """Return the change of the whole sample's error by each update of a figure's path."""
    figure = script(name)
    return np.diff(error(figure["path"](*arguments), figure["X"], figure["T"]))


# The data


def test_half_of_the_events_are_a_peak_and_half_are_flat():
    x, t = signal_and_background(20_000, seed=1, width=0.3)
    assert x.shape == (20_000, 2)
    assert np.mean(t) == 0.5
    assert np.std(x[t == 1], axis=0) == pytest.approx([0.3, 0.3], rel=0.03)
    assert np.std(x[t == 0], axis=0) == pytest.approx([2 / np.sqrt(3)] * 2, rel=0.03)
    assert np.abs(x[t == 0]).max() <= 2
    assert np.mean(x, axis=0) == pytest.approx([0, 0], abs=0.03)


def test_same_seed_same_peak_and_an_odd_number_of_events_is_kept():
    (x, _), (again, _), (other, _) = (signal_and_background(51, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(x, again)
    assert not np.array_equal(x, other)
    assert len(x) == 51


# Feed-forward networks


def test_network_of_the_decision_boundary_is_right_for_nine_events_of_ten():
    figure = script("nn_decision_boundary")
    assert figure["accuracy"](figure["trained"](), figure["X"], figure["T"]) > 0.92


def test_boundary_is_closed_around_the_peak():
    figure = script("nn_decision_boundary")
    network = figure["trained"]()
    *_, y = output_on_grid(lambda x: predict(network, x), figure["LIMITS"])
    edge = np.concatenate([y[0], y[-1], y[:, 0], y[:, -1]])
    assert edge.max() < 0.5 < y[100, 100]


def test_every_hidden_neuron_of_the_playground_cuts_the_data_and_none_does_alone():
    figure = script("playground")
    network, x, t = figure["trained"](), figure["X"], figure["T"]
    alone = []
    for neuron in range(figure["NEURONS"]):
        positive = figure["response"](network, neuron, x) > 0
        assert 0.1 < np.mean(positive) < 0.9
        alone.append(max(np.mean(positive == t), np.mean(positive != t)))
    together = np.mean((predict(network, x) > 0.5) == t)
    assert sorted(np.sign(network.w2[1:])) == [-1, 1, 1]  # as the text says
    assert together > 0.85
    assert together > max(alone) + 0.05


def test_largest_error_falls_with_the_number_of_neurons():
    figure = script("universal_approximation")
    assert figure["NEURONS"] == [1, 3, 10, 50]
    errors = [figure["largest_error"](figure["approximation"](n)) for n in figure["NEURONS"]]
    assert np.all(np.diff(errors) < 0)
    assert errors[0] > 0.3
    assert errors[-1] < 0.06


# Gradient descent


def test_each_step_goes_downhill_for_the_good_learning_rate_only():
    figure = script("gradient_descent")
    assert np.all(steps("gradient_descent", figure["GOOD"]) < 0)
    # The first leaps still go down, along the valley.
    assert np.all(steps("gradient_descent", figure["TOO_LARGE"])[2:] > 0)


def test_stochastic_path_nears_the_minimum_irregularly():
    figure = script("stochastic_gradient_descent")
    path, target = figure["path"](), minimum(figure["X"], figure["T"])
    distance = np.linalg.norm(path - target, axis=1)
    assert distance[-1] < 0.2 * distance[0]
    assert 0.2 < np.mean(steps("stochastic_gradient_descent") > 0) < 0.8


def test_batch_is_monotone_in_loss_and_stochastic_is_not():
    figure = script("gradient_descent_comparison")
    changes = {m.name: np.diff(figure["losses"](m)) for m in figure["METHODS"]}
    assert np.all(changes["batch"] < 0)
    assert np.mean(changes["stochastic"] > 0) > 0.2
    assert np.any(changes["mini-batch"] > 0)


def test_fewer_events_per_update_come_down_faster():
    figure = script("gradient_descent_comparison")
    assert len({method.eta for method in figure["METHODS"][:3]}) == 1
    after_one_epoch = {}
    for method in figure["METHODS"]:
        losses = figure["losses"](method)
        after_one_epoch[method.name] = losses[(len(losses) - 1) // figure["EPOCHS"]]
    fast, medium, slow = (after_one_epoch[k] for k in ("stochastic", "mini-batch", "batch"))
    assert fast < medium / 2 < slow / 2


def test_batch_descent_can_take_more_than_three_times_the_rate_of_single_events():
    figure = script("gradient_descent_comparison")
    methods = {method.name: method for method in figure["METHODS"]}
    one, larger = methods["batch"], methods["batch, larger rate"]
    assert larger.eta > 3 * one.eta
    losses = figure["losses"](larger)
    assert np.all(np.diff(losses) < 0)
    assert losses[-1] < 0.2 * figure["losses"](one)[-1]


def test_each_learning_rate_shows_what_the_text_says():
    figure = script("learning_rates")
    errors = {eta: np.array(figure["errors"](eta)) for eta in figure["RATES"]}
    flat, slow, good, restless, stuck = errors.values()
    assert np.all(np.abs(flat - 0.125) < 0.003)
    assert np.all(np.diff(slow) < 0) and slow[-1] > 1.5 * good[-1]
    assert good[-1] == min(curve[-1] for curve in errors.values())
    assert np.abs(np.diff(restless[30:])).mean() > 5 * np.abs(np.diff(good[30:])).mean()
    assert stuck[-1] > 1.9 * 0.125 and np.ptp(stuck[10:]) < 1e-3


def test_wrong_neuron_learns_at_once_with_the_cross_entropy_only():
    figure = script("wrong_neuron")
    squared, cross = figure["outputs"]("squared"), figure["outputs"]("cross entropy")
    assert squared[0] == cross[0] > 0.99
    assert np.argmax(cross < 0.1) < 20
    assert squared[100] > 0.95


@pytest.mark.parametrize("loss", ["squared", "cross entropy"])
def test_signal_of_the_wrong_neuron_is_the_derivative_of_its_error(loss):
    import tensorflow as tf

    u = tf.Variable(1.3, dtype=tf.float64)
    with tf.GradientTape() as tape:
        if loss == "squared":
            value = tf.sigmoid(u) ** 2 / 2
        else:
            target = tf.zeros((), tf.float64)
            value = tf.nn.sigmoid_cross_entropy_with_logits(target, u)
    reference = float(tape.gradient(value, u))
    assert script("wrong_neuron")["signal"](loss, 1.3) == pytest.approx(reference)


# Generalisation


def test_validation_error_is_lowest_in_the_middle_panel():
    figure = script("underfitting_overfitting")
    fits = figure["fits"]()
    training = [figure["rms"](fit, *figure["TRAINING_SAMPLE"]) for fit in fits]
    validation = [figure["rms"](fit, *figure["VALIDATION_SAMPLE"]) for fit in fits]
    assert [fit.degree() for fit in fits] == figure["DEGREES"]
    assert np.all(np.diff(training) < -0.05)
    assert validation[1] < 0.6 * min(validation[0], validation[2])


def test_large_network_is_better_in_training_and_worse_in_the_test():
    figure = script("overtraining")
    small, large = (figure["trained"](layers) for layers in figure["NETWORKS"].values())
    assert large.score(*figure["TRAINING_SAMPLE"]) > small.score(*figure["TRAINING_SAMPLE"]) + 0.05
    assert large.score(*figure["TEST_SAMPLE"]) < small.score(*figure["TEST_SAMPLE"]) - 0.02


def test_validation_error_has_its_minimum_long_before_the_last_epoch():
    figure = script("monitoring_overtraining")
    training, validation = figure["errors"]()
    assert len(training) == len(validation) == figure["EPOCHS"]
    assert np.argmin(validation) < figure["EPOCHS"] / 2
    assert validation[-1] > 1.1 * validation.min()
    assert training[-1] < 0.8 * training[np.argmin(validation)]


def test_weights_shrink_with_the_strength_of_the_regularisation():
    figure = script("regularization")
    models = [figure["trained"](strength) for strength in figure["STRENGTHS"]]
    penalties = np.array([figure["sum_of_squares"](model) for model in models])
    assert np.all(penalties[1:] < 0.5 * penalties[:-1])
    training = [model.score(*flexible.TRAINING_SAMPLE) for model in models]
    assert training[0] > training[-1] + 0.05
    test = [model.score(*flexible.TEST_SAMPLE) for model in models]
    assert np.all(np.diff(test) > 0.01)


def test_truth_of_the_flat_and_the_peaked_density_is_what_counting_finds():
    x, t = signal_and_background(400_000, seed=5)
    for low, high in [(0.0, 0.2), (0.9, 1.1), (1.5, 2.0)]:
        ring = (np.hypot(*x.T) > low) & (np.hypot(*x.T) < high)
        assert np.mean(t[ring]) == pytest.approx(flexible.truth(x[ring]).mean(), abs=0.01)


def test_no_network_of_the_curves_beats_the_known_densities_by_more_than_chance():
    figure = script("cures")
    best = figure["best_possible"](*flexible.TEST_SAMPLE)
    assert 0.15 < best < 0.18
    assert 1 - figure["trained"](500, 0.006)[0].score(*flexible.TEST_SAMPLE) > best - 0.01


def test_penalty_helps_a_small_sample_and_a_large_one_needs_none():
    figure = script("cures")
    small, large = figure["SIZES"][1], 1500
    wrong = {
        (events, strength): 1 - figure["trained"](events, strength)[0].score(*flexible.TEST_SAMPLE)
        for events in (small, large)
        for strength in (0.0, figure["PENALTY"])
    }
    assert wrong[small, figure["PENALTY"]] < wrong[small, 0.0] - 0.02
    assert abs(wrong[large, figure["PENALTY"]] - wrong[large, 0.0]) < 0.01


def test_networks_of_the_calibration_are_half_way_to_those_of_overtraining():
    figure = script("calibration")
    model = deepcopy(figure["trained"]((4,)))  # others look at it as it is
    flexible.train(model, *flexible.TRAINING_SAMPLE, epochs=figure["EPOCHS"])
    whole = script("overtraining")["trained"]((4,))
    for found, expected in zip(model.coefs_, whole.coefs_, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_outputs_of_the_small_network_are_probabilities_and_those_of_the_large_are_not():
    figure = script("calibration")
    x, t = flexible.TEST_SAMPLE
    far = {}
    for name, layers in figure["NETWORKS"].items():
        mean, share, _ = figure["reliability"](flexible.output(figure["trained"](layers), x), t)
        far[name] = np.abs(mean - share).max()
    small, large = far.values()
    assert small < 0.1 < large


def test_reliability_of_true_probabilities_is_the_diagonal():
    random = np.random.default_rng(1)
    y = random.uniform(size=100_000)
    t = (random.uniform(size=y.size) < y).astype(float)
    mean, share, error = script("calibration")["reliability"](y, t)
    np.testing.assert_allclose(share, mean, atol=5 * error.max())


def test_area_under_the_curve_is_that_of_scikit_learn_and_the_best_threshold_is_inside():
    figure = script("roc")
    y, t = figure["output"]()
    signal, background = figure["efficiencies"](y, t)
    assert -np.trapezoid(signal, background) == pytest.approx(roc_auc_score(t, y), abs=0.003)
    gain = figure["significance"](signal, background)
    assert gain[0] == pytest.approx(100 / np.sqrt(10_100))
    assert figure["THRESHOLDS"][np.argmax(gain)] > 0.8
    assert gain.max() > 1.1 * gain[np.searchsorted(figure["THRESHOLDS"], 0.5)]


def test_attention_weights_are_the_softmax_of_the_squared_distances():
    figure = script("attention")
    z, sigma = figure["Z"], figure["SIGMA"]
    expected = np.exp(-((z[:, None] - z) ** 2) / (2 * sigma**2))
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(figure["weights"](), expected, atol=1e-12)
    np.testing.assert_allclose(figure["attend"]()[:, 0], expected @ z)
    right = z > 0
    assert figure["weights"]()[np.ix_(right, ~right)].max() < 1e-3


def test_attention_does_not_know_the_order():
    figure = script("attention")
    order = np.random.default_rng(1).permutation(len(figure["Z"]))
    q, k = figure["X"] @ figure["W_Q"].T, figure["X"] @ figure["W_K"].T
    shuffled = scipy.special.softmax(q[order] @ k[order].T / np.sqrt(2), axis=1)
    np.testing.assert_allclose(shuffled, figure["weights"]()[np.ix_(order, order)])


def test_xor_like_sample_is_large_in_two_opposite_corners_only():
    figure = script("xor_like_data")
    x, t = figure["X"], figure["T"]
    different = np.abs(x[:, 0] - x[:, 1]) > 0.7
    same = np.abs(x[:, 0] + x[:, 1] - 1) > 0.7
    assert t[different].min() > 0.5 > t[same].max()
    assert min(np.sum(different), np.sum(same)) > 10


# The pictures


@pytest.mark.parametrize("name", NAMES)
def test_no_text_is_smaller_than_the_footnote_size(name):
    fig = script(name)["draw"]()
    assert min(text.get_fontsize() for text in fig.findobj(Text) if text.get_text()) >= 9


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.mpl_image_compare(style="default", tolerance=3, savefig_kwargs={"dpi": 80})
def test_picture(name):
    return script(name)["draw"]()
