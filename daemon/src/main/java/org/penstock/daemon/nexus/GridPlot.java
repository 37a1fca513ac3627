package org.penstock.daemon.nexus;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.Hdf5Dataset;
import org.penstock.daemon.hdf5.Hdf5Group;
import org.penstock.daemon.hdf5.Reshaped;
import org.penstock.protocol.ElementType;

/**
 * The data of a plot whose points are shown in the grid of their scan: virtual datasets over those that have the points in a row. Nothing is copied.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}.
 */
record GridPlot(Hdf5Group plot, PlotPlan plan) {
    void write() {
        for (Column signal : plan.signals()) {
            shaped(signal.measurement(), signal);
        }
        if (plan.errors() != null) {
            shaped(plan.signal().measurement() + "_errors", plan.errors());
        }
        long stride = plan.signal().points();
        for (int i = 0; i < plan.grid().size(); i++) {
            stride /= plan.grid().get(i);
            @Nullable Column axis = plan.axes().get(i);
            if (axis != null) {
                axis(axis, plan.grid().get(i), stride);
            }
        }
    }

    private void shaped(String name, Column column) {
        List<Long> shape = new ArrayList<>();
        plan.grid().forEach(points -> shape.add(points.longValue()));
        shape.addAll(frameShape(column));
        create(name, column, column.points(), 1, shape);
    }

    /** The position of each row of a dimension: that of its first point. */
    private void axis(Column column, long points, long stride) {
        create(column.measurement(), column, points, stride, List.of(points));
    }

    private void create(String name, Column column, long count, long stride, List<Long> shape) {
        List<Long> sourceShape = new ArrayList<>(List.of(column.points()));
        sourceShape.addAll(frameShape(column));
        ElementType type = column.data() == null
                ? ElementType.F8
                : column.data().state().description().type();
        Reshaped layout = new Reshaped(type, column.path(), sourceShape, count, stride, shape, FillValue.bits(type));
        try (Hdf5Dataset dataset = plot.reshapedDataset(name, layout)) {
            if (column.units() != null) {
                dataset.attribute("units", column.units());
            }
            String label = column.label();
            if (label != null) {
                dataset.attribute("long_name", label);
            }
            if (column.rank() > 0) {
                dataset.attribute("interpretation", DetectorDescription.interpretation(column.rank()));
            }
        }
    }

    private static List<Long> frameShape(Column column) {
        return column.data() == null
                ? List.of()
                : column.data().state().description().frameShape().stream()
                        .map(Integer::longValue)
                        .toList();
    }
}
