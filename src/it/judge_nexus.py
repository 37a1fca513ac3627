"""Holds scan masters against the ESRF's layout, against src/nxdl/NXesrf_raw.nxdl.xml, against NXmx and NXtomo and against silx, and says all
that is wrong. Of link masters: do they lead to entries? Of part files: every text, attribute, link and plot.

Usage: /usr/bin/python3 judge_nexus.py FILE...     one line of JSON a file: {"file": …, "problems": […]}; exit code 1 when there are any
       /usr/bin/python3 judge_nexus.py --serve     the same for each path on standard input, at once
"""

import datetime
import json
import pathlib
import re
import sys
import xml.etree.ElementTree

import h5py
import numpy

import application_definitions

try:
    from silx.io import nxdata
except ImportError:
    nxdata = None

NXDL = pathlib.Path(__file__).resolve().parent.parent / "nxdl" / "NXesrf_raw.nxdl.xml"
NS = "{http://definition.nexusformat.org/nxdl/3.1}"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?[+-]\d\d:\d\d")
MASTER = re.compile(r"scan\d+\.h5")
SCAN = re.compile(r"\d+\.\d+|entry\d+")
NAME = re.compile(r"[A-Za-z0-9_]+")
SCALAR_GROUPS = ("positioners_start", "positioners_dial_start", "positioners_end", "positioners_dial_end")


class Judge:
    def __init__(self, file):
        self.file = file
        self.problems = []

    def say(self, item, what):
        name = item if isinstance(item, str) else item.name
        self.problems.append(f"{name}: {what}")

    def judge(self):
        self.root()
        links = [self.file.get(name, getlink=True) for name in self.file]
        if links and all(isinstance(link, h5py.ExternalLink) for link in links):
            self.attributes(self.file)
            self.link_master()
            return self.problems
        self.traverse(self.file)
        for name in self.file:
            if SCAN.fullmatch(name):
                self.entry(self.file[name])
            else:
                self.part(self.file[name])
        return self.problems

    # what holds for the masters of datasets, samples and proposals

    def link_master(self):
        for name in self.file:
            link = self.file.get(name, getlink=True)
            if link.filename.startswith("/") or ".." in link.filename.split("/"):
                self.say("/" + name, f"link does not lead downwards: {link.filename}")
            try:
                kind = self.file[name].attrs.get("NX_class")
            except (KeyError, OSError) as e:
                kind = e
            if kind != "NXentry":
                self.say("/" + name, f"leads to no NXentry: {link.filename}::{link.path}: {kind}")

    # what holds for a part file

    def part(self, entry):
        if entry.attrs.get("NX_class") != "NXentry":
            self.say(entry, "no NXentry")
        for name in ("title", "start_time"):
            if name not in entry:
                self.say(entry, f"{name} is missing")
        for name in {"start_time", "end_time"} & set(entry):
            self.time(entry[name].name, entry[name].asstr()[()])
        for name in entry:
            if entry[name].attrs.get("NX_class") == "NXinstrument":
                for detector in entry[name].values():
                    if detector.attrs.get("NX_class") == "NXdetector":
                        self.detector(detector, "scalar")

    # what holds for every object

    def traverse(self, group):
        self.attributes(group)
        if not str(group.attrs.get("NX_class", "")).startswith("NX"):
            self.say(group, "group without NX_class")
        for name in group:
            link = group.get(name, getlink=True)
            path = group.name.rstrip("/") + "/" + name
            if group.get(name) is None:
                self.say(path, f"link leads nowhere: {getattr(link, 'path', link)}")
            elif isinstance(link, h5py.SoftLink):
                if not link.path.startswith("/"):
                    self.say(path, f"soft link is not absolute: {link.path}")
            elif isinstance(group[name], h5py.Group):
                self.traverse(group[name])
            else:
                self.dataset(group[name])
        if group.attrs.get("NX_class") == "NXdata":
            self.nxdata(group)

    def attributes(self, item):
        for name in item.attrs:
            info = h5py.check_string_dtype(item.attrs.get_id(name).dtype)
            value = item.attrs[name]
            if item.attrs.get_id(name).dtype.kind in "SO" and (info is None or info.length is not None or info.encoding != "utf-8"):
                self.say(item, f"attribute {name} is no UTF-8 of variable length")
            if isinstance(value, bytes):
                self.say(item, f"attribute {name} is bytes")
        if "default" in item.attrs and item.get(item.attrs["default"]) is None:
            self.say(item, f"default leads nowhere: {item.attrs['default']}")
        if "units" in item.attrs and not (isinstance(item.attrs["units"], str) and item.attrs["units"].strip()):
            self.say(item, "units are no text")

    def dataset(self, dataset):
        self.attributes(dataset)
        info = h5py.check_string_dtype(dataset.dtype)
        if dataset.dtype.kind == "S" or (info and (info.length is not None or info.encoding != "utf-8")):
            self.say(dataset, "text is no UTF-8 of variable length")
        if dataset.dtype.kind == "V":
            self.say(dataset, f"of a type that no NeXus reader knows: {dataset.dtype}")
        if dataset.is_virtual:
            for source in dataset.virtual_sources():
                if source.file_name.startswith("/"):
                    self.say(dataset, f"virtual source is not relative: {source.file_name}")

    def nxdata(self, group):
        signal = group.attrs.get("signal")
        if not isinstance(signal, str) or signal not in group:
            self.say(group, f"signal is no child: {signal}")
            return
        shape = group[signal].shape
        for name in numpy.atleast_1d(group.attrs.get("auxiliary_signals", [])):
            if group[name].shape != shape:
                self.say(group, f"auxiliary signal of another shape: {name} {group[name].shape}, signal {shape}")
        axes = list(numpy.atleast_1d(group.attrs.get("axes", [])))
        scatter = len(shape) == 1 and len(axes) == 2
        if axes and len(axes) != len(shape) and not scatter:
            self.say(group, f"{len(axes)} axes for {len(shape)} dimensions")
        for dimension, name in enumerate(axes):
            if name != "." and not scatter and group[name].shape != (shape[dimension],):
                self.say(group, f"axis of another length: {name} {group[name].shape}, dimension {dimension} of {shape}")
        errors = signal + "_errors"
        if errors in group and group[errors].shape != shape:
            self.say(group, f"errors of another shape: {group[errors].shape}, signal {shape}")
        if nxdata is not None and 0 not in shape:
            plot = nxdata.NXdata(group)
            if not plot.is_valid or plot.issues:
                self.say(group, f"silx: valid={plot.is_valid}, issues={plot.issues}")

    # what holds for a scan master

    def root(self):
        for name in ("NX_class", "file_name", "file_time", "creator", "creator_version", "HDF5_Version", "default"):
            if name not in self.file.attrs:
                self.say("/", f"attribute {name} is missing")
        self.time("/ file_time", self.file.attrs.get("file_time"))

    def time(self, where, text):
        if not isinstance(text, str) or not TIME.fullmatch(text):
            self.say(where, f"no time with offset: {text}")
        else:
            datetime.datetime.fromisoformat(text)

    def entry(self, entry):
        if entry.attrs.get("NX_class") != "NXentry":
            self.say(entry, "no NXentry")
            return
        definition = xml.etree.ElementTree.parse(NXDL).getroot().find(NS + "group")
        self.nxdl(entry, definition)
        if "writer" not in entry or "instrument" not in entry or "measurement" not in entry:
            return
        status = entry["writer/status"].asstr()[()]
        if ("end_time" in entry) != (status in ("SUCCEEDED", "FAILED")) or ("end_reason" in entry) != ("end_time" in entry):
            self.say(entry, f"end_time={'end_time' in entry}, end_reason={'end_reason' in entry}, status={status}")
        if any(entry[name].attrs.get("NX_class") == "NXdata" for name in entry):
            if entry.attrs.get("default") != "plotselect" or not isinstance(entry.get("plotselect", getlink=True), h5py.SoftLink):
                self.say(entry, "no plotselect to begin with")
        self.instrument(entry)
        self.measurement(entry)
        for name in entry:
            group = entry[name]
            if group.attrs.get("NX_class") == "NXprocess":
                self.process(group)
            if group.attrs.get("NX_class") == "NXsubentry":
                self.subentry(group)

    def instrument(self, entry):
        instrument = entry["instrument"]
        for name in SCALAR_GROUPS:
            for positioner in instrument.get(name, ()):
                if instrument[name][positioner].shape != ():
                    self.say(instrument[name][positioner], "is no single position")
        positioners = instrument.get("positioners", {})
        for name in positioners:
            link = positioners.get(name, getlink=True)
            moves = name in instrument and instrument[name].attrs.get("NX_class") == "NXpositioner"
            if moves != (isinstance(link, h5py.SoftLink) and link.path == f"{instrument.name}/{name}/value"):
                self.say(positioners.name + "/" + name, f"moves={moves}, link={link}")
        for name in instrument:
            group = instrument[name]
            if not NAME.fullmatch(name):
                self.say(group, "name that is not normalised")
            if group.attrs.get("NX_class") == "NXdetector":
                self.detector(group)

    def detector(self, detector, of_scalars=None):
        data = detector.get("data")
        if data is None:
            return
        rank = len(data.shape) - 1
        expected = {0: of_scalars, 1: "spectrum", 2: "image", 3: "image"}[rank]
        if data.attrs.get("interpretation") != expected:
            self.say(data, f"interpretation={data.attrs.get('interpretation')}, expected={expected}")
        if data.maxshape[0] is not None:
            self.say(data, f"cannot grow: maxshape={data.maxshape}")
        for name in ("acq_parameters", "ctrl_parameters", "selection"):
            if name in detector and detector[name].attrs.get("NX_class") != "NXcollection":
                self.say(detector[name], "no NXcollection")

    def measurement(self, entry):
        measurement = entry["measurement"]
        instrument = entry["instrument"]
        linked = set()
        for name in measurement:
            link = measurement.get(name, getlink=True)
            if not isinstance(link, h5py.SoftLink) or not isinstance(measurement.get(name), h5py.Dataset):
                self.say(f"{measurement.name}/{name}", f"no link to a dataset: {link}")
                continue
            linked.add(link.path)
            device, _, column = link.path[len(instrument.name) + 1 :].partition("/")
            principal = column in ("data", "value") or instrument[device].get("data") == measurement[name]
            if name != (device if principal else f"{device}_{column}"):
                self.say(f"{measurement.name}/{name}", f"another name than the rule's: {link.path}")
        for device in instrument:
            group = instrument[device]
            if group.attrs.get("NX_class") == "NXpositioner" and group["value"].name not in linked:
                self.say(group, "not in measurement")
            if group.attrs.get("NX_class") == "NXdetector" and "data" in group:
                hard = not isinstance(group.get("data", getlink=True), h5py.SoftLink)
                if hard and group["data"].name not in linked:
                    self.say(group, "not in measurement")

    def process(self, process):
        configuration = process.get("configuration")
        if configuration is None:
            self.say(process, "no configuration")
        elif configuration.attrs.get("NX_class") == "NXnote":
            for name in ("data", "type"):
                if name not in configuration:
                    self.say(configuration, f"{name} is missing")
            if configuration["type"].asstr()[()] == "application/json":
                json.loads(configuration["data"].asstr()[()])
        elif configuration.attrs.get("NX_class") != "NXcollection":
            self.say(configuration, "neither NXcollection nor NXnote")

    def subentry(self, subentry):
        self.problems += application_definitions.problems(subentry)

    # what the NXDL says

    def nxdl(self, group, definition):
        for attribute in definition.findall(NS + "attribute"):
            if attribute.get("optional") != "true" and attribute.get("name") not in group.attrs:
                self.say(group, f"NXDL: attribute {attribute.get('name')} is missing")
        for field in definition.findall(NS + "field"):
            name = field.get("name")
            if name in group:
                self.field(group[name], field)
            elif field.get("minOccurs") != "0":
                self.say(group, f"NXDL: field {name} is missing")
        for below in definition.findall(NS + "group"):
            name, kind = below.get("name"), below.get("type")
            found = [group[name]] if name and name in group else []
            if not name:
                found = [child for child in group.values() if child.attrs.get("NX_class") == kind]
            if not found and below.get("minOccurs") != "0":
                self.say(group, f"NXDL: group {name or kind} is missing")
            for child in found:
                if not isinstance(child, h5py.Group) or child.attrs.get("NX_class") != kind:
                    self.say(child, f"NXDL: is no {kind}")
                else:
                    self.nxdl(child, below)

    def field(self, dataset, field):
        kind = field.get("type", "NX_CHAR")
        text = h5py.check_string_dtype(dataset.dtype) is not None
        if not isinstance(dataset, h5py.Dataset) or text != (kind in ("NX_CHAR", "NX_DATE_TIME")):
            self.say(dataset, f"NXDL: is no {kind}")
            return
        if kind == "NX_DATE_TIME":
            self.time(dataset.name, dataset.asstr()[()])
        if kind == "NX_POSINT" and (dataset.dtype.kind not in "iu" or dataset[()] < 1):
            self.say(dataset, "NXDL: is no positive integer")
        if field.get("units") and "units" not in dataset.attrs:
            self.say(dataset, f"NXDL: wants units of {field.get('units')}")
        words = [item.get("value") for item in field.iter(NS + "item")]
        if words and dataset.asstr()[()] not in words:
            self.say(dataset, f"NXDL: {dataset.asstr()[()]} is none of {words}")
        for attribute in field.findall(NS + "attribute"):
            if attribute.get("optional") != "true" and attribute.get("name") not in dataset.attrs:
                self.say(dataset, f"NXDL: attribute {attribute.get('name')} is missing")


def judged(path):
    try:
        with h5py.File(path, "r", locking=False) as file:
            ours = file.attrs.get("creator", "penstock") == "penstock"
            problems = Judge(file).judge() if ours else []
    except OSError as e:
        # a part that was not closed has no index
        problems = [f"not readable: {e}"] if MASTER.fullmatch(pathlib.Path(path).name) else []
    print(json.dumps({"file": path, "problems": problems}), flush=True)
    return problems


def main():
    if sys.argv[1:] == ["--serve"]:
        for line in sys.stdin:
            judged(line.rstrip("\n"))
        return 0
    return int(any([judged(path) for path in sys.argv[1:]]))


if __name__ == "__main__":
    sys.exit(main())
