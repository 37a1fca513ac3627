"""Does judge_nexus.py find what is wrong? A scan master that is right is spoilt in one way after the other, and each must be seen.

Usage: /usr/bin/python3 spoil_masters.py MASTER
"""

import os
import shutil
import subprocess
import sys

import h5py
import numpy

JUDGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "judge_nexus.py")


def bytes_attribute(file):
    file["1.1"].attrs["note"] = numpy.bytes_(b"fixed")


def fixed_text(file):
    del file["1.1/title"]
    file["1.1/title"] = numpy.bytes_(b"fixed")


def late_end(file):
    del file["1.1/end_time"]


def utc_time(file):
    del file["1.1/start_time"]
    file["1.1/start_time"] = "2026-11-22T20:07:25Z"


def broken_link(file):
    file["1.1/measurement/lost"] = h5py.SoftLink("/1.1/instrument/nowhere/data")


def wrong_name(file):
    file.move("1.1/measurement/diode1", "1.1/measurement/diode")


def copied_measurement(file):
    del file["1.1/measurement/diode1"]
    file["1.1/measurement/diode1"] = file["1.1/instrument/diode1/data"][()]


def no_class(file):
    del file["1.1/sample"].attrs["NX_class"]


def other_class(file):
    file["1.1/sample"].attrs["NX_class"] = "NXcollection"


def no_status(file):
    del file["1.1/writer/status"]
    file["1.1/writer/status"] = "DONE"


def no_signal(file):
    file["1.1/roi"].attrs["signal"] = "nothing"


def short_axis(file):
    del file["1.1/roi/samy"]
    file["1.1/roi/samy"] = numpy.arange(2.0)


def no_default(file):
    file["1.1"].attrs["default"] = "nothing"


def unlinked_motor(file):
    del file["1.1/instrument/positioners/samy"]
    file["1.1/instrument/positioners/samy"] = 1.0


def no_units(file):
    del file["1.1/instrument/eiger/x_pixel_size"].attrs["units"]


def no_module(file):
    del file["1.1/mx/instrument/eiger/module"]


def no_sensor(file):
    del file["1.1/mx/instrument/eiger/sensor_material"]


def no_short_name(file):
    del file["1.1/mx/instrument/name"].attrs["short_name"]


def lost_axis(file):
    del file["1.1/mx/sample/depends_on"]
    file["1.1/mx/sample/depends_on"] = "/1.1/instrument/nowhere"


def small_module(file):
    file["1.1/mx/instrument/eiger/module/data_size"][...] = [1, 1]


def other_definition(file):
    del file["1.1/mx/definition"]
    file["1.1/mx/definition"] = "NXsas"


def no_configuration(file):
    del file["1.1/correction/configuration/data"]


def wrong_interpretation(file):
    file["1.1/instrument/eiger/data"].attrs["interpretation"] = "spectrum"


SPOILT = [value for value in list(globals().values()) if callable(value) and getattr(value, "__module__", "") == "__main__"]


def judge(path):
    return subprocess.run(["/usr/bin/python3", JUDGE, path], capture_output=True, text=True)


def main():
    master = sys.argv[1]
    assert judge(master).returncode == 0, judge(master).stdout
    blind = []
    # beside the master: virtual sources are found from there
    path = os.path.join(os.path.dirname(os.path.abspath(master)), "spoilt.h5")
    for spoil in SPOILT:
        shutil.copy(master, path)
        with h5py.File(path, "r+") as file:
            spoil(file)
        said = judge(path)
        if said.returncode != 1 or "Traceback" in said.stderr:
            blind.append(spoil.__name__ + ": " + said.stdout + said.stderr)
    os.remove(path)
    print(len(SPOILT), blind)


main()
