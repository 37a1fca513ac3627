package org.penstock.protocol;

import org.jspecify.annotations.Nullable;

/**
 * No further frames on this connection.
 *
 * @param frames the stream's number of frames, or null for as many as were announced, or else as came
 */
public record End(@Nullable Long frames) {}
