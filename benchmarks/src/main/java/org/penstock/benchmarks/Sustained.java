package org.penstock.benchmarks;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.io.IOException;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.cli.CommandFailure;

/**
 * One long stream onto a disk: more than its page cache can hold back.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param run what the stream cost
 * @param storedBytes that were written
 * @param goalBytes that were to be written: twice the machine's memory
 * @param reason why fewer were, or null
 * @param receiveGapMaxMs the longest time between two frames received
 * @param stalls times that it was 100 ms or more
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record Sustained(
        BenchRun run,
        long storedBytes,
        long goalBytes,
        @Nullable String reason,
        double receiveGapMaxMs,
        long stalls) {
    /**
     * How much is to be written.
     *
     * @param bytes of files
     * @param goalBytes twice the memory
     * @param reason why {@code bytes} is less, or null
     */
    record Target(long bytes, long goalBytes, @Nullable String reason) {
        /** Left on the disk for others. */
        private static final long MARGIN_BYTES = 4L << 30;

        private static final double GIB = 1L << 30;

        /** Plans for what is asked for, or twice the memory, as far as there is room. */
        static Target of(WorkFolder folder, Machine machine, @Nullable Double askedGib) throws IOException {
            long goal = Math.round(2 * machine.memoryGib() * GIB);
            if (askedGib != null) {
                return new Target(Math.round(askedGib * GIB), goal, "asked for: gib=" + askedGib);
            }
            if (!folder.isOnDisk()) {
                throw new CommandFailure("folder of a sustained run is in memory: folder=" + folder.path()
                        + "; name one on a disk with --folder");
            }
            long free = Files.getFileStore(folder.path()).getUsableSpace() - MARGIN_BYTES;
            return free >= goal
                    ? new Target(goal, goal, null)
                    : new Target(
                            Math.max(0, free), goal, "the disk has no more room: freeBytes=" + (free + MARGIN_BYTES));
        }
    }
}
