# %% [markdown]
# # Measuring a network of one's own
#
# Any torch classifier will do: a module that takes inputs and returns logits. Here is a small one, trained by a plain
# loop on scikit-learn's handwritten digits. (With your data: `empirical.data.Data(inputs, targets, classes=..., name=...)`.)

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn

from empirical import capture, estimate, hessian, logits
from empirical.data import digits
from theory.models import Isotropic

torch.manual_seed(0)
train, test = digits(seed=0)
network = nn.Sequential(nn.Linear(64, 40), nn.ReLU(), nn.Linear(40, 10))

optimiser = torch.optim.SGD(network.parameters(), lr=0.1)
for start in list(range(0, 1000, 20)) * 4:  # four epochs
    batch = train.take(np.arange(start, start + 20))
    optimiser.zero_grad()
    nn.functional.cross_entropy(network(batch.inputs), batch.targets).backward()
    optimiser.step()
round(float((network(test.inputs).argmax(1) == test.targets).float().mean()), 3)  # accuracy

# %% [markdown]
# `capture` runs the network on some examples and keeps what the gradients of all logits are made of. The
# $N \times C \times D$ numbers themselves are never formed: a linear layer's gradient is an outer product, and two of them
# have the inner product $(a_\mu \cdot a_\nu + 1)(b_{\mu k} \cdot b_{\nu l})$.

# %%
measured = capture.capture(network, test.take(np.arange(200)))
spectrum = hessian.spectrum(measured)
spectrum.eigenvalues[:11].numpy().round(3)

# %% [markdown]
# These are exact, all of them. Do the gradients cluster, as the model assumes? The mean cosine of two examples'
# gradients of the same logit says so: within a class (`q_SLSC`), over all pairs (`q_SL`), and between logits (`q_DL`).

# %%
found = logits.cosines([measured])
{name: round(float(getattr(found, name)), 3) for name in ("q_SLSC", "q_SL", "q_DL")}

# %% [markdown]
# Now predict. The parameters come from *other* examples, so that nothing is fitted to what is judged: level FG has one
# mean for each logit, level *cluster* one for each logit and true class.

# %%
others = estimate.estimate(capture.capture(network, train.take(np.arange(1000, 1437))))
p = torch.softmax(measured.logits, dim=1).numpy()
levels = {"FG": (others.FG, None), "cluster": (others.cluster, measured.targets.numpy())}
models = {
    name: Isotropic(
        p,
        Gamma=level.Gamma.numpy(),
        sigma_E=level.sigma_E,
        D=int(level.effective_dimension),
        groups=groups,
    )
    for name, (level, groups) in levels.items()
}

# %%
fig, ax = plt.subplots(figsize=(6, 3.4))
eigenvalues = spectrum.eigenvalues.numpy()
ax.loglog(np.arange(1, 301), eigenvalues[:300], "o", color="0.3", ms=3, label="measured")
for (name, model), color in zip(models.items(), ("#D55E00", "#0072B2"), strict=True):
    predicted = model.eigenvalues[:300]
    ax.loglog(np.arange(1, predicted.size + 1), predicted, color=color, label=f"predicted, {name}")
ax.axvline(9.5, color="0.7", ls="--")
ax.text(9.0, eigenvalues[299], "C − 1 = 9", ha="right", color="0.4")
ax.set(xlabel="rank", ylabel="eigenvalue of G (nat/weight²)")
ax.legend()
plt.show()

# %% [markdown]
# The nine outliers are there, and both levels have their order of magnitude right with no parameter fitted. What lies
# behind them is not the bulk of isotropic noise: [the next tutorial](assumptions.py) asks which assumption is to blame.
#
# **Your turn.** Measure before training: change `* 4` to `* 0`. Which of the three cosines changes
# most, and is the agreement better or worse?
