"""The record of one network: complete, reproducible, and enough to predict from."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from empirical.data import Data, digits
from empirical.groups.observable_groups import COMPARED, GROUPS
from empirical.measure import measure, require_enough
from empirical.networks import mlp
from empirical.networks.training import load_checkpoint, train
from empirical.settings import Measurement, Training
from tests.support.references.explicit_jacobian import random_data
from theory import hessian, record, stream
from theory.checks import InputError


def of(network, data, *, progress=None, **asked):
    """As many held out as are measured, if not told otherwise."""
    how = {"observe": COMPARED, "held_out": asked.get("examples", 40)} | asked
    return measure(network, data, Measurement(**how), progress=progress)


@pytest.fixture
def data():
    return random_data(120)


def test_the_record_is_complete_and_survives_saving(tmp_path, data):
    found = of(mlp((5, 6, 4), seed=0), data, examples=40, seed=0)
    assert dict(found.sizes) == {
        "rank": 64,
        "example": 40,
        "logit": 4,
        "logit_other": 4,
        "mean": 16,
        "mean_other": 16,
        "level": 3,
        "label": 4,
        "subspace": 3,
        "direction": 16,
        "noise_rank": 64,
    }
    assert all(np.isfinite(found[name]).all() for name in found)
    assert found["weights"] == 5 * 6 + 6 + 6 * 4 + 4
    assert float(found["lambda_max"]) == float(found["eigenvalues"][0])
    assert float(found["gradient_power"].sum()) == pytest.approx(1, abs=1e-12)
    assert all(found[name].attrs["long_name"] for name in found)
    record.save(
        found,
        tmp_path / "point.nc",
        made_by=record.provenance(command="test", parameters={}, seed=None),
    )
    saved = record.load(tmp_path / "point.nc")
    assert saved.drop_attrs().identical(found.drop_attrs())


def test_weight_norm_and_loss_are_those_of_the_network(data):
    network = mlp((5, 6, 4), seed=0)
    found = of(network, data, examples=120, held_out=0, seed=0)
    flat = torch.cat([w.detach().flatten() for w in network.parameters()]).double()
    assert float(found["weight_norm"]) == pytest.approx(float(flat.norm()), rel=1e-12)
    loss = nn.functional.cross_entropy(network(data.inputs), data.targets)
    assert float(found["loss"]) == pytest.approx(float(loss.detach()), rel=1e-5)


def test_the_same_seed_measures_the_same_and_held_out_examples_change_only_the_model(data):
    network = mlp((5, 6, 4), seed=0)
    first = of(network, data, examples=40, seed=0)
    assert first.identical(of(network, data, examples=40, seed=0))
    more = of(network, data, examples=40, held_out=80, seed=0)
    own = of(network, data, examples=40, held_out=0, seed=0)
    model = set(of(network, data, observe=["model", "noise"], examples=40, seed=0))
    model -= {"classes", "weights", "weight_norm"}
    for name in first:
        for changed in (more, own):
            assert first[name].identical(changed[name]) == (name not in model)
    other = of(network, data, examples=40, seed=1)
    assert not first["eigenvalues"].identical(other["eigenvalues"])


def test_float32_agrees_with_float64(data):
    network = mlp((5, 6, 4), seed=0)
    how = {"observe": ("logits", "clustering", "spectrum", "model"), "examples": 60, "seed": 0}
    exact = of(network, data, **how)
    found = of(network, data, **how, dtype="float32")
    assert found["eigenvalues"].dtype == np.float32
    for name in set(exact) - {"gradient_power", "eigenvalue_floor", "effective_dimension"}:
        scale = float(np.abs(exact[name]).max())
        np.testing.assert_allclose(found[name], exact[name], atol=1e-5 * scale, err_msg=name)


def test_what_is_measured_is_what_was_chosen(data):
    """Every group alone gives what it gives beside the others, and the mark that it is known by."""
    network = mlp((5, 6, 4), activation="tanh", seed=0)
    how: dict[str, Any] = {"examples": 40, "seed": 0}
    seen = []
    whole = of(network, data, observe=GROUPS, progress=seen.append, **how)
    assert seen == [1] * len(GROUPS)
    always = {"classes", "weights", "weight_norm"}
    given = set()
    for name, group in GROUPS.items():
        own = of(network, data, observe=[name], **how)
        assert group.mark in own
        for found in own.data_vars.values():
            assert found.identical(whole[found.name])
        given |= set(own)
    assert always < given == set(whole)


def test_mean_outputs_and_the_gradient_in_the_first_eigenvectors(data):
    found = of(mlp((5, 6, 4), seed=0), data, examples=60, seed=0)
    for label in range(4):
        mine = found.p.values[found.labels.values == label]
        np.testing.assert_allclose(found.mean_outputs[label], mine.mean(0), rtol=1e-12)
    assert found.subspace.values.tolist() == ["C-1", "C", "C²"]
    for share, count in zip(found.gradient_subspace.values, (3, 4, 16), strict=True):
        assert share == pytest.approx(float(found.gradient_power[:count].sum()), abs=1e-14)


def test_the_terms_are_those_of_the_measured_examples(data):
    """λ_max and ‖G‖_F of the exact spectrum, the trace that H and G share in a ReLU network."""
    found = of(mlp((5, 6, 4), seed=0), data, observe=GROUPS, examples=60, seed=0)
    G = found.sel(term="G")
    assert float(G.term_top[0]) == pytest.approx(float(found.lambda_max), rel=1e-3)
    error = float(G.term_frobenius_error)
    assert abs(float(G.term_frobenius) - float(found.frobenius)) < 4 * error
    assert float(G.term_frobenius_error) < 0.1 * float(found.frobenius)
    for term in ("H", "G"):
        assert float(found.term_trace.sel(term=term)) == pytest.approx(float(found.trace), rel=1e-4)
    power = float(G.term_gradient_power[:3].sum())
    assert power == pytest.approx(float(found.gradient_subspace[0]), abs=0.01)


def test_the_laws_of_H_and_of_K_on_the_others(data):
    """The Krylov spaces are whole: the ends of the quadratures are eigenvalues."""
    found = of(mlp((5, 6, 4), seed=0), data, observe=("terms", "addition"), examples=60, seed=0)
    for name in ("hessian", "curvature"):
        assert found[f"{name}_weights"].sum("node").values == pytest.approx(1, abs=1e-6)
    nodes, H = found.hessian_nodes.values, found.sel(term="H")
    assert nodes.max() == pytest.approx(float(H.term_top[0]), rel=1e-3)
    assert nodes.min() == pytest.approx(float(H.term_bottom[-1]), rel=1e-3)
    own = of(
        mlp((5, 6, 4), seed=0), data, observe=("addition",), examples=60, seed=0, held_out=0
    )  # K of the measured examples
    K = found.sel(term="K")
    assert own.curvature_nodes.values.max() == pytest.approx(float(K.term_top[0]), rel=1e-3)
    assert found.curvature_nodes.values.max() != pytest.approx(float(K.term_top[0]), rel=1e-2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"examples": 40, "observe": ["bulk"]}, "observe must be one of logits, .*, got 'bulk'"),
        ({"examples": 40, "observe": []}, "observe must name at least one of logits, .*, got none"),
        ({"examples": 0}, "examples must be at least 1, got 0"),
        ({"examples": 61}, r"examples \+ held_out must be at most 120, .* random, got 61 \+ 61"),
        ({"examples": 40, "held_out": -1}, "held_out must be at least 0, got -1"),
        ({"examples": 4}, "every class must have at least 2 examples in the sample"),
        ({"examples": 40, "held_out": 12}, "every class must have at least 4 examples"),
        ({"examples": 40, "memory": 10**6}, "memory must be .* for the spectrum of 40 examples"),
        ({"examples": 40, "seed": -1}, "seed must be at least 0, got -1"),
    ],
)
def test_bad_requests_are_refused_and_change_nothing(data, arguments, message):
    network = mlp((5, 6, 4), seed=0).train()
    before = copy.deepcopy(network.state_dict())
    random = torch.get_rng_state()
    with pytest.raises(InputError, match=message):
        of(network, data, **{"seed": 0, **arguments})
    assert network.training
    assert torch.equal(torch.get_rng_state(), random)
    assert all(torch.equal(before[n], v) for n, v in network.state_dict().items())


def test_the_cluster_level_predicts_the_digits_network_after_one_epoch(tmp_path):
    """The first four outliers within 10 %, from other examples and no fitted parameter."""
    training, _ = digits(seed=0)
    path = train(
        mlp(seed=0),
        training,
        Training(epochs=(1,)),
        folder=tmp_path,
    )[0]
    found = of(
        load_checkpoint(path).network,
        training,
        examples=150,
        held_out=500,
        seed=0,
        dtype="float32",
        observe=("logits", "clustering", "spectrum", "model"),
    )
    measured = found["eigenvalues"].values[:4]
    levels = {}
    for level, groups in (("FG", None), ("cluster", found["labels"].values)):
        levels[level] = hessian.outliers(
            found["p"].values,
            Gamma=found[f"Gamma_{level}"].values,
            sigma_E=float(found["sigma_E"].sel(level=level)),
            D=round(float(found["effective_dimension"].sel(level=level))),
            groups=groups,
        )[:4]
    error = {level: np.abs(values / measured - 1).max() for level, values in levels.items()}
    assert error["cluster"] < 0.1
    assert error["cluster"] < error["FG"]
    assert float(found["q_SLSC"]) > float(found["q_SL"]) > 0.5
    assert abs(float(found["q_DL"])) < 0.1


def test_too_few_examples_of_a_class_are_told_before_anything_is_measured():
    """Of 70 examples, those of class 2 are counted where they are needed."""
    data = random_data(70)
    order = stream(0, "examples").permutation(70)
    how = Measurement(observe=("logits", "spectrum"), examples=30, held_out=40)
    for few, at, told, groups in (
        (2, order[:30], "at least 3 examples in the sample, got 2 of class 2", ["tests"]),
        (
            3,
            order[30:],
            "at least 4 examples among the held-out examples, got 3 of class 2",
            ["model", "noise", "tests"],
        ),
    ):
        targets = torch.arange(70) % 4
        targets[at[targets[at] == 2][few:]] = 3
        other = replace(data, targets=targets)
        for group in groups:
            with pytest.raises(InputError, match=told):
                require_enough(other, replace(how, observe=(group,)))
        require_enough(other, how)


def test_logits_and_clustering_are_the_same_alone_and_beside_a_spectrum(data):
    """Alone they stream over the examples; a spectrum keeps gradients that they use."""
    network, streamed = mlp((5, 30, 4), seed=0), ("logits", "clustering")
    whole = of(network, data, examples=100, held_out=0, observe=(*streamed, "spectrum"))
    parts = of(network, data, examples=100, held_out=0, observe=streamed, memory=64 * 20 * 184)
    for name in parts:
        np.testing.assert_allclose(parts[name], whole[name], rtol=1e-12, atol=1e-14)
    assert {"q_SL", "logit_gradient_length", "p"} < set(parts)


def test_a_vocabulary_larger_than_the_sample_is_sent_to_its_command():
    words = torch.arange(600) % 300
    data = Data(words[:, None], words, 300, "words")
    with pytest.raises(
        InputError, match=r"examples must be at least 300.* 'fort-ganguli language'"
    ):
        require_enough(data, Measurement(examples=200, held_out=200))


def test_names_of_classes_are_in_the_record(tmp_path, data):
    named = replace(data, class_names=("ant", "bee", "cat", "dog"))
    found = of(mlp((5, 4), seed=0), named, examples=40, observe=("logits",))
    assert record.class_names(found) == ["ant", "bee", "cat", "dog"]
    record.save(
        found,
        tmp_path / "named.nc",
        made_by=record.provenance(command="test", parameters={}, seed=None),
    )
    assert record.class_names(record.load(tmp_path / "named.nc")) == ["ant", "bee", "cat", "dog"]
    unnamed = of(mlp((5, 4), seed=0), data, examples=40, observe=("logits",))
    assert record.class_names(unnamed) is None
    lacking = replace(named, targets=named.targets % 3)
    with pytest.raises(InputError, match="got 0 of class dog"):
        of(mlp((5, 4), seed=0), lacking, examples=40, observe=("logits",))
