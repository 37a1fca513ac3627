/**
 * What Penstock costs and how fast it is.
 *
 * <p>{@link org.penstock.benchmarks.BenchCommand} is {@code ./penstock bench}: the whole way of a frame, between processes.
 *
 * <pre>
 *  bench ──orders──▶ FrameSender ──frames, TCP──▶ penstock serve ──▶ files
 *    │ ▲                                               │
 *    │ └──────────────── STATUS ───────────────────────┘
 *    └─ Yardstick (C, one thread), before each run
 * </pre>
 *
 * <p>{@code EndToEnd} holds the two processes ({@code ChildJvm}) of one data set and makes each stream a {@code BenchRun};
 * {@code JournalComparison} holds two of them, with and without journals of part files, and runs them by turns.
 * {@code FrameData} are the frames, which all three processes map. {@code benchmarks/results} keeps the JSON of runs that figures are quoted from.
 *
 * <p>The parts are measured by JMH in packages named after them ({@code org.penstock.benchmarks.compression}), with the same
 * {@link org.penstock.benchmarks.SimulatedFrames}, and beside the same {@link org.penstock.benchmarks.Yardstick}.
 */
@NullMarked
package org.penstock.benchmarks;

import org.jspecify.annotations.NullMarked;
