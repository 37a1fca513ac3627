package org.penstock.daemon.nexus;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.penstock.daemon.hdf5.Hdf5Group;

/**
 * The plots of an entry: detectors of one shape share one, counters make {@code plot0D}, spectra {@code plot1D}, images
 * {@code plot2D}; {@code plotselect} leads to the one shown by default.
 */
final class DefaultPlots {
    /** Which rank is shown by default when several are there. */
    private static final List<Integer> PREFERENCE = List.of(2, 3, 1, 0);

    private record Shape(List<Integer> frameShape, long frames) {}

    private DefaultPlots() {}

    static void write(Hdf5Group entry, List<DetectorState> detectors) {
        Map<Shape, List<String>> signals = new LinkedHashMap<>();
        for (DetectorState state : detectors) {
            Shape shape = new Shape(state.description().frameShape(), state.frames());
            signals.computeIfAbsent(shape, _ -> new ArrayList<>())
                    .add(state.description().groupName());
        }
        Map<Integer, Integer> plotsOfRank = new HashMap<>();
        signals.forEach((shape, names) -> {
            int rank = shape.frameShape().size();
            int plots = plotsOfRank.merge(rank, 1, Integer::sum);
            plot(entry, rank, plots == 1 ? plotName(rank) : plotName(rank) + "_" + plots, names);
        });
        for (int rank : PREFERENCE) {
            if (plotsOfRank.containsKey(rank)) {
                entry.softLink("plotselect", entry.path() + "/" + plotName(rank));
                entry.attribute("default", "plotselect");
                return;
            }
        }
    }

    private static void plot(Hdf5Group entry, int rank, String name, List<String> signals) {
        try (Hdf5Group plot = NexusTree.group(entry, name, "NXdata")) {
            plot.attribute("signal", signals.getFirst());
            if (rank > 0) {
                plot.attribute("interpretation", DetectorDescription.interpretation(rank));
            }
            if (signals.size() > 1) {
                plot.attribute("auxiliary_signals", signals.subList(1, signals.size()));
            }
            for (String signal : signals) {
                plot.softLink(signal, entry.path() + "/instrument/" + signal + "/data");
            }
        }
    }

    private static String plotName(int rank) {
        return "plot" + rank + "D";
    }
}
