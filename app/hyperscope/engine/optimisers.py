from hyperscope.registry import Registry

optimisers: Registry = Registry("optimiser")
for n in ("sgd","momentum","adam"): optimisers[n]=None
