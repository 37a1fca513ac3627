package org.penstock.daemon.description;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Something that was computed from the data, as an NXprocess keeps it.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param program what did it
 * @param version of the program, or null
 * @param date when, ISO 8601 with offset, or null
 * @param sequenceIndex its place among the steps, from 1, or null
 * @param configuration as named values, or null
 * @param configurationNote as a text that the program reads back, or null
 * @param results of it
 */
public record ProcessStep(
        String program,
        @Nullable String version,
        @Nullable String date,
        @Nullable Long sequenceIndex,
        @Nullable Fields configuration,
        @Nullable Note configurationNote,
        Fields results) {
    private static final Set<String> KEYS =
            Set.of("program", "version", "date", "sequence_index", "configuration", "configuration_note", "results");

    static @Nullable ProcessStep read(JsonNode node, String pointer, Problems problems) {
        JsonObject object = JsonObject.of(node, pointer, problems, KEYS);
        NodeReader nodes = new NodeReader(problems);
        String program = object.text("program");
        object.require("program", program);
        JsonNode index = object.get("sequence_index");
        boolean isIndex = index != null && index.isIntegralNumber() && index.canConvertToInt() && index.intValue() >= 1;
        if (index != null && !isIndex) {
            problems.add(object.pointer("sequence_index"), "an integer from 1", index);
        }
        JsonNode configuration = object.get("configuration");
        JsonNode note = object.get("configuration_note");
        if (configuration != null && note != null) {
            problems.add(object.pointer("configuration_note"), "configuration or configuration_note, not both", "both");
        }
        ProcessStep step = new ProcessStep(
                program == null ? "" : program,
                object.text("version"),
                Dates.read(object, "date"),
                index != null && isIndex ? index.longValue() : null,
                configuration == null ? null : nodes.fields(configuration, object.pointer("configuration"), Set.of()),
                note == null ? null : Note.read(note, object.pointer("configuration_note"), problems),
                nodes.fields(object.get("results"), object.pointer("results"), Set.of()));
        return program == null ? null : step;
    }
}
