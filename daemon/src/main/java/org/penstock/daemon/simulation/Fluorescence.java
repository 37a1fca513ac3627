package org.penstock.daemon.simulation;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.penstock.protocol.ElementType;

/** A fluorescence detector on a sample that is scanned: lines of elements that come and go, the scattered beam, Poisson noise. */
final class Fluorescence {
    private static final int CHANNELS = 4096;
    private static final int SPECTRA = 200;
    private static final double RATE_HZ = 100;
    private static final double KEV_PER_CHANNEL = 0.005;

    /** Energy in keV, counts at the peak, where in the scan the element is (0 to 1), or everywhere (negative). */
    private static final double[][] LINES = {
        {2.31, 90, -1}, // S
        {3.69, 420, 0.25}, // Ca
        {4.01, 60, 0.25},
        {6.40, 760, 0.5}, // Fe
        {7.06, 105, 0.5},
        {8.05, 150, -1}, // Cu
        {8.64, 330, 0.8}, // Zn
        {9.57, 46, 0.8},
        {16.9, 260, -1}, // Compton
        {17.5, 190, -1}, // elastic
    };

    private static final double SPREAD = 0.12;
    private static final double COMPTON_KEV = 16.9;

    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Fluorescence() {}

    static SimulatedDetector detector(Arena arena) {
        MemorySegment counts = arena.allocate((long) SPECTRA * CHANNELS * Integer.BYTES, 4096);
        SplittableRandom random = new SplittableRandom(CHANNELS);
        for (int spectrum = 0; spectrum < SPECTRA; spectrum++) {
            double place = (double) spectrum / SPECTRA;
            for (int channel = 0; channel < CHANNELS; channel++) {
                int drawn = Poisson.countsOfMean(mean(channel * KEV_PER_CHANNEL, place), random);
                counts.setAtIndex(U32, (long) spectrum * CHANNELS + channel, drawn);
            }
        }
        Map<String, Object> info = Map.of(
                "description",
                "simulated: silicon drift detector",
                "energy_per_channel",
                SimulatedBeamline.quantity(KEV_PER_CHANNEL, "keV"),
                "count_time",
                SimulatedBeamline.quantity(1 / RATE_HZ, "s"));
        return new SimulatedDetector("fluorescence", ElementType.U4, List.of((long) CHANNELS), RATE_HZ, info, counts);
    }

    private static double mean(double keV, double place) {
        double mean = keV < 0.4 || keV > 18.2 ? 0.02 : 2.5 * Math.exp(-keV / 6) + 0.4;
        for (double[] line : LINES) {
            double width = line[0] == COMPTON_KEV ? 0.26 : 0.045 + 0.004 * line[0];
            double away = (keV - line[0]) / width;
            if (Math.abs(away) < 5) {
                double amount = line[2] < 0 ? 1 : 0.08 + Math.exp(-Math.pow((place - line[2]) / SPREAD, 2));
                mean += line[1] * amount * Math.exp(-away * away / 2);
            }
        }
        return mean;
    }
}
