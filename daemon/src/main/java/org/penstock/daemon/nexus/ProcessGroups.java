package org.penstock.daemon.nexus;

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
    private static final String PROCESS = "NXprocess";

    private final MasterContent content;

    ProcessGroups(MasterContent content) {
        this.content = content;
    }

    boolean isEmpty() {
        return content.metadata().processes().isEmpty()
                && content.scan().progress().recovery() == null;
    }

    void write(Hdf5Group parent, Set<String> taken) {
        content.metadata().processes().forEach((name, step) -> {
            if (taken.add(name)) {
                step(parent, name, step);
            }
        });
        String words = content.scan().progress().recovery();
        if (words != null && taken.add(RECOVERY)) {
            recovery(parent, words);
        }
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

    /** Says that files of the scan were made anew, and of what. */
    private void recovery(Hdf5Group parent, String words) {
        ScanProgress progress = content.scan().progress();
        try (Hdf5Group process = NexusTree.group(parent, RECOVERY, PROCESS)) {
            process.write("program", NexusTree.CREATOR);
            process.write("version", NexusTree.creatorVersion());
            process.write("date", NexusTree.time(progress.since()));
            process.write("sequence_index", 1L);
            process.write("description", words);
            try (Hdf5Group configuration = NexusTree.group(process, "configuration", "NXcollection")) {
                configuration.write("command", "recover");
            }
        }
    }
}
