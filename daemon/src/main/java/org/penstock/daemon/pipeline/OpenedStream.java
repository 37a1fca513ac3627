package org.penstock.daemon.pipeline;

import org.jspecify.annotations.Nullable;
import org.penstock.daemon.ring.StreamLane;
import org.penstock.daemon.scan.ScanRegistry;
import org.penstock.protocol.StreamOpened;

/**
 * A stream that may now send.
 *
 * <p><b>Threading:</b> immutable; {@code files} is for hdf5-writer.
 *
 * @param lane its way through the ring
 * @param terms what was agreed
 * @param answer what its client is told
 * @param files where its chunks go, or null when nothing is saved
 * @param openedNs when it was opened, by {@link System#nanoTime()}
 */
public record OpenedStream(
        StreamLane lane,
        StreamTerms terms,
        StreamOpened answer,
        ScanRegistry.@Nullable OpenedFiles files,
        long openedNs) {}
