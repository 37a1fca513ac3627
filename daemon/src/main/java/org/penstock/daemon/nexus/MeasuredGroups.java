package org.penstock.daemon.nexus;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.penstock.daemon.description.Channel;
import org.penstock.daemon.description.Fields;
import org.penstock.daemon.description.Recipe;
import org.penstock.daemon.hdf5.Hdf5Dataset;
import org.penstock.daemon.hdf5.Hdf5Group;
import org.penstock.daemon.hdf5.Hdf5Object;

/**
 * Writes what was measured: detectors, positioners that move, the measurement group.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}.
 */
final class MeasuredGroups {
    private final MasterContent content;

    MeasuredGroups(MasterContent content) {
        this.content = content;
    }

    void detectors(Hdf5Group parent, boolean isLinked, Set<String> taken) {
        content.columns().detectors().forEach((name, columns) -> {
            if (taken.add(name)) {
                Fields described = content.metadata().detectors().getOrDefault(name, Fields.NONE);
                String nexusClass = described.nexusClass() == null ? "NXdetector" : described.nexusClass();
                try (Hdf5Group group = NexusTree.group(parent, name, nexusClass)) {
                    detector(group, columns, described, isLinked);
                }
            } else {
                content.columns().remarks().add("detector is not shown, its name is taken: detector=" + name);
            }
        });
    }

    private void detector(Hdf5Group group, List<Column> columns, Fields described, boolean isLinked) {
        Set<String> taken = new HashSet<>();
        for (Column column : columns) {
            taken.add(column.dataset());
            DetectorData data = column.data();
            if (data != null) {
                data.state().description().perFrame().datasets().forEach(name -> taken.add(beside(column, name)));
            }
            columnAt(group, column, isLinked);
        }
        for (Column column : columns) {
            if (column.isPrincipal() && taken.add(Channel.DATA)) {
                group.softLink(Channel.DATA, column.path());
            }
        }
        NexusTree.describe(group, described, taken);
        for (Column column : columns) {
            stream(group, column, taken);
        }
    }

    /** Writes what a stream says of its detector, where nothing else was said. */
    private static void stream(Hdf5Group group, Column column, Set<String> taken) {
        DetectorData data = column.data();
        if (data == null) {
            return;
        }
        DetectorDescription detector = data.state().description();
        detector.fields().forEach((name, field) -> {
            if (taken.add(name)) {
                NexusTree.fields(group, Map.of(name, field));
            }
        });
        if (taken.add("local_name")) {
            group.write("local_name", detector.name());
        }
        if (taken.add("type")) {
            group.write("type", detector.kind());
        }
    }

    void movers(Hdf5Group parent, boolean isLinked, Set<String> taken) {
        content.columns().movers().forEach((name, column) -> {
            if (taken.add(name)) {
                try (Hdf5Group group = NexusTree.group(parent, name, "NXpositioner")) {
                    columnAt(group, column, isLinked);
                }
            } else {
                content.columns().remarks().add("positioner is not shown, its name is taken: positioner=" + name);
            }
        });
    }

    /** Writes a column at its place in a detector's or a positioner's group, with what is known of its frames. */
    private void columnAt(Hdf5Group group, Column column, boolean isLinked) {
        if (isLinked) {
            group.softLink(column.dataset(), column.path());
        } else {
            data(group, column.dataset(), column);
        }
        DetectorData data = column.data();
        if (data != null) {
            data.state().missing().write(group, beside(column, NexusTree.MISSING));
            data.writePerFrame(group, name -> beside(column, name), content.embeds(data));
            if (content.embeds(data)) {
                data.writeIntegrity(group, beside(column, Integrity.GROUP));
            }
        }
    }

    private static String beside(Column column, String name) {
        return column.isNamed() ? column.dataset() + "_" + name : name;
    }

    void measurement(Hdf5Group group, boolean isLinked, Set<String> taken) {
        for (Column column : content.columns().all()) {
            if (!taken.add(column.measurement())) {
                content.columns().remarks().add("name is taken in the measurement group: name=" + column.measurement());
            } else if (isLinked) {
                group.softLink(column.measurement(), column.path());
            } else {
                data(group, column.measurement(), column);
            }
        }
    }

    private void data(Hdf5Group group, String name, Column column) {
        DetectorData data = column.data();
        if (data != null) {
            data.write(group, name, content.embeds(data), dataset -> attributes(dataset, column));
        } else if (column.positions() != null) {
            try (Hdf5Dataset dataset = group.dataset(name, column.positions().value())) {
                attributes(dataset, column);
            }
        }
    }

    private void attributes(Hdf5Object dataset, Column column) {
        if (column.units() != null) {
            dataset.attribute("units", column.units());
        }
        String label = column.label();
        if (label != null) {
            dataset.attribute("long_name", label);
        }
        if (column.isMover() && content.metadata().recipes().stream().anyMatch(recipe -> isAxis(recipe, column))) {
            // NXmx wants to know what the axis does where its positions are
            dataset.attribute("transformation_type", "rotation");
            dataset.attribute("vector", new double[] {-1, 0, 0});
            dataset.attribute("depends_on", ".");
        }
    }

    private static boolean isAxis(Recipe recipe, Column column) {
        return recipe.definition().equals(Recipe.MX) && column.group().equals(recipe.rotation());
    }
}
