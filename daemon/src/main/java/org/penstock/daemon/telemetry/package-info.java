/**
 * What the daemon knows of itself: counters at each hand-over, the latency of frames, processor time by role, memory allocated.
 *
 * <p>{@link org.penstock.daemon.telemetry.Counter} lists the counters with one sentence each;
 * {@link org.penstock.daemon.telemetry.Timing} what is timed, in a {@link org.penstock.daemon.telemetry.DurationHistogram} each;
 * {@link org.penstock.daemon.telemetry.Telemetry} holds them. What is counted with every frame is counted in a
 * {@link org.penstock.daemon.telemetry.Tally} of its thread. A leaf package: everyone may count, it uses nobody.
 */
@NullMarked
package org.penstock.daemon.telemetry;

import org.jspecify.annotations.NullMarked;
