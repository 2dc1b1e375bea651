# %% [markdown]
# # A parameter study, from file to picture
#
# A study is a text file: which parameters are fixed, which vary, what is wanted and from where. This one asks how far
# the largest eigenvalue stands above the bulk, over the noise and the aspect ratio $N(C-1)/D$.

# %%
import tempfile
import tomllib
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from figures.pictures.studies import study as pictures
from figures.pictures.studies import study_map
from simulate.studies import study, sweep

TEXT = """
sources = ["theory", "simulation"]
observables = ["prominence", "spike_strength"]
seed = 1
replicates = 2

[parameters]
N = 30
C = 5
sigma_z = 0.1
sigma_c = 1.0

[grid]
noise_ratio = { start = 1, stop = 30, num = 9, spacing = "log" }
aspect_ratio = { start = 0.05, stop = 10, num = 6, spacing = "log" }
"""
what = study.study(tomllib.loads(TEXT))
what.points, what.dims

# %% [markdown]
# `sweep` computes it into a Zarr store, and computes no cell twice: killed, it goes on; with more values on an axis, only
# those are new. Draws are keyed by seed, parameters and replicate, so that neither the order nor the number of workers
# changes a bit. On the command line the same is
#
#     fort-ganguli sweep study.toml --out study.zarr
#     fort-ganguli draw study.zarr --observable prominence --x noise_ratio --y aspect_ratio --out map

# %%
folder = tempfile.TemporaryDirectory()
store = Path(folder.name) / "study.zarr"
sweep.sweep(what, store)  # how many cells are done, failed and left

# %%
sweep.sweep(what, store)  # again: nothing to do

# %% [markdown]
# The store is an xarray Dataset, theory's results beside the samples'. How far is theory from two draws, in the median of
# the relative gap, where there are outliers and where there are none?

# %%
results = pictures.open_study(store)
sampled = results.sampled_prominence.mean("replicate")
gap = np.log(results.predicted_prominence / sampled)
above = results.predicted_spike_strength > 1
[round(float(np.abs(gap.where(where)).median()), 3) for where in (above, ~above)]

# %% [markdown]
# Where there are none, the largest of so few eigenvalues lies on either side of the edge of the limit: 30 examples are few.
#
# In the picture colours are samples and lines are theory, each with its value; the dashed line is the threshold beyond
# which there is no outlier.

# %%
fig, ax = plt.subplots(figsize=(6, 4.2), layout="constrained")
data = pictures.compute(results, observable="prominence", x="noise_ratio", y="aspect_ratio")
study_map.draw(data, ax)
fig.legend(loc="outside upper center")
plt.show()
results.close()
folder.cleanup()

# %% [markdown]
# **Your turn.** Outputs that are decided have less curvature. Set `sigma_z = 4.0` in the text: which way does the dashed
# line move?
