package org.penstock.daemon.description;

import java.time.DateTimeException;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** Times in a description: ISO 8601 with an offset. */
final class Dates {
    private Dates() {}

    static @Nullable String read(JsonObject object, String key) {
        String text = object.text(key);
        if (text == null) {
            return null;
        }
        try {
            OffsetDateTime.parse(text);
            return text;
        } catch (DateTimeException _) {
            object.problems()
                    .add(
                            object.pointer(key),
                            "a time with offset, such as 2026-11-22T20:07:25+01:00",
                            "\"" + text + "\"");
            return null;
        }
    }
}
