from hyperscope.registry import Registry

activations: Registry = Registry("activation")
for n in ("relu","tanh","sigmoid","linear"): activations[n]=None
