"""Judges whether every acknowledged frame can be read, byte for byte. Knows nothing of the project but how test frames are made.

Usage: /usr/bin/python3 judge_acknowledged.py [OPTIONS] FILE|FOLDER LOG...

FILE is the dataset file, the scan master or a part's link; of a FOLDER the one dataset file below it that is not a scan's own. LOG is
what a client wrote as acknowledgements came, a frame and level a line:
    detector index crc32c level [nanoseconds]       AckClient
    index crc32c level                              ./penstock send --ack-log, with --detector NAME
crc32c has eight hexadecimal digits, or 0x before it, or is decimal with a leading +. Level is written, durable, or taken_back (RESEND).

    --entry NAME             group of the scan in the file (default: the only one)
    --level LEVEL            which acknowledgements count (default: written, which durable ones are as well)
    --before NANOSECONDS     only lines older than this count
    --stream NAME:SEED       frames of this detector follow the pattern of check_frames.py: all that is in the file is compared with it
    --detector NAME          of logs that do not name it

An acknowledged frame must have the bytes whose checksum was acknowledged (and follow the pattern). A frame that was not must be right
too, or fill value. What an ended scan lists as missing must be fill value, what is fill value must be listed, and nothing acknowledged may be.
Prints what is wrong; the last line is "N acknowledged, N readable, N lost, N wrong": lost frames read as fill value or not at all, wrong
ones have other bytes, or are named wrongly as missing or present. Exit code 0 = none lost and none wrong.
"""

import argparse
import glob
import os
import sys

import h5py
import hdf5plugin  # noqa: F401 (registers the filters)
import numpy

import zstd_filter

MODULUS = {1: 251, 2: 32749, 4: 1000003, 8: 1000003}
CASTAGNOLI = 0x82F63B78
LANES = 4096
BLOCK_BYTES = 16 << 20


def crc_table():
    table = numpy.arange(256, dtype=numpy.uint32)
    for _ in range(8):
        table = numpy.where(table & 1, (table >> 1) ^ CASTAGNOLI, table >> 1).astype(numpy.uint32)
    return table


TABLE = crc_table()


def times(columns, vector):
    """Multiplies a 32x32 matrix over GF(2), given as columns, by each element of a vector."""
    product = numpy.zeros_like(vector)
    for bit in range(32):
        product ^= numpy.where((vector >> numpy.uint32(bit)) & 1, columns[bit], numpy.uint32(0))
    return product


def zero_bytes(count):
    """Returns the matrix that takes a CRC register over count zero bytes."""
    power = numpy.uint32(1) << numpy.arange(32, dtype=numpy.uint32)
    result = power.copy()
    power = TABLE[power & 0xFF] ^ (power >> 8)
    while count:
        if count & 1:
            result = times(power, result)
        power = times(power, power)
        count >>= 1
    return result


MATRICES = {}


def shift(register, count):
    if count not in MATRICES:
        MATRICES[count] = zero_bytes(count)
    return times(MATRICES[count], register)


def crc32c(frames):
    """CRC-32C of each row of bytes: many at a time, each cut into lanes, so that NumPy need not be told byte by byte."""
    count, length = frames.shape
    lanes = 1
    while count * lanes < LANES and length // lanes > 64:
        lanes *= 2
    lane = -(-length // lanes)
    padded = numpy.zeros((count, lanes * lane), dtype=numpy.uint8)
    padded[:, lanes * lane - length:] = frames  # zeros in front do not change a register that is 0
    register = numpy.zeros(count * lanes, dtype=numpy.uint32)
    for column in numpy.ascontiguousarray(padded.reshape(count * lanes, lane).T):
        register = TABLE[(register ^ column) & 0xFF] ^ (register >> 8)
    while len(register) > count:
        register = shift(register[0::2], lane) ^ register[1::2]
        lane *= 2
    begin = shift(numpy.array([0xFFFFFFFF], dtype=numpy.uint32), length)
    return (register ^ begin ^ numpy.uint32(0xFFFFFFFF)).tolist()


def pattern(dtype, shape, seed, index):
    count = int(numpy.prod(shape, dtype=numpy.int64))
    element = numpy.arange(count, dtype=numpy.int64)
    modulus = 113 if dtype == numpy.int8 else MODULUS[dtype.itemsize]
    values = (index * 7919 + index // 251 * element * 13 + element * 31 + seed * 1009) % modulus
    if dtype.kind == "f":
        values = values + 0.5
    return values.astype(dtype).reshape(shape)


def fill(dtype):
    if dtype.kind == "f":
        return numpy.nan
    return numpy.iinfo(dtype).max if dtype.kind == "u" else numpy.iinfo(dtype).min


def is_fill(frame):
    return bool(numpy.isnan(frame).all() if frame.dtype.kind == "f" else (frame == fill(frame.dtype)).all())


def checksum(word):
    return int(word[1:]) if word.startswith("+") else int(word, 16)


class Acknowledged:
    """What clients were promised: detector, then frame, then checksum."""

    def __init__(self, level, before, detector):
        self.frames = {}
        self.level = level
        self.before = before
        self.detector = detector

    def read(self, name):
        with open(name) as lines:
            for line in lines:
                if line.endswith("\n"):  # one without is half a line: the client died as it wrote it
                    self.take(name, line.split())

    def take(self, name, words):
        detector = self.detector
        if len(words) > 3:
            detector, words = words[0], words[1:]
        if detector is None or len(words) < 3:
            raise SystemExit("%s: not a log of acknowledgements, or --detector is needed: %s" % (name, words))
        if self.before is not None and len(words) > 3 and int(words[3]) >= self.before:
            return
        frames = self.frames.setdefault(detector, {})
        index, crc, level = int(words[0]), checksum(words[1]), words[2]
        if level == "taken_back":
            if self.level == "written":
                frames.pop(index, None)
        elif level == self.level or self.level == "written":
            frames[index] = crc


class Judge:
    def __init__(self):
        self.problems = []
        self.acknowledged = 0
        self.readable = 0
        self.lost = 0
        self.wrong = 0

    def is_wrong(self, text):
        self.wrong += 1
        self.problems.append(text)

    def is_lost(self, text):
        self.lost += 1
        self.problems.append(text)

    def all_lost(self, detector, frames, why):
        self.acknowledged += len(frames)
        for index in sorted(frames):
            self.is_lost("%s: frame %d was acknowledged: %s" % (detector, index, why))

    def detector(self, entry, detector, promised, seed):
        self.acknowledged += len(promised)
        data = entry["measurement/" + detector]
        group = entry["instrument/" + detector] if "instrument/" + detector in entry else {}
        missing = set(group["missing"][()].tolist()) if "missing" in group else set()
        has_ended = "end_time" in entry
        for index in sorted(promised):
            if index >= len(data):
                self.is_lost("%s: frame %d was acknowledged and is beyond the end, %d" % (detector, index, len(data)))
        frame_bytes = max(1, int(numpy.prod(data.shape[1:], dtype=numpy.int64)) * data.dtype.itemsize)
        block = max(1, BLOCK_BYTES // frame_bytes)
        for first in range(0, len(data), block):
            frames = numpy.ascontiguousarray(data[first:first + block])
            sums = crc32c(frames.view(numpy.uint8).reshape(len(frames), frame_bytes))
            for offset, frame in enumerate(frames):
                index = first + offset
                frame = numpy.asarray(frame)
                expected = None if seed is None else pattern(data.dtype, data.shape[1:], seed, index)
                is_sent = sums[offset] == promised[index] if index in promised else None
                self.frame("%s: frame %d" % (detector, index), frame, is_sent, expected)
                if has_ended and is_fill(frame) != (index in missing) and expected is not None:
                    self.is_wrong("%s: frame %d is %s as missing" % (
                        detector, index, "listed" if index in missing else "fill value and not listed"))
        for index in sorted(missing & set(promised)):
            self.is_wrong("%s: frame %d was acknowledged and is listed as missing" % (detector, index))

    def frame(self, name, frame, has_checksum, expected):
        """has_checksum: whether these are the bytes that were acknowledged; None where nothing was."""
        follows = expected is None or frame.tobytes() == expected.tobytes()
        if has_checksum is None:
            if not follows and not is_fill(frame):
                self.is_wrong(name + " was not acknowledged, and is neither what was sent nor fill value")
        elif follows and has_checksum:
            self.readable += 1
        elif is_fill(frame):
            self.is_lost(name + " was acknowledged and is fill value")
        else:
            self.is_wrong(name + " was acknowledged and is not what was sent")


def dataset_file(place):
    """Returns the file itself, or the dataset file of a folder: SAMPLE_DATASET/SAMPLE_DATASET.h5."""
    if not os.path.isdir(place):
        return place
    found = []
    for name in glob.glob(os.path.join(glob.escape(place), "**", "*.h5"), recursive=True):
        folder = os.path.basename(os.path.dirname(name))
        if os.path.basename(name) == folder + ".h5" and glob.glob(os.path.join(glob.escape(os.path.dirname(name)), "scan*/")):
            found.append(name)
    if len(found) != 1:
        raise OSError("%d dataset files in %s, expected 1" % (len(found), place))
    return found[0]


def judge(place, logs, level="written", before=None, streams=None, entry=None, detector=None):
    """Returns a Judge that has seen all; what is promised and can not be opened counts as lost."""
    zstd_filter.register()
    acknowledged = Acknowledged(level, before, detector)
    for log in logs:
        acknowledged.read(log)
    result = Judge()
    streams = streams or {}
    names = sorted(set(acknowledged.frames) | set(streams))
    try:
        file = h5py.File(dataset_file(place), "r", locking=False)
    except OSError as error:
        for name in names:
            result.all_lost(name, acknowledged.frames.get(name, {}), str(error))
        return result
    with file:
        group = file.get(entry or next(iter(file), "none"))
        for name in names:
            promised = acknowledged.frames.get(name, {})
            if group is None or "measurement/" + name not in group:
                result.all_lost(name, promised, "there is no such dataset")
                continue
            try:
                result.detector(group, name, promised, streams.get(name))
            except OSError as error:
                result.is_wrong("%s: can not be read: %s" % (name, error))
                result.lost += len(promised)
    return result


def main():
    options = argparse.ArgumentParser(description="Judges whether every acknowledged frame can be read.")
    options.add_argument("--entry")
    options.add_argument("--level", choices=("written", "durable"), default="written")
    options.add_argument("--before", type=int)
    options.add_argument("--stream", action="append", default=[])
    options.add_argument("--detector")
    options.add_argument("place")
    options.add_argument("logs", nargs="*")
    chosen = options.parse_args()
    streams = {name: int(seed) for name, seed in (stream.rsplit(":", 1) for stream in chosen.stream)}
    result = judge(chosen.place, chosen.logs, chosen.level, chosen.before, streams, chosen.entry, chosen.detector)
    for problem in result.problems[:50]:
        print(problem)
    print("%d acknowledged, %d readable, %d lost, %d wrong" % (
        result.acknowledged, result.readable, result.lost, result.wrong))
    return 1 if result.lost or result.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
