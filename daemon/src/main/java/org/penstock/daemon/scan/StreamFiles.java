package org.penstock.daemon.scan;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.nexus.ClosedPart;
import org.penstock.daemon.nexus.DetectorDescription;
import org.penstock.daemon.nexus.DetectorState;
import org.penstock.daemon.nexus.PartFile;
import org.penstock.protocol.FrameRange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part files of one stream: opened as their first chunk comes, closed when they are full, immutable from then on.
 *
 * <p>A part with a hole stays open until the stream ends or frames have moved on by more parts than may be open.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
public final class StreamFiles {
    private static final Logger LOG = LoggerFactory.getLogger(StreamFiles.class);

    private final DetectorDescription detector;
    private final FrameGeometry geometry;
    private final int openParts;
    private final LongFunction<Path> partPath;
    private final Settings settings;
    private final FrameSet stored = new FrameSet();
    private final TreeMap<Long, OpenPart> open = new TreeMap<>();
    private final Set<Long> closed = new HashSet<>();
    private final List<ClosedPart> parts = new ArrayList<>();
    private long expectedFrames;
    private boolean hasNewParts;

    /** What all streams share. */
    record Settings(Folders folders, Clock clock) {}

    /** A part that is being written. */
    private static final class OpenPart {
        final PartFile file;
        long frames;

        OpenPart(PartFile file) {
            this.file = file;
        }
    }

    /**
     * @param expectedFrames how many frames will be stored, or {@link Long#MAX_VALUE}
     * @param openParts how many parts may be open at a time
     * @param partPath names the file of a part
     */
    StreamFiles(
            DetectorDescription detector,
            FrameGeometry geometry,
            long expectedFrames,
            int openParts,
            LongFunction<Path> partPath,
            Settings settings) {
        this.detector = detector;
        this.geometry = geometry;
        this.expectedFrames = expectedFrames;
        this.openParts = openParts;
        this.partPath = partPath;
        this.settings = settings;
    }

    /**
     * Writes one chunk.
     *
     * @param firstFrame its first frame
     * @param present positions of its frames that came
     * @param bytes of {@code chunk} to store
     * @param isFiltered whether the filter pipeline was applied
     * @return false when its part is closed already
     * @throws StorageException when it cannot be written
     */
    public boolean write(
            long firstFrame, java.util.BitSet present, MemorySegment chunk, long bytes, boolean isFiltered) {
        long number = geometry.part(firstFrame);
        if (closed.contains(number)) {
            return false;
        }
        OpenPart part = open.get(number);
        if (part == null) {
            part = openPart(number);
        }
        long local = firstFrame % geometry.framesPerFile();
        part.file.writeChunk(local, present.length(), isFiltered ? 0 : everyFilter(), chunk, bytes);
        for (int at = present.nextSetBit(0); at >= 0; at = present.nextSetBit(at + 1)) {
            stored.add(firstFrame + at);
            part.frames++;
        }
        if (part.frames == capacity(number)) {
            close(number, part);
        }
        return true;
    }

    /** Filter-mask bits of a chunk that went through no filter. */
    private int everyFilter() {
        return (1 << detector.storage().filters().size()) - 1;
    }

    private long capacity(long part) {
        long first = part * geometry.framesPerFile();
        return Math.min(geometry.framesPerFile(), expectedFrames - first);
    }

    private OpenPart openPart(long number) {
        closeOldest();
        Path path = partPath.apply(number);
        PartFile file = PartFile.create(
                path, detector, number * geometry.framesPerFile(), OffsetDateTime.now(settings.clock()));
        settings.folders().readable(path);
        OpenPart part = new OpenPart(file);
        open.put(number, part);
        return part;
    }

    private void closeOldest() {
        while (open.size() >= openParts) {
            Map.Entry<Long, OpenPart> oldest = open.firstEntry();
            close(oldest.getKey(), oldest.getValue());
        }
    }

    private void close(long number, OpenPart part) {
        long first = number * geometry.framesPerFile();
        long end = Math.min(
                first + geometry.framesPerFile(), expectedFrames == Long.MAX_VALUE ? stored.end() : expectedFrames);
        // a part that others have moved on from is whole, whatever came of it
        long frames = open.lastKey() > number ? geometry.framesPerFile() : end - first;
        List<FrameRange> missing = stored.absent(first, first + frames, Integer.MAX_VALUE);
        part.file.seal(frames, missing, OffsetDateTime.now(settings.clock()), null);
        open.remove(number);
        closed.add(number);
        parts.add(new ClosedPart(part.file.path(), part.file.dataPath(), first, frames));
        parts.sort(Comparator.comparingLong(ClosedPart::firstFrame));
        hasNewParts = true;
    }

    /**
     * What became of the last parts.
     *
     * @param problem what could not be closed as it should be, or null
     * @param unreadable frames that were written, and that no reader will find
     */
    public record Closing(@Nullable String problem, List<FrameRange> unreadable) {}

    /** Closes all parts: the stream has ended with this many frames stored or missing. */
    Closing finish(long frames) {
        expectedFrames = frames;
        FrameSet unreadable = new FrameSet();
        String problem = null;
        for (Map.Entry<Long, OpenPart> part : List.copyOf(open.entrySet())) {
            try {
                close(part.getKey(), part.getValue());
            } catch (StorageException e) {
                problem = problem == null ? String.valueOf(e.getMessage()) : problem;
                abandon(part.getKey(), part.getValue(), unreadable);
            }
        }
        return new Closing(problem, unreadable.ranges(Integer.MAX_VALUE));
    }

    /** Closes a part that cannot be completed. If its index reaches the disk its frames can be read; if not they are lost. */
    private void abandon(long number, OpenPart part, FrameSet unreadable) {
        long first = number * geometry.framesPerFile();
        long frames = part.file.frames();
        open.remove(number);
        closed.add(number);
        try {
            part.file.close();
            if (frames > 0) {
                parts.add(new ClosedPart(part.file.path(), part.file.dataPath(), first, frames));
                parts.sort(Comparator.comparingLong(ClosedPart::firstFrame));
            }
        } catch (StorageException e) {
            LOG.error("part file lost: firstFrame={}, frames={}: {}", first, part.frames, e.getMessage());
            for (long frame = first; frame < first + geometry.framesPerFile() && frame < stored.end(); frame++) {
                if (stored.contains(frame)) {
                    stored.remove(frame);
                    unreadable.add(frame);
                }
            }
        }
    }

    /** Returns whether parts were closed since the last call. */
    boolean takeNewParts() {
        boolean has = hasNewParts;
        hasNewParts = false;
        return has;
    }

    DetectorDescription detector() {
        return detector;
    }

    /** Returns how far this detector is, for the master. */
    DetectorState state(boolean hasEnded) {
        long end = parts.isEmpty()
                ? 0
                : parts.getLast().firstFrame() + parts.getLast().frames();
        long frames = hasEnded && expectedFrames != Long.MAX_VALUE ? expectedFrames : end;
        return new DetectorState(detector, parts, frames, stored.absent(0, frames, Integer.MAX_VALUE));
    }

    /** Returns the part files. */
    List<Path> files() {
        return parts.stream().map(ClosedPart::file).toList();
    }

    /** Removes the part files: their data is in the scan master. */
    void remove() {
        for (ClosedPart part : parts) {
            try {
                Files.deleteIfExists(part.file());
            } catch (IOException e) {
                LOG.warn("part file not removed, its data is in the scan master as well: file={}", part.file(), e);
            }
        }
    }
}
