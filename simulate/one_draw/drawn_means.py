"""The model of one set of parameters with its means drawn: an ensemble for every sampler."""

from __future__ import annotations

import numpy as np

from simulate import eigenspaces
from simulate.ensemble import Ensemble, ensemble, over_axes
from simulate.one_draw.draws import Examples, mean_gram
from theory import Params


def with_means(params: Params, drawn: Examples, *, rng: np.random.Generator) -> Ensemble:
    """The ensemble of ``params`` on drawn examples, with means from ``rng``; exact at any D.

    Isotropic noise needs the means' Gram matrix alone; noise of a power law draws them in each
    eigenspace of T.

    Examples
    --------
    >>> from simulate.one_draw.draws import examples
    >>> from theory import stream
    >>> params = Params(N=30, C=3, D=10**9, sigma_z=1, sigma_c=1, sigma_E=0.7, T_exponent=0.5)
    >>> e = with_means(params, examples(params, seed=0), rng=stream(0, "means", 0))
    >>> e.D, e.means.shape
    (1000000000, (3, 289))
    """
    C = params.C
    K_C = (1 - params.rho) * np.eye(C) + params.rho if params.rho else None
    groups = drawn.y if params.sigma_y > 0 else None
    if params.T_exponent == 0 or params.sigma_E == 0:
        return ensemble(
            drawn.p,
            drawn.r,
            Gamma=mean_gram(params, rng=rng),
            sigma_E=params.sigma_E,
            D=params.D,
            groups=groups,
            K_C=K_C,
            sigma_H=params.sigma_H,
        )
    axes = eigenspaces.drawn(params, rng=rng)
    return over_axes(drawn.p, drawn.r, axes, groups=groups, K_C=K_C, sigma_H=params.sigma_H)
