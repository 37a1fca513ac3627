package org.penstock.protocol;

/**
 * Opens a further connection of a stream, or takes it up again after a cut.
 *
 * @param stream id from {@link StreamOpened}
 */
public record Attach(String stream) {}
