#!/usr/bin/env python3
"""A step scan: a motor moves, a camera and a diode measure at each step: step_scan.py DATA_HOST:PORT HTTP_HOST:PORT"""

import json
import sys

import numpy

import penstock_client

STEPS = 11


def main():
    data, http = sys.argv[1:]
    camera = {"detector": "camera", "dtype": "u2", "shape": (32, 48)}
    detectors = [{"name": name, "frames": STEPS} for name in ("camera", "diode", "samy")]
    metadata = {"scan_type": "ascan", "positioners": {"samy": {"units": "mm", "start": 0.0, "stream": "samy"}},
                "sample": {"name": "si"}, "scan_parameters": {"count_time": {"value": 0.1, "units": "s"}}}
    with penstock_client.create_scan(http, sample="si", title="ascan samy 0 1 10 0.1", detectors=detectors, metadata=metadata) as scan:
        with penstock_client.open(data, join=scan.id, **camera) as images, \
                penstock_client.open(data, "diode", "f8", (), join=scan.id) as diode, \
                penstock_client.open(data, "samy", "f8", (), join=scan.id) as samy:
            scan.arm()  # all three have joined
            scan.start()
            for position in numpy.linspace(0, 1, STEPS):
                samy.send(float(position))  # here the motor would move
                images.send(numpy.full((32, 48), position * 1000, "u2"))
                diode.send(float(position) ** 2)
        scan.wait()  # all have ended, and so has the scan
    print(json.dumps(scan.status()))


if __name__ == "__main__":
    main()
