"""Simulated collisions for the Higgs exercise: a heavy Higgs boson and its background, top pairs.

This is a simulation for teaching. It follows the chain of decays of the published HIGGS data
(P. Baldi, P. Sadowski and D. Whiteson, Nature Communications 5 (2014) 4308), but it is not those
data: they come from programs that know the interactions. Here

- the decays are flat in phase space: no spins, no matrix elements, no radiation from quarks;
- the mass and the boost of the decaying system are drawn from simple spectra, chosen by eye;
- one recoiling jet stands for all that the collision produces beside the system;
- the detector is a handful of resolutions and efficiencies (:mod:`nnlecture.higgs_detector`).

Both processes end in one lepton, one neutrino, two light quarks and two b quarks:

- signal: H0 → W∓ H±, H± → W± h, h → b b̄;
- background: t t̄ → W+ b W- b̄.

Momenta are arrays of shape (events, 4): px, py, pz and energy in GeV.
"""

# Before phasespace, since that imports TensorFlow with other settings.
from nnlecture.reproducible import tf

# isort: split

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phasespace import GenParticle

from nnlecture.higgs_detector import measure
from nnlecture.higgs_masses import M_TOP, M_W, high_level

Array = NDArray[np.float64]
Truth = dict[str, Array]

M_HEAVY, M_CHARGED, M_LIGHT = 425.0, 325.0, 125.0
"""Masses of H0, H± and h, as in the paper; their widths are taken as zero."""
WIDTH_W, WIDTH_TOP = 2.09, 1.42
M_B = 4.8
WIDTHS = 8
"""A W boson or a top quark is at most so many of its widths away from its mass."""

BATCH = 20_000
"""Events generated at a time."""


def simulate(events: int, seed: int) -> Array:
    """Return measured events, shape (events, 29), columns as in :data:`nnlecture.higgs.COLUMNS`.

    Half of the events are signal, in random order. Energies, momenta and masses are in GeV, angles
    in radians. The same seed gives the same events.
    """
    signal = events - events // 2
    parts = [_selected(1, signal, seed), _selected(0, events - signal, seed)]
    return np.random.default_rng(seed).permutation(np.concatenate(parts))


def truth(label: int, events: int, seed: int) -> Truth:
    """Return the true momenta of every particle in events of one class, each of shape (n, 4).

    Parameters
    ----------
    label
        1 for signal, 0 for background.
    events
        How many to generate; fewer are left, n, since they are taken in proportion to their weight.
    seed
        Seed of the random numbers.
    """
    return _Generator(label, seed).events(events)


class _Generator:
    """Generates events of one class; keeps its decay chain, which TensorFlow compiles but once."""

    def __init__(self, label: int, seed: int):
        self.label = label
        self.random = np.random.default_rng([seed, label])
        self.tf_random = tf.random.Generator.from_seed(int(self.random.integers(2**31)))
        # phasespace also asks for the global one, which there is not once Keras was seeded.
        tf.random.set_global_generator(self.tf_random)
        self.chain = _signal(self.tf_random) if label else _background(self.tf_random)

    def events(self, number: int) -> Truth:
        """Return the momenta in at most `number` unweighted events."""
        mass = np.full(number, M_HEAVY) if self.label else _top_pair_mass(number, self.random)
        system = _system(mass, self.random)
        weight, tensors = self.chain.generate(number, boost_to=system, seed=self.tf_random)
        particles = {name: np.asarray(momentum) for name, momentum in tensors.items()}
        particles["system"] = system
        particles["gluon"] = _recoil(system, self.random)
        _name_w_decays(particles, self.random)
        weight = np.asarray(weight)
        kept = self.random.uniform(size=number) < weight / weight.max()
        return {name: momentum[kept] for name, momentum in particles.items()}


def _selected(label: int, number: int, seed: int) -> Array:
    """Generate and measure until `number` events have passed the selection."""
    generator = _Generator(label, seed)
    parts: list[Array] = []
    while sum(map(len, parts)) < number:
        parts.append(measure(generator.events(BATCH), generator.random))
    low = np.concatenate(parts)[:number] if parts else np.empty((0, 21))
    return np.column_stack([np.full(number, float(label)), low, high_level(low)])


def _signal(random: Any) -> Any:
    light = GenParticle("h", M_LIGHT).set_children(*_b_quarks())
    charged = GenParticle("H±", M_CHARGED).set_children(_w("W2", random), light)
    return GenParticle("H0", M_HEAVY).set_children(_w("W1", random), charged)


def _background(random: Any) -> Any:
    tops = [
        GenParticle(f"t{i}", _breit_wigner(M_TOP, WIDTH_TOP, random)).set_children(
            _w(f"W{i}", random), b
        )
        for i, b in enumerate(_b_quarks(), start=1)
    ]
    # The mass of the pair differs from event to event and comes with the boost.
    return GenParticle("t t̄", 2 * M_TOP).set_children(*tops)


def _b_quarks() -> tuple[Any, Any]:
    return GenParticle("b1", M_B), GenParticle("b2", M_B)


def _w(name: str, random: Any) -> Any:
    """Return a W boson that decays to two massless fermions; :func:`_name_w_decays` says which."""
    fermions = (GenParticle(f"{name} fermion {i}", 0.0) for i in (1, 2))
    return GenParticle(name, _breit_wigner(M_W, WIDTH_W, random)).set_children(*fermions)


def _breit_wigner(mass: float, width: float, random: Any) -> Callable[..., Any]:
    """Return a function that draws masses for phasespace, which gives the limits it can allow."""

    def draw(low: Any, high: Any, events: Any) -> Any:
        low = tf.maximum(low, mass - WIDTHS * width)
        high = tf.minimum(high, mass + WIDTHS * width)
        first, last = (tf.atan((limit - mass) / (width / 2)) for limit in (low, high))
        quantile = random.uniform(tf.shape(low), dtype=tf.float64)
        return mass + width / 2 * tf.tan(first + quantile * (last - first))

    return draw


def _top_pair_mass(events: int, random: np.random.Generator) -> Array:
    """Rise like a square root above the threshold, then fall exponentially."""
    threshold = 2 * (M_TOP + WIDTHS * WIDTH_TOP)
    return threshold + random.gamma(1.5, 80.0, size=events)


def _system(mass: Array, random: np.random.Generator) -> Array:
    """Return momenta for systems of given masses: pT about 50 GeV, rapidities with width 1."""
    pt = random.gamma(2.0, 25.0, size=len(mass))
    phi = random.uniform(-np.pi, np.pi, size=len(mass))
    rapidity = random.normal(0.0, 1.0, size=len(mass))
    mt = np.hypot(mass, pt)
    return np.column_stack(
        [pt * np.cos(phi), pt * np.sin(phi), mt * np.sinh(rapidity), mt * np.cosh(rapidity)]
    )


def _recoil(system: Array, random: np.random.Generator) -> Array:
    """Return the momentum of one gluon that balances the system across the beam."""
    px, py = -system[:, 0], -system[:, 1]
    eta = random.normal(0.0, 2.0, size=len(system))
    pt = np.hypot(px, py)
    return np.column_stack([px, py, pt * np.sinh(eta), pt * np.cosh(eta)])


def _name_w_decays(particles: Truth, random: np.random.Generator) -> None:
    """Let one W, either of them, decay to lepton and neutrino, and the other one to quarks."""
    first = random.uniform(size=(len(particles["W1"]), 1)) < 0.5
    for ending, lepton, quark in [
        ("", "leptonic W", "hadronic W"),
        (" fermion 1", "lepton", "q1"),
        (" fermion 2", "neutrino", "q2"),
    ]:
        one, other = particles.pop(f"W1{ending}"), particles.pop(f"W2{ending}")
        particles[lepton] = np.where(first, one, other)
        particles[quark] = np.where(first, other, one)
