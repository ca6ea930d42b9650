"""The Higgs exercise: simulated decays, detector, high-level masses, files."""

import gzip
import math
from itertools import pairwise

import numpy as np
import pytest
import vector
from sklearn.metrics import roc_auc_score
from xgboost import XGBClassifier

from nnlecture import higgs, higgs_detector, higgs_masses, higgs_simulation

LOW = len(higgs.LOW_LEVEL)


@pytest.fixture(scope="module", params=[1, 0], ids=["signal", "background"])
def truth(request):
    """Label and true momenta of 3,000 generated events of one class."""
    momenta = higgs_simulation.truth(request.param, 3000, seed=5)
    return request.param, {name: higgs_detector.momentum(p) for name, p in momenta.items()}


@pytest.fixture(scope="module")
def table():
    return higgs_simulation.simulate(3000, seed=2)


def column(table, name):
    return table[:, higgs.COLUMNS.index(name)]


# Decays


def assert_equal_momenta(one, other):
    for component in ("px", "py", "pz", "energy"):
        np.testing.assert_allclose(getattr(one, component), getattr(other, component), atol=1e-6)


def test_momentum_and_energy_are_conserved_in_every_decay(truth):
    label, p = truth
    assert len(p["system"]) > 1000
    assert_equal_momenta(p["leptonic W"], p["lepton"] + p["neutrino"])
    assert_equal_momenta(p["hadronic W"], p["q1"] + p["q2"])
    if label:
        assert_equal_momenta(p["h"], p["b1"] + p["b2"])
        assert_equal_momenta(p["system"], p["leptonic W"] + p["hadronic W"] + p["h"])
    else:
        assert_equal_momenta(p["t1"] + p["t2"], p["system"])
        ws, bs = p["leptonic W"] + p["hadronic W"], p["b1"] + p["b2"]
        assert_equal_momenta(p["system"], ws + bs)
    np.testing.assert_allclose((p["system"] + p["gluon"]).pt, 0, atol=1e-6)


def assert_breit_wigner(masses, mass, width):
    """Half of a Breit-Wigner curve lies within half of its width, and half on either side."""
    assert np.median(masses) == pytest.approx(mass, abs=width / 8)
    assert np.mean(np.abs(masses - mass) < width / 2) == pytest.approx(0.5, abs=0.07)
    assert np.abs(masses - mass).max() <= 8 * width + 1e-6


def test_true_masses_are_those_of_the_particles(truth):
    label, p = truth
    for w in ("leptonic W", "hadronic W"):
        # Near the threshold of H0 → W H± light W bosons are favoured.
        if not label:
            assert_breit_wigner(p[w].mass, 80.4, 2.09)
        assert np.median(p[w].mass) == pytest.approx(80.4, abs=1.0)
    if label:
        np.testing.assert_allclose((p["b1"] + p["b2"]).mass, 125, rtol=1e-6)
        np.testing.assert_allclose(p["H±"].mass, 325, rtol=1e-6)
        np.testing.assert_allclose(p["system"].mass, 425, rtol=1e-6)
        w_of_charged = np.stack(
            [(p["h"] + p[w]).mass for w in ("leptonic W", "hadronic W")], axis=1
        )
        assert np.all(np.abs(w_of_charged - 325).min(axis=1) < 1e-3)
    else:
        for top in ("t1", "t2"):
            assert_breit_wigner(p[top].mass, 172.5, 1.42)


def test_either_w_may_be_the_leptonic_one(truth):
    label, p = truth
    if label:
        from_charged = np.abs((p["h"] + p["leptonic W"]).mass - 325) < 1e-3
    else:
        from_charged = np.abs((p["b1"] + p["leptonic W"] - p["t1"]).energy) < 1e-6
    assert from_charged.mean() == pytest.approx(0.5, abs=0.06)


def test_decays_are_isotropic(truth):
    """In the rest frame of a W boson the lepton's cosine to the W's own way is flat."""
    p = truth[1]
    w, lepton = p["leptonic W"], p["lepton"]
    at_rest = lepton.boostCM_of(w)
    cosine = (
        at_rest.to_3D().dot(w.to_3D()) / np.sqrt(at_rest.to_3D().mag2) / np.sqrt(w.to_3D().mag2)
    )
    assert cosine.mean() == pytest.approx(0, abs=0.05)
    assert (cosine**2).mean() == pytest.approx(1 / 3, abs=0.03)


# Detector and selection


def test_measured_jets_scatter_by_the_resolution():
    random = np.random.default_rng(0)
    energy = np.full(20_000, 100.0)
    true = vector.array({"px": energy, "py": 0 * energy, "pz": 0 * energy, "energy": energy})
    measured = higgs_detector._smeared_jets(true, random)
    assert measured.pt.mean() == pytest.approx(100, abs=0.3)
    assert measured.pt.std() == pytest.approx(np.hypot(8.0, 5.0), rel=0.03)
    assert measured.eta.std() == pytest.approx(0.02, rel=0.03)


def test_missing_momentum_is_the_neutrinos_but_for_resolution(truth):
    p = truth[1]
    jets = np.stack(
        [np.stack([p[n].px, p[n].py, p[n].pz, p[n].E], axis=-1) for n in higgs_detector.B_TAG],
        axis=1,
    )
    random = np.random.default_rng(0)
    missing = higgs_detector._missing_momentum(p["lepton"], higgs_detector.momentum(jets), random)
    difference = missing.px - p["neutrino"].px
    assert difference.mean() == pytest.approx(0, abs=1)
    assert difference.std() == pytest.approx(10, rel=0.1)


def test_events_have_the_shape_and_pass_the_selection(table):
    assert table.shape == (3000, 29)
    assert np.isfinite(table).all()
    assert column(table, "class").sum() == 1500
    assert set(column(table, "class")[:50]) == {0.0, 1.0}, "classes are mixed"
    pts = [column(table, f"jet {i} pT") for i in (1, 2, 3, 4)]
    assert min(column(table, "lepton pT").min(), pts[3].min()) > 20
    assert all((harder >= softer).all() for harder, softer in pairwise(pts))
    for name in higgs.COLUMNS:
        if name.endswith("eta"):
            assert np.abs(column(table, name)).max() < 2.5
        if name.endswith("phi"):
            assert np.abs(column(table, name)).max() <= np.pi
    tags = np.stack([column(table, f"jet {i} b-tag") for i in (1, 2, 3, 4)])
    assert set(tags.ravel()) == {0.0, 1.0}
    assert tags.sum(axis=0).min() >= 1


def test_no_two_jets_overlap(table):
    for i in range(1, 5):
        for j in range(1, i):
            d_eta = column(table, f"jet {i} eta") - column(table, f"jet {j} eta")
            d_phi = column(table, f"jet {i} phi") - column(table, f"jet {j} phi")
            distance = np.hypot(d_eta, np.angle(np.exp(1j * d_phi)))
            assert distance.min() > 0.4 - 1e-9


def test_same_seed_same_events_other_seed_other_events(table):
    np.testing.assert_array_equal(higgs_simulation.simulate(3000, seed=2), table)
    assert not np.array_equal(higgs_simulation.simulate(3000, seed=3), table)


# High-level quantities, once more with plain formulas, one event at a time


def cartesian(pt, eta, phi):
    return np.array(
        [pt * math.cosh(eta), pt * math.cos(phi), pt * math.sin(phi), pt * math.sinh(eta)]
    )


def mass(*momenta):
    e, x, y, z = sum(momenta)
    return math.sqrt(max(e * e - x * x - y * y - z * z, 0))


def neutrino_by_search(lepton, pt, phi):
    """Find the roots of m(lepton + neutrino) - 80.4 GeV by NumPy's solver of polynomials."""
    e, x, y, z = lepton
    a = 80.4**2 / 2 + x * pt * math.cos(phi) + y * pt * math.sin(phi)
    # e² (pt² + pz²) = (a + z pz)²
    roots = np.roots([e * e - z * z, -2 * a * z, e * e * pt * pt - a * a])
    pz = min(roots.real, key=abs)
    return np.array([math.hypot(pt, pz), pt * math.cos(phi), pt * math.sin(phi), pz])


def masses_of(event):
    lepton = cartesian(*event[:3])
    lv = lepton + neutrino_by_search(lepton, *event[3:5])
    jets = [tuple(event[i : i + 4]) for i in (5, 9, 13, 17)]
    tagged = [jet for jet in jets if jet[3]]
    ordered = tagged + [jet for jet in jets if not jet[3]]
    b, c, q, r = (cartesian(*jet[:3]) for jet in ordered)
    ways = [(mass(q, r, b), mass(lv, c)), (mass(q, r, c), mass(lv, b))]
    m_jjj, m_jlv = min(ways, key=lambda way: sum(abs(m - 172.5) for m in way))
    m_wbb = max(mass(q, r, b, c), mass(lv, b, c))
    return [mass(q, r), m_jjj, mass(lv), m_jlv, mass(b, c), m_wbb, mass(q, r, lv, b, c)]


def test_high_level_quantities_equal_plain_formulas(table):
    expected = np.array([masses_of(event[1 : 1 + LOW]) for event in table[:500]])
    np.testing.assert_allclose(table[:500, 1 + LOW :], expected, rtol=1e-6)


def test_neutrino_gives_a_w_boson_where_it_can_and_the_smaller_solution(table):
    low = table[:, 1 : 1 + LOW]
    lepton = higgs_detector.massless(*low[:, :3].T)
    m_lv = column(table, "m_lv")
    assert m_lv.min() > 80.4 - 1e-6
    assert np.mean(m_lv < 80.4 + 1e-6) > 0.5
    found = higgs_masses.neutrino(lepton, low[:, 3], low[:, 4])
    np.testing.assert_allclose(found.pt, low[:, 3])


def test_measured_masses_peak_where_the_particles_are(table):
    signal = table[column(table, "class") == 1]
    background = table[column(table, "class") == 0]

    def peak(values):
        counts, edges = np.histogram(values, bins=np.arange(0, 800, 20))
        return edges[counts.argmax()] + 10

    assert peak(column(signal, "m_bb")) == pytest.approx(125, abs=20)
    assert peak(column(signal, "m_wbb")) == pytest.approx(325, abs=25)
    assert peak(column(signal, "m_wwbb")) == pytest.approx(425, abs=30)
    assert peak(column(background, "m_jjj")) == pytest.approx(172.5, abs=20)
    assert peak(column(background, "m_jlv")) == pytest.approx(172.5, abs=20)


def test_high_level_quantities_separate_the_classes(table):
    train, test = table[:2000], table[2000:]
    score = sum(
        _log_ratio(train, test, higgs.COLUMNS.index(name)) for name in ("m_bb", "m_wbb", "m_wwbb")
    )
    assert roc_auc_score(test[:, 0], score) > 0.7


def test_trees_do_better_with_the_masses_than_with_what_these_are_computed_from(table):
    train, test = table[:2000], table[2000:]
    columns = {"low": slice(1, 1 + LOW), "high": slice(1 + LOW, None)}
    auc = {}
    for level, chosen in columns.items():
        trees = XGBClassifier(n_estimators=60, max_depth=3, n_jobs=1, random_state=0)
        trees.fit(train[:, chosen], train[:, 0])
        auc[level] = roc_auc_score(test[:, 0], trees.predict_proba(test[:, chosen])[:, 1])
    assert 0.55 < auc["low"] < auc["high"] - 0.05


def _log_ratio(train, test, i):
    """Return the logarithm of the ratio of the two classes' histograms, for each test event."""
    bins = np.quantile(train[:, i], np.linspace(0, 1, 16))
    signal, background = (np.histogram(train[train[:, 0] == c, i], bins)[0] for c in (1, 0))
    where = np.clip(np.digitize(test[:, i], bins) - 1, 0, len(signal) - 1)
    return np.log((signal + 1) / (background + 1))[where]


# Files


def published_row(label=1.0):
    """Return numbers as in the published files: of order 1, written with many digits."""
    row = [label, 0.87, -0.64, 0.23, 0.33, -0.69, *[0.75, -0.25, -1.09, 2.17] * 4, *[1.0] * 7]
    return [f"{number:.18e}" for number in row]


def rows():
    return [published_row(label) for label in (1.0, 0.0, 1.0, 0.0)]


def written(path, rows):
    text = "".join(",".join(row) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("name", ["HIGGS.csv", "HIGGS.csv.gz"])
def test_file_in_the_published_form_is_read(tmp_path, name):
    sample = higgs.read(written(tmp_path / name, rows()))
    assert sample.x.shape == (4, 28)
    assert sample.t.tolist() == [1, 0, 1, 0]
    assert sample.x[0, higgs.LOW_LEVEL.index("missing phi")] == -0.69
    assert sample.unit == "scaled"
    assert name in sample.source
    assert "simulation" not in sample.source
    assert len(higgs.read(tmp_path / name, events=2).t) == 2


def test_names_are_21_and_7():
    assert (len(higgs.LOW_LEVEL), len(higgs.HIGH_LEVEL), len(higgs.COLUMNS)) == (21, 7, 29)
    assert higgs.COLUMNS[6:10] == ("jet 1 pT", "jet 1 eta", "jet 1 phi", "jet 1 b-tag")


@pytest.mark.parametrize("name", ["events.csv", "events.csv.gz"])
def test_written_events_are_read_again(tmp_path, table, name):
    higgs.write(tmp_path / name, table[:300])
    sample = higgs.read(tmp_path / name)
    np.testing.assert_allclose(sample.x, table[:300, 1:], atol=0.0005 + 1e-9)
    np.testing.assert_array_equal(sample.t, table[:300, 0])
    assert sample.unit == "GeV"
    assert "simulation" in sample.source
    before = (tmp_path / name).read_bytes()
    higgs.write(tmp_path / name, table[:300])
    assert (tmp_path / name).read_bytes() == before


def test_published_file_then_offered_file_then_simulation(tmp_path, table, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("nnlecture.files.FOLDER", tmp_path / "data")
    simulated = higgs.load("HIGGS.csv", events=40)
    assert "simulated now" in simulated.source
    np.testing.assert_array_equal(simulated.x, higgs_simulation.simulate(40, higgs.SEED)[:, 1:])
    higgs.write(higgs.SIMULATED, table[:50])
    assert higgs.load("HIGGS.csv", events=30).source.startswith("30 events from higgs-10k.csv.gz")
    written(tmp_path / "HIGGS.csv", rows())
    assert higgs.load("HIGGS.csv").source == "4 events from HIGGS.csv"


def replaced(line, column, cell):
    changed = rows()
    changed[line - 1][column - 1] = cell
    return changed


@pytest.mark.parametrize(
    "bad, message",
    [
        (replaced(3, 5, "abc"), r"bad.csv:3: column 5 \(missing energy\): 'abc' is not a number"),
        (replaced(2, 7, "nan"), r"bad.csv:2: column 7 \(jet 1 pT\): 'nan' is not a number of zero"),
        (replaced(2, 8, "nan"), r"bad.csv:2: column 8 \(jet 1 eta\): 'nan' is not a pseudorap"),
        (replaced(4, 8, ""), r"bad.csv:4: column 8 \(jet 1 eta\): '' is not a pseudorapidity"),
        (replaced(2, 29, "inf"), r"bad.csv:2: column 29 \(m_wwbb\): 'inf'"),
        (replaced(2, 1, "2"), r"bad.csv:2: column 1 \(class\): '2' is not 0 \(background\) or 1"),
        (replaced(4, 4, "3.2"), r"bad.csv:4: column 4 \(lepton phi\): '3.2' is not an angle"),
        (replaced(2, 10, "-1"), r"bad.csv:2: column 10 \(jet 1 b-tag\): '-1'"),
        (replaced(2, 2, "-0.1"), r"bad.csv:2: column 2 \(lepton pT\): '-0.1'"),
        ([list(higgs.COLUMNS), *rows()], r"bad.csv:1: column 1 .* not with the names"),
        ([*rows(), published_row()[:-1]], r"bad.csv:5: 28 columns instead of 29"),
        ([*rows(), [*published_row(), "0"]], r"bad.csv:5: 30 columns instead of 29"),
        ([published_row(), [], published_row(0)[:-2]], r"bad.csv:3: 27 columns"),
        ([], "bad.csv: no events"),
        ([published_row(), published_row()], "bad.csv: events of one class only"),
    ],
)
def test_bad_file_is_refused_with_line_and_column(tmp_path, bad, message):
    with pytest.raises(ValueError, match=message):
        higgs.read(written(tmp_path / "bad.csv", bad))


def test_truncated_or_not_compressed_or_binary_file_is_refused(tmp_path):
    whole = written(tmp_path / "whole.csv.gz", rows()).read_bytes()
    (tmp_path / "half.csv.gz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "plain.csv.gz").write_text("1,2,3\n")
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)))
    for name, message in [
        ("half.csv.gz", "half.csv.gz: cannot be decompressed"),
        ("plain.csv.gz", "plain.csv.gz: cannot be decompressed"),
        ("binary.csv", "binary.csv: not a file of numbers"),
    ]:
        with pytest.raises(ValueError, match=message):
            higgs.read(tmp_path / name)


def test_bad_file_is_not_replaced_by_the_simulation(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "HIGGS.csv", replaced(2, 3, "x"))
    with pytest.raises(ValueError, match=r"HIGGS.csv:2: column 3"):
        higgs.load("HIGGS.csv")
