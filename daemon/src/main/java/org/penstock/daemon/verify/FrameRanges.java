package org.penstock.daemon.verify;

import java.util.List;
import java.util.stream.Collectors;
import org.penstock.protocol.FrameRange;

/** Ranges of frames as people write them: {@code 3,7-9}. */
final class FrameRanges {
    private static final int SHOWN = 10;

    private FrameRanges() {}

    /**
     * Returns the first ranges.
     *
     * @param count frames in all
     */
    static String text(List<FrameRange> ranges, long count) {
        List<FrameRange> shown = ranges.subList(0, Math.min(ranges.size(), SHOWN));
        long frames = shown.stream().mapToLong(FrameRange::count).sum();
        String text = shown.stream()
                .map(range -> range.count() == 1 ? "" + range.first() : range.first() + "-" + (range.end() - 1))
                .collect(Collectors.joining(","));
        return frames < count ? text + " …" : text;
    }
}
