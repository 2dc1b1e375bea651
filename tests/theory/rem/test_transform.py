"""The transform of one weight: two sums, one value."""

import numpy as np

from theory.rem import transform


def test_both_sums_over_the_logits_agree():
    """Summed in z and summed in w are the same means where the code changes over."""
    for C, order in ((2, 2.0), (10, 30.0), (10**9, 2.0)):
        u = np.linspace(-np.log(C) - 20, 4, 60)
        options = {
            "C": C,
            "order": order,
            "finest": transform.gamma_step(order),
            "weights": [transform.power(order), transform.surprisal],
        }
        narrow, wide = (f(u, 1.0, **options) for f in (transform._narrow, transform._wide))
        np.testing.assert_allclose(np.exp(narrow[0]), np.exp(wide[0]), rtol=0, atol=4e-16)
        seen = narrow[1] > 1e-12 * narrow[1].max(axis=1, keepdims=True)
        np.testing.assert_allclose(narrow[1][seen], wide[1][seen], rtol=1e-11)
