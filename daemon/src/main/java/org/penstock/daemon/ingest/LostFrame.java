package org.penstock.daemon.ingest;

import org.penstock.protocol.ErrorCode;

/**
 * A frame that was taken and then lost behind the ring, on its way to be told.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param code why
 * @param message for people
 * @param frame index that it was sent with
 */
record LostFrame(ErrorCode code, String message, long frame) {}
