"""Which mean makes which outlier: measured spans against both levels, and draws of one."""

import numpy as np
import pytest

pytestmark = pytest.mark.slow

Z = 4.5
C = 10


def test_the_first_eigenvectors_lie_in_the_spans_of_means(fast):
    data = fast("hierarchy")
    assert np.all(data.overlap.sel(level_span="logit_class") > 0.95)
    assert np.all(data.overlap > 10 * data.random)


def test_class_means_take_over_the_first_outliers(fast):
    data = fast("hierarchy")
    first = data.span_increment.isel(top_rank=slice(C - 1)).mean("top_rank")
    after = data.span_increment.isel(top_rank=slice(C, 2 * C)).mean("top_rank")
    trained = first.isel(epoch=-1)
    assert float(trained.sel(span="class")) > 0.8
    assert float(after.isel(epoch=-1).sel(span="cross")) > 0.6
    assert float(trained.sel(span="logit")) < float(first.isel(epoch=0).sel(span="logit")) - 0.03


def test_level_cluster_says_how_far_they_leave_the_means_over_logits(fast):
    data = fast("hierarchy").isel(epoch=-1)
    logit = data.sel(level_span="logit")
    sampled = logit.sampled_overlap
    assert abs(float(logit.overlap) - float(sampled.mean())) < 0.06  # of two samples of examples
    assert float(logit.predicted_overlap) - float(logit.overlap) > 0.03  # level FG has too much


def test_draws_have_the_overlap_of_the_closed_form(fast):
    own = fast("hierarchy").sel(level_span="logit_class")
    away = np.abs(own.sampled_overlap.mean("draw") - own.predicted_overlap)
    assert np.all(away < 0.02)  # of relative order 1/√D_eff of what is missing from 1


def test_parts_share_the_trace(fast):
    data = fast("hierarchy")
    np.testing.assert_allclose(data.part_share.sum("part"), 1)
