package org.penstock.daemon.metrics;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.penstock.daemon.ingest.StreamSight;

/**
 * Who streams. Asked only when the daemon listens.
 *
 * <p><b>Threading:</b> any thread.
 *
 * @param sights of all open streams
 * @param connected how many connections are open
 * @param isAccepting whether the daemon takes new streams
 */
public record Peers(Supplier<List<StreamSight>> sights, IntSupplier connected, BooleanSupplier isAccepting) {}
