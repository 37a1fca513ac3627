package org.penstock.daemon.nexus;

import java.nio.file.Path;

/**
 * A part file that is closed for good.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param file absolute path
 * @param dataPath path of the dataset in it
 * @param firstFrame scan-wide index of its first frame
 * @param frames how many frames it shows
 */
public record ClosedPart(Path file, String dataPath, long firstFrame, long frames) {
    public ClosedPart {
        if (firstFrame < 0 || frames < 1) {
            throw new IllegalArgumentException(
                    "part without frames: firstFrame=" + firstFrame + ", frames=" + frames + ", file=" + file);
        }
    }
}
