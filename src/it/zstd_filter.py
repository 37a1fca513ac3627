"""HDF5 filter 32015 (Zstandard), which has no plugin in Debian 12: a few lines around libzstd, as that plugin has them. It decodes only."""

import ctypes

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


# what HDF5 points to
_kept = []


def register():
    """Makes h5py read chunks of this filter, from here to the end of the process."""
    if _kept:
        return
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
    _kept.extend((description, function))
