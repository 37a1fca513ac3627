/**
 * What the daemon knows of itself: counters at each hand-over, the latency of frames, processor time by role, memory allocated.
 *
 * <p>{@link org.penstock.daemon.telemetry.Counter} lists the counters with one sentence each;
 * {@link org.penstock.daemon.telemetry.Telemetry} holds them. A leaf package: everyone may count, it uses nobody.
 */
@NullMarked
package org.penstock.daemon.telemetry;

import org.jspecify.annotations.NullMarked;
