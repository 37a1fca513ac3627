"""Recomputes every checksum that a file keeps of itself, with h5py and zlib: prints, for each detector, how many there are and which are
wrong, as JSON. CRC-32C is computed from a table, one byte after the other."""

import json
import sys
import zlib

import h5py

try:
    import hdf5plugin  # noqa: F401
except ImportError:
    pass  # files without filters can be read all the same

TABLE = []
for byte in range(256):
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    TABLE.append(byte)


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in bytes(data):
        value = value >> 8 ^ TABLE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


def check(detector, name):
    prefix = "" if name == "data" else name + "_"
    data, integrity = detector[name], detector[prefix + "integrity"]
    stored = integrity["chunk_crc32c"]
    result = {"chunks": 0, "bad_chunks": [], "frames": 0, "bad_frames": [], "kind": None, "attrs": dict(integrity.attrs)}
    result["lengths"] = [len(stored)]
    places = [data.id.get_chunk_info(i).chunk_offset for i in range(data.id.get_num_chunks())]
    sums = {place[0] // data.chunks[0]: crc32c(data.id.read_direct_chunk(place)[1]) for place in places}
    for number, value in enumerate(stored):
        result["chunks"] += number in sums
        if value != sums.get(number, 0):
            result["bad_chunks"].append(number)
    if "frame_checksum" in integrity:
        of_frames = integrity["frame_checksum"]
        result["kind"] = of_frames.attrs["kind"]
        result["lengths"].append(len(of_frames))
        compute = {"crc32c": crc32c, "crc32": zlib.crc32}[result["kind"]]
        first = detector["frame_start_number"][()] if "frame_start_number" in detector else 0
        missing = set(detector[prefix + "missing"][()] - first) if prefix + "missing" in detector else ()
        for frame, value in enumerate(of_frames):
            result["frames"] += frame not in missing
            if value != (0 if frame in missing else compute(data[frame].tobytes())):
                result["bad_frames"].append(frame)
    return result


with h5py.File(sys.argv[1], "r", locking=False) as f:
    found = {}

    def visit(path, item):
        beside = path.rpartition("/")[2]
        if beside == "integrity":
            found[item.parent.name] = check(item.parent, "data")
        elif beside.endswith("_integrity"):
            name = beside[: -len("_integrity")]
            found[item.parent.name + "/" + name] = check(item.parent, name)

    f.visititems(visit)
    print(json.dumps(found))
