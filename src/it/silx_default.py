"""Prints what silx plots by default when a user opens a file, as JSON.

Usage: /usr/bin/python3 silx_default.py FILE
"""

import json
import sys

import silx.io
import silx.io.h5py_utils
from silx.io import nxdata


def main():
    with silx.io.open(sys.argv[1]) as file:
        default = nxdata.get_default(file)
        found = None
        if default is not None:
            found = {
                "signal": default.signal_name,
                "shape": list(default.signal.shape),
                "interpretation": default.interpretation,
                "is_valid": default.is_valid,
                "is_curve": default.is_curve,
                "is_image": default.is_image,
                "is_stack": default.is_stack,
                "auxiliary": list(default.auxiliary_signals_names),
                "issues": list(default.issues),
                "sum": float(default.signal[()].sum()),
            }
    # what silx takes for complete: entries with an end_time
    complete = silx.io.h5py_utils.top_level_names(sys.argv[1])
    with silx.io.h5py_utils.File(sys.argv[1]) as file:
        entries = list(file)
    json.dump({"default": found, "entries": entries, "complete": list(complete)}, sys.stdout)


main()
