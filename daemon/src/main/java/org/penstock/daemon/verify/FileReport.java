package org.penstock.daemon.verify;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;

/**
 * What was found in one file.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param chunks chunks that were read
 * @param frames frames in them
 * @param bytes stored bytes of them
 * @param missingFrames frames that never came
 * @param badChunks the first {@value Findings#MAX_LISTED}
 * @param badFrames the first {@value Findings#MAX_LISTED}
 * @param notes what is no fault but good to know, one line each
 */
record FileReport(
        String file,
        Kind kind,
        long chunks,
        long frames,
        long bytes,
        long missingFrames,
        List<BadChunk> badChunks,
        List<BadFrame> badFrames,
        List<Problem> problems,
        List<String> notes) {
    /** What a file is, by its content. */
    enum Kind {
        PART,
        SCAN_MASTER,
        LINK_MASTER,
        /** Another program's. */
        FOREIGN,
        /** Could not be told. */
        UNKNOWN;

        /** Returns the word in JSON. */
        @JsonValue
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A chunk by its first frame, scan-wide, and the number of frames in it. */
    record BadChunk(String file, String path, long firstFrame, long frames) {}

    /** A frame by its scan-wide index. */
    record BadFrame(String file, String path, long frame) {}

    static FileReport failed(Problem problem) {
        return new FileReport(
                problem.file(), Kind.UNKNOWN, 0, 0, 0, 0, List.of(), List.of(), List.of(problem), List.of());
    }

    boolean hasFailed() {
        return problems.stream().anyMatch(problem -> problem.what().isFailure());
    }

    FileReport with(List<Problem> others) {
        return new FileReport(file, kind, chunks, frames, bytes, missingFrames, badChunks, badFrames, others, notes);
    }
}
