/**
 * What the daemon shows of itself to those who watch it.
 *
 * <pre>
 *   counters, timings ─┐
 *   ring, slab        ─┤
 *   open streams      ─┼─▶ Sources ─▶ Metric (one constant, one sentence) ─▶ MetricsPage ─▶ GET /metrics
 *   scans, rebuilds   ─┤          └─▶ Health ─▶ GET /health/live, /health/ready
 *   DiskWatch         ─┤
 *   Heartbeat         ─┘
 * </pre>
 *
 * <p>Threads on the way of a frame count into fields of their own; whoever asks adds them up. Nothing here takes a lock that such a thread takes.
 */
@NullMarked
package org.penstock.daemon.metrics;

import org.jspecify.annotations.NullMarked;
