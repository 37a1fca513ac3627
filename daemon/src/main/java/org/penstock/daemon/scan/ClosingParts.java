package org.penstock.daemon.scan;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.protocol.FrameRange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is still being done to the parts of a stream before it may end, each of them rebuilt, checked or synced elsewhere, and what came of it.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
final class ClosingParts {
    private static final Logger LOG = LoggerFactory.getLogger(ClosingParts.class);

    private final FrameSet unreadable = new FrameSet();
    private int underway;
    private boolean isRecovered;
    private @Nullable String problem;
    private @Nullable Consumer<StreamFiles.Closing> whenDone;
    private boolean isTold;

    /**
     * Something has begun that the stream's end waits for.
     *
     * @param then follows from it, once; then it is done, well or not
     * @return the same, to be called in its place
     */
    <T extends @Nullable Object> Consumer<T> during(Consumer<T> then) {
        underway++;
        return outcome -> {
            guarded(() -> then.accept(outcome), () -> {}, "after it was rebuilt, checked or synced");
            underway--;
            tellWhenDone();
        };
    }

    /**
     * Does something to a part. That it fails in a way that nobody foresaw is a problem of the part, and no reason for the stream never to end.
     *
     * @param otherwise done when it has failed
     */
    void guarded(Runnable step, Runnable otherwise, String what) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.error("part failed: {}", what, e);
            problem("part not closed as it should be, its journals stay: " + what + ", problem=" + e);
            otherwise.run();
        }
    }

    /** Something could not be closed as it should be: its journals stay. The first that goes wrong is told. */
    void problem(String message) {
        LOG.error("{}", message);
        problem = problem == null ? message : problem;
    }

    /** Returns whether the stream's end was told: nothing can be added to it. */
    boolean isTold() {
        return isTold;
    }

    /** Returns whether anything is not done yet. */
    boolean isUnderway() {
        return underway > 0;
    }

    boolean hasProblem() {
        return problem != null;
    }

    /** A part was made anew of what a crash or a failure left. */
    void recovered() {
        isRecovered = true;
    }

    boolean isRecovered() {
        return isRecovered;
    }

    /** Frames were written that no reader will find. */
    void unreadable(FrameRange range) {
        unreadable.addAll(range);
    }

    /** The stream has ended: tells what came of all that is underway, at once or later. */
    void whenDone(Consumer<StreamFiles.Closing> told) {
        whenDone = told;
        tellWhenDone();
    }

    private void tellWhenDone() {
        Consumer<StreamFiles.Closing> told = whenDone;
        if (told != null && underway == 0) {
            whenDone = null;
            isTold = true;
            told.accept(new StreamFiles.Closing(problem, unreadable.ranges(Integer.MAX_VALUE), isRecovered));
        }
    }
}
