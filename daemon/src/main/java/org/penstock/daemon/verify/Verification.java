package org.penstock.daemon.verify;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.verify.FileReport.BadChunk;
import org.penstock.daemon.verify.FileReport.BadFrame;
import org.penstock.daemon.verify.FileReport.Kind;
import org.penstock.protocol.JsonBody;

/**
 * Verifies files and adds up what was found.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
public final class Verification {
    /** Everything is as it was sent. */
    public static final int GOOD = 0;
    /** It can be read, and what is lost or cannot be proved is named. */
    public static final int LOSSES = 1;
    /** Something could not be looked at. */
    public static final int FAILED = 2;

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Consumer<String> lines;
    private final Map<Kind, Integer> kinds = new EnumMap<>(Kind.class);
    private final List<Problem> problems = new ArrayList<>();
    private final List<BadChunk> badChunks = new ArrayList<>();
    private final List<BadFrame> badFrames = new ArrayList<>();
    private int files;
    private long chunks;
    private long frames;
    private long bytes;
    private long missingFrames;

    private Verification(Consumer<String> lines) {
        this.lines = lines;
    }

    /**
     * The outcome.
     *
     * @param json one line, for programs
     * @param exitCode {@link #GOOD}, {@link #LOSSES} or {@link #FAILED}
     */
    public record Result(String json, int exitCode) {}

    /**
     * Verifies files, and every {@code .h5} below folders. Nothing is written.
     *
     * @param journalDir folder of all journals, or null when they lie beside the files
     * @param lines takes one line for each problem or note, as it is found
     * @throws IOException when no process can be started to read them
     */
    public static Result run(List<Path> arguments, @Nullable Path journalDir, Consumer<String> lines)
            throws IOException {
        return run(Targets.of(arguments, journalDir), lines, PATIENCE);
    }

    static Result run(Targets targets, Consumer<String> lines, Duration patience) throws IOException {
        long beginNs = System.nanoTime();
        Verification verification = new Verification(lines);
        targets.problems().forEach(verification::add);
        for (Path journal : targets.journals()) {
            verification.add(Problem.of(
                    journal.toString(),
                    Trouble.UNFINISHED,
                    "scan is unfinished: journal=" + journal + "; run the daemon or ./penstock recover"));
        }
        for (ApartJournal apart : targets.journalsApart()) {
            verification.add(Problem.of(
                    apart.journal().toString(),
                    Trouble.UNFINISHED,
                    "scan is unfinished: journal=" + apart.journal() + ", folder=" + apart.folder()
                            + "; run the daemon or ./penstock recover --config FILE"));
        }
        try (ReaderProcess reader = new ReaderProcess(patience)) {
            for (Path file : targets.files()) {
                FileReport report = reader.check(file);
                verification.add(targets.isUnfinished(file) ? excused(report) : report);
            }
        }
        return verification.result((System.nanoTime() - beginNs) / 1e9);
    }

    /** A file with a journal need not be readable: it is for recovery to read. */
    private static FileReport excused(FileReport report) {
        return report.with(report.problems().stream()
                .map(problem -> problem.what().isFailure()
                        ? problem.as(
                                Trouble.UNFINISHED,
                                "file is unfinished: file=" + report.file() + "; run the daemon or ./penstock recover")
                        : problem)
                .toList());
    }

    private void add(FileReport report) {
        files++;
        kinds.merge(report.kind(), 1, Integer::sum);
        chunks += report.chunks();
        frames += report.frames();
        bytes += report.bytes();
        missingFrames += report.missingFrames();
        append(badChunks, report.badChunks());
        append(badFrames, report.badFrames());
        report.notes().forEach(lines);
        report.problems().forEach(this::add);
    }

    private static <T> void append(List<T> all, List<T> some) {
        all.addAll(some.subList(0, Math.min(some.size(), Findings.MAX_LISTED - all.size())));
    }

    private void add(Problem problem) {
        problems.add(problem);
        lines.accept(problem.message());
    }

    private Result result(double seconds) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("files", files)
                .put("parts", kinds.getOrDefault(Kind.PART, 0))
                .put("scan_masters", kinds.getOrDefault(Kind.SCAN_MASTER, 0))
                .put("link_masters", kinds.getOrDefault(Kind.LINK_MASTER, 0))
                .put("foreign", kinds.getOrDefault(Kind.FOREIGN, 0))
                .put("chunks", chunks)
                .put("frames", frames)
                .put("bytes", bytes)
                .putPOJO("bad_chunks", badChunks)
                .putPOJO("bad_frames", badFrames)
                .put("missing_frames", missingFrames)
                .putPOJO("problems", problems)
                .put("seconds", Math.round(seconds * 1000) / 1000.0);
        return new Result(JsonBody.text(json), exitCode(problems.stream()));
    }

    private static int exitCode(Stream<Problem> problems) {
        return problems.mapToInt(problem -> problem.what().isFailure() ? FAILED : LOSSES)
                .max()
                .orElse(GOOD);
    }
}
