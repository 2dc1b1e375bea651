"""The command ``predict``; heavy imports wait until they are needed."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures.options import model, output, shared

if TYPE_CHECKING:
    import xarray as xr

    from theory import Params
    from theory.records.runs import Run


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = shared.command(
        subparsers,
        "predict",
        "closed forms: outliers, bulk edges, gradient share",
        f"""examples:
  fort-ganguli predict {model.EXAMPLE}
  fort-ganguli predict {model.EXAMPLE} --seed 0 --json
  fort-ganguli predict {model.EXAMPLE} --sigma-y 0.5 --T-exponent 0.3 --labels balanced
  fort-ganguli predict {model.EXAMPLE} --plot results/prediction
  fort-ganguli predict --N 1e6 --C 10 --D 1e9 --sigma-z 4 --sigma-c 1 --sigma-E 0.7

With --seed the logits and labels are those that the seed draws; without it, averages over them.
The means are averaged over in both cases.""",
        predict,
    )
    model.add_model(command)
    command.add_argument(
        "--seed", type=shared.count, metavar="S", help="condition on the draws of a seed"
    )
    command.add_argument(
        "--plot",
        nargs="?",
        type=shared.path,
        const=Path("prediction"),
        metavar="STEM",
        help="draw what it says, with the data beside it, as STEM.png, .pdf, .svg and .nc "
        "(default: prediction)",
    )
    shared.add_file(command, "save the record as NetCDF")


def predict(arguments: Namespace) -> None:
    """Predict, save the record, and print its numbers."""
    params = model.params(arguments)
    from figures import predict as predicting
    from figures.reports import summary
    from theory.records.provenance import provenance
    from theory.records.runs import Run

    made_by = provenance(
        command="fort-ganguli predict", parameters=params.as_dict(), seed=arguments.seed
    )
    if arguments.out is None and arguments.plot is None:  # in a hurry: no record
        found = predicting.values(params, seed=arguments.seed)
    else:
        run = Run(made_by=made_by, overwrite=arguments.overwrite)
        with output.place(run, record=arguments.out, picture=arguments.plot, option="--plot"):
            found = predicting.predict(params, seed=arguments.seed)
            output.save(found, arguments.out, run=run)
            if arguments.plot is not None:
                _draw(params, found, seed=arguments.seed, stem=arguments.plot, run=run)
    output.show(summary.prediction(found, made_by=made_by), as_json=arguments.json)


def _draw(params: Params, record: xr.Dataset, *, seed: int | None, stem: Path, run: Run) -> None:
    from figures.bulk import bulk
    from figures.pictures import style
    from figures.pictures.spectra import prediction

    edges = record.bulk_edges.values
    shown = bulk(params, edges=edges, seed=seed) if len(edges) else None
    data = prediction.compute(record, shown, D=params.D)
    with style.panels(len(prediction.PANELS)) as (figure, axes):
        for name, ax in zip(prediction.PANELS, axes, strict=True):
            prediction.draw(data, ax, name=name)
        style.shared_legend(figure, axes)
        style.save(figure, data, stem, made_by=run.made_by)
    output.said(style.named(stem, ".png"))
