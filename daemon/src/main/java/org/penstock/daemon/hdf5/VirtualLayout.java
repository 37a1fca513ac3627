package org.penstock.daemon.hdf5;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.ElementType;

/**
 * What a virtual dataset looks like: frames that lie in other files, shown as one dataset.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param type of an element; null = text of variable length
 * @param frameShape extent of one frame, slowest first; empty for a counter
 * @param frames length of the dataset; frames of no source read as the fill value
 * @param fillBits the bits of the fill value (the low {@code type.bytes()} bytes)
 */
public record VirtualLayout(
        @Nullable ElementType type, List<Integer> frameShape, long frames, long fillBits, List<Source> sources) {
    public VirtualLayout {
        frameShape = List.copyOf(frameShape);
        sources = List.copyOf(sources);
    }

    /**
     * Frames {@code 0..frames-1} of one dataset, shown from {@code firstFrame} on.
     *
     * @param file name relative to the folder of the file that holds the virtual dataset
     * @param dataset path of the dataset in that file
     */
    public record Source(String file, String dataset, long firstFrame, long frames) {}
}
