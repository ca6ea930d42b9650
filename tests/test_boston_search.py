"""The grid search of exercise 4 gives the same on a Dask cluster as in one process."""

import numpy as np
import pytest
from distributed import Client, LocalCluster
from joblib import parallel_config
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from nnlecture.boston import split


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_search_on_a_dask_cluster_equals_search_in_one_process():
    x, _, t, _ = split()
    regressor = MLPRegressor(solver="lbfgs", max_iter=20, random_state=1)
    search = GridSearchCV(
        make_pipeline(StandardScaler(), regressor),
        {
            "mlpregressor__alpha": [1.0, 100.0],
            "mlpregressor__hidden_layer_sizes": [(3,), (3, 3)],
        },
        scoring="neg_root_mean_squared_error",
        cv=3,
    )
    alone = search.fit(x, t).cv_results_["mean_test_score"]

    with (
        LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
        ) as cluster,
        Client(cluster),
    ):
        with parallel_config(backend="dask"):
            together = search.fit(x, t).cv_results_["mean_test_score"]
        work_done = cluster.scheduler.transition_counter
    assert work_done >= 12  # trainings
    np.testing.assert_allclose(together, alone, rtol=1e-6)
    assert np.ptp(alone) > 0.01
