package org.penstock.daemon.pipeline;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.journal.FramesEntry;
import org.penstock.daemon.journal.ValuesEntry;
import org.penstock.daemon.ring.KeptFrames;
import org.penstock.daemon.ring.Loss;
import org.penstock.daemon.ring.StreamLane;
import org.penstock.daemon.scan.Safety;
import org.penstock.protocol.FrameRange;

/**
 * Tells a stream's lane what becomes of its frames.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
record LaneSafety(StreamLane lane) implements Safety {
    @Override
    public void durable(List<FrameRange> frames) {
        lane.durable(frames);
    }

    @Override
    public void takenBack(List<FrameRange> frames) {
        lane.takeBack(frames);
    }

    @Override
    public void found(FrameRange frames) {
        lane.found(frames);
    }

    @Override
    public void restored(long frame, int checksum) {
        lane.restore(frame, checksum);
    }

    @Override
    public void restoredLoss(FrameRange sent, String loss) {
        lane.restoreLost(sent, Loss.valueOf(loss));
    }

    @Override
    public void kept(Path journal, FramesEntry frames, @Nullable ValuesEntry values) {
        lane.kept().add(new KeptFrames.Kept(journal, frames, values));
    }

    @Override
    public void noRoom(String message) {
        lane.listener().onNoRoom(message);
    }

    @Override
    public void chunked(long firstFrame) {
        lane.kept().chunked(firstFrame);
    }
}
