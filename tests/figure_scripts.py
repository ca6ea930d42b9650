"""The figures' scripts, run for tests; each network in them is trained once."""

import runpy
from functools import cache
from pathlib import Path

FIGURES = Path(__file__).parents[1] / "figures"
TRAINING = {
    "boston_house_prices": ["predictions"],
    "calibration": ["trained", "ensemble"],
    "cnn": ["maps"],
    "cures": ["trained"],
    "monitoring_overtraining": ["errors"],
    "overtraining": ["trained"],
    "regularization": ["trained"],
    "universal_approximation": ["approximation"],
}
"""The functions of a script that take long, by its name."""


@cache
def script(name):
    """Run a figure's script and return its names."""
    names = runpy.run_path(str(FIGURES / f"{name}.py"))
    own = names["draw"].__globals__
    for function in TRAINING.get(name, []):
        own[function] = names[function] = cache(names[function])
    return names
