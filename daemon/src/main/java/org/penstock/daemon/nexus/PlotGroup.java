package org.penstock.daemon.nexus;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.Hdf5Group;

/** Writes a plot as an NXdata: links to its signals and axes, which viewers follow. */
final class PlotGroup {
    private PlotGroup() {}

    /**
     * Writes it.
     *
     * @param scanTitle what it is called where nobody said
     */
    static void write(Hdf5Group entry, PlotPlan plan, String scanTitle, Set<String> taken) {
        if (!taken.add(plan.name())) {
            return;
        }
        try (Hdf5Group plot = NexusTree.group(entry, plan.name(), "NXdata")) {
            Column signal = plan.signal();
            plot.attribute("signal", signal.measurement());
            if (plan.rank() > 0) {
                plot.attribute("interpretation", DetectorDescription.interpretation(plan.rank()));
            }
            if (plan.signals().size() > 1) {
                plot.attribute(
                        "auxiliary_signals",
                        plan.signals().stream().skip(1).map(Column::measurement).toList());
            }
            List<String> axes = plan.axisNames();
            if (!axes.isEmpty()) {
                plot.attribute("axes", axes);
            }
            if (plan.isLogarithmic()) {
                plot.attribute("SILX_style", "{\"signal_scale_type\": \"log\"}");
            }
            plot.write("title", plan.title() == null ? scanTitle + ": " + name(signal) : plan.title());
            if (plan.grid().isEmpty()) {
                links(plot, plan);
            } else {
                new GridPlot(plot, plan).write();
            }
        }
    }

    private static String name(Column signal) {
        return signal.longName() == null ? signal.measurement() : signal.longName();
    }

    private static void links(Hdf5Group plot, PlotPlan plan) {
        Set<String> linked = new HashSet<>();
        for (Column signal : plan.signals()) {
            link(plot, signal.measurement(), signal, linked);
        }
        if (plan.errors() != null) {
            link(plot, plan.signal().measurement() + "_errors", plan.errors(), linked);
        }
        for (@Nullable Column axis : plan.axes()) {
            if (axis != null) {
                link(plot, axis.measurement(), axis, linked);
            }
        }
    }

    private static void link(Hdf5Group plot, String name, Column column, Set<String> linked) {
        if (linked.add(name)) {
            plot.softLink(name, column.path());
        }
    }
}
