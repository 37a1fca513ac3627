package org.penstock.daemon.metrics;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whether the daemon deserves to be left alive, and whether a detector may come. What is wrong is said in words.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class Health {
    /** A file system that says nothing for so long, asked every 2 s, does not answer. */
    private static final double SILENT_SECONDS = 15;

    private final Sources sources;
    private final long freeBytesMin;

    /**
     * The answer to one question.
     *
     * @param isWell whether the answer is yes
     * @param reasons why not; empty when it is
     */
    public record Answer(boolean isWell, List<Reason> reasons) {
        static Answer of(List<Reason> reasons) {
            return new Answer(reasons.isEmpty(), List.copyOf(reasons));
        }
    }

    /**
     * One thing that is wrong.
     *
     * @param check what was looked at, in one word
     * @param problem what is wrong with it, and what to do
     */
    public record Reason(String check, String problem) {}

    /**
     * @param freeBytesMin less room and no stream is opened
     */
    Health(Sources sources, long freeBytesMin) {
        this.sources = sources;
        this.freeBytesMin = freeBytesMin;
    }

    /** Returns whether hdf5-writer moves, or waits for a disk for no longer than allowed; if not, a restart helps, and the scans go on. */
    public Answer live() {
        return Answer.of(writer());
    }

    /** Returns whether a stream that comes now would be opened and written. */
    public Answer ready() {
        List<Reason> reasons = new ArrayList<>(writer());
        if (!sources.peers().isAccepting().getAsBoolean()) {
            reasons.add(new Reason("listener", "the daemon is stopping and takes no more streams"));
        }
        sources.disks().silentSeconds().forEach((directory, seconds) -> {
            if (seconds > SILENT_SECONDS) {
                reasons.add(new Reason(
                        "disk",
                        String.format(
                                Locale.ROOT,
                                "the file system does not answer: directory=%s, seconds=%.0f; is its server there?",
                                directory,
                                seconds)));
            }
        });
        for (Map.Entry<String, Long> free :
                sources.disks().read(DiskWatch.Look::freeBytes).entrySet()) {
            if (free.getValue() < freeBytesMin) {
                reasons.add(new Reason(
                        "disk",
                        "no room for another stream: directory=" + free.getKey() + ", freeBytes=" + free.getValue()
                                + ", storage.free_bytes_min=" + freeBytesMin + "; make room"));
            }
        }
        masters().ifPresent(reasons::add);
        return Answer.of(reasons);
    }

    private Optional<Reason> masters() {
        Set<Path> masters = sources.scans().withoutRoom();
        return masters.stream()
                .min(Comparator.naturalOrder())
                .map(first -> new Reason(
                        "disk",
                        "no room for masters, reports of scans wait for them: masters=" + masters.size() + ", first="
                                + first + "; make room"));
    }

    private List<Reason> writer() {
        Heartbeat.Beat beat = sources.heartbeat().last();
        return beat.isWell()
                ? List.of()
                : List.of(new Reason(
                        "hdf5-writer",
                        String.format(
                                Locale.ROOT,
                                "does not move: sight=%s, seconds=%.0f; restart the daemon, its scans go on",
                                beat.sight(),
                                beat.stillNs() / 1e9)));
    }
}
