package org.penstock.daemon.verify;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.FrameRange;

/**
 * One thing that is wrong, as the result lists it.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param path dataset or link in the file, where it is about one
 * @param count how many chunks or frames, where it is about some
 * @param frames which, as ranges of scan-wide indices; the first {@value #MAX_RANGES} ranges
 * @param message one line for people
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Problem(
        String file,
        Trouble what,
        @Nullable String path,
        @Nullable Long count,
        @Nullable List<FrameRange> frames,
        String message) {
    static final int MAX_RANGES = 100;

    /** About a whole file. */
    static Problem of(String file, Trouble what, String message) {
        return new Problem(file, what, null, null, null, message);
    }

    /** About an object in a file. */
    static Problem of(String file, Trouble what, String path, String message) {
        return new Problem(file, what, path, null, null, message);
    }

    Problem as(Trouble other, String otherMessage) {
        return new Problem(file, other, path, count, frames, otherMessage);
    }
}
