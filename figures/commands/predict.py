"""The command ``predict``; heavy imports wait until they are needed."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from figures.commands import model, options, output


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = options.command(
        subparsers,
        "predict",
        "closed forms: outliers, bulk edges, gradient share",
        f"""examples:
  fort-ganguli predict {model.EXAMPLE}
  fort-ganguli predict {model.EXAMPLE} --seed 0 --json
  fort-ganguli predict {model.EXAMPLE} --sigma-y 0.5 --T-exponent 0.3 --labels balanced
  fort-ganguli predict --N 1e6 --C 10 --D 1e9 --sigma-z 4 --sigma-c 1 --sigma-E 0.7

With --seed the logits and labels are those that the seed draws; without it, averages over them.
The means are averaged over in both cases.""",
        predict,
    )
    model.add_model(command)
    command.add_argument(
        "--seed", type=options.count, metavar="S", help="condition on the draws of a seed"
    )
    options.add_file(command, "save the record as NetCDF")


def predict(arguments: Namespace) -> None:
    """Predict, save the record, and print its numbers."""
    params = model.params(arguments)
    from figures import predict as predicting
    from figures.reports import summary
    from theory.provenance import provenance
    from theory.runs import Run

    made_by = provenance(
        command="fort-ganguli predict", parameters=params.as_dict(), seed=arguments.seed
    )
    if arguments.out is None:
        found = predicting.values(params, seed=arguments.seed)
    else:
        run = Run(made_by=made_by, overwrite=arguments.overwrite)
        run.held(arguments.out)
        found = predicting.predict(params, seed=arguments.seed)
        output.save(found, arguments.out, run=run)
    output.show(summary.prediction(found, made_by=made_by), as_json=arguments.json)
