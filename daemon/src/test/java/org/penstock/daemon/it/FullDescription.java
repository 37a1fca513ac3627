package org.penstock.daemon.it;

/** All that can be said of a scan, as scan-description.md shows it; the streams and positioners it names need not be there. */
final class FullDescription {
    static final String JSON = """
            {"title": "ascan samy 0 4 4 0.1", "scan_type": "ascan", "command": "ascan(samy, 0, 4, 4, 0.1)",
             "scan_parameters": {"count_time": {"value": 0.1, "units": "s"}, "npoints": 10},
             "positioners": {
               "samy": {"units": "mm", "start": -1.5, "dial_start": 3.2, "values": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]},
               "samz": {"units": "mm", "start": 0.25, "dial_start": 0.25},
               "energy": {"units": "keV", "start": 12.7},
               "shutter": {"start": "OPEN"}},
             "detectors": {"eiger": {
               "type": "lima", "x_pixel_size": {"value": 75e-6, "units": "m"}, "y_pixel_size": {"value": 75e-6, "units": "m"},
               "distance": {"value": 0.2, "units": "m"}, "beam_center_x": {"value": 31.5, "units": "pixel"},
               "beam_center_y": {"value": 32.5, "units": "pixel"}, "sensor_material": "Si", "sensor_thickness": {"value": 450, "units": "um"},
               "acq_parameters": {"acq_mode": "SINGLE", "acq_nb_frames": 10, "acq_expo_time": {"value": 0.1, "units": "s"}},
               "ctrl_parameters": {"saving_format": "HDF5BS"}}},
             "instrument": {"machine": {"NX_class": "NXsource", "name": "ESRF", "current": {"value": 192.1, "units": "mA"}}},
             "sample": {"name": "sample", "description": "crystal 7", "temperature": {"value": 100, "units": "K"}},
             "users": [{"name": "Ada Lovelace", "affiliation": "ESRF", "ORCID": "0000-0002-1825-0097"}],
             "technique": {"names": ["XRF", "XRD"]},
             "notes": [{"data": "beam was lost twice", "author": "Ada", "date": "2026-11-22T20:07:25+01:00"},
                       {"data": {"threshold": 5}, "file_name": "peaks.json"}],
             "groups": {"workflow": {"NX_class": "NXparameters", "name": "grid"}},
             "plots": [{"name": "image", "signal": "eiger", "default": true}],
             "application_definitions": {"NXmx": {"detector": "eiger", "rotation": "samy", "wavelength": {"value": 0.976, "units": "angstrom"}}},
             "processes": {"correction": {"program": "darkflat", "version": "1.2", "sequence_index": 1,
               "configuration_note": {"file_name": "darkflat.yaml", "type": "application/yaml", "data": "dark: last\\n"}}}}
            """;

    private FullDescription() {}
}
