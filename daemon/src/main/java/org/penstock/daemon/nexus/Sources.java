package org.penstock.daemon.nexus;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.description.Fields;
import org.penstock.daemon.description.Note;
import org.penstock.daemon.description.Positioner;
import org.penstock.daemon.description.ScanMetadata;
import org.penstock.daemon.description.Value;
import org.penstock.daemon.hdf5.Hdf5Group;
import org.penstock.daemon.nexus.template.TemplateNode;
import org.penstock.daemon.nexus.template.Variable;

/**
 * Writes what a template has inserted.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}.
 */
final class Sources {
    private static final String LINKS = "links";
    private static final String NOW = "now";

    private final MasterContent content;
    private final ScanMetadata metadata;
    private final MeasuredGroups measured;
    private final ProcessGroups processes;

    /** Where positions at the start are, once they are written. */
    private final Map<String, String> starts = new HashMap<>();

    Sources(MasterContent content) {
        this.content = content;
        this.metadata = content.metadata();
        this.measured = new MeasuredGroups(content);
        this.processes = new ProcessGroups(content);
    }

    boolean isEmpty(TemplateNode.Insert insert) {
        return switch (insert.source()) {
            case DETECTORS -> content.columns().detectors().isEmpty();
            case MOVERS -> content.columns().movers().isEmpty();
            case MEASUREMENT -> content.columns().all().isEmpty();
            case POSITIONERS ->
                metadata.positioners().entrySet().stream()
                        .allMatch(positioner -> position(positioner, insert.form()) == null
                                && !isLinked(positioner.getKey(), insert.form()));
            case SCAN_PARAMETERS -> metadata.scanParameters().isEmpty();
            case INSTRUMENT -> metadata.instrument().isEmpty();
            case SAMPLE -> metadata.sample().isEmpty();
            case TECHNIQUE -> metadata.technique().isEmpty();
            case USERS -> metadata.users().isEmpty();
            case NOTES -> metadata.notes().isEmpty();
            case GROUPS -> metadata.groups().isEmpty();
            case PLOTS -> content.plots().plans().isEmpty();
            case APPLICATIONS -> metadata.recipes().isEmpty();
            case PROCESSES -> processes.isEmpty();
        };
    }

    /** Writes what is there of a source; names that are taken are left out. */
    void write(TemplateNode.Insert insert, Hdf5Group group, Set<String> taken) {
        boolean isLinked = insert.form().equals(LINKS);
        switch (insert.source()) {
            case DETECTORS -> measured.detectors(group, isLinked, taken);
            case MOVERS -> measured.movers(group, isLinked, taken);
            case MEASUREMENT -> measured.measurement(group, isLinked, taken);
            case POSITIONERS -> positioners(group, insert.form(), taken);
            case SCAN_PARAMETERS -> NexusTree.describe(group, metadata.scanParameters(), taken);
            case INSTRUMENT -> NexusTree.describe(group, metadata.instrument(), taken);
            case SAMPLE -> NexusTree.describe(group, metadata.sample(), taken);
            case TECHNIQUE -> NexusTree.describe(group, metadata.technique(), taken);
            case USERS -> users(group, taken);
            case NOTES -> notes(group, taken);
            case GROUPS -> groups(group, taken);
            case PLOTS ->
                content.plots()
                        .plans()
                        .forEach(plan ->
                                PlotGroup.write(group, plan, String.valueOf(content.value(Variable.TITLE)), taken));
            case APPLICATIONS ->
                metadata.recipes().forEach(recipe -> ApplicationGroup.write(group, recipe, content, taken));
            case PROCESSES -> processes.write(group, taken);
        }
    }

    private void positioners(Hdf5Group group, String form, Set<String> taken) {
        for (Map.Entry<String, Positioner> positioner : metadata.positioners().entrySet()) {
            String name = positioner.getKey();
            Value position = position(positioner, form);
            if (isLinked(name, form) && taken.add(name)) {
                group.softLink(
                        name,
                        Objects.requireNonNull(content.columns().movers().get(name))
                                .path());
            } else if (position != null && taken.add(name)) {
                position(group, name, position, form);
            }
        }
    }

    /** A position that is in two groups is one dataset: a motor costs some 10 µs for each. */
    private void position(Hdf5Group group, String name, Value position, String form) {
        boolean isStart = form.equals("start") || form.equals(NOW);
        String there = isStart ? starts.putIfAbsent(name, group.path() + "/" + name) : null;
        if (there == null) {
            NexusTree.value(group, name, position);
        } else {
            group.hardLink(name, there);
        }
    }

    /** The positions of a scan take the place of the one at its start. */
    private boolean isLinked(String positioner, String form) {
        return form.equals(NOW) && content.columns().movers().containsKey(positioner);
    }

    private static @Nullable Value position(Map.Entry<String, Positioner> positioner, String form) {
        Positioner of = positioner.getValue();
        return switch (form) {
            case "dial_start" -> of.dialStart();
            case "end" -> of.end();
            case "dial_end" -> of.dialEnd();
            default -> of.start();
        };
    }

    private void users(Hdf5Group group, Set<String> taken) {
        List<Fields> users = metadata.users();
        for (int i = 0; i < users.size(); i++) {
            String name = i == 0 ? "user" : "user_" + (i + 1);
            if (taken.add(name)) {
                NexusTree.describe(group, name, users.get(i), "NXuser");
            }
        }
    }

    private void notes(Hdf5Group group, Set<String> taken) {
        List<Note> notes = metadata.notes();
        for (int i = 0; i < notes.size(); i++) {
            String name = String.format(Locale.ROOT, "note_%02d", i + 1);
            if (taken.add(name)) {
                note(group, name, notes.get(i));
            }
        }
    }

    /** Writes a note as an NXnote. */
    static void note(Hdf5Group parent, String name, Note note) {
        try (Hdf5Group group = NexusTree.group(parent, name, "NXnote")) {
            group.write("data", note.data());
            group.write("type", note.type());
            optional(group, "file_name", note.fileName());
            optional(group, "author", note.author());
            optional(group, "date", note.date());
            optional(group, "description", note.description());
        }
    }

    static void optional(Hdf5Group group, String name, @Nullable Object value) {
        if (value != null) {
            group.write(name, value);
        }
    }

    private void groups(Hdf5Group group, Set<String> taken) {
        metadata.groups().forEach((name, fields) -> {
            if (taken.add(name)) {
                NexusTree.describe(group, name, fields, "NXcollection");
            }
        });
    }
}
