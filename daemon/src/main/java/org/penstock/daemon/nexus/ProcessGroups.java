package org.penstock.daemon.nexus;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.penstock.daemon.description.Fields;
import org.penstock.daemon.description.Note;
import org.penstock.daemon.description.ProcessStep;
import org.penstock.daemon.hdf5.Hdf5Group;

/**
 * Writes what was computed or changed: the steps that were described, and what the daemon itself did.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}.
 */
final class ProcessGroups {
    private static final String RECOVERY = "recovery";
    private static final String SELECTION = "selection";
    private static final String PROCESS = "NXprocess";

    private final MasterContent content;

    ProcessGroups(MasterContent content) {
        this.content = content;
    }

    boolean isEmpty() {
        return content.metadata().processes().isEmpty()
                && content.scan().progress().recovery() == null
                && thinned().isEmpty();
    }

    void write(Hdf5Group parent, Set<String> taken) {
        content.metadata().processes().forEach((name, step) -> {
            if (taken.add(name)) {
                step(parent, name, step);
            }
        });
        long sequence = 0;
        List<DetectorDescription> thinned = thinned();
        if (!thinned.isEmpty() && taken.add(SELECTION)) {
            selection(parent, thinned, ++sequence);
        }
        String words = content.scan().progress().recovery();
        if (words != null && taken.add(RECOVERY)) {
            recovery(parent, words, ++sequence);
        }
    }

    private List<DetectorDescription> thinned() {
        List<DetectorDescription> thinned = new ArrayList<>();
        for (Column column : content.columns().all()) {
            if (column.data() != null && column.data().state().description().every() > 1) {
                thinned.add(column.data().state().description());
            }
        }
        return thinned;
    }

    private static void step(Hdf5Group parent, String name, ProcessStep step) {
        try (Hdf5Group process = NexusTree.group(parent, name, PROCESS)) {
            process.write("program", step.program());
            Sources.optional(process, "version", step.version());
            Sources.optional(process, "date", step.date());
            Sources.optional(process, "sequence_index", step.sequenceIndex());
            Fields configuration = step.configuration();
            Note note = step.configurationNote();
            if (configuration != null) {
                NexusTree.describe(process, "configuration", configuration, "NXcollection");
            } else if (note != null) {
                Sources.note(process, "configuration", note);
            }
            if (!step.results().isEmpty()) {
                NexusTree.describe(process, "results", step.results(), "NXcollection");
            }
        }
    }

    /** Says of which detectors not all frames were stored; the configuration is what {@code OPEN_STREAM} takes. */
    private void selection(Hdf5Group parent, List<DetectorDescription> detectors, long sequence) {
        ArrayNode streams = JsonNodeFactory.instance.arrayNode();
        detectors.forEach(
                detector -> streams.addObject().put("detector", detector.name()).put("every", detector.every()));
        try (Hdf5Group process = ours(parent, SELECTION, sequence)) {
            process.write("description", "every n-th frame was stored, the others were left out on the client's wish");
            Note note = new Note(streams.toString(), "application/json", "streams.json", null, null, null);
            Sources.note(process, "configuration", note);
        }
    }

    /** Says that files of the scan were made anew, and of what. */
    private void recovery(Hdf5Group parent, String words, long sequence) {
        try (Hdf5Group process = ours(parent, RECOVERY, sequence)) {
            process.write("description", words);
            try (Hdf5Group configuration = NexusTree.group(process, "configuration", "NXcollection")) {
                configuration.write("command", "recover");
            }
        }
    }

    private Hdf5Group ours(Hdf5Group parent, String name, long sequence) {
        Hdf5Group process = NexusTree.group(parent, name, PROCESS);
        process.write("program", NexusTree.CREATOR);
        process.write("version", NexusTree.creatorVersion());
        process.write("date", NexusTree.time(content.scan().progress().since()));
        process.write("sequence_index", sequence);
        return process;
    }
}
