package org.penstock.daemon.nexus;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.hdf5.ElementArray;
import org.penstock.daemon.hdf5.Hdf5Dataset;
import org.penstock.daemon.hdf5.Hdf5Group;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.hdf5.StorageException.Reason;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.FrameRange;

/**
 * The frames of a dataset that never came, as a file lists them beside it.
 *
 * <pre>
 *   missing    i8[n]        their indices, ascending, when they are {@value #MOST_INDICES} at most
 *              i8[n, 2]     else ranges: the first frame, and how many; &#64;frames how many they are in all
 * </pre>
 *
 * <p>A list for a master is cut at {@value #MOST_RANGES} ranges: a master is written anew every second, and a stream may lack every other frame.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param ranges the first of them, ascending
 * @param frames how many frames are missing in all
 */
public record MissingFrames(List<FrameRange> ranges, long frames) {
    /** More are listed as ranges. */
    static final int MOST_INDICES = 100_000;

    /** Longest list of a master. */
    static final int MOST_RANGES = 100_000;

    private static final String FRAMES = "frames";
    private static final int WINDOW = 1 << 16;

    public MissingFrames {
        ranges = List.copyOf(ranges);
    }

    /** Makes a list of all of them. */
    public static MissingFrames of(List<FrameRange> ranges) {
        return new MissingFrames(
                ranges, ranges.stream().mapToLong(FrameRange::count).sum());
    }

    /** Makes a list for a master of what is not in a set, of the frames below a number. */
    public static MissingFrames of(FrameSet present, long below) {
        return new MissingFrames(present.absent(0, below, MOST_RANGES), below - present.count(0, below));
    }

    /** Returns whether the list has all of them. */
    public boolean isWhole() {
        return ranges.stream().mapToLong(FrameRange::count).sum() == frames;
    }

    /** Writes the list, when there are any. */
    void write(Hdf5Group group, String name) {
        if (frames == 0) {
            return;
        }
        if (frames <= MOST_INDICES && isWhole()) {
            group.write(name, indices());
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment rows = arena.allocate(ValueLayout.JAVA_LONG, 2L * ranges.size());
            long at = 0;
            for (FrameRange range : ranges) {
                rows.setAtIndex(ValueLayout.JAVA_LONG, at++, range.first());
                rows.setAtIndex(ValueLayout.JAVA_LONG, at++, range.count());
            }
            ElementArray pairs = new ElementArray(ElementType.I8, List.of((long) ranges.size(), 2L), rows);
            try (Hdf5Dataset dataset = group.dataset(name, pairs)) {
                dataset.attribute(FRAMES, frames);
            }
        }
    }

    private long[] indices() {
        return ranges.stream()
                .flatMapToLong(range -> LongStream.range(range.first(), range.end()))
                .toArray();
    }

    /**
     * Reads the list of a dataset of frames.
     *
     * @param of all frames of the dataset
     * @throws StorageException {@code CORRUPT} when it is no such list, or others are listed
     */
    public static MissingFrames read(Hdf5Dataset list, FrameRange of) {
        List<Long> extents = list.extents();
        boolean isOfRanges = extents.size() == 2;
        long rows = extents.isEmpty() ? 1 : extents.getFirst();
        if (rows > of.count()) {
            throw ofOthers(list, "listed=" + rows, of);
        }
        List<FrameRange> ranges = new ArrayList<>();
        long end = of.first();
        for (long row = 0; row < rows; row += WINDOW) {
            int count = (int) Math.min(WINDOW, rows - row);
            long[] window = isOfRanges ? list.readPairs(row, count) : list.readLongs(row, count);
            for (int i = 0; i < count; i++) {
                FrameRange range =
                        isOfRanges ? new FrameRange(window[2 * i], window[2 * i + 1]) : new FrameRange(window[i], 1);
                if (range.first() < end || range.count() < 1 || range.count() > of.end() - range.first()) {
                    throw ofOthers(list, "listed=" + range, of);
                }
                end = range.end();
                add(ranges, range);
            }
        }
        Long said = isOfRanges ? list.longAttribute(FRAMES) : null;
        MissingFrames listed = of(ranges);
        return said == null || said <= listed.frames() ? listed : new MissingFrames(ranges, said);
    }

    private static void add(List<FrameRange> ranges, FrameRange range) {
        FrameRange last = ranges.isEmpty() ? null : ranges.getLast();
        if (last != null && last.end() == range.first()) {
            ranges.set(ranges.size() - 1, new FrameRange(last.first(), last.count() + range.count()));
        } else {
            ranges.add(range);
        }
    }

    private static StorageException ofOthers(Hdf5Dataset list, String what, FrameRange of) {
        return new StorageException(
                Reason.CORRUPT,
                "missing frames of another file, or not in order: path=" + list.path() + ", " + what + ", firstFrame="
                        + of.first() + ", frames=" + of.count());
    }
}
