"""Compares chunks of every codec with what was encoded, in h5py, and the filters that files name with those that h5py itself would store.

Usage: /usr/bin/python3 check_codecs.py FILE EXPECTED

FILE has datasets CODEC/DTYPE/ELEMENTS of shape (contents, ELEMENTS); EXPECTED is a text file: a line "CODEC/DTYPE/ELEMENTS OFFSET" for each,
OFFSET into EXPECTED.raw, where the elements are. Prints what is wrong, one line each; the last line is "N chunks compared, N problems".
"""

import sys

import h5py
import hdf5plugin
import numpy

import zstd_filter


def pipeline(dataset):
    plist = dataset.id.get_create_plist()
    return [plist.get_filter(i)[:3] for i in range(plist.get_nfilters())]


def asked_for(codec):
    """Returns what a user of h5py says for a codec."""
    family, *options = codec.split(":")
    if family == "bslz4":
        return dict(hdf5plugin.Bitshuffle())
    if family == "lz4":
        return dict(hdf5plugin.LZ4())
    if family == "zstd":
        return dict(hdf5plugin.Zstd(int(options[0])))
    if family == "gzip":
        return {"compression": "gzip", "compression_opts": int(options[0]), "shuffle": options[1:] == ["shuffle"]}
    shuffle = ["noshuffle", "shuffle", "bitshuffle"].index(options[1])
    return dict(hdf5plugin.Blosc(options[0], int(options[2]), shuffle))


def check(name, dataset, raw, offset):
    problems = []
    codec, dtype, _ = name.split("/")
    expected = numpy.frombuffer(raw, dtype, dataset.size, offset).reshape(dataset.shape)
    if dataset.dtype != numpy.dtype("<" + dtype):
        problems.append(f"{name}: dtype {dataset.dtype}")
    for index in range(len(dataset)):
        if dataset[index].tobytes() != expected[index].tobytes():
            problems.append(f"{name}: content {index} differs")
    with h5py.File("scratch", "w", driver="core", backing_store=False) as scratch:
        theirs = pipeline(scratch.create_dataset("d", dataset.shape, dataset.dtype, chunks=dataset.chunks, **asked_for(codec)))
    if pipeline(dataset) != theirs:
        problems.append(f"{name}: filters {pipeline(dataset)}, h5py stores {theirs}")
    return problems


def main():
    zstd_filter.register()
    compared = 0
    problems = []
    raw = open(sys.argv[2] + ".raw", "rb").read()
    with h5py.File(sys.argv[1], "r", locking=False) as file:
        for line in open(sys.argv[2]):
            name, offset = line.split()
            problems += check(name, file[name], raw, int(offset))
            compared += len(file[name])
    print("\n".join(problems[:50]))
    print(f"{compared} chunks compared, {len(problems)} problems")


main()
