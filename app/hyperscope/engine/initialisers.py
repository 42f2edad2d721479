from hyperscope.registry import Registry

initialisers: Registry = Registry("initialiser")
for n in ("zero","constant","normal","xavier","he"): initialisers[n]=None
