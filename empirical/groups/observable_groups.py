"""What can be measured at a point of training, in groups that are chosen by name; no torch here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from theory import checks
from theory.checks import InputError


@dataclass(frozen=True)
class Group:
    """Observables that are measured together; ``mark`` is one that no other group gives."""

    meaning: str
    mark: str


GROUPS = {
    "logits": Group(
        "softmax outputs and their mean by class, logit variance, confidence, participation, "
        "entropy, loss, accuracy",
        "p",
    ),
    "clustering": Group("q_SLSC, q_SL, q_DL and length of the logit gradients", "q_SL"),
    "spectrum": Group(
        "all eigenvalues of G, Tr G, ‖G‖_F; gradient power on each eigenvector and in the top "
        "C-1, C and C²",
        "eigenvalues",
    ),
    "model": Group(
        "the random model's parameters from held-out examples: Γ, σ_c, σ_E, D_eff and their errors",
        "Gamma_cluster",
    ),
    "noise": Group(
        "the covariance of the model's noise from held-out examples: K_C, T, and the means in it",
        "noise_length",
    ),
    "shuffled": Group(
        "the spectrum of G with the outputs exchanged among the examples of a class",
        "shuffled_eigenvalues",
    ),
    "resampled": Group(
        "the spectrum of G of as many of the held-out examples: what two samples differ by",
        "resampled_eigenvalues",
    ),
    "terms": Group(
        "largest and smallest eigenvalues, trace and norm of H, G and K = H - G, ‖K‖_F/‖G‖_F",
        "term_top",
    ),
    "addition": Group(
        "the laws of H, and of K on held-out examples, by Lanczos quadrature, and whether G and K "
        "are free: for the law of H as a free sum",
        "freeness",
    ),
    "hierarchy": Group(
        "G split by true class and compared class, which outlier belongs to which mean, and the "
        "spectra without each mean; takes several spectra",
        "part_trace",
    ),
    "tests": Group(
        "tests of assumptions: the noise's kurtosis, outputs independent of the logit gradients "
        "within a class; errors of the clustering",
        "noise_kurtosis",
    ),
    "layers": Group(
        "the same of each layer's own weights: all eigenvalues of its block of G, the largest of "
        "H's, and the model's parameters; a spectrum for each layer",
        "layer_eigenvalues",
    ),
}
ALL_GRADIENTS = frozenset(
    {"spectrum", "shuffled", "hierarchy", "tests", "layers"}
)  # of the examples, at once
OF_HELD_OUT = frozenset(
    {"model", "noise", "layers"}
)  # measured on the held-out examples, if there are any
USUAL = tuple(  # what 'measure' takes if not told
    name for name in GROUPS if name not in ("addition", "hierarchy", "tests", "layers")
)
COMPARED = (
    "logits",
    "clustering",
    "spectrum",
    "model",
    "noise",
    "shuffled",
)  # what 'compare' needs


def chosen(names: Iterable[str]) -> tuple[str, ...]:
    """The groups of these names, each once, in the order of the table.

    Raises
    ------
    InputError
        If a name is not in the table, or there is none.
    """
    asked = {checks.choice("observe", name, tuple(GROUPS)) for name in names}
    if not asked:
        raise InputError(f"observe must name at least one of {', '.join(GROUPS)}, got none")
    return tuple(name for name in GROUPS if name in asked)


def require(present: Iterable[str], needed: Iterable[str], *, by: str) -> None:
    """Refuse groups that are not all that ``by`` needs.

    Raises
    ------
    InputError
        Naming what is missing.
    """
    there = set(present)
    missing = [name for name in needed if name not in there]
    if missing:
        raise InputError(
            f"{by} needs {', '.join(missing)}: measure with --observe {' '.join(needed)}"
        )


def held(names: Iterable[object]) -> tuple[str, ...]:
    """The groups that a record with variables of these names holds."""
    there = set(names)
    return tuple(name for name, group in GROUPS.items() if group.mark in there)
