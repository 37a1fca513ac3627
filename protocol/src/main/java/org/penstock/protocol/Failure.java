package org.penstock.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Body of an ERROR message (README section 9).
 *
 * @param code wire name of an {@link ErrorCode}
 * @param message what failed, expected beside actual, what to do
 * @param fatal whether the connection is closed
 * @param frame the frame it is about, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Failure(
        String code,
        String message,
        boolean fatal,
        @Nullable Long frame) {}
