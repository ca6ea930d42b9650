"""A detector in a page: what it measures of the true particles, and which events are kept.

Resolutions and efficiencies are round numbers, typical of a detector at the Large Hadron Collider.
The selection follows P. Baldi, P. Sadowski and D. Whiteson, Nature Communications 5 (2014) 4308.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import vector
from numpy.typing import NDArray

Array = NDArray[np.float64]

PT_MIN = 20.0
"""Least transverse momentum of the lepton and of a jet, in GeV."""
ETA_MAX = 2.5
"""Largest pseudorapidity, either sign, of the lepton and of a jet."""
DISTANCE = 0.4
"""Least distance of two jets, or of the lepton from a jet, in pseudorapidity and azimuth."""
JETS = 4

B_TAG = {"b1": 0.7, "b2": 0.7, "q1": 0.06, "q2": 0.06, "gluon": 0.02}
"""Every particle that makes a jet, and the probability that its jet is tagged as one of a b quark.

The quarks of a W boson are tagged more often than the gluon: some of them are charm quarks.
"""


def measure(particles: Mapping[str, Array], random: np.random.Generator) -> Array:
    """Return the low-level quantities of the events that pass the selection, shape (kept, 21).

    Parameters
    ----------
    particles
        True momenta (px, py, pz, energy in GeV), shape (events, 4), of lepton, gluon and quarks.
    random
        Source of the random numbers.
    """
    lepton = _smeared_lepton(momentum(particles["lepton"]), random)
    jets = _smeared_jets(momentum(np.stack([particles[n] for n in B_TAG], axis=1)), random)
    tags = random.uniform(size=jets.shape) < np.array(list(B_TAG.values()))
    missing = _missing_momentum(lepton, jets, random)

    accepted = _accepted(jets)
    hardest = np.argsort(np.where(accepted, -jets.pt, 0.0), axis=1)[:, :JETS]
    rows = np.arange(len(jets))[:, None]
    kept = (
        _accepted(lepton)
        & (accepted.sum(axis=1) >= JETS)
        & tags[rows, hardest].any(axis=1)
        & _apart(lepton, jets, accepted)
    )
    jets, tags = jets[rows, hardest], tags[rows, hardest]
    four = np.stack([jets.pt, jets.eta, jets.phi, tags], axis=-1).reshape(len(jets), -1)
    low: Array = np.column_stack([lepton.pt, lepton.eta, lepton.phi, missing.pt, missing.phi, four])
    passed: Array = low[kept]
    return passed


def momentum(components: Array) -> Any:
    """Return px, py, pz, energy, the last axis of `components`, as an array of `vector`."""
    names = ("px", "py", "pz", "energy")
    return vector.array({name: components[..., i] for i, name in enumerate(names)})


def massless(pt: Array, eta: Array, phi: Array) -> Any:
    """Return momenta of massless particles as an array of `vector`."""
    return vector.array({"pt": pt, "eta": eta, "phi": phi, "mass": np.zeros_like(pt)})


def _smeared_lepton(lepton: Any, random: np.random.Generator) -> Any:
    """Measure the momentum to 2 %, the direction exactly."""
    factor = random.normal(1.0, 0.02, size=lepton.shape)
    return massless(lepton.pt * factor, lepton.eta, lepton.phi)


def _smeared_jets(jets: Any, random: np.random.Generator) -> Any:
    """Measure the energy E to 80 % / sqrt(E / GeV) and 5 % in quadrature, the direction to 0.02."""
    resolution = np.hypot(0.8 / np.sqrt(jets.energy), 0.05)
    factor = np.clip(random.normal(1.0, resolution), 0.05, None)
    d_eta, d_phi = random.normal(0.0, 0.02, size=(2, *jets.shape))
    return massless(jets.pt * factor, jets.eta + d_eta, _azimuth(jets.phi + d_phi))


def _missing_momentum(lepton: Any, jets: Any, random: np.random.Generator) -> Any:
    """Return what balances all that is measured across the beam, and soft particles of 10 GeV."""
    soft = random.normal(0.0, 10.0, size=(2, len(lepton)))
    px = -(lepton.px + jets.px.sum(axis=1)) + soft[0]
    py = -(lepton.py + jets.py.sum(axis=1)) + soft[1]
    return vector.array({"px": px, "py": py})


def _accepted(objects: Any) -> Any:
    return (objects.pt > PT_MIN) & (np.abs(objects.eta) < ETA_MAX)


def _apart(lepton: Any, jets: Any, accepted: Any) -> Any:
    """Tell for each event whether no two accepted objects overlap: such jets would merge."""
    apart = np.all(~accepted | (jets.deltaR(lepton[:, None]) > DISTANCE), axis=1)
    for i in range(jets.shape[1]):
        for j in range(i):
            overlap = jets[:, i].deltaR(jets[:, j]) < DISTANCE
            apart &= ~(overlap & accepted[:, i] & accepted[:, j])
    return apart


def _azimuth(phi: Array) -> Array:
    """Return the same angles from -pi to pi."""
    return (phi + np.pi) % (2 * np.pi) - np.pi
