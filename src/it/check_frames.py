"""Compares datasets with what was sent, element by element, in foreign readers. Knows nothing of the project but how test frames are made.

Usage: /usr/bin/python3 check_frames.py < JOBS

JOBS is a JSON list; each job has file, path, and either the pattern of the frames (dtype, shape, seed) or the file they came from
(npy, edf, raw with dtype and shape, or hdf5 and source: a path in it); optional: frames (length of the dataset), every, missing (indices that must read as fill
value), cut (dimensions of a frame in an array), readers (h5py reads all frames; hdf5plugin, silx and h5dump the first).
Prints what is wrong, one line each; the last line is "N frames compared, N problems".
"""

import gzip
import json
import os
import subprocess
import sys

import numpy

SOURCES = {}
MODULUS = {1: 251, 2: 32749, 4: 1000003, 8: 1000003}


def pattern(job, index):
    dtype = numpy.dtype("<" + job["dtype"])
    count = int(numpy.prod(job["shape"], dtype=numpy.int64))
    element = numpy.arange(count, dtype=numpy.int64)
    modulus = 113 if job["dtype"] == "i1" else MODULUS[dtype.itemsize]
    values = (index * 7919 + index // 251 * element * 13 + element * 31 + job["seed"] * 1009) % modulus
    if dtype.kind == "f":
        values = values + 0.5
    return values.astype(dtype).reshape(job["shape"])


def edf_frames(name):
    """Reads an EDF file as its text header describes it."""
    content = open(name, "rb").read()
    frames = []
    at = 0
    while at < len(content):
        end = content.index(b"}\n", at) + 2
        header = {}
        for field in content[at:end].decode("latin-1").strip("{}\n ").split(";"):
            if "=" in field:
                key, value = field.split("=", 1)
                header[key.strip().lower()] = value.strip()
        order = "<" if header["byteorder"] == "LowByteFirst" else ">"
        dtype = {"UnsignedShort": "u2", "UnsignedInteger": "u4", "SignedInteger": "i4", "FloatValue": "f4"}
        shape = int(header["dim_2"]), int(header["dim_1"])
        frame = numpy.frombuffer(
            content, order + dtype[header["datatype"]], shape[0] * shape[1], end
        ).reshape(shape)
        frames.append(frame)
        at = end + max(frame.nbytes, int(header.get("size", frame.nbytes)))
    return numpy.stack(frames)


def source(job):
    """Returns all frames that were sent, read once, or None when they follow the pattern."""
    if id(job) not in SOURCES:
        SOURCES[id(job)] = read_source(job)
    return SOURCES[id(job)]


def read_source(job):
    if "npy" in job:
        opened = gzip.open(job["npy"]) if job["npy"].endswith(".gz") else open(job["npy"], "rb")
        with opened as stream:
            array = numpy.lib.format.read_array(stream)
    elif "edf" in job:
        array = numpy.concatenate([edf_frames(name) for name in job["edf"]])
    elif "raw" in job:
        array = numpy.fromfile(job["raw"], "<" + job["dtype"]).reshape([-1] + job["shape"])
    elif "hdf5" in job:
        import h5py

        with h5py.File(job["hdf5"], "r") as file:
            array = file[job["source"]][()]
    else:
        return None
    if "cut" in job:
        array = array.reshape((-1,) + array.shape[array.ndim - job["cut"]:])
    return array


def fill(dtype):
    if dtype.kind == "f":
        return numpy.nan
    return numpy.iinfo(dtype).max if dtype.kind == "u" else numpy.iinfo(dtype).min


def same(read, expected):
    return read.dtype == expected.dtype and read.shape == expected.shape and read.tobytes() == expected.tobytes()


def is_fill(read):
    value = fill(read.dtype)
    return bool(numpy.isnan(read).all()) if read.dtype.kind == "f" else bool((read == value).all())


class Judge:
    def __init__(self):
        self.compared = 0
        self.problems = []

    def problem(self, job, reader, text):
        self.problems.append("%s %s::%s: %s" % (reader, job["file"], job["path"], text))

    def all_frames(self, job, file):
        array = source(job)
        expected = (lambda index: pattern(job, index)) if array is None else (lambda index: array[index])
        frames = job.get("frames", None if array is None else len(array))
        data = file[job["path"]]
        if frames is not None and len(data) != frames:
            self.problem(job, "h5py", "length %d, expected %d" % (len(data), frames))
        missing = set(job.get("missing", ()))
        every = job.get("every", 1)
        block = max(1, (64 << 20) // max(1, data[0].nbytes))
        for first in range(0, len(data), block):
            read = data[first:first + block]
            for offset, frame in enumerate(read):
                self.one_frame(job, numpy.asarray(frame), first + offset, missing, lambda index: expected(index * every))

    def one_frame(self, job, frame, index, missing, expected):
        self.compared += 1
        if index in missing:
            if not is_fill(frame):
                self.problem(job, "h5py", "frame %d never came and is not fill value" % index)
        elif not same(frame, numpy.asarray(expected(index)).astype(frame.dtype.newbyteorder("<"), copy=False)):
            self.problem(job, "h5py", "frame %d is not what was sent" % index)

    def first_frame(self, job, reader, read):
        array = source(job)
        expected = numpy.asarray(pattern(job, 0) if array is None else array[0])
        self.compared += 1
        if not same(numpy.asarray(read), expected.astype(numpy.asarray(read).dtype.newbyteorder("<"), copy=False)):
            self.problem(job, reader, "first frame is not what was sent")


def by_h5py(judge, jobs):
    import h5py
    import zstd_filter

    zstd_filter.register()

    for job in jobs:
        with h5py.File(job["file"], "r") as file:
            judge.all_frames(job, file)


def by_hdf5plugin(judge, jobs):
    import hdf5plugin  # noqa: F401, before h5py: its filters are used, not the system's
    import h5py

    for job in jobs:
        with h5py.File(job["file"], "r") as file:
            judge.first_frame(job, "hdf5plugin", file[job["path"]][0])


def by_silx(judge, jobs):
    import silx.io

    for job in jobs:
        judge.first_frame(job, "silx", silx.io.get_data("silx:%s?path=%s&slice=0" % (job["file"], job["path"])))


def by_h5dump(judge, jobs):
    """Compares the first frame's first values, as text."""
    for job in jobs:
        array = source(job)
        expected = numpy.atleast_1d(pattern(job, 0) if array is None else array[0])
        rank = numpy.ndim(pattern(job, 0) if array is None else array[0])
        count = min(4, expected.shape[-1])
        start = ",".join(["0"] * (rank + 1))
        extent = ",".join(["1"] * rank + [str(count)]) if rank else "1"
        command = ["h5dump", "-y", "-w", "0", "-m", "%.17g", "-d", job["path"], "-s", start, "-c", extent, job["file"]]
        out = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True).stdout
        text = out[out.index("DATA {") + 6:].split("}")[0] if "DATA {" in out else ""
        printed = [float(value) for value in text.replace(",", " ").split()]
        wanted = [float(value) for value in expected.reshape(-1)[:count]]
        judge.compared += 1
        if printed != wanted:
            judge.problem(job, "h5dump", "prints %s, expected %s: %s" % (printed, wanted, out[-300:] if not printed else ""))


READERS = {"h5py": by_h5py, "hdf5plugin": by_hdf5plugin, "silx": by_silx, "h5dump": by_h5dump}


def in_own_process(reader, jobs):
    """Each reader in a process of its own: a filter that one has loaded must not help the next."""
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        judge = Judge()
        status = 0
        try:
            READERS[reader](judge, jobs)
        except Exception as failure:  # the last word of a reader that cannot read
            judge.problems.append("%s: %r" % (reader, failure))
        with os.fdopen(send, "w") as stream:
            json.dump([judge.compared, judge.problems], stream)
        os._exit(status)
    os.close(send)
    with os.fdopen(receive) as stream:
        text = stream.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else [0, [reader + ": died"]]


def main():
    jobs = json.load(sys.stdin)
    compared = 0
    problems = []
    for job in jobs:
        if "hdf5" not in job:  # that needs h5py, and each reader loads its own
            source(job)
    for reader in READERS:
        mine = [job for job in jobs if reader in job.get("readers", ["h5py"])]
        if mine:
            count, found = in_own_process(reader, mine)
            compared += count
            problems += found
    for problem in problems[:50]:
        print(problem)
    print("%d frames compared, %d problems" % (compared, len(problems)))


main()
