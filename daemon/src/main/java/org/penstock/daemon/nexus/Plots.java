package org.penstock.daemon.nexus;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.description.Grid;
import org.penstock.daemon.description.Plot;
import org.penstock.daemon.description.ScanMetadata;

/**
 * Which plots an entry has: those that were described, so far as their data is there; where none was, detectors of one shape share one: counters make
 * {@code plot0D}, spectra {@code plot1D}, images {@code plot2D}.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}.
 */
final class Plots {
    /** Which rank is shown by default when several are there. */
    private static final List<Integer> PREFERENCE = List.of(2, 3, 1, 0);

    /** Counters that are plotted only when there is nothing else. */
    private static final Set<String> TIMERS = Set.of("elapsed_time", "epoch", "acq_time", "timer");

    private final ScanMetadata metadata;
    private final Columns columns;
    private final List<PlotPlan> plans = new ArrayList<>();
    private @Nullable PlotPlan shownFirst;

    Plots(ScanMetadata metadata, Columns columns) {
        this.metadata = metadata;
        this.columns = columns;
        for (Plot plot : metadata.plots()) {
            PlotPlan plan = plan(plot);
            if (plan == null) {
                columns.remarks().add("plot has no data: plot=" + plot.name() + ", signal=" + plot.signal());
                continue;
            }
            plans.add(plan);
            if (shownFirst == null && plot.isDefault()) {
                shownFirst = plan;
            }
        }
        if (plans.isEmpty()) {
            planByShape();
        }
        if (shownFirst == null && !plans.isEmpty()) {
            shownFirst = plans.getFirst();
        }
    }

    List<PlotPlan> plans() {
        return plans;
    }

    /** Returns the name of the plot that viewers show first; null when there is none. */
    @Nullable String defaultName() {
        return shownFirst == null ? null : shownFirst.name();
    }

    private @Nullable PlotPlan plan(Plot plot) {
        Column signal = plot.signal() == null ? firstOf(plot) : columns.named(plot.signal());
        if (signal == null || (plot.kind() != null && plot.kind().charAt(0) - '0' != signal.rank())) {
            return null;
        }
        List<Column> signals = new ArrayList<>(List.of(signal));
        for (Column other : plot.signal() == null ? ofRank(signal.rank()) : auxiliary(plot)) {
            if (!other.equals(signal) && other.isLike(signal)) {
                signals.add(other);
            }
        }
        Column errors = plot.errors() == null ? null : columns.named(plot.errors());
        Grid grid = plot.isGrid() ? filledBy(signal) : null;
        return new PlotPlan(
                plot.name(),
                signals,
                grid == null ? axes(plot, signal) : gridAxes(grid, signal),
                errors != null && errors.isLike(signal) ? errors : null,
                plot.title(),
                plot.isLogarithmic(),
                grid == null ? List.of() : grid.shape());
    }

    /** Returns the scan's dimensions when there is a point at each place, in order. */
    private @Nullable Grid filledBy(Column signal) {
        Grid grid = metadata.grid();
        return grid != null && !grid.isSnake() && grid.points() == signal.points() ? grid : null;
    }

    private @Nullable Column firstOf(Plot plot) {
        int rank = plot.kind() == null ? 0 : plot.kind().charAt(0) - '0';
        return ofRank(rank).stream().findFirst().orElse(null);
    }

    private List<Column> auxiliary(Plot plot) {
        List<Column> auxiliary = new ArrayList<>();
        for (String name : plot.auxiliarySignals()) {
            Column column = columns.named(name);
            if (column != null) {
                auxiliary.add(column);
            }
        }
        return auxiliary;
    }

    /** Returns what can be plotted of a rank, without timers where there is something else. */
    private List<Column> ofRank(int rank) {
        List<Column> all = columns.all().stream()
                .filter(column -> !column.isMover() && column.rank() == rank)
                .toList();
        List<Column> signals = all.stream()
                .filter(column -> !TIMERS.contains(column.measurement()))
                .toList();
        return signals.isEmpty() ? all : signals;
    }

    private List<@Nullable Column> axes(Plot plot, Column signal) {
        List<@Nullable Column> scatter = plot.isGrid() ? scatterAxes(signal) : List.of();
        if (scatter.size() == 2) {
            return scatter;
        }
        if (plot.axes().isEmpty()) {
            return plot.isGrid() ? scatter : axes(signal);
        }
        List<@Nullable Column> axes = new ArrayList<>();
        for (String name : plot.axes()) {
            axes.add(fitting(columns.named(name), signal));
        }
        return signal.rank() == 0 || axes.size() == 1 ? axes : axes.subList(0, 1);
    }

    /** Returns the positioner that moves, or for counters on a grid both of them, the fast one first: silx scatters points over two. */
    private List<@Nullable Column> axes(Column signal) {
        if (metadata.grid() != null && signal.rank() == 0) {
            return scatterAxes(signal);
        }
        for (Column mover : columns.movers().values()) {
            if (fitting(mover, signal) != null) {
                return Collections.singletonList(mover);
            }
        }
        return Collections.singletonList(null);
    }

    private List<@Nullable Column> scatterAxes(Column signal) {
        Grid grid = metadata.grid();
        if (grid == null || grid.axes().size() != 2 || signal.rank() > 0) {
            return Collections.singletonList(null);
        }
        Column fast = fitting(columns.named(grid.axes().get(1)), signal);
        Column slow = fitting(columns.named(grid.axes().get(0)), signal);
        return fast == null || slow == null ? Collections.singletonList(null) : List.of(fast, slow);
    }

    private List<@Nullable Column> gridAxes(Grid grid, Column signal) {
        List<@Nullable Column> axes = new ArrayList<>();
        for (String name : grid.axes()) {
            axes.add(fitting(columns.named(name), signal));
        }
        return axes;
    }

    /** Returns the column if it has a value for each point of the signal. */
    private static @Nullable Column fitting(@Nullable Column axis, Column signal) {
        return axis != null && axis.rank() == 0 && axis.points() == signal.points() && !axis.equals(signal)
                ? axis
                : null;
    }

    private record Shape(List<Integer> frameShape, long frames) {}

    private void planByShape() {
        Map<Shape, List<Column>> signals = new LinkedHashMap<>();
        for (int rank = 0; rank <= PREFERENCE.size() - 1; rank++) {
            for (Column column : ofRank(rank)) {
                DetectorData data = column.data();
                if (data != null) {
                    Shape shape = new Shape(data.state().description().frameShape(), column.points());
                    signals.computeIfAbsent(shape, _ -> new ArrayList<>()).add(column);
                }
            }
        }
        Map<Integer, PlotPlan> firstOfRank = new HashMap<>();
        Map<Integer, Integer> plotsOfRank = new HashMap<>();
        signals.forEach((shape, columnsOfShape) -> {
            int rank = shape.frameShape().size();
            int number = plotsOfRank.merge(rank, 1, Integer::sum);
            String name = "plot" + rank + "D" + (number == 1 ? "" : "_" + number);
            Column signal = columnsOfShape.getFirst();
            PlotPlan plan = new PlotPlan(name, columnsOfShape, axes(signal), null, null, false, List.of());
            firstOfRank.putIfAbsent(rank, plan);
            plans.add(plan);
        });
        for (int rank : PREFERENCE) {
            if (shownFirst == null) {
                shownFirst = firstOfRank.get(rank);
            }
        }
    }
}
