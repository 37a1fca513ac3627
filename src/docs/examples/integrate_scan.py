"""Integrates the images of a detector in all scans that a master shows: a scan's, a dataset's, a sample's, a proposal's.

Usage: integrate_scan.py MASTER.h5 DETECTOR RESULT.h5
"""

import sys

import h5py
import hdf5plugin  # noqa: F401 (registers the filters of compressed images)
from pyFAI.azimuthalIntegrator import AzimuthalIntegrator

METRES = {"m": 1, "mm": 1e-3, "um": 1e-6, "angstrom": 1e-10}


def length(field):
    return field[()] * METRES[field.attrs["units"]]


def integrator(scan, detector):
    pixel1, pixel2 = length(detector["y_pixel_size"]), length(detector["x_pixel_size"])
    return AzimuthalIntegrator(
        dist=length(detector["distance"]),
        poni1=detector["beam_center_y"][()] * pixel1,
        poni2=detector["beam_center_x"][()] * pixel2,
        pixel1=pixel1,
        pixel2=pixel2,
        wavelength=length(scan["instrument/monochromator/wavelength"]),
    )


def main(master, name, result):
    with h5py.File(master, "r") as scans, h5py.File(result, "w") as curves:
        for entry, scan in scans.items():
            detector = scan["instrument"][name]
            images = detector["data"]
            missing = set(detector["missing"][()]) if "missing" in detector else set()
            integrate = integrator(scan, detector).integrate1d
            for index in range(len(images)):
                if index not in missing:
                    q, intensity = integrate(images[index], 100, unit="q_nm^-1", dummy=images.fillvalue)[:2]
                    curves[f"{entry}/{index:05d}"] = intensity
            curves[f"{entry}/q"] = q


main(*sys.argv[1:])
