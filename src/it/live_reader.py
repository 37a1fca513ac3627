"""Opens a dataset file again and again while its scan is written, and compares every frame that it sees with what was sent.

Usage: /usr/bin/python3 live_reader.py FILE PATH READER FRAMES OPENS SECONDS

READER is locking (h5py with file locks), unlocked (h5py without) or silx (silx.io.h5py_utils.File). Ends when all FRAMES were seen and
the file was opened OPENS times, or after SECONDS. A frame of u4 carries the time it was sent (milliseconds since 1970, low word, high word) in
its first two elements; element e of the others of frame i is i * 7919 + e * 31. Each open compares the frames that are new, the ten
before them and ten older ones; each 50th and the last compare all.
Prints one JSON object: opens, failed (opens or reads, once one had succeeded, and errors lists some), frames (compared), wrong (torn,
other than what was sent, or gone after they were seen), seen, max_delay_ms (from sent to first seen), max_unseen_ms (from sent to the
begin of the last open that did not show it yet: what the writer is to blame for, however slow the reader is).
"""

import json
import os
import sys
import time

import h5py
import hdf5plugin  # noqa: F401 (registers the filters)
import numpy
from silx.io import h5py_utils

FILL = 0xFFFFFFFF
WINDOW = 10

OPENERS = {
    "locking": lambda name: h5py.File(name, "r", locking=True),
    "unlocked": lambda name: h5py.File(name, "r", locking=False),
    "silx": h5py_utils.File,
}


class LiveReader:
    def __init__(self, path, frames):
        self.path = path
        self.seen = numpy.zeros(frames, dtype=bool)
        self.next = 0
        self.compared = 0
        self.wrong = 0
        self.max_delay_ms = 0
        self.max_unseen_ms = 0
        self.begin_ms = 0
        self.last_begin_ms = 0

    def begin(self):
        self.last_begin_ms = self.begin_ms
        self.begin_ms = time.time() * 1000

    def look(self, data, begin, end):
        """Compares frames [begin, end)."""
        frames = data[begin:end].reshape(end - begin, -1)
        now_ms = time.time() * 1000
        index = numpy.arange(begin, end, dtype=numpy.uint32)[:, None]
        element = numpy.arange(2, frames.shape[1], dtype=numpy.uint32)[None, :]
        is_fill = (frames == FILL).all(axis=1)
        is_right = (frames[:, 2:] == index * numpy.uint32(7919) + element * numpy.uint32(31)).all(axis=1)
        was_seen = self.seen[begin:end]
        self.wrong += int(numpy.count_nonzero(~is_fill & ~is_right) + numpy.count_nonzero(is_fill & was_seen))
        self.compared += int(numpy.count_nonzero(~is_fill))
        new = is_right & ~was_seen
        if new.any():
            sent_ms = frames[:, 0].astype(numpy.int64) + (frames[:, 1].astype(numpy.int64) << 32)
            self.max_delay_ms = max(self.max_delay_ms, float((now_ms - sent_ms[new]).max()))
            self.max_unseen_ms = max(self.max_unseen_ms, float((self.last_begin_ms - sent_ms[new]).max()))
            self.seen[begin:end] |= new

    def read(self, file, reads_all):
        if self.path not in file:
            return
        data = file[self.path]
        end = len(data)
        if reads_all:
            begin = 0
        else:
            begin = max(0, min(self.next, end) - WINDOW)
            if begin > WINDOW:
                older = numpy.random.randint(begin - WINDOW)
                self.look(data, older, older + WINDOW)
        if end > begin:
            self.look(data, begin, end)
        while self.next < len(self.seen) and self.seen[self.next]:
            self.next += 1


def main(name, path, kind, frames, opens, seconds):
    reader = LiveReader(path, int(frames))
    opened = 0
    errors = []
    deadline = time.monotonic() + float(seconds)
    is_last = False
    while not is_last:
        is_last = (opened >= int(opens) - 1 and reader.seen.all()) or time.monotonic() > deadline
        if opened == 0 and not is_last and not os.path.exists(name):
            time.sleep(0.002)
            continue
        try:
            reader.begin()
            with OPENERS[kind](name) as file:
                reader.read(file, is_last or opened % 50 == 49)
            opened += 1
        except Exception as error:  # whatever a reader may meet is counted and told
            errors.append(repr(error))
            time.sleep(0.002)
    print(
        json.dumps(
            {
                "reader": kind,
                "opens": opened,
                "failed": len(errors),
                "errors": errors[:5],
                "frames": reader.compared,
                "wrong": reader.wrong,
                "seen": int(numpy.count_nonzero(reader.seen)),
                "max_delay_ms": round(reader.max_delay_ms),
                "max_unseen_ms": round(reader.max_unseen_ms),
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
