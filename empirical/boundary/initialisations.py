"""Where training starts: initial weights, longer ones, or those that fit other labels."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch.nn.utils import vector_to_parameters

from empirical.data import Data
from empirical.networks.by_name import MLP, mlp
from empirical.settings import Recipe
from empirical.settings.boundary import INITIALISATIONS
from empirical.wedges import optima
from theory import checks, stream
from theory.streams import derived_seed

LARGE = 3.0


def initial(name: str, data: Data, recipe: Recipe, *, hidden: tuple[int, ...], seed: int) -> MLP:
    """A perceptron as training on ``data`` starts from.

    - ``normal``: random weights, as ``empirical.networks.mlp`` draws them.
    - ``large``: three times these.
    - ``random-labels``: trained from ``normal`` on labels drawn anew for each example.
    - ``adversarial``: trained from ``normal`` with the classes permuted, ``k`` for ``k - 1``: every
      label is wrong.

    Parameters
    ----------
    name
        One of ``empirical.settings.boundary.INITIALISATIONS``.
    recipe
        Of the training on other labels.
    hidden
        Hidden widths.
    seed
        Root of the weights, of other labels and of the order of the examples.

    Raises
    ------
    InputError
        If there is no such initialisation, or training diverges.

    Examples
    --------
    >>> from empirical.boundary.sets import points
    >>> data, _ = points("moons", examples=100, seed=0)
    >>> normal, large = (
    ...     initial(name, data, Recipe(epochs=1), hidden=(4,), seed=0)
    ...     for name in ("normal", "large")
    ... )
    >>> torch.equal(large[0].weight, 3 * normal[0].weight)
    True
    """
    checks.choice("name", name, INITIALISATIONS)
    checks.instance("data", data, Data)
    checks.instance("recipe", recipe, Recipe)
    hidden = checks.counts("hidden", hidden)
    network = mlp((data.inputs[0].numel(), *hidden, data.classes), seed=seed)
    if name == "normal":
        return network
    if name == "large":
        with torch.no_grad():
            for weight in network.parameters():
                weight *= LARGE
        return network
    if name == "adversarial":
        targets = (data.targets + 1) % data.classes
    else:
        drawn = stream(seed, "labels").integers(data.classes, size=len(data))
        targets = torch.from_numpy(drawn)
    other = replace(data, targets=targets)
    return trained(network, other, recipe, seed=derived_seed(seed, "other labels"))


def trained(network: MLP, data: Data, recipe: Recipe, *, seed: int) -> MLP:
    """The network itself, at the optimum where ``empirical.wedges.optima.train`` ends from it.

    Parameters
    ----------
    recipe
        How it is trained.
    seed
        Root of the order of the examples.

    Raises
    ------
    InputError
        If the loss diverges.
    """
    weights = optima.train(network, data, recipe, seed=seed)
    vector_to_parameters(weights[0], network.parameters())
    return network.eval()
