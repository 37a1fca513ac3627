package org.penstock.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A value that comes with each frame of a stream and is stored beside its data (README section 4).
 *
 * @param name of its dataset; or {@link #TIMESTAMP}, {@link #TICK} or {@link #STATUS}, which are in every frame's header and stored only when
 *     they are named
 * @param dtype wire name of an {@link ElementType}, or {@code sN}: UTF-8 text of at most N bytes; null for those of the header
 * @param units of a number, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FrameValue(
        String name, @Nullable String dtype, @Nullable String units) {
    public static final String TIMESTAMP = "timestamp";
    public static final String TICK = "tick";
    public static final String STATUS = "status";

    /** What the header of every frame has: one of the three names above. */
    public static FrameValue ofHeader(String name) {
        return new FrameValue(name, null, null);
    }

    /** A number. */
    public static FrameValue number(String name, ElementType type, @Nullable String units) {
        return new FrameValue(name, type.wireName(), units);
    }

    /** Text of at most so many bytes in UTF-8. */
    public static FrameValue text(String name, int mostBytes) {
        return new FrameValue(name, "s" + mostBytes, null);
    }
}
