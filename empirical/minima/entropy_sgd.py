"""Entropy-SGD: descent on minus the local entropy, whose gradient Langevin steps estimate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.optim.optimizer import Optimizer

from theory import checks
from theory.checks import InputError
from theory.streams import derived_seed

NEWEST = 0.25  # share of the newest point in the running mean


class EntropySGD(Optimizer):
    r"""Entropy-SGD (Chaudhari et al., arXiv:1611.01838), as a torch optimizer.

    The local entropy ``F(w) = ln ∫ dw' exp(-f(w') - γ‖w' - w‖²/2)`` has the gradient
    ``-γ (w - ⟨w'⟩)``. From ``w' = w`` a step takes ``steps`` Langevin steps

        w' ← w' - lr (∇f(w') + γ (w' - w)) + noise √lr N(0, 1),   μ ← 3μ/4 + w'/4,

    and then goes 1/γ along the gradient, that is to μ. It calls the closure ``steps`` times, so
    that a step costs as much as ``steps`` of SGD. After it γ becomes ``(1 + growth) γ``. Schedules
    of torch set ``lr``. ``state_dict`` holds γ and the state of the noise: what goes on from it
    has the same bits.

    Parameters
    ----------
    params
        As of any torch optimizer.
    lr
        Of the Langevin steps, above 0; in units of weight² over loss.
    gamma
        Of the weights' tie to where the step began, at least 0; in loss over weight².
    growth
        Of gamma with each step, at least 0.
    steps
        Langevin steps in a step, at least 1.
    noise
        ``√2`` gives samples at temperature 1; networks are trained at far less. At least 0.
    seed
        Root of the noise.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> w = torch.nn.Parameter(torch.tensor([2.0]))
    >>> optimizer = EntropySGD([w], lr=0.1, gamma=1.0, noise=0.0, seed=0)
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = (w**2).sum() / 2
    ...     loss.backward()
    ...     return loss
    >>> for _ in range(60):
    ...     _ = optimizer.step(closure)
    >>> abs(w.item()) < 1e-3
    True
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        *,
        lr: float,
        gamma: float = 0.1,
        growth: float = 0.0,
        steps: int = 5,
        noise: float = 1e-4,
        seed: int,
    ) -> None:
        checks.real("lr", lr, low=0, strict=True)
        for name, value in (("gamma", gamma), ("growth", growth), ("noise", noise)):
            checks.real(name, value, low=0)
        self.steps = checks.count("steps", steps)
        self._generator = torch.Generator().manual_seed(derived_seed(seed, "langevin"))
        super().__init__(params, {"lr": lr, "gamma": gamma, "growth": growth, "noise": noise})

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor | float] | None = None) -> float:  # pyright: ignore[reportIncompatibleMethodOverride]
        """One step; the mean loss at the points that it went through.

        Parameters
        ----------
        closure
            Clears the gradients, computes the loss and its gradients, of a new batch each time.

        Raises
        ------
        InputError
            If there is no closure.
        """
        if closure is None:
            raise InputError("closure must be given: a step takes several gradients")
        begun = [[w.clone() for w in group["params"]] for group in self.param_groups]
        means = [[w.clone() for w in start] for start in begun]
        losses = []
        for _ in range(self.steps):
            with torch.enable_grad():
                losses.append(torch.as_tensor(closure()).item())
            for group, starts, averages in zip(self.param_groups, begun, means, strict=True):
                for w, start, mean in zip(group["params"], starts, averages, strict=True):
                    if w.grad is None:
                        continue
                    w -= group["lr"] * (w.grad + group["gamma"] * (w - start))
                    if group["noise"]:
                        w += group["noise"] * group["lr"] ** 0.5 * self._normal(w)
                    mean.lerp_(w, NEWEST)
        for group, averages in zip(self.param_groups, means, strict=True):
            for w, mean in zip(group["params"], averages, strict=True):
                w.copy_(mean)
            group["gamma"] *= 1 + group["growth"]
        return sum(losses) / self.steps

    def _normal(self, like: Tensor) -> Tensor:
        """Drawn on the CPU, so that the bits are those of any device."""
        return torch.randn(like.shape, generator=self._generator, dtype=like.dtype).to(like.device)

    def state_dict(self) -> dict[str, Any]:
        """As of any torch optimizer, with the state of the noise."""
        return super().state_dict() | {
            "steps": self.steps,
            "generator": self._generator.get_state(),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what ``state_dict`` gave."""
        super().load_state_dict(state_dict)
        self.steps = state_dict["steps"]
        self._generator.set_state(state_dict["generator"].cpu())
