# SPDX-License-Identifier: BSD-3-Clause
"""field.py N FIELD.h5: write a field of N x N float32.

It is periodic, the real part of the inverse Fourier transform of
    F(k) = |k|^-1.25 exp(i phase),   |k| from 1 to N / 2, phases uniform (numpy's default_rng(7)),
so that the power in a shell of |k| goes like |k| |F|^2 = |k|^-1.5.
"""
import sys

import h5py
import numpy as np

n = int(sys.argv[1])
k = np.hypot(*np.meshgrid(np.fft.fftfreq(n, 1 / n), np.fft.fftfreq(n, 1 / n), indexing="ij"))
amplitude = np.where((k >= 1) & (k <= n / 2), np.maximum(k, 1) ** -1.25, 0)
phase = np.exp(2j * np.pi * np.random.default_rng(7).random((n, n)))
field = np.fft.ifft2(amplitude * phase).real
with h5py.File(sys.argv[2], "w") as file:
    file["field"] = ((field - field.mean()) / field.std()).astype("f4")
