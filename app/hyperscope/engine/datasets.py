from hyperscope.registry import Registry

generators: Registry = Registry("data set")
for n in ("spiral","blobs","circles","moons","xor","checkerboard"): generators[n]=None
