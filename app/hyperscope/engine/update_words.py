"""What slow motion says once all gradients are known: running averages, penalties, limits, and each optimiser's step.

Formulas are written as in `narration`.
"""

from __future__ import annotations

from hyperscope.engine.words import SAME, Words

update_words: dict[str, Words] = {}

# -- running averages, penalties and limits -----------------------------------------------------------------------

update_words["running = ρ running + (1 − ρ) batch"] = Words(
    "\\bar{μ} ← ρ \\bar{μ} + (1 − ρ) μ, \\quad \\bar{σ}^{2} ← ρ \\bar{σ}^{2} + (1 − ρ) \\frac{m}{m − 1} σ^{2}",
    "The averages that stand in for the mini-batch at test time keep {rho} of what they were.",
    "running",
    SAME,
    columns="",
)
update_words["g = g + λ w"] = Words(
    "dW ← dW + λ W", "The L2 penalty pulls every weight towards 0, in proportion to its size.", "g", SAME, "inputs"
)
update_words["w moves α λ₁ towards 0"] = Words(
    "W ← sign(W) max(|W| − α λ_1, 0)",
    "The L1 penalty moves every weight αλ₁ towards 0, and those that are closer become exactly 0.",
    "w",
    SAME,
    "inputs",
)
update_words["|g|"] = Words("|g| = \\sqrt{Σ g^{2}}", "The length of the whole gradient.", "|g|", columns="")
update_words["g, no longer than the limit"] = Words(
    "g ← \\frac{g}{max(1, |g| / c)}",
    "A gradient longer than c = {clip} is shortened to that length; its direction stays.",
    "g",
    SAME,
    "inputs",
)

# -- optimisers ---------------------------------------------------------------------------------------------------

update_words["w = w − α g"] = Words(
    "W ← W − α dW, \\quad b ← b − α db",
    "Every parameter takes a step against its gradient, of length α = {alpha} times it.",
    "w",
    SAME,
    "inputs",
)
update_words["v = β v + g"] = Words(
    "v ← β v + dW",
    "Momentum keeps β = {momentum} of the last direction and adds the new gradient, so that what alternates cancels.",
    "v",
    SAME,
    "inputs",
)
update_words["w = w − α v"] = Words(
    "W ← W − α v", "Every parameter moves against the velocity, by α = {alpha} times it.", "w", SAME, "inputs"
)
update_words["g + β v"] = Words(
    "u = dW + β v",
    "Nesterov looks ahead: the gradient, and the velocity that the next step will keep.",
    "u",
    columns="inputs",
)
update_words["w = w − α (g + β v)"] = Words(
    "W ← W − α u", "Every parameter moves against what was seen ahead, by α = {alpha} times it.", "w", SAME, "inputs"
)
update_words["s = s + g²"] = Words(
    "s ← s + dW^{2}",
    "AdaGrad adds up the squares of all gradients so far, parameter by parameter; as they only grow, rates only fall.",
    "s",
    SAME,
    "inputs",
)
update_words["α g / (√s + ε)"] = Words(
    "u = \\frac{α dW}{\\sqrt{s} + ε}",
    "Each gradient is divided by the root of its s, so that parameters with large gradients need not take large steps.",
    "u",
    columns="inputs",
)
update_words["w = w − α g / (√s + ε)"] = Words("W ← W − u", "Every parameter takes its own step.", "w", SAME, "inputs")
update_words["s = β₂ s + (1 − β₂) g²"] = Words(
    "s ← β_2 s + (1 − β_2) dW^{2}",
    "A running mean of the squared gradients, which keeps β₂ = {beta2} of what it was.",
    "s",
    SAME,
    "inputs",
    factor="1 − beta2",
)
update_words["w = w − α λ w"] = Words(
    "W ← W − α λ W",
    "AdamW lets the weights decay by themselves, apart from the gradient and its moments.",
    "w",
    SAME,
    "inputs",
)
update_words["m = β₁ m + (1 − β₁) g"] = Words(
    "m ← β_1 m + (1 − β_1) dW",
    "A running mean of the gradients, which keeps β₁ = {beta1} of what it was: the direction.",
    "m",
    SAME,
    "inputs",
    factor="1 − beta1",
)
update_words["v = β₂ v + (1 − β₂) g²"] = Words(
    "v ← β_2 v + (1 − β_2) dW^{2}",
    "A running mean of the squared gradients, which keeps β₂ = {beta2} of what it was: the size.",
    "v",
    SAME,
    "inputs",
    factor="1 − beta2",
)
update_words["α m̂ / (√v̂ + ε)"] = Words(
    "u = α \\frac{\\hat{m}}{\\sqrt{\\hat{v}} + ε}, \\quad \\hat{m} = \\frac{m}{1 − β_1^{t}}, \\quad "
    "\\hat{v} = \\frac{v}{1 − β_2^{t}}",
    "Direction divided by size, so that every parameter moves by about α = {alpha} however large its gradient is.",
    "u",
    columns="inputs",
)
update_words["α m / (√v + ε)"] = Words(  # where bias correction is off
    "u = α \\frac{m}{\\sqrt{v} + ε}",
    "Direction divided by size. Both began at 0, which is not corrected for, so the first steps are not as long as "
    "α = {alpha}.",
    "u",
    columns="inputs",
)
update_words["w = w − α m̂ / (√v̂ + ε)"] = Words(
    "W ← W − u, \\quad b ← b − u",
    "Every parameter takes its own step.",
    "w",
    SAME,
    "inputs",
)
