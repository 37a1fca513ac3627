package org.penstock.daemon.scan;

import java.util.List;
import org.penstock.protocol.FrameRange;

/** Ranges of frames, from the words of the wire into those of the files. */
final class Ranges {
    private Ranges() {}

    static List<org.penstock.daemon.nexus.FrameRange> nexus(List<FrameRange> ranges) {
        return ranges.stream()
                .map(range -> new org.penstock.daemon.nexus.FrameRange(range.first(), range.count()))
                .toList();
    }
}
