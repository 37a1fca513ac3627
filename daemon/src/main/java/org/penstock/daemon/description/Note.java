package org.penstock.daemon.description;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A text, or a file's content, as an NXnote keeps it.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param data the content
 * @param type MIME type of the content
 * @param fileName name of the file that it was, or will be read from again, or null
 * @param author who wrote it, or null
 * @param date ISO 8601 with offset, or null
 * @param description what it is, or null
 */
public record Note(
        String data,
        String type,
        @Nullable String fileName,
        @Nullable String author,
        @Nullable String date,
        @Nullable String description) {
    private static final Set<String> KEYS = Set.of("data", "type", "file_name", "author", "date", "description");

    /** Reads a note: its data is a text, or any JSON, which becomes one. */
    static @Nullable Note read(JsonNode node, String pointer, Problems problems) {
        problems.countValue(pointer);
        JsonObject object = JsonObject.of(node, pointer, problems, KEYS);
        JsonNode data = object.get("data");
        object.require("data", data);
        String text = data == null || data.isTextual() ? object.text("data") : data.toPrettyString();
        String type = object.text("type");
        String otherwise = data != null && data.isTextual() ? "text/plain" : "application/json";
        Note note = new Note(
                text == null ? "" : text,
                type == null ? otherwise : type,
                object.text("file_name"),
                object.text("author"),
                Dates.read(object, "date"),
                object.text("description"));
        return text == null ? null : note;
    }
}
