#!/usr/bin/env python3
"""A continuous scan: a camera runs freely until the scan is stopped: continuous_scan.py DATA_HOST:PORT HTTP_HOST:PORT"""

import json
import sys
import threading

import numpy

import penstock_client


def stream_until(stopped, data, scan):
    with penstock_client.open(data, "camera", "u2", (32, 48), join=scan.id) as stream:
        frame = 0
        while not stopped.is_set():
            stream.send(numpy.full((32, 48), frame, "u2"))
            frame += 1


def main():
    data, http = sys.argv[1:]
    stopped = threading.Event()
    with penstock_client.create_scan(http, sample="si", title="timescan 0.001", metadata={"scan_type": "timescan"}) as scan:
        camera = threading.Thread(target=stream_until, args=(stopped, data, scan))
        camera.start()
        scan.wait(lambda now: now["state"] == "RUNNING")
        scan.describe(notes=[{"data": "shutter opened"}])
        while scan.status()["detectors"][0]["counters"]["received"] < 200:  # here something would be measured
            pass
        stopped.set()
        camera.join()
    print(json.dumps(scan.status()))  # leaving the block has stopped the scan


if __name__ == "__main__":
    main()
