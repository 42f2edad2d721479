"""What slow motion says of each call of a plan: its formula, one plain sentence, and what its numbers are called.

Several calls often make up one formula; the label of the last of them has the words, and those `ON_THE_WAY` join
whatever they lead to. Formulas are in a small part of TeX, in the course's notation: dZ is the loss's gradient in Z.
It knows labels and symbols, but no arrays.

In formulas @in is what a layer reads and @out what it hands on, @x and @y what batch norm reads and gives, @z what
the activation or the output reads, each with a d in front for its gradient; [l] is the layer's number.
"""

from __future__ import annotations

from hyperscope.engine.update_words import update_words
from hyperscope.engine.words import SAME, Words

__all__ = ["ON_THE_WAY", "SAME", "Words", "narration", "words"]

narration: dict[str, Words] = dict(update_words)

# -- layers -------------------------------------------------------------------------------------------------------

narration["z = W a + b"] = Words(
    "Z^{[l]} = W^{[l]} @in + b^{[l]}",
    "Each of the {units} of {layer} weighs {before} and adds its bias, for {examples} at once.",
    "Z^{[l]}",
)
narration["z = W a"] = Words(
    "Z^{[l]} = W^{[l]} @in",
    "Each of the {units} of {layer} weighs {before}; batch norm would subtract a bias again, so there is none.",
    "Z^{[l]}",
)
narration["dW, db = dz aᵀ"] = Words(
    "dW^{[l]} = dZ^{[l]} {@in}^{T}, \\quad db^{[l]} = Σ_i dz^{[l](i)}",
    "How the loss changes with each weight and bias of {layer}: error times input, summed over {examples}. The 1/m of "
    "the mean is in dZ already.",
    "dW^{[l]}",
    columns="inputs",
)
narration["dW = dz aᵀ"] = Words(
    "dW^{[l]} = dZ^{[l]} {@in}^{T}",
    "How the loss changes with each weight of {layer}: error times input, summed over {examples}. The 1/m of the mean "
    "is in dZ already.",
    "dW^{[l]}",
    columns="inputs",
)
narration["da = Wᵀ dz"] = Words(
    "@din = {W^{[l]}}^{T} dZ^{[l]}",
    "The error goes back through the same weights to what {earlier} handed on.",
    "@din",
)
narration["a dropped out"] = Words(
    "@out ← @out ∘ D^{[l]}",
    "Dropout sets each output to 0 with probability {drop} and divides the others by {keep}, so that their mean stays.",
    "@out",
    "@out",
)
narration["gradient of a dropped out"] = Words(
    "@dout ← @dout ∘ D^{[l]}",
    "The same mask again: no error goes back through an output that was dropped.",
    "@dout",
    SAME,
)

# -- activations --------------------------------------------------------------------------------------------------

for label, formula, sentence in (
    ("a = max(z, 0)", "max(0, @z)", "ReLU lets through what is positive and makes the rest 0."),
    ("a = tanh z", "\\tanh(@z)", "tanh squeezes every value to between −1 and 1."),
    (
        "a = sigmoid(z) = 1/2 + tanh(z / 2) / 2",
        "\\frac{1}{1 + e^{−@z}}",
        "The sigmoid squeezes every value to between 0 and 1.",
    ),
    ("a = z", "@z", "A linear activation changes nothing."),
    ("a = max(z, 0.01 z)", "max(@z, 0.01 @z)", "Leaky ReLU lets a hundredth of what is negative through."),
    (
        "a = z above 0, e^z − 1 below",
        "max(@z, 0) + e^{min(@z, 0)} − 1",
        "ELU is the identity above 0 and bends towards −1 below.",
    ),
    ("a = log(1 + e^z)", "\\log(1 + e^{@z})", "Softplus is a ReLU with a rounded corner."),
    (
        "a = z/2 (1 + tanh(c (z + k z³)))",
        "\\frac{@z}{2} (1 + \\tanh(c (@z + k {@z}^{3})))",
        "GELU weighs each value by how probable a smaller one is under a normal distribution.",
    ),
):
    narration[label] = Words(f"A^{{[l]}} = {formula}", sentence, "A^{[l]}", "@z")

narration["dz = da · slope"] = Words(
    "@dz = dA^{[l]} ∘ g′(@z)",
    "The error is multiplied by the slope of {activation}: where the function is flat, hardly any comes through.",
    "@dz",
    "dA^{[l]}",
)

# -- batch norm ---------------------------------------------------------------------------------------------------

narration["μ = Σ z / m"] = Words(
    "μ = \\frac{1}{m} Σ_i @one^{(i)}",
    "For each unit, the mean of its values over the {examples} of this mini-batch.",
    "μ",
    columns="",
)
narration["z − μ"] = Words(
    "@x − μ",
    "With its mean subtracted, each unit's values lie around 0.",
    "@x − μ",
    "@x",
)
narration["σ² = Σ (z − μ)² / m"] = Words(
    "σ^{2} = \\frac{1}{m} Σ_i (@one^{(i)} − μ)^{2}",
    "For each unit, the variance of its values over this mini-batch: the mean of the squared distances from μ.",
    "σ^{2}",
    columns="",
)
narration["√(σ² + ε)"] = Words(
    "\\hat{@X}^{[l]} = \\frac{@x − μ}{\\sqrt{σ^{2} + ε}}",
    "Divided by its standard deviation, each unit has mean 0 and variance 1; ε = {bn_epsilon} keeps the root from 0.",
    "\\hat{@X}^{[l]}",
    "@x − μ",
    over="z − μ",
)
narration["y = γ ẑ + β"] = Words(
    "@y = γ^{[l]} \\hat{@X}^{[l]} + β^{[l]}",
    "γ and β{learned} give each unit its spread and its mean.",
    "@y",
    "\\hat{@X}^{[l]}",
)
narration["y jolted"] = Words(
    "@y ← s @y + r",
    "A random scale and shift for each unit, drawn anew at every step, keep its distribution from staying the same.",
    "@y",
    "@y",
)
narration["gradient of y jolted"] = Words("@dy ← s @dy", "The error goes back by way of the same scale.", "@dy", SAME)
narration["dβ = Σ dy"] = Words(
    "dβ^{[l]} = Σ_i d\\tilde{@one}^{(i)}",
    "β moves every example of its unit alike, so its gradient is the sum of their errors.",
    "dβ^{[l]}",
    columns="",
)
narration["dγ = Σ dy ẑ"] = Words(
    "dγ^{[l]} = Σ_i d\\tilde{@one}^{(i)} \\hat{@one}^{(i)}",
    "γ scales the normalised values, so its gradient is the sum of error times normalised value.",
    "dγ^{[l]}",
    columns="",
)
for label in ("dz = γ/√(σ²+ε) · (dy − mean dy − ẑ · mean(dy ẑ))", "dz: less mean dy"):
    narration[label] = Words(
        "@dx = \\frac{γ}{\\sqrt{σ^{2} + ε}} (@dy − \\frac{1}{m} dβ − \\frac{1}{m} dγ \\hat{@X})",
        "Every example shifts μ and σ² for all others: the part of the error that a shift or a scale could make up "
        "for is taken out.",
        "@dx",
        "@dy",
    )

# -- outputs and losses -------------------------------------------------------------------------------------------

narration["z / T"] = Words(
    "@z / T",
    "Divided by the temperature T = {temperature}: above 1 the answers grow softer, below 1 harder.",
    "@z / T",
    "@z",
)
narration["t = e^z"] = Words(
    "t = e^{@logits}",
    "Softmax begins with a power of e: every number becomes positive, and large ones stand out.{shifted}",
    "t",
    "@logits",
)
for label in ("p / m = t / (m Σ t)", "p / m"):
    narration[label] = Words(
        "\\hat{Y} = \\frac{t}{Σ_c t_c}",
        "Divided by their sum, the numbers of each example are its probabilities. The loss of this mini-batch is "
        "J = {loss}.",
        "\\hat{Y}",
        "t",
        factor="m",
    )
narration["dz = (p − y) / m"] = Words(
    "@dz = \\frac{1}{m} (\\hat{Y} − Y)",
    "The error of an output is what it said less what was right, and the mean over {examples} brings 1/m.",
    "@dz",
    "\\hat{Y}",
)
narration["e = (p − y) / m"] = Words(
    "E = \\frac{1}{m} (\\hat{Y} − Y)",
    "The squared error's gradient in the probabilities: what was said less what was right.",
    "E",
    "\\hat{Y}",
)
narration["dz = p (e − Σ p e)"] = Words(
    "@dz = \\hat{Y} ∘ (E − Σ_c \\hat{y}_c e_c)",
    "Through softmax each error is multiplied by its probability once more: a wrong but certain answer hardly learns.",
    "@dz",
    "E",
)
narration["sigmoid(z) / m"] = Words(
    "\\hat{Y} = \\frac{1}{1 + e^{−@logits}}",
    "Each output says yes or no by itself, with a sigmoid. The loss of this mini-batch is J = {loss}.",
    "\\hat{Y}",
    "@logits",
    factor="m",
)
narration["dz = (sigmoid(z) − y) / m"] = narration["dz = (p − y) / m"]
narration["dz"] = Words(
    "@dz = \\frac{1}{m} ((1 − Y) [@logits > −1] − Y [@logits < 1])",
    "A score within its margin is pushed, up for the right class and down for the others; one beyond it is left "
    "alone. The loss of this mini-batch is J = {loss}.",
    "@dz",
    "@logits",
)
narration["dz = (h − t Σ h) / m"] = Words(
    "@dz = \\frac{1}{m} (H − Y Σ_c h_c), \\quad H = (1 − Y) [@logits > z_y − 1]",
    "Every class that comes within 1 of the right one is pushed down, and the right one up by as many. The loss of "
    "this mini-batch is J = {loss}.",
    "@dz",
    "@logits",
)
narration["dz = (share − t) / m"] = Words(
    "@dz = \\frac{1}{m} (S − Y), \\quad S = [@logits + 1 − Y \\ max]",
    "Only the worst rival counts: the class with the greatest score, the right one handicapped by 1, is pushed down, "
    "and the right one up. The loss of this mini-batch is J = {loss}.",
    "@dz",
    "@logits",
)
narration["dz only of the questions asked"] = Words(
    "@dz ← @dz ∘ M",
    "An example has something to say only at the questions on the way to its class; the other errors are 0.",
    "@dz",
    SAME,
)
narration["dz / T"] = Words("@dz ← @dz / T", "The temperature divides the error as it divided Z.", "@dz", SAME)
narration["dz · class weight"] = Words(
    "@dz ← w_y @dz", "The errors of rare classes count for more, those of frequent ones for less.", "@dz", SAME
)

ON_THE_WAY = frozenset(
    {
        # of activations
        *("z / 2", "tanh(z / 2)", "tanh(z / 2) / 2", "0.01 z", "min(z, 0)", "e^z − 1 below 0", "max(z, 0)"),
        *("z²", "c k z²", "c (1 + k z²)", "c (z + k z³)", "tanh", "3 c k z²", "c (1 + 3 k z²)", "z c (1 + 3 k z²)"),
        *("t²", "1 − t²", "(1 − t²) z c (1 + 3 k z²)", "1 + t", "twice GELU's slope", "GELU's slope", "z (1 + t)"),
        *("ReLU's slope: 1 where a > 0", "ReLU's slope: −a is negative", "ReLU's slope: where a > 0", "a²"),
        *("tanh's slope: 1 − a²", "1 − a", "sigmoid's slope: a (1 − a)", "1 where a > 0", "0.99 where a > 0"),
        *("leaky ReLU's slope: 1 or 0.01", "min(a, 0)", "ELU's slope: 1 above 0, a + 1 below", "−a", "e^−a − 1"),
        "softplus' slope: sigmoid(z) = 1 − e^−a, negated",
        # of batch norm
        *("(z − μ)²", "σ² + ε", "γ / √(σ² + ε)", "β", "γ ẑ", "Σ dy ẑ, Σ dy", "−γ / (m √(σ² + ε))", "mean of dy"),
        *("ẑ by way of z − μ", "mean of dy ẑ", "dy (z − μ)", "Σ dy (z − μ)", "dy γ / √(σ² + ε)"),
        *("ẑ · mean(dy ẑ)", "less ẑ · mean(dy ẑ)"),
        # of outputs
        *("the largest logit", "z − max z", "m · Σ t", "m Σ t", "p e / m", "Σ p e", "e − Σ p e", "p (e − Σ p e) / m"),
        "tanh(z / 2) / 2m",
        *("z < 1", "z > −1", "who is within a margin", "y of who is", "1 / m where z > −1"),
        *("y z", "z of the class", "z − z of the class", "who comes within 1", "y of who does", "1 / m of who does"),
        *("h / m", "Σ h", "y Σ h", "−m t", "1 − t", "z + 1 − t", "the greatest", "who is the greatest"),
        *("how many are", "each one's share"),
        # of what comes after
        *("(1 − ρ) batch, σ² m / (m − 1)", "ρ running", "λ w", "α λ₁", "−α λ₁", "max(w, −α λ₁)", "w cut to ±α λ₁"),
        *("g²", "Σ g²", "|g| / limit", "at least 1", "α g", "β v", "α v", "α (g + β v)", "√s", "√s + ε"),
        *("g / (√s + ε)", "α λ w", "β₁ m", "β₂ v", "√v", "√v̂ + ε", "m̂ / (√v̂ + ε)", "β₂ s"),
    }
)


def words(what: str) -> Words:
    """The words for the label of a call, without its place; plain ones where nobody has written any."""
    return narration.get(what) or Words(what, f"This works out {what}.", what)
