"""The covariance of the means over true class and logit."""

import numpy as np
import pytest

from theory import Params
from theory.models import class_means


@pytest.mark.parametrize(("sigma_c", "sigma_y"), [(1.0, 0.0), (1.5, 0.5), (0.0, 2.0)])
def test_factor_has_the_covariance_of_the_definition(sigma_c, sigma_y):
    C = 4
    params = Params(N=8, C=C, D=9, sigma_z=1, sigma_c=sigma_c, sigma_E=1, sigma_y=sigma_y)
    c = class_means.factor(params)
    rows = c.reshape(-1, c.shape[2])
    if sigma_y == 0:
        expected = sigma_c**2 * np.eye(C)
    else:
        same_class, same_logit = (
            np.kron(np.eye(C), np.ones((C, C))),
            np.kron(np.ones((C, C)), np.eye(C)),
        )
        expected = (sigma_c**2 + sigma_y**2 * same_class) * same_logit
    np.testing.assert_allclose(rows @ rows.T, expected, atol=1e-12)
