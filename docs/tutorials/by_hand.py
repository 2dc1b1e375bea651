# %% [markdown]
# # The model by hand
#
# A classifier with weights $W \in \mathbb{R}^D$ gives each example $\mu$ a vector of logits $z^\mu \in \mathbb{R}^C$ and,
# by the softmax, probabilities $p^\mu$. Of the Hessian of the mean cross-entropy we keep the Gauss-Newton term,
#
# $$
# G = \frac{1}{N} \sum_\mu J_\mu^\top A_\mu J_\mu, \qquad A_\mu = \mathrm{diag}(p^\mu) - p^\mu {p^\mu}^\top,
# $$
#
# where the rows of $J_\mu$ are the gradients of the $C$ logits. Fort and Ganguli's model says what these gradients look
# like: *a mean for each logit, and noise*,
#
# $$
# J_{\mu k} = c_k + E_{\mu k}.
# $$
#
# That is all of it. Let us write it down in NumPy, at a size where G is an ordinary matrix.

# %%
import matplotlib.pyplot as plt
import numpy as np

from theory.models import Isotropic

N, C, D = 100, 5, 600
sigma_z, sigma_c, sigma_E = 1.0, 1.0, 0.7
rng = np.random.default_rng(0)

z = sigma_z * rng.standard_normal((N, C))
p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
c = sigma_c / np.sqrt(D) * rng.standard_normal((C, D))
J = c + sigma_E / np.sqrt(D) * rng.standard_normal((N, C, D))

# %% [markdown]
# `sigma_c` and `sigma_E` are *lengths*: a vector of $D$ components, each of standard deviation $\sigma/\sqrt{D}$, has length
# about $\sigma$, whatever $D$ is. Now G and its eigenvalues.

# %%
A = np.stack([np.diag(each) - np.outer(each, each) for each in p])
G = np.einsum("mkd,mkl,mle->de", J, A, J, optimize=True) / N
eigenvalues = np.linalg.eigvalsh(G)[::-1]
eigenvalues[:6].round(4)

# %% [markdown]
# Four eigenvalues stand out, for five classes. It is always $C - 1$: as each $A_\mu$ takes the vector $(1, \ldots, 1)$ to
# zero, what all logits have in common is not seen by the loss.
#
# Theory needs no draw of the noise. Given the outputs $p$ and the inner products of the means,
# $\Gamma = c c^\top$, the outliers and the edges of the bulk are roots of equations.

# %%
model = Isotropic(p, Gamma=c @ c.T, sigma_E=sigma_E, D=D)
model.outliers.round(4), model.edges.round(5)

# %% [markdown]
# How far may one draw be from this? That, too, has a closed form: the standard deviation of each outlier over draws of
# the noise.

# %%
((eigenvalues[: C - 1] - model.outliers) / model.spread.std).round(1)

# %% [markdown]
# The picture has both: bars are the eigenvalues of the one matrix above, lines are theory.

# %%
fig, ax = plt.subplots(figsize=(6, 3.2))
bulk = eigenvalues[C - 1 : N * (C - 1)]
bins = np.geomspace(bulk.min(), bulk.max(), 30)
ax.hist(bulk, bins, density=True, color="0.8", label="bulk of this draw")
x = np.geomspace(model.edges[0, 0], model.edges[-1, 1], 400)
ax.plot(x, model.density(x) / model.masses.sum(), color="#D55E00", label="bulk, theory")
ax.vlines(eigenvalues[: C - 1], 1, 4000, color="0.7", lw=3, label="outliers of this draw")
ax.vlines(model.outliers, 1, 4000, color="#D55E00", ls="--", label="outliers, theory")
ax.set(xlabel="eigenvalue of G (nat/weight²)", ylabel="density", xscale="log", yscale="log")
ax.set_ylim(1, 1e7)
ax.legend(loc="upper center")
plt.show()

# %% [markdown]
# **Your turn.** Make the noise longer: set `sigma_E = 9.0` in the first cell (the line `sigma_z, sigma_c, sigma_E = 1.0, 1.0, 9.0`). How many values does `model.outliers` still
# have, and which one went first? [The next tutorial](outliers.py) finds the noise at which each of them goes.
