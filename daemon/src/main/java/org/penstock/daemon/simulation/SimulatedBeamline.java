package org.penstock.daemon.simulation;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;

/**
 * The detectors of one simulated scan: an area detector, a camera, a fluorescence detector, two counters.
 *
 * <p><b>Threading:</b> made and closed by one thread, when no other reads frames.
 */
public final class SimulatedBeamline implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final List<SimulatedDetector> detectors;

    /** Makes all frames, which takes about a second; counters are made for {@code seconds}. */
    public SimulatedBeamline(double seconds) {
        detectors = List.of(
                Diffraction.detector(arena),
                BeamSpot.detector(arena),
                Fluorescence.detector(arena),
                Counters.diode(arena, seconds),
                Counters.elapsedTime(arena, seconds));
    }

    /** Returns the detectors, the most important first. */
    public List<SimulatedDetector> detectors() {
        return detectors;
    }

    /** Makes an NXdetector field with a unit. */
    static Map<String, Object> quantity(double value, String units) {
        return Map.of("value", value, "units", units);
    }

    @Override
    public void close() {
        arena.close();
    }
}
