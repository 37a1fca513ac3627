package org.penstock.daemon.ring;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.protocol.FrameRange;

/**
 * Frames of a stream that are settled without being in a file, though the client wanted them there. A mark passes them; whoever comes to the stream
 * later must be told, or would take them for written.
 *
 * <p><b>Threading:</b> hdf5-writer adds, before the mark that passes a frame is published; anyone reads. Losses are rare: one plain lock.
 */
public final class Losses {
    private final Map<Loss, FrameSet> frames = new EnumMap<>(Loss.class);

    Losses() {
        for (Loss loss : Loss.values()) {
            frames.put(loss, new FrameSet());
        }
    }

    synchronized void add(long frame, Loss loss) {
        of(loss).add(frame);
    }

    /** Returns what became of a frame, or null when it is not lost. */
    public synchronized @Nullable Loss of(long frame) {
        for (Map.Entry<Loss, FrameSet> entry : frames.entrySet()) {
            if (entry.getValue().contains(frame)) {
                return entry.getKey();
            }
        }
        return null;
    }

    /** Returns how many frames were lost so. */
    public synchronized long count(Loss loss) {
        return of(loss).count();
    }

    /** Returns the frames that were lost so, {@code most} ranges at most. */
    public synchronized List<FrameRange> ranges(Loss loss, int most) {
        return of(loss).ranges(most);
    }

    /** Returns all lost frames, {@code most} ranges at most. */
    public synchronized List<FrameRange> ranges(int most) {
        FrameSet all = new FrameSet();
        frames.values().forEach(set -> set.ranges(Integer.MAX_VALUE).forEach(all::addAll));
        return all.ranges(most);
    }

    private FrameSet of(Loss loss) {
        return Objects.requireNonNull(frames.get(loss));
    }
}
