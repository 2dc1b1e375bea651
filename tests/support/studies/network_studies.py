"""What the tests of studies of networks share: a small study on the irises."""

from figures.network_studies.study import NetworkStudy, network_study

SMALL = {
    "observables": ["test_error", "lambda_max", "lambda_max_cluster"],
    "seed": 3,
    "replicates": 2,
    "network": {"depth": 1},
    "data": {"data": "iris"},
    "training": {"epochs": 1},
    "measurement": {"examples": 30, "held_out": 40},
    "grid": {"width": [4, 8], "activation": ["relu", "tanh"]},
}


def small(**changes) -> NetworkStudy:
    return network_study(SMALL | changes)
