"""Compares chunks of every codec with what was encoded, in h5py, and the filters that files name with those that h5py itself would store.

Usage: /usr/bin/python3 check_codecs.py FILE EXPECTED

FILE has datasets CODEC/DTYPE/ELEMENTS of shape (contents, ELEMENTS); EXPECTED is a text file: a line "CODEC/DTYPE/ELEMENTS OFFSET" for each,
OFFSET into EXPECTED.raw, where the elements are. Filter 32015 (Zstandard) has no plugin in Debian 12: it is registered here, in a few lines
around libzstd as that plugin has them. Prints what is wrong, one line each; the last line is "N chunks compared, N problems".
"""

import ctypes
import sys

import h5py
import hdf5plugin
import numpy

ZSTD_FILTER_ID = 32015
H5Z_FLAG_REVERSE = 0x0100


class FilterClass(ctypes.Structure):
    """H5Z_class2_t"""

    FUNCTION = ctypes.CFUNCTYPE(
        ctypes.c_size_t,
        ctypes.c_uint,
        ctypes.c_size_t,
        ctypes.c_void_p,
        ctypes.c_size_t,
        ctypes.POINTER(ctypes.c_size_t),
        ctypes.POINTER(ctypes.c_void_p),
    )
    _fields_ = [
        ("version", ctypes.c_int),
        ("id", ctypes.c_int),
        ("encoder_present", ctypes.c_uint),
        ("decoder_present", ctypes.c_uint),
        ("name", ctypes.c_char_p),
        ("can_apply", ctypes.c_void_p),
        ("set_local", ctypes.c_void_p),
        ("filter", FUNCTION),
    ]


def register_zstd():
    """Returns what must be kept for as long as the filter is used."""
    zstd = ctypes.CDLL("libzstd.so.1")
    libc = ctypes.CDLL(None)
    hdf5 = ctypes.CDLL("libhdf5_serial.so.103")
    libc.malloc.restype = ctypes.c_void_p
    libc.malloc.argtypes = [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]
    zstd.ZSTD_getFrameContentSize.restype = ctypes.c_ulonglong
    zstd.ZSTD_getFrameContentSize.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    zstd.ZSTD_decompress.restype = ctypes.c_size_t
    zstd.ZSTD_decompress.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t]

    def decode(flags, _values, _cd, nbytes, buffer_bytes, buffer):
        if not flags & H5Z_FLAG_REVERSE:
            return 0
        size = zstd.ZSTD_getFrameContentSize(buffer[0], nbytes)
        out = libc.malloc(max(size, 1))
        if zstd.ZSTD_decompress(out, size, buffer[0], nbytes) != size:
            libc.free(out)
            return 0
        libc.free(buffer[0])
        buffer[0] = out
        buffer_bytes[0] = size
        return size

    function = FilterClass.FUNCTION(decode)
    description = FilterClass(1, ZSTD_FILTER_ID, 1, 1, b"zstd", None, None, function)
    assert hdf5.H5Zregister(ctypes.byref(description)) >= 0
    return description, function


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
    kept = register_zstd()
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
    del kept


main()
