"""The words and symbols of the reports, for whoever opens one without the paper."""

from __future__ import annotations

WORDS = {
    "G": "Gauss-Newton term of the Hessian of the mean cross-entropy, (1/N) Σ Jᵀ A J",
    "λ_max": "largest eigenvalue of G, in nat/weight²",
    "outliers": "the C-1 largest eigenvalues of G, of C classes",
    "bulk": "all other eigenvalues of G",
    "bulk distance": "Wasserstein distance between two bulks, over the mean of the measured one",
    "upper edge": "where the predicted bulk ends, against the measured eigenvalue that follows as "
    "many outliers as the level predicts",
    "share": "fraction of ‖g‖² on the C-1 first eigenvectors of G, g the gradient of the mean loss",
    "two samples": "no prediction: as many other examples of the same network, measured; where no "
    "level is named, their upper edge is at the rank of the last level's",
    "±": "half of a 95 % interval. Of outliers: over draws of the noise, at the measured outputs "
    "and the estimated parameters, whose own errors add up to a quarter of it where 1 example in 4 "
    "is measured. Of parameters: a jackknife over 10 blocks of held-out examples. Of shares, bulks "
    "and edges none is known",
    "logit gradient": "J_k, gradient of logit k of one example in the weights: a mean plus noise",
    "σ_z": "standard deviation of the logits, in nat",
    "Σp²": "participation ratio of the softmax outputs p: 1/C where undecided, 1 where certain",
    "σ_c": "root-mean-square length of the mean logit gradients, in nat/weight",
    "σ_E": "root-mean-square length of the noise, the deviation from them",
    "D_eff": "effective dimension of the noise, (tr T)²/tr T²",
    "T, t₁, t₁₀, t₃₀": "covariance of the noise across weights, and its 1st, 10th and 30th "
    "eigenvalue, in (nat/weight)²",
    "K_C": "covariance of the noise across the C logits, of trace C, without what all logits "
    "share, which G does not see",
    "cos(T_k, T_l), cos(T₋, T₊)": "cosine of the noise's covariances across weights of two logits, "
    "and of the decided and the undecided half of the examples; every level assumes 1",
    "crowding": "R tr T²/(tr T)² for R means: how many of them share each direction of the noise. "
    "The errors that the formulas of level anisotropic leave are of this order: in draws of the "
    "model with 0.17 to 1.2 its largest outliers were off by 1 to 6 %",
    "σ_H": "curvature of the logits: the H-term K = H - G is σ_H √(mean‖r‖²), r the residuals, "
    "times a random symmetric (GOE) matrix of spectral radius 2",
    "λ_min(K)/GOE": "lowest eigenvalue of K over that of a GOE matrix of the same norm; the model "
    "has 1",
    "q_SLSC, q_SL, q_DL": "mean cosine of the logit gradients of two examples: same logit and same "
    "class, same logit, different logits",
    "shuffled": "the network with its softmax outputs exchanged among the examples of each class, "
    "and nothing else changed: the outputs are then independent of the logit gradients",
    "sampled": "drawn from the model with the same parameters",
}


def glossary() -> str:
    """A list of all words, in Markdown."""
    return "\n".join(f"- **{word}**: {meaning}." for word, meaning in WORDS.items())
