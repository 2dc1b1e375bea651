"""The tests mirror the tree: each source file has its test file, or another's holds it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("theory", "simulate", "empirical", "figures")
# Source files without a test file of their own, and the test files that hold them.
HELD_BY = {
    "theory/arrays.py": "test_layers.py",
    "theory/averaged/class_gradient.py": "theory/averaged/test_model.py",
    "theory/averaged/outliers/class_splitting.py": "theory/averaged/test_model.py",
    "theory/averaged/outliers/families.py": "theory/averaged/test_model.py",
    "theory/averaged/given_outputs.py": "theory/averaged/test_model.py",
    "theory/averaged/laws/logit_rows.py": "theory/averaged/laws/test_logit_law.py",
    "theory/averaged/moments.py": "theory/averaged/test_model.py",
    "theory/averaged/positive_fraction.py": "theory/averaged/test_goldilocks.py",
    "theory/averaged/refusals.py": "theory/averaged/test_model.py",
    "theory/bulk/free_cumulants.py": "theory/bulk/test_sample_covariance.py",
    "theory/free_addition/law.py": "theory/free_addition/test_gaps.py",
    "theory/free_addition/semicircle.py": "theory/free_addition/test_free_sum.py",
    "theory/free_addition/subordination.py": "theory/free_addition/test_free_sum.py",
    "theory/free_addition/transform.py": "theory/free_addition/test_free_sum.py",
    "theory/levels.py": "theory/test_params.py",
    "theory/models/bulk_edge.py": "theory/averaged/test_bulk_edge.py",
    "theory/models/curved.py": "theory/test_curvature.py",
    "theory/models/curved_noise.py": "theory/models/test_outlier_equation.py",
    "theory/models/means.py": "theory/models/test_isotropic.py",
    "theory/models/noise.py": "theory/models/test_outlier_equation.py",
    "theory/models/many_classes/logit_noise.py": "theory/models/many_classes/test_resolvent.py",
    "theory/models/many_classes/outlier_products.py": "theory/models/many_classes/test_model.py",
    "theory/models/separable/examples.py": "theory/test_separable.py",
    "theory/models/separable/moments.py": "theory/test_separable.py",
    "theory/models/separable/outliers.py": "theory/test_separable.py",
    "theory/models/separable/weights.py": "theory/test_separable.py",
    "theory/models/outlier_root.py": "theory/models/test_isotropic_means.py",
    "theory/models/spiked.py": "theory/models/test_isotropic.py",
    "theory/records/settings.py": "theory/records/test_provenance.py",
    "simulate/studies/definition.py": "simulate/studies/test_study.py",
    "simulate/studies/model_cells.py": "simulate/studies/test_cells.py",
    "simulate/studies/tables.py": "simulate/studies/test_study.py",
    "theory/softmax/kernels.py": "theory/softmax/test_blocks.py",
    "empirical/estimate.py": "empirical/estimates/test_parameters.py",
    "empirical/estimates/deviations.py": "empirical/estimates/test_anisotropy.py",
    "empirical/experiment.py": "figures/commands/networks/test_measure.py",
    "empirical/hierarchy/kinds.py": "empirical/hierarchy/test_surrogates.py",
    "empirical/hessian.py": "empirical/gauss_newton/test_spectrum.py",
    "empirical/logits.py": "empirical/estimates/test_clustering.py",
    "empirical/jacobian/derivatives.py": "empirical/jacobian/test_modes_contract.py",
    "empirical/jacobian/outer_products.py": "empirical/jacobian/test_factors.py",
    "empirical/jacobian/plan.py": "empirical/jacobian/test_backward.py",
    "empirical/jacobian/recorded_functions.py": "empirical/jacobian/test_recorder.py",
    "empirical/jacobian/recorded_uses.py": "empirical/jacobian/test_recorder.py",
    "empirical/jacobian/twin.py": "empirical/jacobian/test_modes_contract.py",
    "empirical/networks/architectures/recurrent.py": (
        "empirical/networks/architectures/test_image.py"
    ),
    "empirical/networks/own_loop.py": "figures/commands/networks/test_measure_own.py",
    "empirical/networks/users_own.py": "empirical/networks/test_by_name.py",
    "empirical/groups/measured_groups.py": "empirical/test_measure.py",
    "empirical/language/clustering.py": "empirical/language/test_sampled.py",
    "empirical/language/levels/predicted.py": "empirical/language/test_measure.py",
    "empirical/language/memory.py": "empirical/language/test_study.py",
    "empirical/language/noise.py": "empirical/language/test_sampled.py",
    "empirical/groups/point.py": "empirical/test_measure.py",
    "empirical/settings/data_source.py": "empirical/settings/test_experiment.py",
    "empirical/settings/goldilocks.py": "empirical/settings/test_experiment.py",
    "empirical/settings/measurement.py": "empirical/settings/test_experiment.py",
    "empirical/settings/network.py": "empirical/settings/test_experiment.py",
    "empirical/settings/recipe.py": "empirical/wedges/test_optima.py",
    "empirical/settings/own_training.py": "empirical/settings/test_experiment.py",
    "empirical/settings/training.py": "empirical/settings/test_experiment.py",
    "figures/__main__.py": "figures/test_cli.py",
    "figures/commands/networks/compare.py": "figures/test_compare.py",
    "figures/commands/program/completion.py": "figures/test_completion.py",
    "figures/commands/program/doctor.py": "figures/test_doctor.py",
    "figures/commands/model/explore.py": "figures/explore/test_server.py",
    "figures/commands/studies/draw.py": "figures/commands/studies/test_sweep.py",
    "figures/network_studies/observable.py": "figures/network_studies/test_registry.py",
    "figures/network_studies/predicted.py": "figures/network_studies/test_registry.py",
    "figures/network_studies/recorded.py": "figures/network_studies/test_registry.py",
    "figures/network_studies/replicate.py": "figures/network_studies/test_registry.py",
    "figures/network_studies/trained.py": "figures/network_studies/test_registry.py",
    "figures/options/colour.py": "figures/test_cli_manners.py",
    "figures/options/suggestions.py": "figures/test_cli_manners.py",
    "figures/commands/networks/levels.py": "figures/splits/test_study.py",
    "figures/options/experiment.py": "figures/commands/networks/test_measure.py",
    "figures/options/installed.py": "figures/test_cli.py",
    "figures/options/model.py": "figures/test_cli.py",
    "figures/options/shared.py": "figures/test_cli.py",
    "figures/options/output.py": "figures/test_cli.py",
    "figures/options/study.py": "figures/commands/neighbouring_theories/test_wedges.py",
    "figures/commands/model/predict.py": "figures/test_cli.py",
    "figures/boundary/claims.py": "figures/commands/neighbouring_theories/test_boundary.py",
    "figures/boundary/predicted.py": "figures/commands/neighbouring_theories/test_boundary.py",
    "figures/boundary/study.py": "figures/commands/neighbouring_theories/test_boundary.py",
    "figures/boundary/picture.py": "figures/commands/neighbouring_theories/test_boundary.py",
    "figures/boundary/report.py": "figures/commands/neighbouring_theories/test_boundary.py",
    "figures/claims/pictures.py": "figures/commands/results/test_report.py",
    "figures/claims/predictions.py": "figures/commands/results/test_report.py",
    "figures/claims/study.py": "figures/commands/results/test_report.py",
    "figures/claims/zone.py": "figures/commands/results/test_report.py",
    "figures/minima/flatness_report.py": "figures/minima/test_flatness.py",
    "figures/minima/flatness_picture.py": "figures/minima/test_flatness.py",
    "figures/minima/searches.py": "figures/commands/neighbouring_theories/test_minima.py",
    "figures/boundary/run.py": "figures/commands/neighbouring_theories/test_boundary.py",
    "figures/language/run.py": "figures/commands/networks/test_language.py",
    "figures/splits/run.py": "figures/splits/test_study.py",
    "figures/options/kept_run.py": "figures/commands/neighbouring_theories/test_minima.py",
    "figures/minima/run.py": "figures/commands/neighbouring_theories/test_minima.py",
    "figures/language/report.py": "figures/commands/networks/test_language.py",
    "figures/language/picture.py": "figures/commands/networks/test_language.py",
    "figures/minima/searches_picture.py": "figures/commands/neighbouring_theories/test_minima.py",
    "figures/goldilocks/study.py": "figures/commands/networks/test_goldilocks.py",
    "figures/gallery/series.py": "figures/gallery/spectra/test_sharpness.py",
    "figures/judge/curvature.py": "figures/test_fit.py",
    "figures/judge/errors.py": "figures/test_fit.py",
    "figures/judge/free_levels.py": "figures/judge/test_fitted.py",
    "figures/judge/thresholds.py": "figures/judge/test_judgement.py",
    "figures/splits/picture.py": "figures/splits/test_report.py",
    "figures/pictures/spectra/errors.py": "figures/test_fit.py",
    "figures/pictures/spectra/gradient_power.py": "figures/test_compare.py",
    "figures/pictures/spectra/outliers.py": "figures/test_compare.py",
    "figures/pictures/spectra/sharpness.py": "figures/test_compare.py",
    "figures/pictures/spectra/spectrum.py": "figures/test_compare.py",
    "figures/pictures/studies/slices.py": "figures/pictures/studies/test_study.py",
    "figures/reports/levels/by_layer.py": "figures/judge/test_by_layer.py",
    "figures/reports/levels/addition.py": "figures/judge/test_addition.py",
    "figures/claims/properties_picture.py": "figures/commands/results/test_report.py",
    "figures/claims/report.py": "figures/commands/results/test_report.py",
    "figures/reports/levels/comparison.py": "figures/test_compare.py",
    "figures/reports/levels/fitted.py": "figures/judge/test_fitted.py",
    "figures/reports/levels/fit.py": "figures/commands/networks/test_fit.py",
    "figures/goldilocks/report.py": "figures/commands/networks/test_goldilocks.py",
    "figures/reports/glossary.py": "figures/commands/networks/test_fit.py",
    "figures/reports/levels/parameters.py": "figures/commands/networks/test_fit.py",
    "figures/reports/provenance.py": "figures/commands/networks/test_fit.py",
    "figures/reports/summary.py": "figures/commands/networks/test_measure.py",
    "figures/splits/settings.py": "figures/splits/test_networks.py",
    "figures/reports/levels/rivals.py": "figures/judge/test_rivals.py",
    "figures/reports/terminal.py": "figures/test_cli.py",
    "figures/streams.py": "figures/test_failures.py",
    "figures/reports/tables.py": "figures/commands/networks/test_fit.py",
    "figures/reports/levels/verdict.py": "figures/test_compare.py",
    "figures/wedges/report.py": "figures/commands/neighbouring_theories/test_wedges.py",
    "figures/wedges/connectors.py": "figures/commands/neighbouring_theories/test_wedges.py",
    "figures/wedges/cuts.py": "figures/commands/neighbouring_theories/test_wedges.py",
    "figures/wedges/parts.py": "figures/commands/neighbouring_theories/test_wedges.py",
    "figures/wedges/perceptrons.py": "figures/commands/neighbouring_theories/test_wedges.py",
    "figures/wedges/run.py": "figures/commands/neighbouring_theories/test_wedges.py",
    "figures/wedges/tunnels.py": "figures/commands/neighbouring_theories/test_wedges.py",
}


@cache
def sources() -> list[Path]:
    """Source files, without those that only name what others hold."""
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return sorted(path.relative_to(ROOT) for path in found if path.name != "__init__.py")


@cache
def files_of_tests() -> list[Path]:
    found = [path for package in PACKAGES for path in (ROOT / "tests" / package).rglob("test_*.py")]
    return sorted(path.relative_to(ROOT / "tests") for path in found)


def is_of(test: Path, source: Path) -> bool:
    """``test_edges.py`` and ``test_edges_of_gaps.py`` are of ``edges.py`` beside them."""
    name = f"test_{source.stem.lstrip('_')}"
    return test.parent == source.parent and (test.stem == name or test.stem.startswith(f"{name}_"))


def test_a_name_alone_or_with_an_aspect_is_the_sources():
    source = Path("theory/bulk/edges.py")
    for stem, expected in (("edges", True), ("edges_of_gaps", True), ("edgeless", False)):
        assert is_of(Path(f"theory/bulk/test_{stem}.py"), source) is expected
    assert not is_of(Path("theory/test_edges.py"), source)


def test_a_source_file_has_its_test_file_or_is_held_by_another():
    for source in sources():
        own = [test for test in files_of_tests() if is_of(test, source)]
        holder = HELD_BY.get(source.as_posix())
        assert bool(own) != bool(holder), (source, own, holder)
        if holder:
            assert (ROOT / "tests" / holder).is_file(), source


def test_a_test_file_is_of_a_source_file():
    for test in files_of_tests():
        assert [source for source in sources() if is_of(test, source)], test


def test_the_list_names_files_that_there_are():
    assert {Path(name) for name in HELD_BY} <= set(sources())


def test_what_tests_share_is_in_support():
    for path in sorted((ROOT / "tests").rglob("*.py")):
        lines = path.read_text(encoding="utf-8").splitlines()
        ours = [line for line in lines if line.startswith(("from tests", "import tests"))]
        assert all(line.startswith("from tests.support") for line in ours), path
