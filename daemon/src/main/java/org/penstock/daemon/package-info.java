/**
 * penstockd: detector frames in over TCP, NeXus scans out. {@link org.penstock.daemon.PenstockDaemon} wires the packages and starts and stops them; nothing
 * else is here.
 *
 * <p>The way of a frame leads through the packages in this order: {@code ingest} receives it, {@code ring} carries it, {@code pipeline} compresses
 * it and hands it to {@code scan}, which writes it by {@code nexus} and {@code hdf5}. {@code cli} holds the commands, {@code source} the files that
 * {@code send} reads, {@code config} the one configuration file, {@code telemetry} the counters.
 */
@NullMarked
package org.penstock.daemon;

import org.jspecify.annotations.NullMarked;
