# %% [markdown]
# # Which assumption fails?
#
# The model makes assumptions one can name, and levels that drop them one after the other:

# %%
import tempfile

import matplotlib.pyplot as plt
import numpy as np

from empirical.experiment import run
from empirical.settings import Experiment, Measurement, Network, Training
from figures.fit import NEEDED, fit
from figures.judge import judgement
from theory.levels import LEVELS

for level in LEVELS.values():
    print(f"{level.name:12} assumes {level.assumes}")

# %% [markdown]
# An experiment is one value: the network, its training, what is measured and on which examples. `run` trains, measures
# and saves; stopped and called again, it goes on. (Here into a folder that is thrown away.)

# %%
experiment = Experiment(
    network=Network(hidden=(20,)),
    training=Training(epochs=(0, 3)),
    measurement=Measurement(observe=NEEDED, examples=60, held_out=200, dtype="float32"),
)
with tempfile.TemporaryDirectory() as folder:
    measured = run(experiment, out=folder, progress=False)

# %% [markdown]
# `fit` estimates everything on the 200 held-out examples and predicts the 60 measured ones at each level. Its result is
# a Dataset: here is the error of each of the nine outliers, in the mean.

# %%
found = fit(measured)
errors = np.abs(found.outlier_error).mean("outlier").sel(source=list(LEVELS))
(100 * errors).round(1).to_pandas()  # in per cent

# %% [markdown]
# A number fails or holds against a threshold that was set before, 5 % here, or against what two samples of the same
# network differ by. An assumption is blamed only if an error goes away with it: `mended` lists these.

# %%
for each in judgement.mended(found):
    print(
        f"epoch {each.epoch:g}, {each.level}: {each.quantity} "
        f"{each.before.error:.3f} → {each.after.error:.3f} with {each.by}"
    )

# %%
fig, axes = plt.subplots(1, 2, figsize=(7, 3), layout="constrained")
shown = found.sel(source=list(LEVELS))
for ax, values, title in (
    (axes[0], errors, "outliers, mean relative error"),
    (axes[1], shown.bulk_distance, "bulk, distance over mean"),
):
    for epoch, marker in ((0, "o"), (3, "s")):
        ax.plot(list(LEVELS), values.sel(epoch=epoch), marker=marker, label=f"epoch {epoch}")
    ax.axhline(0.05, color="0.6", ls="--", label="threshold")
    ax.set(title=title, yscale="log")
    ax.tick_params(axis="x", rotation=20)
axes[0].legend()
plt.show()

# %% [markdown]
# The noise is not isotropic: its covariance is what the bulk needed. The outliers needed other means.
#
# **Your turn.** Does a smooth activation change which assumption fails first? Give the network
# `Network(hidden=(20,), activation="tanh")`.
