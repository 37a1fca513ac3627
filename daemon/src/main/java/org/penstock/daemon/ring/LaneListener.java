package org.penstock.daemon.ring;

/**
 * What hdf5-writer tells the side that receives a stream. Calls return at once; they come from hdf5-writer.
 *
 * <p><b>Threading:</b> called by hdf5-writer, handled by event loops.
 */
public interface LaneListener {
    /** Frames were settled and buffers came back. */
    void onProgress();

    /** A frame came after its chunk or part file was closed; {@code frame} is the index it was sent with. */
    void onTooLate(long frame);

    /** The stream's files cannot be written any more. */
    void onFailure(String message);
}
