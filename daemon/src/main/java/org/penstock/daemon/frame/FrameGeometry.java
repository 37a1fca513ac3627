package org.penstock.daemon.frame;

/**
 * Where a stream's frames go: frame {@code i} is in part file {@code i / framesPerFile}, and there in the chunk
 * {@code (i % framesPerFile) / chunkFrames}. Frames here are stored frames: with {@code every = n}, sent frame {@code n*j} is stored frame {@code j}.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param frameBytes bytes of one raw frame
 * @param elementBytes bytes of one element
 * @param chunkFrames frames of a full chunk
 * @param framesPerFile frames of a full part file
 * @param every every how many sent frames one is stored
 */
public record FrameGeometry(long frameBytes, int elementBytes, int chunkFrames, long framesPerFile, long every) {
    public FrameGeometry {
        if (frameBytes <= 0 || elementBytes <= 0 || chunkFrames <= 0 || framesPerFile <= 0 || every <= 0) {
            throw new IllegalArgumentException("geometry must be positive: frameBytes=" + frameBytes + ", elementBytes="
                    + elementBytes + ", chunkFrames=" + chunkFrames + ", framesPerFile=" + framesPerFile + ", every="
                    + every);
        }
    }

    /** Returns the bytes of a full chunk, which is what HDF5 stores even where a part ends inside it. */
    public long chunkBytes() {
        return Math.multiplyExact(frameBytes, chunkFrames);
    }

    /** Returns the part file of a frame. */
    public long part(long frame) {
        return frame / framesPerFile;
    }

    /** Returns the number of a frame's chunk, counted through all parts. */
    public long chunk(long frame) {
        return part(frame) * chunksPerFile() + frame % framesPerFile / chunkFrames;
    }

    /** Returns the first frame of a chunk. */
    public long firstFrame(long chunk) {
        return chunk / chunksPerFile() * framesPerFile + chunk % chunksPerFile() * chunkFrames;
    }

    /** Returns how many frames a chunk can hold: fewer than {@link #chunkFrames()} where a part ends. */
    public int chunkCapacity(long chunk) {
        long local = chunk % chunksPerFile() * chunkFrames;
        return (int) Math.min(chunkFrames, framesPerFile - local);
    }

    private long chunksPerFile() {
        return (framesPerFile + chunkFrames - 1) / chunkFrames;
    }
}
