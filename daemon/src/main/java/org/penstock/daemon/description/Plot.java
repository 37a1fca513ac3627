package org.penstock.daemon.description;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One plot that the file is to offer. Signals and axes are names of the measurement group.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param name of its group
 * @param kind {@code 0D}, {@code 1D} or {@code 2D}: of what its signals are, or null for whatever {@code signal} is
 * @param signal what is plotted; null for all of the kind
 * @param auxiliarySignals what is plotted with it, of the same shape
 * @param axes one for each dimension of the scan, slowest first; empty for those of the grid, or of the scan's positioners
 * @param errors the name of what is the error of the signal, or null
 * @param title or null
 * @param isGrid whether points are shown in the grid of the scan, not in a row
 * @param isDefault whether viewers show it first
 * @param isLogarithmic whether the signal has a logarithmic scale
 */
public record Plot(
        String name,
        @Nullable String kind,
        @Nullable String signal,
        List<String> auxiliarySignals,
        List<String> axes,
        @Nullable String errors,
        @Nullable String title,
        boolean isGrid,
        boolean isDefault,
        boolean isLogarithmic) {
    private static final Set<String> KINDS = Set.of("0D", "1D", "2D");
    private static final Set<String> KEYS = Set.of(
            "name", "kind", "signal", "auxiliary_signals", "axes", "errors", "title", "grid", "default", "logarithmic");

    public Plot {
        auxiliarySignals = List.copyOf(auxiliarySignals);
        axes = List.copyOf(axes);
    }

    static @Nullable Plot read(JsonNode node, String pointer, Problems problems) {
        JsonObject object = JsonObject.of(node, pointer, problems, KEYS);
        String kind = object.word("kind", KINDS);
        String named = object.name("name");
        String name = named == null && kind != null ? "plot" + kind : named;
        String signal = object.name("signal");
        List<String> auxiliary = object.names("auxiliary_signals");
        if (signal == null && kind == null) {
            problems.add(pointer, "a signal or a kind", "neither");
        }
        if (name == null) {
            problems.add(object.pointer("name"), "a name", "missing");
            return null;
        }
        if (signal != null && auxiliary.contains(signal)) {
            problems.add(object.pointer("auxiliary_signals"), "signals other than " + signal, "\"" + signal + "\"");
        }
        return new Plot(
                name,
                kind,
                signal,
                auxiliary,
                object.names("axes"),
                object.name("errors"),
                object.text("title"),
                object.flag("grid"),
                object.flag("default"),
                object.flag("logarithmic"));
    }
}
