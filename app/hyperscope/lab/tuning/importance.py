"""Which knobs matter: what a study says of it, and the order in which a course has them tuned.

PED-ANOVA (Watanabe et al. 2023) compares, knob by knob, where the best tenth of the trials lies with where all lie. Of
what Optuna offers it is the one that needs no forests, and with them no scikit-learn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from hyperscope.lab.tuning.asking import distributions, drawn_as, inside, param_of, quietly
from hyperscope.lab.tuning.trials import Finished, Plan

LEAST = 12  # trials from which anything can be said

# what is to be tuned first, as the course has it
COURSE: Mapping[str, int] = {
    "training.learning_rate": 1,
    "training.momentum": 2,
    "units": 2,
    "training.batch_size": 2,
    "layers": 3,
    "training.schedule": 3,
    "training.decay": 3,
    "training.decay_every": 3,
    "training.beta1": 4,
    "training.beta2": 4,
    "training.epsilon": 4,
}


def course_rank(path: str) -> int:
    """When the course has a knob tuned, from 1 for the first, 0 for one that it does not name."""
    return COURSE.get("units" if path.endswith(".units") else path, 0)


def importance(plan: Plan, trials: Sequence[Finished]) -> dict[str, float]:
    """Each knob's share, in all 1, of what sets the best tenth apart; {} where there are too few trials to say.

    Trials that diverged, or were stopped on the way, are left out.
    """
    import optuna

    sound = [one for one in trials if one.state == "done" and math.isfinite(one.loss)]
    if len(sound) < LEAST or len(plan.space.knobs) < 2:
        return {}
    space = distributions(plan.space)
    with quietly():
        study = optuna.create_study()
        for one in sound:
            params = {
                param_of(knob): inside(drawn_as(knob, one.values[knob.knob]), space[param_of(knob)])
                for knob in plan.space.knobs
            }
            study.add_trial(optuna.trial.create_trial(value=one.loss, params=params, distributions=space))
        found = optuna.importance.get_param_importances(
            study, evaluator=optuna.importance.PedAnovaImportanceEvaluator()
        )
    total = sum(found.values())
    if not (math.isfinite(total) and total > 0):
        return {}
    return {one.knob: found.get(param_of(one), 0.0) / total for one in plan.space.knobs}
