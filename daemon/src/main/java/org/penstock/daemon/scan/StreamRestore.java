package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.hdf5.Hdf5File;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.journal.FrameChecksums;
import org.penstock.daemon.journal.JournalFormatException;
import org.penstock.daemon.nexus.StoredIntegrity;
import org.penstock.daemon.storage.PartReplay;
import org.penstock.daemon.storage.StreamRecord;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.FrameRange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out which frames of a stream are safe, from its journals and its closed parts, in the time that replaying the journals takes: no chunk is read.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
final class StreamRestore {
    private static final Logger LOG = LoggerFactory.getLogger(StreamRestore.class);

    private final ScanReplay.Stream stream;
    private final StreamRecord record;
    private final Safety safety;
    private final boolean isChecked;

    StreamRestore(ScanReplay.Stream stream, Safety safety, boolean isChecked) {
        this.stream = stream;
        this.isChecked = isChecked;
        this.record = stream.record;
        this.safety = safety;
    }

    void run(StreamFiles files) {
        stream.lost.forEach(lost -> safety.restoredLoss(lost.sent(), lost.loss()));
        stream.parts.forEach((number, part) -> {
            List<Path> journals =
                    part.journals.stream().filter(Files::exists).distinct().toList();
            PartReplay replay = PartReplay.ofUsable(journals, StreamRestore::unusable);
            replay.torn().forEach(problem -> LOG.warn("journal ends here, what was behind is not known: {}", problem));
            boolean isSynced = part.isClosed() && journals.isEmpty();
            boolean mayBeAskedFor =
                    isChecked && "durable".equals(record.delivery().ack());
            if (isSynced
                    || (part.isClosed() && !mayBeAskedFor && !replay.sources().isEmpty())) {
                closed(files, number, part, replay);
            } else if (replay.sources().isEmpty() && Files.exists(record.names().file(number)) && !mayBeAskedFor) {
                unnoted(files, number, part);
            } else {
                open(files, number, part, replay);
            }
        });
    }

    /** One without a header is of a source that was never acknowledged; it would be in the way of nobody but the next who looks. */
    private static void unusable(Path journal, IOException problem) {
        boolean isBlank = problem instanceof JournalFormatException format
                && format.reason() == JournalFormatException.Reason.BLANK;
        try {
            if (isBlank) {
                LOG.warn("journal without a header removed, nothing in it was acknowledged: file={}", journal);
                Files.deleteIfExists(journal);
                return;
            }
        } catch (IOException e) {
            LOG.warn("journal not removed: file={}: {}", journal, e.getMessage());
        }
        LOG.error("journal not usable, what it alone knows is lost: file={}: {}", journal, problem.getMessage());
    }

    /** A part without a usable journal may be complete all the same, whether that was noted or not; else it is begun anew. */
    private void unnoted(StreamFiles files, long number, ScanReplay.Part part) {
        ClosedPartFile found = ClosedPartFile.look(record, number);
        if (found == null) {
            open(files, number, part, PartReplay.NOTHING);
            return;
        }
        ScanReplay.Part closed = new ScanReplay.Part();
        closed.closedFrames = found.frames();
        closed.missing = found.missing();
        closed(files, number, closed, PartReplay.NOTHING);
    }

    private void closed(StreamFiles files, long number, ScanReplay.Part part, PartReplay replay) {
        FrameSet frames = new FrameSet();
        long first = number * record.cut().framesPerFile();
        FrameSet missing = new FrameSet();
        for (FrameRange range : part.missing == null ? List.<FrameRange>of() : part.missing) {
            missing.addAll(range);
        }
        int[] checksums = replay.sources().isEmpty()
                ? storedChecksums(number, part.closedFrames)
                : journalledChecksums(replay, first, part.closedFrames);
        for (long frame = first; frame < first + part.closedFrames; frame++) {
            if (!missing.contains(frame)) {
                frames.add(frame);
                safety.restored(frame, checksums[(int) (frame - first)]);
            }
        }
        files.restoreClosed(number, part.closedFrames, frames);
        if (!replay.sources().isEmpty()) {
            files.recheck(number, replay.journals(), part.closedFrames);
        } else {
            files.durable(frames.ranges(Integer.MAX_VALUE));
        }
    }

    /**
     * A part that still has a journal may not be on the disk, and what is there may crash libhdf5: it is not opened here. Of several copies of a frame
     * the newest comes first.
     */
    private static int[] journalledChecksums(PartReplay replay, long first, long frames) {
        int[] checksums = new int[Math.toIntExact(frames)];
        FrameSet seen = new FrameSet();
        replay.frames((frame, checksum) -> {
            if (frame >= first && frame < first + frames && seen.add(frame)) {
                checksums[(int) (frame - first)] = checksum;
            }
        });
        return checksums;
    }

    /**
     * Reads the senders' checksums, by which a frame that comes again is known, from a part that was synced before its journal went. If it cannot be
     * read all the same, its frames are not asked for a second time.
     */
    private int[] storedChecksums(long number, long frames) {
        Path file = record.names().file(number);
        String data = record.description().groups().dataPath();
        String detector = data.substring(0, data.lastIndexOf('/'));
        long chunks = record.description().storage().chunks(frames);
        int count = Math.toIntExact(frames);
        try (Hdf5File part = Hdf5File.openReadOnly(file);
                StoredIntegrity integrity = StoredIntegrity.open(part.root(), detector, chunks, frames)) {
            return integrity == null || integrity.kind() == Checksum.Kind.NONE
                    ? new int[count]
                    : integrity.frameChecksums(0, count);
        } catch (StorageException e) {
            LOG.error("closed part not readable: file={}: {}", file, e.getMessage());
            return new int[count];
        }
    }

    private void open(StreamFiles files, long number, ScanReplay.Part part, PartReplay replay) {
        FrameSet frames = new FrameSet();
        FrameSet inChunks = new FrameSet();
        replay.frames((frame, checksum) -> {
            if (frames.add(frame)) {
                safety.restored(frame, checksum);
            }
        });
        replay.chunks().forEach((first, candidates) -> {
            safety.chunked(first);
            FrameChecksums present = candidates.getFirst().entry().frames();
            for (int i = 0; i < present.frames(); i++) {
                inChunks.add(first + present.position(i));
            }
        });
        // also those of chunks that are there: a check may find that they are not
        replay.kept()
                .forEach((first, list) ->
                        list.forEach(kept -> safety.kept(kept.source().journal(), kept.entry(), kept.values())));
        files.restoreOpen(number, replay, part, frames, inChunks);
        if (isChecked && !replay.sources().isEmpty()) {
            files.check(number, replay);
        }
    }
}
