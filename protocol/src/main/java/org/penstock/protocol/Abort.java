package org.penstock.protocol;

import org.jspecify.annotations.Nullable;

/**
 * Ends a stream now; what was written stays.
 *
 * @param stream id from {@link StreamOpened}
 * @param reason for the log, the report and the file
 */
public record Abort(String stream, @Nullable String reason) {}
