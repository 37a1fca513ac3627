"""Integrates the images of TestFrames as pyFAI does arrays in memory, and compares with what an example made of a master.

Usage: /usr/bin/python3 check_integrated.py MASTER.h5 RESULT.h5 ROWS COLUMNS FRAMES SEED...     one seed for each scan, in order
"""

import sys

import fabio
import h5py
import hdf5plugin  # noqa: F401
import numpy
from pyFAI.azimuthalIntegrator import AzimuthalIntegrator

master, result = sys.argv[1:3]
rows, columns, frames, *seeds = map(int, sys.argv[3:])
element = numpy.arange(rows * columns)
pixel = 75e-6
reference = AzimuthalIntegrator(
    dist=0.2, poni1=20.5 * pixel, poni2=30.25 * pixel, pixel1=pixel, pixel2=pixel, wavelength=0.976e-10
)
compared = 0
with h5py.File(result, "r") as curves:
    for entry, seed in zip(sorted(curves), seeds, strict=True):
        with fabio.open(f"{master}::/{entry}/measurement/eiger") as opened:
            assert opened.nframes == frames, opened.nframes
            for index in range(frames):
                sent = ((index * 7919 + element * 31 + seed * 1009) % 32749).astype("u2").reshape(rows, columns)
                q, intensity = reference.integrate1d(sent, 100, unit="q_nm^-1", dummy=65535)[:2]
                assert (opened.getframe(index).data == sent).all(), f"fabio: {entry}, frame {index}"
                # geometry that was read from a file may differ in the last bit
                numpy.testing.assert_allclose(curves[entry]["q"][()], q, rtol=1e-9)
                numpy.testing.assert_allclose(curves[entry][f"{index:05d}"][()], intensity, rtol=1e-6)
                assert intensity.max() > 1000
                compared += 1
print(compared)
