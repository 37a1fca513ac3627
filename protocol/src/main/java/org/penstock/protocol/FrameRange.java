package org.penstock.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * Frames {@code first} to {@code first + count - 1}; in JSON the pair {@code [first, count]}.
 *
 * @param first index of the first frame
 * @param count number of frames, at least 1
 */
@JsonFormat(shape = JsonFormat.Shape.ARRAY)
@JsonPropertyOrder({"first", "count"})
public record FrameRange(long first, long count) {
    @JsonCreator
    public FrameRange {}

    /** Returns the index after the last frame. */
    public long end() {
        return first + count;
    }
}
