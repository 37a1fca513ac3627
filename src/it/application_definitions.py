"""What NXmx and NXtomo demand, as tables: the items that are neither optional nor recommended in applications/NXmx.nxdl.xml and
applications/NXtomo.nxdl.xml of the NeXus definitions, release v2024.02, with what earlier releases demanded besides
(instrument/name@short_name). Of total_flux, which was demanded until v2022.06, nothing is asked.
"""

import h5py
import numpy

LENGTHS = ("m", "cm", "mm", "um", "nm", "angstrom", "pixel")
ANGLES = ("deg", "degree", "degrees", "rad", "mrad")

# path: (class), or (type, units, rank, words); None asks for nothing
CHAR, DATE, INT, FLOAT, NUMBER = "OS", "OS", "iu", "f", "iuf"
DIRECTION = {"transformation_type": "translation", "vector": 3, "offset": 3, "depends_on": None, "units": None}
MX_GROUPS = {
    "data": "NXdata", "sample": "NXsample", "instrument": "NXinstrument", "instrument/beam": "NXbeam", "source": "NXsource",
}
MX_FIELDS = {
    "definition": (CHAR, None, 0), "start_time": (DATE, None, 0), "end_time_estimated": (DATE, None, 0),
    "sample/name": (CHAR, None, 0), "sample/depends_on": (CHAR, None, 0), "instrument/name": (CHAR, None, 0),
    "instrument/beam/incident_wavelength": (FLOAT, LENGTHS, None), "source/name": (CHAR, None, 0),
}
MX_DETECTOR = {
    "data": (NUMBER, None, None), "sensor_material": (CHAR, None, 0), "sensor_thickness": (FLOAT + "iu", LENGTHS, 0),
    "module/data_origin": (INT, None, 1), "module/data_size": (INT, None, 1),
    "module/fast_pixel_direction": (NUMBER, LENGTHS, 0), "module/slow_pixel_direction": (NUMBER, LENGTHS, 0),
}
TOMO_GROUPS = {"instrument": "NXinstrument", "instrument/detector": "NXdetector", "sample": "NXsample", "data": "NXdata"}
TOMO_FIELDS = {
    "definition": (CHAR, None, 0), "instrument/detector/data": (NUMBER, None, 3), "instrument/detector/image_key": (INT, None, 1),
    "sample/name": (CHAR, None, 0), "sample/rotation_angle": (FLOAT + "iu", ANGLES, 1),
    "data/data": (NUMBER, None, 3), "data/rotation_angle": (FLOAT + "iu", ANGLES, 1), "data/image_key": (INT, None, 1),
}


def problems(subentry):
    """Returns what a subentry lacks, each with the object's name."""
    definition = subentry["definition"].asstr()[()] if "definition" in subentry else None
    if definition == "NXmx":
        return list(mx(subentry))
    if definition == "NXtomo":
        return list(tomo(subentry))
    return [f"{subentry.name}: definition is neither NXmx nor NXtomo: {definition}"]


def mx(entry):
    yield from groups(entry, MX_GROUPS, "NXmx")
    yield from fields(entry, MX_FIELDS, "NXmx")
    instrument = entry.get("instrument", {})
    if "name" in instrument and "short_name" not in instrument["name"].attrs:
        yield f"{instrument['name'].name}: NXmx wants @short_name"
    detectors = [item for item in instrument.values() if item.attrs.get("NX_class") == "NXdetector"]
    if not detectors:
        yield f"{entry.name}: NXmx wants an NXdetector"
    for detector in detectors:
        yield from groups(detector, {"module": "NXdetector_module"}, "NXmx")
        yield from fields(detector, MX_DETECTOR, "NXmx")
        yield from module(detector)
    for name in ("sample/depends_on", *(f"instrument/{d.name.rsplit('/', 1)[1]}/depends_on" for d in detectors)):
        if name in entry:
            yield from chain(entry[name])


def module(detector):
    data, part = detector.get("data"), detector.get("module", {})
    if data is not None and "data_size" in part and tuple(part["data_size"][()]) != data.shape[1:]:
        yield f"{part.name}: data_size={part['data_size'][()]}, images are {data.shape[1:]}"
    for name in ("fast_pixel_direction", "slow_pixel_direction"):
        for attribute, expected in DIRECTION.items() if name in part else ():
            found = part[name].attrs.get(attribute)
            if found is None:
                yield f"{part[name].name}: NXmx wants @{attribute}"
            elif isinstance(expected, str) and found != expected or expected == 3 and numpy.shape(found) != (3,):
                yield f"{part[name].name}: @{attribute}={found}, expected={expected}"


def chain(field):
    """Follows depends_on to its end."""
    at, seen = field.asstr()[()], []
    while at != ".":
        path = at if at.startswith("/") else field.parent.name + "/" + at
        if at in seen or path not in field.file:
            yield f"{field.name}: depends_on leads nowhere: {[*seen, at]}"
            return
        seen.append(at)
        for attribute in ("transformation_type", "vector"):
            if attribute not in field.file[path].attrs:
                yield f"{path}: a transformation wants @{attribute}"
        at = field.file[path].attrs.get("depends_on", ".")


def tomo(entry):
    yield from groups(entry, TOMO_GROUPS, "NXtomo")
    yield from fields(entry, TOMO_FIELDS, "NXtomo")
    detector = entry.get("instrument/detector", {})
    if "data" in detector and "image_key" in detector:
        frames, keys = len(detector["data"]), detector["image_key"][()]
        ended = "end_time" in entry
        if not set(keys) <= {0, 1, 2, 3}:
            yield f"{detector.name}: image_key has other values than 0, 1, 2, 3: {set(keys)}"
        if ended and len(keys) != frames:
            yield f"{detector.name}: image_key has {len(keys)} values for {frames} images"
        if ended and "sample/rotation_angle" in entry and len(entry["sample/rotation_angle"]) != frames:
            yield f"{entry.name}/sample: rotation_angle has {len(entry['sample/rotation_angle'])} values for {frames} images"


def groups(parent, wanted, definition):
    for path, kind in wanted.items():
        found = parent.get(path)
        if not isinstance(found, h5py.Group) or found.attrs.get("NX_class") != kind:
            yield f"{parent.name}: {definition} wants {path}, {kind}"


def fields(parent, wanted, definition):
    for path, (kinds, units, rank) in wanted.items():
        found = parent.get(path)
        if not isinstance(found, h5py.Dataset):
            yield f"{parent.name}: {definition} wants {path}"
        elif found.dtype.kind not in kinds:
            yield f"{found.name}: {definition} wants another type: {found.dtype}"
        elif rank is not None and found.ndim != rank:
            yield f"{found.name}: {definition} wants {rank} dimensions: {found.shape}"
        elif units is not None and found.attrs.get("units") not in units:
            yield f"{found.name}: {definition} wants units such as {units[0]}: {found.attrs.get('units')}"
