package org.penstock.daemon.nexus;

import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.penstock.daemon.description.Fields;
import org.penstock.daemon.description.Value;
import org.penstock.daemon.hdf5.Hdf5Dataset;
import org.penstock.daemon.hdf5.Hdf5Group;
import org.penstock.daemon.hdf5.Hdf5Library;

/** The conventions that part files and masters share. */
final class NexusTree {
    /** What {@code creator} says in every file of ours. */
    static final String CREATOR = "penstock";

    static final String MISSING = "missing";

    /** ISO 8601 with microseconds and an explicit offset, never {@code Z}: older Python reads nothing else. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSxxx", Locale.ROOT);

    private NexusTree() {}

    static Hdf5Group group(Hdf5Group parent, String name, String nexusClass) {
        Hdf5Group group = parent.createGroup(name);
        group.attribute("NX_class", nexusClass);
        return group;
    }

    /**
     * Writes the attributes that every file begins with.
     *
     * @param file the name it will be found under
     */
    static void rootAttributes(Hdf5Group root, Path file, OffsetDateTime now) {
        root.attribute("NX_class", "NXroot");
        root.attribute("file_name", file.toAbsolutePath().toString());
        root.attribute("file_time", time(now));
        root.attribute("creator", CREATOR);
        root.attribute("creator_version", creatorVersion());
        root.attribute("HDF5_Version", Hdf5Library.version());
    }

    static String time(OffsetDateTime instant) {
        return TIME.format(instant);
    }

    /** Returns the version in the jar's manifest. */
    static String creatorVersion() {
        String version = NexusTree.class.getPackage().getImplementationVersion();
        return version == null ? "unreleased" : version;
    }

    static void fields(Hdf5Group group, Map<String, Field> fields) {
        fields.forEach((name, field) -> {
            try (Hdf5Dataset dataset = group.dataset(name, field.value())) {
                if (field.units() != null) {
                    dataset.attribute("units", field.units());
                }
            }
        });
    }

    static void value(Hdf5Group group, String name, Value value) {
        try (Hdf5Dataset dataset = group.dataset(name, value.value())) {
            if (value.units() != null) {
                dataset.attribute("units", value.units());
            }
        }
    }

    /** Writes described values, and groups of them, without the names that are taken; those written are taken from then on. */
    static void describe(Hdf5Group group, Fields fields, Set<String> taken) {
        fields.nodes().forEach((name, node) -> {
            if (!taken.add(name)) {
                return;
            }
            switch (node) {
                case Value value -> value(group, name, value);
                case Fields below -> describe(group, name, below, "NXcollection");
            }
        });
    }

    /**
     * Writes a described group.
     *
     * @param nexusClass what it is where the description does not say it
     */
    static void describe(Hdf5Group parent, String name, Fields fields, String nexusClass) {
        try (Hdf5Group group = group(parent, name, fields.nexusClass() == null ? nexusClass : fields.nexusClass())) {
            describe(group, fields, new HashSet<>());
        }
    }
}
