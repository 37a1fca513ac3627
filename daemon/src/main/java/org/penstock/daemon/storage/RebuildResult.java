package org.penstock.daemon.storage;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.FrameRange;

/**
 * What became of a part.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param file the part, absolute
 * @param frames its length
 * @param good stored frames, as indices of the stream, that are whole
 * @param bad stored frames that journals name, and whose bytes are not what they were
 * @param problem why there is no new file, or null
 * @param needsBytes room that it would take, when the disk has not that much; else 0
 */
public record RebuildResult(
        String file,
        long frames,
        List<FrameRange> good,
        List<FrameRange> bad,
        @Nullable String problem,
        long needsBytes) {
    /** Returns that nothing could be made. */
    public static RebuildResult failed(String file, String problem) {
        return new RebuildResult(file, 0, List.of(), List.of(), problem, 0);
    }

    /** Returns whether it is worth to try again when there is room. */
    public boolean waitsForRoom() {
        return needsBytes > 0;
    }
}
