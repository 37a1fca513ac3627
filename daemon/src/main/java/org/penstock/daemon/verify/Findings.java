package org.penstock.daemon.verify;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.verify.FileReport.BadChunk;
import org.penstock.daemon.verify.FileReport.BadFrame;
import org.penstock.daemon.verify.FileReport.Kind;

/**
 * What is found in one file, while it is read.
 *
 * <p><b>Threading:</b> confined to the thread that owns HDF5.
 */
final class Findings {
    /** A file of noise must not become a list of its size. */
    static final int MAX_LISTED = 10_000;

    private final String file;
    private final Runnable progress;
    private final List<BadChunk> badChunks = new ArrayList<>();
    private final List<BadFrame> badFrames = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private Kind kind = Kind.UNKNOWN;
    private long chunks;
    private long frames;
    private long bytes;
    private long missingFrames;

    /**
     * @param progress called every now and then, to show that the reader lives
     */
    Findings(String file, Runnable progress) {
        this.file = file;
        this.progress = progress;
    }

    String file() {
        return file;
    }

    void kind(Kind found) {
        kind = found;
    }

    void progress() {
        progress.run();
    }

    void chunk(long storedBytes, long framesInChunk) {
        chunks++;
        frames += framesInChunk;
        bytes += storedBytes;
    }

    void badChunk(String path, long firstFrame, long framesInChunk) {
        if (badChunks.size() < MAX_LISTED) {
            badChunks.add(new BadChunk(file, path, firstFrame, framesInChunk));
        }
    }

    void badFrame(String path, long frame) {
        if (badFrames.size() < MAX_LISTED) {
            badFrames.add(new BadFrame(file, path, frame));
        }
    }

    void missing(String path, FrameSet missing) {
        missingFrames += missing.count();
        if (missing.count() > 0) {
            frames(Trouble.MISSING_FRAMES, path, missing, "frames never came", null);
        }
    }

    /** Adds a problem with frames; {@code detail} says more of the first of them. */
    void frames(Trouble what, String path, FrameSet which, String message, @Nullable String detail) {
        var ranges = which.ranges(Problem.MAX_RANGES);
        String line = message + ": file=" + file + ", path=" + path + ", frames=" + which.count() + ", which="
                + FrameRanges.text(ranges, which.count()) + (detail == null ? "" : ", " + detail);
        problems.add(new Problem(file, what, path, which.count(), ranges, line));
    }

    /** Adds a problem; the message gets the file and the path. */
    void problem(Trouble what, String path, String message, String detail) {
        problems.add(Problem.of(file, what, path, message + ": file=" + file + ", path=" + path + ", " + detail));
    }

    void problem(Trouble what, String message) {
        problems.add(Problem.of(file, what, message));
    }

    void note(String line) {
        notes.add(line);
    }

    FileReport report() {
        return new FileReport(file, kind, chunks, frames, bytes, missingFrames, badChunks, badFrames, problems, notes);
    }
}
