"""Trains workloads and cases in PyTorch and writes down what came out, or compares with it live.

    python tests/parity/record.py           records trajectories.npz and counterparts.npz
    python tests/parity/record.py --live    trains PyTorch and Hyperscope side by side and prints how far they part

It needs torch (the recording was made with 2.13.0 on a CPU) beside what Hyperscope needs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "app")]

import torch  # noqa: E402
from torch.optim import lr_scheduler  # noqa: E402

from hyperscope.engine.named import named_views  # noqa: E402
from hyperscope.engine.outputs import class_weights  # noqa: E402
from parity import in_pytorch  # noqa: E402
from parity.cases import CASES, CLASSES, INPUTS, QUANTILES, SCALE, SHOWN, STEPS, UNITS, Case, examples, flat  # noqa: E402
from parity.workloads import WORKLOADS, Workload  # noqa: E402

LONG = 100  # steps of a workload


def trained(workload: Workload, steps: int = LONG) -> np.ndarray:
    """The loss before each step in PyTorch, from the engine's initial weights and on the same batches."""
    learner = workload.learner()
    layout = learner.layout
    flat = learner.state.parameters
    weights = [layout.parameters[f"{name}.weights"].of(flat).copy() for name in layout.names]
    model = in_pytorch.network(weights, workload.norm == "before")
    step = in_pytorch.optimiser(workload.training.optimiser, model, workload.training.learning_rate)
    x, y = workload.examples()
    inputs = torch.from_numpy(np.ascontiguousarray(x.T, learner.dtype))
    classes = torch.from_numpy(y)
    losses = []
    for batch in workload.batches(steps):
        chosen = torch.from_numpy(batch)
        step.zero_grad()
        logits = model(inputs[chosen])
        torch.nn.functional.cross_entropy(logits, classes[chosen]).backward()
        step.step()
        # the loss itself in float64, lest its own rounding, up to 1e-7, be mistaken for a difference in training
        losses.append(float(torch.nn.functional.cross_entropy(logits.detach().double(), classes[chosen])))
    return np.array(losses)


def in_torch(case: Case) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """What `Case.in_hyperscope` gives, from PyTorch, and the learning rate of each step."""
    learner, settings, network = case.learner(), case.settings, case.layout.network
    arrays = named_views(learner.layout, learner.state.parameters, learner.state.running)
    layers = [
        in_pytorch.Layer(
            arrays,
            name,
            network.layers[number].activation if number < len(network.layers) else "linear",
            learner.layout.norm_at(number),
            network.bn_learned,
            eps=network.bn_epsilon,
            momentum=1 - network.bn_momentum,
        )
        for number, name in enumerate(learner.layout.names)
    ]
    model = in_pytorch.Network(layers, learner.layout.names)
    constants = {name: getattr(settings, name) for name in ("momentum", "beta1", "beta2", "epsilon")}
    step = in_pytorch.OPTIMISERS[settings.optimiser](model.groups(settings.l2), settings.learning_rate, constants)
    rising, factors = settings.warmup, case.factors().tolist()
    if rising and settings.schedule != "constant":  # PyTorch has no name for the product of the two
        scheduler = lr_scheduler.LambdaLR(step, lambda epoch: factors[min(epoch, STEPS - 1)])
    elif rising:
        scheduler = lr_scheduler.LambdaLR(step, lambda epoch: min(1.0, (epoch + 1e-3) / rising))
    else:
        scheduler = in_pytorch.SCHEDULERS[settings.schedule](step, settings.decay, settings.decay_every)
    x, y = examples()
    inputs, classes = torch.tensor(x.T.copy()), torch.tensor(y)
    weights = torch.tensor(class_weights(y, CLASSES, settings.class_weights))
    masks = [torch.tensor(mask) for mask in case.masks()]
    losses, rates = [], []
    for number, batch in enumerate(case.batches()):
        chosen = torch.tensor(batch)
        step.zero_grad()
        logits = model(inputs[chosen], [mask[number].T for mask in masks]) / network.temperature
        loss = in_pytorch.loss(network.output, logits, classes[chosen], weights, settings.label_smoothing)
        loss.backward()
        if settings.clip_norm:
            in_pytorch.clip(model, settings.clip_norm, case.clip_epsilon)
        rates.append(step.param_groups[0]["lr"])
        step.step()
        scheduler.step()
        losses.append(loss.item())
    model.eval()
    with torch.no_grad():
        shown = model(inputs[::SHOWN]).T.numpy().copy()
    return {"losses": np.array(losses), "logits": shown, **model.arrays()}, np.array(rates)


def cyclic_rates(every: int) -> np.ndarray:
    """Three periods of CyclicLR's triangle from .01 to 1, which begins at its foot."""
    step = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 1.0)
    scheduler = lr_scheduler.CyclicLR(step, 0.01, 1.0, step_size_up=every // 2, cycle_momentum=False)
    rates = []
    for _ in range(3 * every):
        rates.append(step.param_groups[0]["lr"])
        step.step()
        scheduler.step()
    return np.array(rates)


def warm_up_rates(epochs: int) -> np.ndarray:
    """LinearLR from a thousandth of an epoch's share up to 1."""
    step = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 1.0)
    scheduler = lr_scheduler.LinearLR(step, 1e-3 / epochs, 1.0, epochs)
    rates = []
    for _ in range(2 * epochs):
        rates.append(step.param_groups[0]["lr"])
        step.step()
        scheduler.step()
    return np.array(rates)


def recorded() -> dict[str, np.ndarray]:
    """All arrays of counterparts.npz: one for each case, and "rates" where they change."""
    found = {}
    for name, case in CASES.items():
        results, rates = in_torch(case)
        found[name] = flat(results)
        if np.ptp(rates):
            found[f"{name}/rates"] = rates
    for name, draw in in_pytorch.INITIALISERS.items():
        torch.manual_seed(1)
        weights = torch.empty(UNITS, INPUTS, dtype=torch.float64)
        draw(weights, SCALE)
        found[f"initialiser {name}"] = np.quantile(weights.numpy(), QUANTILES)
    found["cyclic/rates"], found["warm-up/rates"] = cyclic_rates(10), warm_up_rates(10)
    return found


def compare(steps: int) -> None:
    """Prints, for each workload and case, how far Hyperscope and PyTorch are apart."""
    for name, workload in WORKLOADS.items():
        apart = np.abs(workload.learner().steps(workload.batches(steps)) - trained(workload, steps))
        beyond = np.flatnonzero(apart > 1e-6)
        note = f", above 1e-6 from step {beyond[0]} on" if beyond.size else ""
        print(f"{name}: {steps} steps, greatest difference {apart.max():.2e} at step {apart.argmax()}{note}")
    for name, case in CASES.items():
        ours, (theirs, _) = case.in_hyperscope(), in_torch(case)
        apart = {key: np.abs(ours[key] - value).max() for key, value in theirs.items()}
        worst = max(apart, key=lambda key: apart[key])
        print(f"{name}: losses {apart['losses']:.1e}, at most {apart[worst]:.1e} ({worst})")


def main() -> None:
    """Records, or compares when asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--live", action="store_true", help="compare with Hyperscope now instead of recording")
    parser.add_argument("--steps", type=int, default=LONG, help="of each workload when comparing")
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.live:
        compare(given.steps)
    else:
        np.savez_compressed(HERE / "trajectories.npz", **{name: trained(w) for name, w in WORKLOADS.items()})
        np.savez_compressed(HERE / "counterparts.npz", **recorded())


if __name__ == "__main__":
    main()
