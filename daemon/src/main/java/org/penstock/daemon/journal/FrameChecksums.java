package org.penstock.daemon.journal;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The frames of one entry, in ascending order: where each is in its chunk, and the sender's checksum of it.
 *
 * <p><b>Threading:</b> immutable.
 */
public final class FrameChecksums {
    private final int[] positions;
    private final int[] checksums;

    /** Takes ownership of both arrays, which are of one length. */
    FrameChecksums(int[] positions, int[] checksums) {
        this.positions = positions;
        this.checksums = checksums;
    }

    /** Returns how many frames there are. */
    public int frames() {
        return positions.length;
    }

    /** Returns the position in the chunk of the i-th of these frames. */
    public int position(int i) {
        return positions[i];
    }

    /** Returns whether these frames are at these positions, all of them and no others. */
    boolean areAt(int[] others) {
        return Arrays.equals(positions, others);
    }

    String positionsText() {
        return Arrays.toString(positions);
    }

    /** Returns the sender's checksum of the i-th of these frames. */
    public int checksum(int i) {
        return checksums[i];
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FrameChecksums that
                && Arrays.equals(positions, that.positions)
                && Arrays.equals(checksums, that.checksums);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(positions) + Arrays.hashCode(checksums);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < positions.length; i++) {
            text.append(i == 0 ? "" : " ").append(positions[i]).append(':').append(Integer.toHexString(checksums[i]));
        }
        return text.append(']').toString();
    }
}
