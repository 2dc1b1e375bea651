# %% [markdown]
# # The softmax as a random energy model
#
# The logits of one example are $C$ numbers, and the softmax gives each the weight $e^{z_k} / \sum_l e^{z_l}$. To a
# physicist this is a system with $C$ states of energies $-z_k$ at temperature 1. With independent Gaussian logits,
# $z_k \sim \mathcal{N}(0, \sigma_z^2)$, it is Derrida's *random energy model*, and the spread of the logits plays the part of
# an inverse temperature.
#
# How many classes share the weight? The participation ratio counts them: $Y = \sum_k p_k^2$ is $1/C$ when all
# classes have the same weight, and 1 when one has all of it.

# %%
import matplotlib.pyplot as plt
import numpy as np

from theory import rem, stream

C = 10
rem.participation([0.1, 1, 2, 4, 8], C=C).round(3)

# %% [markdown]
# These are exact means at finite $C$: one integral for each value, no sampling. Here is the sampling, to be sure.

# %%
sigma_z = np.linspace(0.1, 8, 60)
few = sigma_z[::6]
z = few[:, None, None] * stream(0, "tutorial").standard_normal((2000, C))
p = np.exp(z - z.max(axis=-1, keepdims=True))
p /= p.sum(axis=-1, keepdims=True)
sampled = np.sum(p**2, axis=-1)
error = sampled.std(axis=1, ddof=1) / np.sqrt(2000)
((sampled.mean(axis=1) - rem.participation(few, C=C)) / error).round(1)

# %% [markdown]
# The numbers are in standard errors: theory is the mean.
#
# For very many classes there is a sharp transition. There are about $C\, e^{-z^2/2\sigma_z^2}$ states near energy $-z$, and
# beyond $z = \sigma_z \sqrt{2 \ln C}$ there are none. When $\sigma_z$ passes
#
# $$
# \sigma_z^\star = \sqrt{2 \ln C},
# $$
#
# the weight runs into that wall and sits on the few best classes: the system *freezes*. In the limit the participation is
# $1 - \sigma_z^\star/\sigma_z$ above the transition and zero below it.

# %%
fig, ax = plt.subplots(figsize=(6, 3.4))
x = np.linspace(0.02, 3, 90)  # σ_z in units of the freezing point
for classes, color in ((10, "#0072B2"), (1000, "#009E73"), (10**6, "#D55E00")):
    ax.plot(
        x,
        rem.participation(x * rem.freezing(classes), C=classes),
        color=color,
        label=f"C = {classes:,}",
    )
ax.plot(
    few / rem.freezing(C),
    sampled.mean(axis=1),
    "o",
    color="#0072B2",
    mfc="none",
    label="sampled, C = 10",
)
ax.plot(x, np.maximum(0, 1 - 1 / x), color="k", ls=":", label="limit of many classes")
ax.set(xlim=(0, 3), xlabel="σ_z / √(2 ln C)", ylabel="mean participation Σ p²")
ax.legend()
plt.show()

# %% [markdown]
# Why does a landscape care? Each example enters G through $A = \mathrm{diag}(p) - pp^\top$, and $\mathrm{Tr}\, A = 1 - Y$:
# an example that is frozen has no curvature. When training spreads the logits, the Hessian fades, example by example.
#
# **Your turn.** A language model has `C = 50_257` tokens. At which $\sigma_z$ does it freeze? Change `C`, and look at how
# much slower than for ten classes the curve approaches its limit.
