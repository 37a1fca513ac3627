package org.penstock.protocol.client;

import org.penstock.protocol.AckLevel;

/**
 * A frame that has reached a level.
 *
 * @param index its place in the stream
 * @param checksum of its payload as it was sent, of the kind that the connections agreed on
 * @param level what it survives from now on
 */
public record AcknowledgedFrame(long index, int checksum, AckLevel level) {}
