package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.penstock.daemon.nexus.ClosedPart;
import org.penstock.daemon.storage.Journals;
import org.penstock.daemon.storage.StreamRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of a stream that take no more frames, and those of them that a master shows.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
final class ClosedParts {
    private static final Logger LOG = LoggerFactory.getLogger(ClosedParts.class);

    private final StreamRecord record;
    private final Set<Long> numbers = new HashSet<>();
    private final List<ClosedPart> shown = new ArrayList<>();
    private boolean hasNew;

    ClosedParts(StreamRecord record) {
        this.record = record;
    }

    boolean contains(long number) {
        return numbers.contains(number);
    }

    /** Notes that a part takes no more frames. */
    void add(long number) {
        numbers.add(number);
    }

    /** A part takes frames again; its file is shown meanwhile. */
    void reopen(long number) {
        numbers.remove(number);
    }

    /** Shows a file's frames, in the place of what was shown of the part before. */
    void show(long number, long frames) {
        long first = number * record.cut().framesPerFile();
        shown.removeIf(part -> part.firstFrame() == first);
        if (frames > 0) {
            shown.add(new ClosedPart(
                    record.names().file(number), record.description().groups().dataPath(), first, frames));
            shown.sort(Comparator.comparingLong(ClosedPart::firstFrame));
        }
        hasNew = true;
    }

    /** Returns whether something was shown since the last call. */
    boolean takeNew() {
        boolean has = hasNew;
        hasNew = false;
        return has;
    }

    /** Returns what a master shows, by first frame. */
    List<ClosedPart> shown() {
        return shown;
    }

    /** Returns the index after the last frame shown. */
    long end() {
        return shown.isEmpty()
                ? 0
                : shown.getLast().firstFrame() + shown.getLast().frames();
    }

    List<Path> files() {
        return shown.stream().map(ClosedPart::file).toList();
    }

    /** Removes the files: their data is in the scan master. */
    void remove() {
        for (ClosedPart part : shown) {
            try {
                Files.deleteIfExists(part.file());
                Files.deleteIfExists(Journals.crashed(part.file()));
            } catch (IOException e) {
                LOG.warn("part file not removed, its data is in the scan master as well: file={}", part.file(), e);
            }
        }
    }
}
