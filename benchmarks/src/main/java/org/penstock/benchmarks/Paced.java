package org.penstock.benchmarks;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * One stream below the rate that the daemon can take.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param run what the stream cost
 * @param framesPerS at which frames were sent
 * @param ackMs from when the sender's operating system had the whole frame to when its acknowledgement as written had come
 * @param ackMaxMs the longest of these
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record Paced(BenchRun run, double framesPerS, BenchRun.Latency ackMs, double ackMaxMs) {}
