"""Decision boundaries of twelve networks in the plane: outliers of the Hessian against pieces.

Stopped at any point and started again, it goes on where it was. Numbers, report and pictures lie in
the folder; the whole study is ``fort-ganguli boundary``.
"""

from empirical.settings import Boundary
from figures.commands.neighbouring_theories.boundary import run

study = run(
    Boundary(
        sets=("moons", "gaussians", "islands"), initialisations=("normal", "large"), replicates=2
    ),
    out="results/boundary",
)
print(study.told)
