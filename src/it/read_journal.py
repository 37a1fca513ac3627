"""Reads a journal as src/docs/journal.md describes it, with the standard library alone. Knows nothing of the project's code.

Usage: /usr/bin/python3 read_journal.py JOURNAL

Prints one JSON object a line: the header, every good entry, and last the tail: {"tail": "ENDED" | "OPEN" | "TORN", "end": OFFSET}.
"""

import json
import struct
import sys


def crc32c(data):
    """Castagnoli, reflected, as iSCSI: bit by bit, from its definition."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def header(data):
    magic, version, kind, header_bytes, length, description_crc = struct.unpack_from("<8sHHIII", data)
    (header_crc,) = struct.unpack_from("<I", data, 60)
    description = data[64 : 64 + length]
    assert magic == b"PNSTJRNL" and version in (1, 2) and header_crc == crc32c(data[:60])
    assert header_bytes == (64 + length + 63) // 64 * 64 and description_crc == crc32c(description)
    assert not any(data[24:60]) and not any(data[64 + length : header_bytes])
    return {"kind": kind, "entriesAt": header_bytes, "description": json.loads(description)}


def entry(data, at, sequence, seen):
    """Returns the entry that begins there and its length; None where there is no good one."""
    if len(data) - at < 24:
        return None
    magic, crc, length, kind, reserved, number = struct.unpack_from("<4sIIHHQ", data, at)
    if magic != b"JENT" or length < 24 or length % 8 or at + length > len(data):
        return None
    if crc != crc32c(data[at + 8 : at + length]) or number != sequence:
        return None
    assert reserved == 0
    body = data[at : at + length]
    if kind == 1:
        first, address, stored, mask, chunk_crc, count, _ = struct.unpack_from("<QQQIIII", body, 24)
        frames = [list(pair) for pair in struct.iter_unpack("<II", body[64:])]
        assert len(frames) == count
        said = {"chunk": first, "address": address, "stored": stored, "mask": mask, "crc": chunk_crc, "frames": frames}
    elif kind == 2:
        first, frame_bytes, count = struct.unpack_from("<QII", body, 24)
        raw = 40 + 8 * count
        frames = [list(pair) for pair in struct.iter_unpack("<II", body[40:raw])]
        pixels = [body[raw + i * frame_bytes : raw + (i + 1) * frame_bytes].hex() for i in range(count)]
        assert not any(body[raw + count * frame_bytes :])
        said = {"early": first, "frames": frames, "bytes": pixels}
    elif kind == 3:
        (body_bytes, _) = struct.unpack_from("<II", body, 24)
        assert not any(body[32 + body_bytes :])
        said = {"event": json.loads(body[32 : 32 + body_bytes])}
    elif kind == 5:
        first, record_bytes, count = struct.unpack_from("<QII", body, 24)
        records = 40 + 4 * count
        positions = list(struct.unpack_from("<%dI" % count, body, 40))
        assert positions == sorted(set(positions)) and not any(body[records + count * record_bytes :])
        values = [body[records + i * record_bytes : records + (i + 1) * record_bytes].hex() for i in range(count)]
        said = {"values": first, "positions": positions, "records": values}
    else:
        assert kind == 4
        chunks, frames, digest, _ = struct.unpack_from("<QQII", body, 24)
        assert (chunks, frames, digest) == (seen["chunks"], seen["frames"], crc32c(seen["crcs"]))
        said = {"end": [chunks, frames]}
    promised = said.get("chunk", said.get("early"))
    if promised is not None and seen["values"] not in (None, (promised, [position for position, _ in said["frames"]])):
        return None
    seen["values"] = (said["values"], said["positions"]) if "values" in said else None
    if "chunk" in said:
        seen["chunks"] += 1
        seen["frames"] += len(said["frames"])
    seen["crcs"] += struct.pack("<I", crc)
    return said, length


def main():
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    top = header(data)
    print(json.dumps(top))
    at = top["entriesAt"]
    sequence = 0
    seen = {"chunks": 0, "frames": 0, "crcs": b"", "values": None}
    tail = None
    while tail is None:
        found = entry(data, at, sequence, seen)
        if found is None:
            tail = "TORN" if any(data[at:]) else "OPEN"
        else:
            print(json.dumps(found[0]))
            at += found[1]
            sequence += 1
            if "end" in found[0]:
                tail = "ENDED"
    print(json.dumps({"tail": tail, "end": at}))


main()
