"""Train a network, measure it, predict it at each level and plot, without the command line.

Stopped at any point and started again, it goes on where it was.
"""

from matplotlib.figure import Figure

from empirical.experiment import run
from empirical.settings import Experiment, Measurement, Network, Training
from figures.fit import NEEDED, fit

experiment = Experiment(
    network=Network(hidden=(32,), activation="tanh"),
    training=Training(epochs=(0, 3)),
    measurement=Measurement(observe=NEEDED, examples=100, held_out=250, dtype="float32"),
)
measured = run(experiment, out="results/script")  # trains, measures, saves; or goes on
point = fit(measured.sel(epoch=[3])).sel(epoch=3)  # each level, from held-out examples alone
ax = Figure(layout="constrained").add_subplot(xlabel="rank", ylabel="eigenvalue of G")
ax.loglog(range(1, point.eigenvalues.size + 1), point.eigenvalues, "ko", label="measured")
for level, values in zip(point.source.values, point.predicted_eigenvalues, strict=True):
    ax.loglog(range(1, values.size + 1), values.where(values > 0), label=level)
ax.set_ylim(1e-4 * float(point.eigenvalues[0]))
ax.legend()
ax.figure.savefig("results/script/levels.png")
