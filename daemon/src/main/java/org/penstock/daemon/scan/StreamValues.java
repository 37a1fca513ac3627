package org.penstock.daemon.scan;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.nexus.Field;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.ProtocolException;

/**
 * Checks of single values of a request; each error names the key, what was expected and what came.
 *
 * <p><b>Threading:</b> immutable.
 */
final class StreamValues {
    private StreamValues() {}

    static <T> T required(String key, @Nullable T value) {
        if (value == null) {
            throw new ProtocolException(ErrorCode.JSON, "key is missing: key=" + key);
        }
        return value;
    }

    /** Returns the value, or {@code least} when there is none. */
    static long orDefault(String key, @Nullable Long value, long least, long most) {
        return value == null ? least : range(key, value, least, most);
    }

    static long range(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new ProtocolException(
                    ErrorCode.BAD_VALUE,
                    "value out of range: key=" + key + ", expected=" + least + " to " + most + ", actual=" + value);
        }
        return value;
    }

    static void oneOf(String key, @Nullable String value, ErrorCode code, String... allowed) {
        if (value != null && !Arrays.asList(allowed).contains(value)) {
            throw new ProtocolException(
                    code, "value refused: key=" + key + ", expected=one of " + List.of(allowed) + ", actual=" + value);
        }
    }

    /** Turns {@code {"x_pixel_size": {"value": 75e-6, "units": "m"}, "description": "…"}} into fields. */
    static Map<String, Field> fields(@Nullable Map<String, Object> info) {
        Map<String, Field> fields = new LinkedHashMap<>();
        if (info != null) {
            info.forEach((name, value) -> fields.put(name, field(name, value)));
        }
        return fields;
    }

    private static Field field(String name, @Nullable Object value) {
        if (value instanceof Map<?, ?> pair) {
            Object units = pair.get("units");
            return new Field(plain(name, pair.get("value")), units == null ? null : units.toString());
        }
        return Field.of(plain(name, value));
    }

    private static Object plain(String name, @Nullable Object value) {
        if (value instanceof String || value instanceof Number || value instanceof Boolean) {
            return value;
        }
        if (value instanceof List<?> list && list.stream().allMatch(Number.class::isInstance)) {
            return list.stream()
                    .mapToDouble(number -> ((Number) number).doubleValue())
                    .toArray();
        }
        throw new ProtocolException(
                ErrorCode.BAD_VALUE,
                "field refused: key=detector_info." + name
                        + ", expected=a string, number, boolean, list of numbers, or {\"value\":…, \"units\":…}, actual="
                        + value);
    }
}
