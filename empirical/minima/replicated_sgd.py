"""Replicated SGD: several copies of the weights that descend tied to their centre."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.optim.optimizer import Optimizer

from theory import checks
from theory.checks import InputError


class ReplicatedSGD(Optimizer):
    r"""Replicated SGD (Baldassi et al. 2016; Pittorino et al., arXiv:2006.07897), for torch.

    Copies ``w_a`` of the weights go down ``mean_a [f(w_a) + g ‖w_a - w̄‖²]``, w̄ their mean:

        w_a ← w_a - lr (∇f(w_a) + 2 g (w_a - w̄)) ,

    each with a batch of its own, as the closure is called once for each. Between steps the network
    holds w̄. All copies start where the network is at the first step; the batches part them. After
    a step g becomes ``(1 + growth) g``. Schedules of torch set ``lr``. ``state_dict`` holds the
    copies: what goes on from it has the same bits.

    Parameters
    ----------
    params
        As of any torch optimizer.
    lr
        Above 0.
    replicas
        Copies, at least 2; a step costs as much as so many of SGD.
    coupling
        ``g``, at least 0; in loss over weight².
    growth
        Of the coupling with each step, at least 0.
    buffers
        Running statistics, as ``network.buffers()`` gives them: each copy has its own, the centre
        their mean. What is not floating point is left to the network.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> w = torch.nn.Parameter(torch.tensor([2.0]))
    >>> optimizer = ReplicatedSGD([w], lr=0.1)
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = (w**2).sum() / 2
    ...     loss.backward()
    ...     return loss
    >>> optimizer.step(closure), round(w.item(), 6)
    (2.0, 1.8)
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        *,
        lr: float,
        replicas: int = 3,
        coupling: float = 1e-3,
        growth: float = 0.0,
        buffers: Iterable[Tensor] = (),
    ) -> None:
        checks.real("lr", lr, low=0, strict=True)
        for name, value in (("coupling", coupling), ("growth", growth)):
            checks.real(name, value, low=0)
        self.replicas = checks.count("replicas", replicas, low=2)
        self._buffers = [each for each in buffers if each.is_floating_point()]
        self._statistics: list[Tensor] = []
        super().__init__(params, {"lr": lr, "coupling": coupling, "growth": growth})

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor | float] | None = None) -> float:  # pyright: ignore[reportIncompatibleMethodOverride]
        """One step of each copy; the mean of their losses before it.

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
        weights = [w for group in self.param_groups for w in group["params"]]
        for w in weights:
            if "replicas" not in self.state[w]:
                self.state[w]["replicas"] = self._copies(w)
        if not self._statistics:
            self._statistics = [self._copies(each) for each in self._buffers]
        centres = [self.state[w]["replicas"].mean(0) for w in weights]
        losses = []
        for a in range(self.replicas):
            for w in weights:
                w.copy_(self.state[w]["replicas"][a])
            for buffer, copies in zip(self._buffers, self._statistics, strict=True):
                buffer.copy_(copies[a])
            with torch.enable_grad():
                losses.append(torch.as_tensor(closure()).item())
            for buffer, copies in zip(self._buffers, self._statistics, strict=True):
                copies[a] = buffer
            centre = iter(centres)
            for group in self.param_groups:
                for w in group["params"]:
                    away = w - next(centre)
                    if w.grad is not None:
                        pull = 2 * group["coupling"] * away
                        self.state[w]["replicas"][a] -= group["lr"] * (w.grad + pull)
        for w in weights:
            w.copy_(self.state[w]["replicas"].mean(0))
        for buffer, copies in zip(self._buffers, self._statistics, strict=True):
            buffer.copy_(copies.mean(0))
        for group in self.param_groups:
            group["coupling"] *= 1 + group["growth"]
        return sum(losses) / self.replicas

    def _copies(self, value: Tensor) -> Tensor:
        return value.expand(self.replicas, *value.shape).clone()

    def state_dict(self) -> dict[str, Any]:
        """As of any torch optimizer, with the copies of the buffers."""
        return super().state_dict() | {"buffers": [each.clone() for each in self._statistics]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what ``state_dict`` gave.

        Raises
        ------
        InputError
            If it is of another number of copies.
        """
        for held in state_dict["state"].values():
            if len(held["replicas"]) != self.replicas:
                raise InputError(
                    f"replicas must be {len(held['replicas'])}, as in the state, got "
                    f"{self.replicas}"
                )
        super().load_state_dict(state_dict)
        self._statistics = [
            held.to(own.device, copy=True)
            for held, own in zip(state_dict["buffers"], self._buffers, strict=False)
        ]
