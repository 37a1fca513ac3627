package org.penstock.daemon.nexus;

import java.util.List;
import org.penstock.protocol.FrameRange;

/**
 * How far a detector is, as a master is to show it.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param parts its closed parts, by first frame
 * @param frames length of the dataset to show; frames of no part read as the fill value
 * @param missing frames below {@code frames} that never came
 */
public record DetectorState(
        DetectorDescription description, List<ClosedPart> parts, long frames, MissingFrames missing) {
    public DetectorState {
        parts = List.copyOf(parts);
        long next = 0;
        for (ClosedPart part : parts) {
            if (part.firstFrame() < next || part.firstFrame() + part.frames() > frames) {
                throw new IllegalArgumentException("part out of place: detector=" + description.name() + ", part="
                        + part + ", expected=firstFrame>=" + next + " and frames<=" + frames);
            }
            next = part.firstFrame() + part.frames();
        }
    }

    /** Of which all missing frames are known. */
    public DetectorState(
            DetectorDescription description, List<ClosedPart> parts, long frames, List<FrameRange> missing) {
        this(description, parts, frames, MissingFrames.of(missing));
    }
}
