"""The seven high-level quantities: invariant masses, computed from the 21 low-level ones.

They ask of every event: were there W bosons, top quarks, Higgs bosons? First the jets have to be
told apart:

- the two b jets are those with a b-tag, the hardest first; where tags are missing, the hardest
  of the other jets serve. The remaining two are the light jets, j j;
- each b jet belongs to one of the top quarks that there would be in a background event. Of the two
  ways to share them out, that one counts which brings both masses closer to the top quark's;
- the W boson that joins b b in m_wbb is the one, l v or j j, that makes the heavier system. In a
  signal event that is mostly the one from the charged Higgs boson: it flies against h, while the
  other one, from a decay with little energy to spare, is slow.

The lepton and the jets are taken as massless. The neutrino's momentum along the beam is not
measured, and follows from the mass of the W boson.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlecture.higgs_detector import JETS, massless

Array = NDArray[np.float64]

M_W, M_TOP = 80.4, 172.5
"""Masses in GeV. One gives the neutrino's momentum, by the other b jets are shared out."""


def high_level(low: Array) -> Array:
    """Return m_jj, m_jjj, m_lv, m_jlv, m_bb, m_wbb and m_wwbb in GeV, shape (events, 7).

    Parameters
    ----------
    low
        Low-level quantities, shape (events, 21), in GeV and radians, in the order of
        :data:`nnlecture.higgs.LOW_LEVEL`.
    """
    lepton = massless(*low[:, :3].T)
    lv = lepton + neutrino(lepton, low[:, 3], low[:, 4])
    b1, b2, light1, light2 = _ordered_jets(low[:, 5:].reshape(-1, JETS, 4))
    jj, bb = light1 + light2, b1 + b2
    straight = np.stack([(jj + b1).mass, (lv + b2).mass])
    crossed = np.stack([(jj + b2).mass, (lv + b1).mass])
    better = np.abs(straight - M_TOP).sum(axis=0) <= np.abs(crossed - M_TOP).sum(axis=0)
    m_jjj, m_jlv = np.where(better, straight, crossed)
    m_wbb = np.maximum((jj + bb).mass, (lv + bb).mass)
    return np.column_stack([jj.mass, m_jjj, lv.mass, m_jlv, bb.mass, m_wbb, (jj + lv + bb).mass])


def neutrino(lepton: Any, missing: Array, missing_phi: Array) -> Any:
    r"""Return the neutrino that makes lepton and neutrino a W boson.

    With $a = m_W^2/2 + \vec p_T^{\,\ell}\cdot\vec p_T^{\,\nu}$ the condition is quadratic in the
    neutrino's momentum along the beam,

    $$ p_z^\nu = \frac{a\,p_z^\ell \pm
    E^\ell\sqrt{a^2 - (p_T^\ell\,p_T^\nu)^2}}{(p_T^\ell)^2}. $$

    The solution of smaller magnitude is taken. Where the root is of a negative number no solution
    makes a W boson, since the missing momentum is measured too large; then the root is left out.

    Parameters
    ----------
    lepton
        Array of massless `vector` momenta, shape (events,).
    missing, missing_phi
        Missing transverse momentum in GeV and its azimuth, shape (events,).
    """
    a = M_W**2 / 2 + lepton.pt * missing * np.cos(lepton.phi - missing_phi)
    root = np.sqrt(np.clip(a**2 - (lepton.pt * missing) ** 2, 0.0, None))
    both = (a * lepton.pz + [[1.0], [-1.0]] * (lepton.energy * root)) / lepton.pt**2
    pz: Array = np.where(np.abs(both[0]) < np.abs(both[1]), *both)
    return massless(missing, np.arcsinh(pz / missing), missing_phi)


def _ordered_jets(jets: Array) -> list[Any]:
    """Return the two b jets, then the two light jets, from pT, eta, phi and b-tag of four jets."""
    order = np.argsort(-(jets[..., 3] > 0).astype(int), axis=1, kind="stable")
    pt, eta, phi, _ = np.moveaxis(np.take_along_axis(jets, order[..., None], axis=1), -1, 0)
    return [massless(pt[:, i], eta[:, i], phi[:, i]) for i in range(JETS)]
