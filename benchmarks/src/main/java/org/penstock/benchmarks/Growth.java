package org.penstock.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;

/**
 * Whether a frame costs more the more came before it.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param data which frames, each of them a chunk
 * @param load how many, and how many in a part file
 * @param firstUs the daemon's processor microseconds a frame over the first tenth of the frames
 * @param lastUs the same over the last
 * @param endSeconds from the end being said to the report
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record Growth(String data, Load load, double firstUs, double lastUs, double endSeconds) {
    /** Tenths of a stream. */
    private static final int TENTHS = 10;

    /**
     * What is sent.
     *
     * @param frames in all
     * @param framesPerFile in each part file
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Load(long frames, long framesPerFile) {
        long parts() {
            return (frames + framesPerFile - 1) / framesPerFile;
        }
    }

    /** How much the daemon had received, and what that had cost. */
    record Sample(long frames, double cpuSeconds) {
        static Sample of(JsonNode status, long framesBefore) {
            return new Sample(
                    status.at("/counters/frames_received").asLong() - framesBefore,
                    status.path("cpu_seconds").asDouble());
        }
    }

    static Growth of(String data, Load load, List<Sample> samples, double endSeconds) {
        long tenth = load.frames() / TENTHS;
        Sample begin = samples.getFirst();
        Sample end = samples.getLast();
        Sample afterFirst = samples.stream()
                .filter(sample -> sample.frames() >= tenth)
                .findFirst()
                .orElse(end);
        Sample beforeLast = samples.reversed().stream()
                .filter(sample -> sample.frames() <= load.frames() - tenth)
                .findFirst()
                .orElse(begin);
        return new Growth(data, load, microseconds(begin, afterFirst), microseconds(beforeLast, end), endSeconds);
    }

    private static double microseconds(Sample from, Sample to) {
        return (to.cpuSeconds() - from.cpuSeconds()) * 1e6 / Math.max(1, to.frames() - from.frames());
    }

    /** Returns the last frames' cost as a multiple of the first ones'. */
    double multiple() {
        return lastUs / firstUs;
    }
}
