"""The worked example of backpropagation: one small network, one event, one step.

Two inputs, two hidden neurons, one output, all of them logistic. The figure and the table of the
chapter on training and the stepper on its page show these numbers.
"""

import numpy as np

from nnlecture.network import Network

EVENT = np.array([2.0, -1.0])
"""The inputs x_1 and x_2."""

TARGET = 1.0
ETA = 0.5

NETWORK = Network(
    w1=np.array([[0.2, 0.4, 0.5], [-0.3, -0.2, 0.3]]),  # a row: bias, from x_1, from x_2
    w2=np.array([-0.4, -0.5, 0.7]),  # bias, from phi_1, from phi_2
    hidden="sigmoid",
    output="sigmoid",
)
