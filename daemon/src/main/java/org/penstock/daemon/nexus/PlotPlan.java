package org.penstock.daemon.nexus;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One plot as it will be: an NXdata whose signals are of one shape, and whose axes fit them.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}.
 *
 * @param name of its group
 * @param signals the first is the signal, the others are auxiliary
 * @param axes of the scan's dimensions, null where there is none
 * @param errors of the signal, or null
 * @param title or null
 * @param isLogarithmic whether the signal has a logarithmic scale
 * @param grid the scan's dimensions to show the points in, empty for a row
 */
record PlotPlan(
        String name,
        List<Column> signals,
        List<@Nullable Column> axes,
        @Nullable Column errors,
        @Nullable String title,
        boolean isLogarithmic,
        List<Integer> grid) {

    Column signal() {
        return signals.getFirst();
    }

    int rank() {
        return signal().rank();
    }

    /** Returns what {@code axes} of the group says: a name for each dimension of the signal, a dot where there is none; empty when there is none at all. */
    List<String> axisNames() {
        if (axes.stream().allMatch(axis -> axis == null)) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        for (Column axis : axes) {
            names.add(axis == null ? "." : axis.measurement());
        }
        for (int i = 0; i < rank(); i++) {
            names.add(".");
        }
        return names;
    }
}
