"""Plain loops in C, compiled when first needed with -O3 -march=native and called on one thread."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.work import Run, Task, weights

SOURCE = r"""
#include <math.h>

enum { BLOCK = 256, WIDEST = 512 };  /* points at a time, so that a layer's values stay in the cache; units at most */

/* Probabilities p (C, m) of points x (n, m). `weights` are the layers' W (n, n_in) one after the other, `norms` γ, β,
   mean and variance of every hidden unit, `biases` those of the output layer. */
void probabilities(int depth, const int *widths, const float *weights, const float *norms, const float *biases,
                   int m, const float *x, float *p)
{
    static float values[2][WIDEST][BLOCK];
    for (int start = 0; start < m; start += BLOCK) {
        const int size = m - start < BLOCK ? m - start : BLOCK;
        const float *w = weights, *norm = norms;
        for (int i = 0; i < widths[0]; i++)
            for (int j = 0; j < size; j++) values[0][i][j] = x[i * m + start + j];
        for (int layer = 0; layer < depth; layer++) {
            const int n_in = widths[layer], n = widths[layer + 1];
            float (*a)[BLOCK] = values[layer & 1], (*z)[BLOCK] = values[(layer + 1) & 1];
            for (int k = 0; k < n; k++, w += n_in) {
                float scale = 1, shift;
                if (layer < depth - 1) {
                    scale = norm[0] / sqrtf(norm[3] + 1e-5f);
                    shift = norm[1] - scale * norm[2];
                    norm += 4;
                } else
                    shift = biases[k];
                for (int j = 0; j < BLOCK; j++) z[k][j] = shift;
                for (int i = 0; i < n_in; i++) {
                    const float weight = scale * w[i];
                    for (int j = 0; j < BLOCK; j++) z[k][j] += weight * a[i][j];
                }
                if (layer < depth - 1)
                    for (int j = 0; j < BLOCK; j++) z[k][j] = z[k][j] > 0 ? z[k][j] : 0;
            }
        }
        float (*z)[BLOCK] = values[depth & 1];
        const int classes = widths[depth];
        for (int j = 0; j < size; j++) {
            float top = z[0][j], sum = 0;
            for (int c = 1; c < classes; c++) top = z[c][j] > top ? z[c][j] : top;
            for (int c = 0; c < classes; c++) sum += z[c][j] = expf(z[c][j] - top);
            for (int c = 0; c < classes; c++) p[c * m + start + j] = z[c][j] / sum;
        }
    }
}
"""
Floats = ctypes.POINTER(ctypes.c_float)


def compiler() -> str | None:
    """The C compiler: $CC, or else gcc, or cc; None if there is none."""
    return next((found for name in (os.environ.get("CC"), "gcc", "cc") if name and (found := shutil.which(name))), None)


def _compiled() -> ctypes.CDLL:
    found = compiler()
    if found is None:
        raise RuntimeError("there is no C compiler")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        source, library = Path(folder, "loop.c"), Path(folder, "loop.so")
        source.write_text(SOURCE, encoding="utf-8")
        subprocess.run([found, "-O3", "-march=native", "-shared", "-fPIC", source, "-o", library, "-lm"], check=True)
        return ctypes.CDLL(str(library))


def grid(task: Task) -> Run:
    """Blocks of points, batch norm folded as it goes, the innermost loop over points; expf for softmax."""
    layers, n = weights(task), len(task["x"])
    widths = np.array([n, *map(len, layers)], np.int32)
    flat = np.concatenate([block[:, :n_in].ravel() for block, n_in in zip(layers, widths, strict=False)])
    norms = np.tile(np.array([1, 0, 0, 1], np.float32), int(widths[1:-1].sum()))  # γ, β, mean, variance
    biases = np.zeros(widths[-1], np.float32)
    points = np.ascontiguousarray(task["grid"], np.float32)
    m = points.shape[1]
    found = np.empty((int(widths[-1]), m), np.float32)
    call = _compiled().probabilities
    call.restype = None
    sizes = widths.ctypes.data_as(ctypes.POINTER(ctypes.c_int))
    inputs = [array.ctypes.data_as(Floats) for array in (flat, norms, biases)]
    ends = [array.ctypes.data_as(Floats) for array in (points, found)]

    def run(count: int) -> np.ndarray:
        for _ in range(count):
            call(len(layers), sizes, *inputs, m, *ends)
        return found

    return run
