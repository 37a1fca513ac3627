package org.penstock.daemon.pipeline;

import org.jspecify.annotations.Nullable;

/**
 * How a stream comes to its end.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param frames how many frames it has, as END said, or null for as many as announced, or else as came
 * @param isSaid whether the client said that this is the end
 * @param isAborted whether someone ended it before its time
 * @param reason for the log, the report and the file
 */
public record Ending(@Nullable Long frames, boolean isSaid, boolean isAborted, String reason) {}
