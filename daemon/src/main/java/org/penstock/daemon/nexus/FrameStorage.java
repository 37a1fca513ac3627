package org.penstock.daemon.nexus;

import java.util.List;
import org.penstock.compression.FilterStage;

/**
 * How the frames of a detector are cut into chunks and files. Frame {@code i} is always in file {@code i / framesPerFile}.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param chunkFrames frames in one chunk
 * @param framesPerFile frames in one part file, a multiple of {@code chunkFrames}
 * @param filters how chunks are encoded, as HDF5 records it; empty for raw
 */
public record FrameStorage(int chunkFrames, long framesPerFile, List<FilterStage> filters) {
    public FrameStorage {
        filters = List.copyOf(filters);
        if (chunkFrames < 1 || framesPerFile < chunkFrames || framesPerFile % chunkFrames != 0) {
            throw new IllegalArgumentException("files that do not hold whole chunks: chunkFrames=" + chunkFrames
                    + ", framesPerFile=" + framesPerFile + ", expected=a multiple of chunkFrames");
        }
    }

    /** Returns how many chunks hold this many frames. */
    public long chunks(long frames) {
        return Math.ceilDiv(frames, (long) chunkFrames);
    }

    /** Returns the mask of a chunk that went through none of the filters. */
    public int noFilterMask() {
        return (1 << filters.size()) - 1;
    }
}
