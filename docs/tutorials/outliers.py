# %% [markdown]
# # Outliers, and where they drown
#
# A mean pulls an eigenvalue of G out of the bulk only if it is strong enough against the noise. The point where it fails
# to is a phase transition, named after Baik, Ben Arous and Péché. With all outputs equal, $p = 1/C$, the critical noise is
# as simple as can be:
#
# $$
# \left(\frac{\sigma_E}{\sigma_c}\right)^4 = \frac{N D}{C - 1}.
# $$

# %%
import matplotlib.pyplot as plt
import numpy as np

from simulate.replicates import conditional
from theory import threshold
from theory.models import Isotropic

N, C, D = 60, 4, 500
p = np.full((N, C), 1 / C)
r = p - np.eye(C)[np.arange(N) % C]  # residuals: outputs less labels
Gamma = np.diag([1.0, 4.0, 9.0, 16.0])  # four orthogonal means, of lengths 1, 2, 3 and 4

threshold.equal_outputs_ratio(N=N, C=C, D=D)

# %% [markdown]
# That was for means of one length. For unequal means each outlier $j$ has a critical noise of its own, which solves
# $\sigma_{E,j}^2 = \lambda_j(S(\hat u))/\hat u$ ([derivation](../theory/levels.md)). There are three, as there are four classes:

# %%
critical = threshold.critical_noise(p, Gamma=Gamma, D=D)
critical.round(2)

# %% [markdown]
# Let us watch the largest eigenvalue as the noise grows, in units of the bulk's upper edge. Above the threshold theory's
# outlier is `model.outliers[0]`; below there is none, and the largest eigenvalue is the edge. The points are exact samples:
# `conditional` draws the noise anew and never forms a matrix of D rows.

# %%
noises = np.geomspace(3, 60, 40)
models = [Isotropic(p, Gamma=Gamma, sigma_E=sigma, D=D) for sigma in noises]
predicted = [
    max([*model.outliers[:1], model.edges[-1, 1]]) / model.edges[-1, 1] for model in models
]

few = noises[::5]
drawn = np.array(
    [
        conditional(p, r, Gamma=Gamma, sigma_E=sigma, D=D, seed=0, replicates=8).lambda_max
        for sigma in few
    ]
)
edges = np.array([model.edges[-1, 1] for model in models[::5]])

# %%
fig, ax = plt.subplots(figsize=(6, 3.2))
ax.loglog(noises, predicted, color="#D55E00", label="theory")
ax.errorbar(
    few,
    drawn.mean(axis=1) / edges,
    drawn.std(axis=1, ddof=1) / edges,
    fmt="o",
    color="0.3",
    label="8 draws, mean and deviation",
)
ax.axvline(critical[0], color="0.6", ls="--", label="critical noise of the largest")
ax.set(xlabel="σ_E", ylabel="largest eigenvalue / edge")
ax.set_xticks([3, 10, 30], ["3", "10", "30"])
ax.minorticks_off()
ax.legend()
plt.show()

# %% [markdown]
# Long before the outlier is gone, its eigenvector has turned away: `overlaps` is the squared length of an outlier's
# eigenvector inside the span of the means.

# %%
for model, sigma in zip(models[::8], noises[::8], strict=True):
    print(f"σ_E = {sigma:5.1f}: {len(model.outliers)} outliers, overlaps {model.overlaps.round(2)}")

# %% [markdown]
# At the threshold a finite matrix does not know that it is there: the points cross it smoothly, over a width of relative
# size $(NC)^{-2/3}$.
#
# **Your turn.** Multiply `N` by 16. The formula at the top says that the critical noise doubles. Does `critical`?
