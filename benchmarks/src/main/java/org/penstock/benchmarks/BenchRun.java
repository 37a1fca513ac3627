package org.penstock.benchmarks;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one stream cost, from the first message to closed files.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param data which frames
 * @param codec how they were stored
 * @param frames how many were sent, all of them written
 * @param framesPerS frames per second
 * @param mbPerS 10<sup>6</sup> bytes of pixels per second
 * @param cpuSPerGb the daemon's processor seconds, user and system, per 10<sup>9</sup> bytes of pixels
 * @param ratio bytes of pixels per stored byte
 * @param allocBytesPerFrame Java heap that the daemon took per frame while the stream was under way
 * @param gcMaxMs the daemon's longest garbage collection, 0 when there was none
 * @param latencyMs from the last byte of a frame received to its chunk written
 * @param yardstickMbPerS what the C library does on one thread without any I/O, null where it is not installed
 * @param yardstickMultiple rate as a multiple of the yardstick's
 * @param roles which of the daemon's threads took how much; not in JSON
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record BenchRun(
        String data,
        String codec,
        long frames,
        double framesPerS,
        double mbPerS,
        @JsonProperty("cpu_s_per_gb") double cpuSPerGb,
        double ratio,
        double allocBytesPerFrame,
        double gcMaxMs,
        Latency latencyMs,
        @Nullable Double yardstickMbPerS,
        @Nullable Double yardstickMultiple,
        @JsonIgnore Roles roles) {
    /** Half of the frames took no longer than {@code p50} milliseconds; 99 % {@code p99}; 99.9 % {@code p999}. */
    record Latency(double p50, double p99, double p999) {}

    /** Processor seconds per 10<sup>9</sup> bytes of pixels, and bytes of heap per frame, by role of the daemon's threads. */
    record Roles(Map<String, Double> cpuSPerGb, Map<String, Double> allocBytesPerFrame) {}

    /** Returns 10<sup>6</sup> bytes of chunks per second. */
    @JsonProperty("stored_mb_per_s")
    double storedMbPerS() {
        return mbPerS / ratio;
    }

    /** Returns the daemon's processor seconds, user and system, per 10<sup>9</sup> bytes of chunks. */
    @JsonProperty("cpu_s_per_stored_gb")
    double cpuSPerStoredGb() {
        return cpuSPerGb * ratio;
    }

    /** The same run beside a yardstick. */
    BenchRun withYardstick(double megabytesPerSecond) {
        return new BenchRun(
                data,
                codec,
                frames,
                framesPerS,
                mbPerS,
                cpuSPerGb,
                ratio,
                allocBytesPerFrame,
                gcMaxMs,
                latencyMs,
                megabytesPerSecond,
                mbPerS / megabytesPerSecond,
                roles);
    }

    /** Returns the run whose rate is in the middle. */
    static BenchRun median(List<BenchRun> runs) {
        return runs.stream()
                .sorted(Comparator.comparingDouble(BenchRun::mbPerS))
                .skip((runs.size() - 1) / 2)
                .findFirst()
                .orElseThrow();
    }
}
