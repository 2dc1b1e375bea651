"""The registry of observables: one name, symbol, unit and meaning for theory, samples and data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Observable:
    """What a named array of a record is.

    ``dims`` are the names of its own trailing axes; a record may put others (``source``,
    ``replicate``, ``checkpoint``) before them.
    """

    name: str
    symbol: str
    dims: tuple[str, ...]
    unit: str
    meaning: str


CURVATURE = "nat/weight^2"
SLOPE = "nat/weight"

OBSERVABLES: dict[str, Observable] = {
    o.name: o
    for o in (
        Observable(
            name="outliers",
            symbol="λ_j",
            dims=("rank",),
            unit=CURVATURE,
            meaning="eigenvalues of G above the bulk, descending",
        ),
        Observable(
            name="outliers_std",
            symbol="sd(λ_j)",
            dims=("rank",),
            unit=CURVATURE,
            meaning="standard deviation of each outlier over the draws that it is averaged over",
        ),
        Observable(
            name="eigenvalues",
            symbol="λ_i",
            dims=("rank",),
            unit=CURVATURE,
            meaning="non-zero eigenvalues of G = (1/N) Σ_μ J_μᵀ A_μ J_μ, descending",
        ),
        Observable(
            name="bulk_edges",
            symbol="[a, b]",
            dims=("interval", "side"),
            unit=CURVATURE,
            meaning="support intervals of the bulk of G",
        ),
        Observable(
            name="bulk_masses",
            symbol="F(b) - F(a)",
            dims=("interval",),
            unit="1",
            meaning="share of the D eigenvalues in each interval of the bulk",
        ),
        Observable(
            name="density",
            symbol="ρ(λ)",
            dims=("eigenvalue",),
            unit="1/(" + CURVATURE + ")",
            meaning="density of the non-zero bulk of G, as a share of the D eigenvalues",
        ),
        Observable(
            name="gradient_power",
            symbol="|v_i·g|²/‖g‖²",
            dims=("rank",),
            unit="1",
            meaning="fraction of the squared gradient on each eigenvector of G",
        ),
        Observable(
            name="gradient_share",
            symbol="Σ_j |v_j·g|²/‖g‖²",
            dims=(),
            unit="1",
            meaning="fraction of the squared gradient on all outliers of G",
        ),
        Observable(
            name="gradient_share_std",
            symbol="sd(Σ_j |v_j·g|²/‖g‖²)",
            dims=(),
            unit="1",
            meaning="standard deviation of that fraction over the draws it is averaged over",
        ),
        Observable(
            name="trace",
            symbol="Tr G",
            dims=(),
            unit=CURVATURE,
            meaning="trace of G",
        ),
        Observable(
            name="frobenius",
            symbol="‖G‖_F",
            dims=(),
            unit=CURVATURE,
            meaning="Frobenius norm of G",
        ),
        Observable(
            name="participation",
            symbol="Y",
            dims=(),
            unit="1",
            meaning="mean participation ratio Σ_k p_k² of the softmax outputs",
        ),
        Observable(
            name="confidence",
            symbol="max_k p_k",
            dims=(),
            unit="1",
            meaning="mean of the largest softmax output",
        ),
        Observable(
            name="entropy",
            symbol="-Σ_k p_k ln p_k",
            dims=(),
            unit="nat",
            meaning="mean entropy of the softmax outputs",
        ),
        Observable(
            name="lambda_max",
            symbol="λ_max",
            dims=(),
            unit=CURVATURE,
            meaning="largest eigenvalue of G",
        ),
        Observable(
            name="spike_strength",
            symbol="σ_c² t(u₊)/u₊",
            dims=(),
            unit="1",
            meaning="strength of the means over the least that makes outliers (BBP threshold)",
        ),
        Observable(
            name="prominence",
            symbol="λ_1/λ_C",
            dims=(),
            unit="1",
            meaning="largest eigenvalue of G over the largest of its bulk",
        ),
        Observable(
            name="gradient_norm",
            symbol="‖g‖",
            dims=(),
            unit=SLOPE,
            meaning="length of the gradient of the mean loss",
        ),
        Observable(
            name="logit_variance",
            symbol="σ_z²",
            dims=(),
            unit="nat^2",
            meaning="variance of the logits over examples and classes",
        ),
        Observable(
            name="logit_gradient_length",
            symbol="|J|",
            dims=(),
            unit=SLOPE,
            meaning="root-mean-square length of ∇_W z_k over examples and logits",
        ),
        Observable(
            name="sigma_c",
            symbol="σ_c",
            dims=(),
            unit=SLOPE,
            meaning="root-mean-square length of the mean logit gradients",
        ),
        Observable(
            name="sigma_E",
            symbol="σ_E",
            dims=(),
            unit=SLOPE,
            meaning="root-mean-square length of a logit gradient's deviation from its mean",
        ),
        Observable(
            name="effective_dimension",
            symbol="D_eff",
            dims=(),
            unit="1",
            meaning="(tr T)²/tr T² of the weight covariance T of that deviation",
        ),
        Observable(
            name="q_SLSC",
            symbol="q_SLSC",
            dims=(),
            unit="1",
            meaning="mean cosine of logit gradients, same logit, same class of example",
        ),
        Observable(
            name="q_SL",
            symbol="q_SL",
            dims=(),
            unit="1",
            meaning="mean cosine of logit gradients, same logit, any two examples",
        ),
        Observable(
            name="q_DL",
            symbol="q_DL",
            dims=(),
            unit="1",
            meaning="mean cosine of logit gradients, different logits, any two examples",
        ),
        Observable(
            name="weight_norm",
            symbol="‖W‖",
            dims=(),
            unit="weight",
            meaning="Euclidean norm of all weights",
        ),
        Observable(
            name="loss",
            symbol="L",
            dims=(),
            unit="nat",
            meaning="mean cross-entropy",
        ),
        Observable(
            name="accuracy",
            symbol="acc",
            dims=(),
            unit="1",
            meaning="fraction of examples whose largest logit is that of their class",
        ),
        Observable(
            name="test_accuracy",
            symbol="acc_test",
            dims=(),
            unit="1",
            meaning="accuracy on examples that training has not seen",
        ),
        Observable(
            name="eigenvalue_floor",
            symbol="δλ",
            dims=(),
            unit=CURVATURE,
            meaning="rounding error of an eigenvalue; eigenvalues below it are zero within it",
        ),
        Observable(
            name="p",
            symbol="p_k^μ",
            dims=("example", "logit"),
            unit="1",
            meaning="softmax outputs",
        ),
        Observable(
            name="labels",
            symbol="y_μ",
            dims=("example",),
            unit="1",
            meaning="class of each example",
        ),
        Observable(
            name="Gamma_FG",
            symbol="c_k·c_l",
            dims=("logit", "logit_other"),
            unit=SLOPE + "^2",
            meaning="Gram matrix of the mean logit gradients c_k",
        ),
        Observable(
            name="Gamma_cluster",
            symbol="c_{k,y}·c_{l,y'}",
            dims=("mean", "mean_other"),
            unit=SLOPE + "^2",
            meaning="Gram matrix of the mean logit gradients of each class y, at index y·C + k",
        ),
        Observable(
            name="weights",
            symbol="D",
            dims=(),
            unit="1",
            meaning="number of weights",
        ),
        Observable(
            name="convexity",
            symbol="Tr H/‖H‖_F",
            dims=(),
            unit="1",
            meaning="trace over Frobenius norm of the Hessian on a d-dimensional surface",
        ),
        Observable(
            name="positive",
            symbol="n_+/d",
            dims=(),
            unit="1",
            meaning="fraction of the eigenvalues of the Hessian on a surface that are above zero",
        ),
        Observable(
            name="dominance",
            symbol="‖G‖_F/‖K‖_F",
            dims=(),
            unit="1",
            meaning="G-term over H-term of the Hessian on a surface, in Frobenius norm",
        ),
        Observable(
            name="prior_gradient_norm",
            symbol="‖Σ_k (p̄_k - π_k) c_k‖",
            dims=(),
            unit=SLOPE,
            meaning="length of the gradient's part from mean outputs that differ from the prior",
        ),
        Observable(
            name="prior_distance",
            symbol="‖p̄ - π‖",
            dims=(),
            unit="1",
            meaning="distance of the mean softmax output from the prior of the labels",
        ),
        Observable(
            name="steps",
            symbol="t",
            dims=(),
            unit="1",
            meaning="training steps to the target accuracy, infinite where it was not reached",
        ),
        Observable(
            name="chosen_steps",
            symbol="median t",
            dims=(),
            unit="1",
            meaning="median training steps of the initial points that a criterion chose",
        ),
        Observable(
            name="other_steps",
            symbol="median t",
            dims=(),
            unit="1",
            meaning="median training steps of the initial points that a criterion left",
        ),
        Observable(
            name="faster_p",
            symbol="p",
            dims=(),
            unit="1",
            meaning="Mann-Whitney p-value of chosen points being faster, Bonferroni-corrected",
        ),
        Observable(
            name="rank_correlation",
            symbol="ρ_S",
            dims=(),
            unit="1",
            meaning="Spearman correlation of a better criterion with fewer training steps",
        ),
        Observable(
            name="term_top",
            symbol="λ_i",
            dims=("rank",),
            unit=CURVATURE,
            meaning="largest eigenvalues of a term of the Hessian, descending",
        ),
        Observable(
            name="term_top_residual",
            symbol="‖A v_i - λ_i v_i‖",
            dims=("rank",),
            unit=CURVATURE,
            meaning="residual of each of the largest eigenvalues of a term of the Hessian",
        ),
        Observable(
            name="term_bottom",
            symbol="λ_i",
            dims=("rank_bottom",),
            unit=CURVATURE,
            meaning="smallest eigenvalues of a term of the Hessian, descending",
        ),
        Observable(
            name="term_bottom_residual",
            symbol="‖A v_i - λ_i v_i‖",
            dims=("rank_bottom",),
            unit=CURVATURE,
            meaning="residual of each of the smallest eigenvalues of a term of the Hessian",
        ),
        Observable(
            name="term_trace",
            symbol="Tr A",
            dims=(),
            unit=CURVATURE,
            meaning="trace of a term of the Hessian",
        ),
        Observable(
            name="term_trace_error",
            symbol="se(Tr A)",
            dims=(),
            unit=CURVATURE,
            meaning="standard error of that trace over probes; 0 where it is exact",
        ),
        Observable(
            name="term_frobenius",
            symbol="‖A‖_F",
            dims=(),
            unit=CURVATURE,
            meaning="Frobenius norm of a term of the Hessian",
        ),
        Observable(
            name="term_frobenius_error",
            symbol="se(‖A‖_F)",
            dims=(),
            unit=CURVATURE,
            meaning="standard error of that norm over probes; 0 where it is exact",
        ),
    )
}
