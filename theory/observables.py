"""The registry of observables: one name, symbol, unit and meaning for theory, samples and data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
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

# fmt: off
OBSERVABLES: dict[str, Observable] = {
    o.name: o
    for o in (
        # the spectrum of G
        Observable("eigenvalues", "λ_i", ("rank",), CURVATURE,
                   "non-zero eigenvalues of G = (1/N) Σ_μ J_μᵀ A_μ J_μ, descending"),
        Observable("outliers", "λ_j", ("rank",), CURVATURE,
                   "eigenvalues of G above the bulk, descending"),
        Observable("outliers_std", "sd(λ_j)", ("rank",), CURVATURE,
                   "standard deviation of each outlier over the draws that it is averaged over"),
        Observable("lambda_max", "λ_max", (), CURVATURE,
                   "largest eigenvalue of G"),
        Observable("prominence", "λ_1/λ_C", (), "1",
                   "largest eigenvalue of G over the largest of its bulk"),
        Observable("spike_strength", "σ_c² t(u₊)/u₊", (), "1",
                   "strength of the means over the least that makes outliers (BBP threshold)"),
        Observable("bulk_edges", "[a, b]", ("interval", "side"), CURVATURE,
                   "support intervals of the bulk of G"),
        Observable("bulk_masses", "F(b) - F(a)", ("interval",), "1",
                   "share of the D eigenvalues in each interval of the bulk"),
        Observable("density", "ρ(λ)", ("eigenvalue",), f"1/({CURVATURE})",
                   "density of the non-zero bulk of G, as a share of the D eigenvalues"),
        Observable("trace", "Tr G", (), CURVATURE,
                   "trace of G"),
        Observable("frobenius", "‖G‖_F", (), CURVATURE,
                   "Frobenius norm of G"),
        Observable("eigenvalue_floor", "δλ", (), CURVATURE,
                   "rounding error of an eigenvalue; eigenvalues below it are zero within it"),
        # the gradient
        Observable("gradient_norm", "‖g‖", (), SLOPE,
                   "length of the gradient of the mean loss"),
        Observable("gradient_power", "|v_i·g|²/‖g‖²", ("rank",), "1",
                   "fraction of the squared gradient on each eigenvector of G"),
        Observable("gradient_subspace", "Σ_{i≤n} |v_i·g|²/‖g‖²", ("subspace",), "1",
                   "fraction of the squared gradient on the first n = C-1, C, C² eigenvectors"),
        Observable("gradient_share", "Σ_j |v_j·g|²/‖g‖²", (), "1",
                   "fraction of the squared gradient on all outliers of G"),
        Observable("gradient_share_std", "sd(Σ_j |v_j·g|²/‖g‖²)", (), "1",
                   "standard deviation of that fraction over the draws it is averaged over"),
        # the logits
        Observable("p", "p_k^μ", ("example", "logit"), "1",
                   "softmax outputs"),
        Observable("mean_outputs", "p̄_k|y", ("label", "logit"), "1",
                   "mean softmax outputs over the examples of each true class"),
        Observable("labels", "y_μ", ("example",), "1",
                   "class of each example"),
        Observable("logit_variance", "σ_z²", (), "nat^2",
                   "variance of the logits over examples and classes"),
        Observable("confidence", "max_k p_k", (), "1",
                   "mean of the largest softmax output"),
        Observable("participation", "Y", (), "1",
                   "mean participation ratio Σ_k p_k² of the softmax outputs"),
        Observable("entropy", "-Σ_k p_k ln p_k", (), "nat",
                   "mean entropy of the softmax outputs"),
        Observable("loss", "L", (), "nat",
                   "mean cross-entropy"),
        Observable("accuracy", "acc", (), "1",
                   "fraction of examples whose largest logit is that of their class"),
        Observable("test_accuracy", "acc_test", (), "1",
                   "accuracy on examples that training has not seen"),
        # the logit gradients and the model's parameters
        Observable("logit_gradient_length", "|J|", (), SLOPE,
                   "root-mean-square length of ∇_W z_k over examples and logits"),
        Observable("q_SLSC", "q_SLSC", (), "1",
                   "mean cosine of logit gradients, same logit, same class of example"),
        Observable("q_SL", "q_SL", (), "1",
                   "mean cosine of logit gradients, same logit, any two examples"),
        Observable("q_DL", "q_DL", (), "1",
                   "mean cosine of logit gradients, different logits, any two examples"),
        Observable("Gamma_FG", "c_k·c_l", ("logit", "logit_other"), f"{SLOPE}^2",
                   "Gram matrix of the mean logit gradients c_k"),
        Observable("Gamma_cluster", "c_{k,y}·c_{l,y'}", ("mean", "mean_other"), f"{SLOPE}^2",
                   "Gram matrix of the mean logit gradients of each class y, at index y·C + k"),
        Observable("sigma_c", "σ_c", (), SLOPE,
                   "root-mean-square length of the mean logit gradients"),
        Observable("sigma_E", "σ_E", (), SLOPE,
                   "root-mean-square length of a logit gradient's deviation from its mean"),
        Observable("effective_dimension", "D_eff", (), "1",
                   "(tr T)²/tr T² of the weight covariance T of that deviation"),
        Observable("classes", "C", (), "1",
                   "number of classes"),
        Observable("weights", "D", (), "1",
                   "number of weights"),
        Observable("weight_norm", "‖W‖", (), "weight",
                   "Euclidean norm of all weights"),
        # the Hessian and its terms
        Observable("term_top", "λ_i", ("rank_top",), CURVATURE,
                   "largest eigenvalues of a term of the Hessian, descending"),
        Observable("term_top_residual", "‖A v_i - λ_i v_i‖", ("rank_top",), CURVATURE,
                   "residual of each of the largest eigenvalues of a term of the Hessian"),
        Observable("term_gradient_power", "|v_i·g|²/‖g‖²", ("rank_top",), "1",
                   "fraction of the squared gradient on each of the first eigenvectors of a term"),
        Observable("term_bottom", "λ_i", ("rank_bottom",), CURVATURE,
                   "smallest eigenvalues of a term of the Hessian, descending"),
        Observable("term_bottom_residual", "‖A v_i - λ_i v_i‖", ("rank_bottom",), CURVATURE,
                   "residual of each of the smallest eigenvalues of a term of the Hessian"),
        Observable("term_trace", "Tr A", (), CURVATURE,
                   "trace of a term of the Hessian"),
        Observable("term_trace_error", "se(Tr A)", (), CURVATURE,
                   "standard error of that trace over probes; 0 where it is exact"),
        Observable("term_frobenius", "‖A‖_F", (), CURVATURE,
                   "Frobenius norm of a term of the Hessian"),
        Observable("term_frobenius_error", "se(‖A‖_F)", (), CURVATURE,
                   "standard error of that norm over probes; 0 where it is exact"),
        Observable("curvature_ratio", "‖K‖_F/‖G‖_F", (), "1",
                   "H-term over G-term of the Hessian, in Frobenius norm"),
        Observable("curvature_ratio_error", "se(‖K‖_F/‖G‖_F)", (), "1",
                   "standard error of that ratio over probes"),
        # random cuts of the loss
        Observable("convexity", "Tr H/‖H‖_F", (), "1",
                   "trace over Frobenius norm of the Hessian on a d-dimensional surface"),
        Observable("positive", "n_+/d", (), "1",
                   "fraction of the eigenvalues of the Hessian on a surface that are above zero"),
        Observable("dominance", "‖G‖_F/‖K‖_F", (), "1",
                   "G-term over H-term of the Hessian on a surface, in Frobenius norm"),
        Observable("prior_gradient_norm", "‖Σ_k (p̄_k - π_k) c_k‖", (), SLOPE,
                   "length of the gradient's part from mean outputs that differ from the prior"),
        Observable("prior_distance", "‖p̄ - π‖", (), "1",
                   "distance of the mean softmax output from the prior of the labels"),
        # training
        Observable("steps", "t", (), "1",
                   "training steps to the target accuracy, infinite where it was not reached"),
        Observable("chosen_steps", "median t", (), "1",
                   "median training steps of the initial points that a criterion chose"),
        Observable("other_steps", "median t", (), "1",
                   "median training steps of the initial points that a criterion left"),
        Observable("faster_p", "p", (), "1",
                   "Mann-Whitney p-value of chosen points being faster, Bonferroni-corrected"),
        Observable("rank_correlation", "ρ_S", (), "1",
                   "Spearman correlation of a better criterion with fewer training steps"),
    )
}
# fmt: on
