package org.penstock.daemon.scan;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.journal.FramesEntry;
import org.penstock.daemon.journal.ValuesEntry;
import org.penstock.protocol.FrameRange;

/**
 * Told what becomes of stored frames after they were written.
 *
 * <p><b>Threading:</b> called by hdf5-writer.
 */
public interface Safety {
    /** Frames survive a power loss. */
    void durable(List<FrameRange> frames);

    /** Frames that were safe are lost: who still has them may send them again. */
    void takenBack(List<FrameRange> frames);

    /** Frames that were taken back are safe after all. */
    void found(FrameRange frames);

    /** A frame is safe that an earlier life of the daemon has stored. */
    void restored(long frame, int checksum);

    /** Frames, as sent, are in no file, which an earlier life of the daemon has noted with what became of them. */
    void restoredLoss(FrameRange sent, String loss);

    /** Frames of a chunk that is not full are kept as bytes in a journal, with what came with them, if anything. */
    void kept(Path journal, FramesEntry frames, @Nullable ValuesEntry values);

    /** The disk is full, and the end of the stream waits for room; may be said again and again. */
    void noRoom(String message);

    /** A chunk of several frames is in a file: what is missing in it will stay so. */
    void chunked(long firstFrame);

    /** Listens to nothing. */
    Safety NONE = new Safety() {
        @Override
        public void durable(List<FrameRange> frames) {}

        @Override
        public void found(FrameRange frames) {}

        @Override
        public void takenBack(List<FrameRange> frames) {}

        @Override
        public void restored(long frame, int checksum) {}

        @Override
        public void restoredLoss(FrameRange sent, String loss) {}

        @Override
        public void kept(Path journal, FramesEntry frames, @Nullable ValuesEntry values) {}

        @Override
        public void noRoom(String message) {}

        @Override
        public void chunked(long firstFrame) {}
    };
}
