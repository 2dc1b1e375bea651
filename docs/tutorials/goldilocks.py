# %% [markdown]
# # The Goldilocks zone
#
# On a random hyperplane through weight space the loss is unusually convex if the weights are neither too short nor too
# long: Fort and Scherlis call it the *Goldilocks zone*. Convexity is measured by
#
# $$
# \frac{\mathrm{Tr}\, H_d}{\lVert H_d \rVert_F} \le \sqrt{d},
# $$
#
# for the Hessian on a hyperplane of $d$ dimensions. What would the random model say?
#
# In a network of $L$ layers of ReLU without biases, stretching all weights by $\rho$ stretches the logits by $\rho^L$,
# their gradients by $\rho^{L-1}$ and their curvature by $\rho^{L-2}$. So one model, moved along a radius:

# %%
import matplotlib.pyplot as plt
import numpy as np

from theory import Params, goldilocks

params = Params(N=300, C=10, D=5000, sigma_z=0.5, sigma_c=1.0, sigma_E=0.7)
radii = np.geomspace(0.05, 20, 30)
asked = {"d": 50, "degree": 3, "radii": radii}

alone = goldilocks.zone(params, sigma_H=0.0, **asked)  # G alone
curved = goldilocks.zone(params, sigma_H=0.003, **asked)  # with the logits' own curvature
[round(each, 2) for each in (curved.inner, curved.peak, curved.outer)]

# %% [markdown]
# The Gauss-Newton term alone is positive, so that there is nothing to make it less convex at small radius: its zone has an
# outer edge and no inner one. Only the logits' curvature, $K = H - G$, which has no sign, makes the inner edge: as the radius
# shrinks it falls more slowly than G, like $\rho^{L-2}$ against $\rho^{2L-2}$, and wins.

# %%
fig, ax = plt.subplots(figsize=(6, 3.4))
for zone, color, label in ((alone, "#0072B2", "G alone"), (curved, "#D55E00", "with curvature")):
    ax.semilogx(radii, [cut.convexity for cut in zone.cuts], color=color, label=label)
ax.axvspan(curved.inner, curved.outer, color="#D55E00", alpha=0.12, label="above half the maximum")
ax.set(xlabel="weight radius / initial radius", ylabel="Tr H / ‖H‖ on the hyperplane")
ax.legend()
plt.show()

# %% [markdown]
# The outer edge is the softmax freezing: at large radius the logits are so spread that few examples are undecided, and
# G comes from these few alone. Which share of the directions curves upwards?

# %%
for i in range(0, radii.size, 6):
    cut = curved.cuts[i]
    print(f"radius {radii[i]:6.2f}: {cut.positive:.2f} positive, ‖G‖/‖K‖ = {cut.dominance:.3g}")

# %% [markdown]
# Real networks have the zone, with its peak lower than this: [what was found](../findings.md) has the numbers, and
# `fort-ganguli goldilocks` measures yours.
#
# **Your turn.** Does depth narrow the zone? Set `"degree": 6`.
