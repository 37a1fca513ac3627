#!/usr/bin/env python3
"""Streams a .npy file, first axis = frame, and prints the report: stream_npy.py HOST:PORT DETECTOR FILE.npy [SAMPLE]"""

import json
import sys

import numpy

import penstock_client


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    address, detector, file = sys.argv[1:4]
    sample = sys.argv[4] if len(sys.argv) == 5 else None
    frames = numpy.load(file, mmap_mode="r")
    with penstock_client.open(address, detector=detector, dtype=frames.dtype, shape=frames.shape[1:], frames=len(frames),
                              sample=sample) as stream:
        for index in range(len(frames)):
            stream.send(frames[index])
    print(json.dumps(stream.report))
    return 0 if stream.report["state"] == "complete" else 1


if __name__ == "__main__":
    sys.exit(main())
