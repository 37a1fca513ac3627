"""Prints what h5py sees in a file, as JSON: {path: {kind, attrs, ...}}. Links are shown, not followed.

Usage: /usr/bin/python3 dump_hdf5.py FILE
"""

import json
import sys
import zlib

import h5py
import numpy


def plain(value):
    if isinstance(value, bytes):
        return "bytes:" + value.decode("latin-1")
    if isinstance(value, numpy.ndarray):
        return [plain(element) for element in value]
    if isinstance(value, numpy.generic):
        value = value.item()
    if isinstance(value, bytes):
        return "bytes:" + value.decode("latin-1")
    if isinstance(value, float) and value != value:
        return "nan"
    return value


def string_kind(attribute_or_type):
    info = h5py.check_string_dtype(attribute_or_type)
    if info is None:
        return None
    return info.encoding + ("" if info.length is None else ":fixed")


def attributes(item):
    return {name: plain(value) for name, value in item.attrs.items()}


def attribute_kinds(item):
    kinds = {}
    for name in item.attrs:
        kind = string_kind(item.attrs.get_id(name).dtype)
        if kind is not None:
            kinds[name] = kind
    return kinds


def virtual(dataset):
    if not dataset.is_virtual:
        return None
    return [
        [source.file_name, source.dset_name] + [list(corner) for corner in source.vspace.get_select_bounds()]
        for source in dataset.virtual_sources()
    ]


def filters(dataset):
    properties = dataset.id.get_create_plist()
    found = []
    for index in range(properties.get_nfilters()):
        identifier, flags, values, _ = properties.get_filter(index)
        found.append([identifier, flags, list(values)])
    return found


def describe(dataset):
    text = string_kind(dataset.dtype)
    entry = {
        "kind": "dataset",
        "attrs": attributes(dataset),
        "attr_kinds": attribute_kinds(dataset),
        "dtype": text if text else dataset.dtype.str,
        "shape": list(dataset.shape),
        "maxshape": list(dataset.maxshape),
        "chunks": None if dataset.chunks is None else list(dataset.chunks),
        "filters": filters(dataset),
        "virtual": virtual(dataset),
    }
    if text:
        value = dataset.asstr()[()]
        entry["value"] = value if isinstance(value, str) else list(value)
        return entry
    entry["fill"] = plain(dataset.fillvalue)
    data = dataset[()]
    entry["crc32"] = zlib.crc32(numpy.ascontiguousarray(data).tobytes())
    if data.size <= 256:
        entry["value"] = plain(data)
    return entry


def walk(group, path, tree):
    for name in group:
        child = path + "/" + name
        link = group.get(name, getlink=True)
        if isinstance(link, h5py.SoftLink):
            tree[child] = {"kind": "soft", "target": link.path, "resolves": name in group and group.get(name) is not None}
        elif isinstance(link, h5py.ExternalLink):
            tree[child] = {"kind": "external", "file": link.filename, "target": link.path}
        elif isinstance(group[name], h5py.Dataset):
            tree[child] = describe(group[name])
        else:
            tree[child] = {
                "kind": "group",
                "attrs": attributes(group[name]),
                "attr_kinds": attribute_kinds(group[name]),
            }
            walk(group[name], child, tree)


def main():
    with h5py.File(sys.argv[1], "r", locking=False) as file:
        tree = {"/": {"kind": "group", "attrs": attributes(file), "attr_kinds": attribute_kinds(file)}}
        walk(file, "", tree)
    json.dump(tree, sys.stdout)


main()
