package org.penstock.daemon.ring;

import java.util.List;
import org.penstock.protocol.FrameRange;

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

    /** A frame's payload is not what its encoding says; {@code frame} is the index it was sent with. */
    void onRefused(long frame, String message);

    /** The disk is full: chunks wait, and with them the sender. */
    void onNoRoom(String message);

    /** Frames are about to be taken back: until {@link #onTakenBack} the stream is not as complete as it looks. */
    default void onTakingBack() {}

    /** Frames that were acknowledged as written, and not at the stream's own level, are to be received and sent again: the ledger still has them. */
    void onTakenBack(List<FrameRange> frames);

    /** The stream's files cannot be written any more. */
    void onFailure(String message);

    /** Listens to nothing. */
    LaneListener NONE = new LaneListener() {
        @Override
        public void onProgress() {}

        @Override
        public void onTooLate(long frame) {}

        @Override
        public void onRefused(long frame, String message) {}

        @Override
        public void onNoRoom(String message) {}

        @Override
        public void onTakenBack(List<FrameRange> frames) {}

        @Override
        public void onFailure(String message) {}
    };
}
