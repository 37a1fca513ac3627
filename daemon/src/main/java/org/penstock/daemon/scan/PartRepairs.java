package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.disk.Disk;
import org.penstock.daemon.storage.PartRebuild;
import org.penstock.daemon.storage.RebuildJob;
import org.penstock.daemon.storage.RebuildResult;
import org.penstock.daemon.storage.SyncThread;
import org.penstock.protocol.FrameRange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the parts of a stream rebuilt and checked after a crash or a failure of the disk, and draws the consequences: what is found good is durable, what
 * is not is asked for again or named as lost.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
final class PartRepairs {
    private static final Logger LOG = LoggerFactory.getLogger(PartRepairs.class);

    private final StreamFiles stream;
    private final ClosingParts closing;

    PartRepairs(StreamFiles stream, ClosingParts closing) {
        this.stream = stream;
        this.closing = closing;
    }

    /** Has one file made of the sources of a part that takes no more frames. */
    void rebuild(OpenPart part, long frames) {
        part.closeForCopy();
        LOG.info(
                "part is made of its sources: detector={}, part={}, sources={}, file={}",
                stream.record().detector(),
                part.number,
                part.journals().size(),
                part.file());
        RebuildJob job = job(part, frames, false);
        submit(job, closing.during(result -> rebuilt(part, frames, job, result)));
    }

    private void rebuilt(OpenPart part, long frames, RebuildJob job, RebuildResult result) {
        closing.recovered();
        if (result.problem() != null) {
            closing.problem(result.problem());
            stream.stored(part.number, frames).forEach(this::lose);
            return;
        }
        result.bad().forEach(this::lose);
        if (!result.good().isEmpty()) {
            stream.found(result.good());
        }
        stream.closed(part.number, result.frames());
        keep(part, job, result.frames());
    }

    /** Has a closed part looked at that had not been synced when the daemon went. */
    void recheck(OpenPart part, long frames) {
        RebuildJob job = job(part, frames, false);
        submit(job, closing.during(result -> {
            if (result.problem() != null) {
                closing.problem(result.problem());
            } else {
                SafeFrames.without(stream.stored(part.number, frames), result.good())
                        .forEach(this::lose);
                keep(part, job, frames);
            }
        }));
    }

    /**
     * Has a part read and checked that goes on: after a crash of the daemon, or because the disk has not kept it. What is not found is asked for again.
     *
     * @param sync waits until the files that are checked are on the disk
     */
    void check(OpenPart part, SyncThread.Sync sync) {
        List<FrameRange> before = stream.stored(part.number);
        part.underCheck(true);
        submit(job(part, null, true), result -> {
            part.underCheck(false);
            if (!stream.isOpen(part)) {
                return; // it is rebuilt, which checks it as well
            }
            if (result.problem() != null) {
                LOG.error("part not checked: file={}: {}", part.file(), result.problem());
            }
            if (result.problem() == null || stream.isDurable()) {
                stream.takeBack(part, SafeFrames.without(before, result.good()));
                sync(part, sync, result.good());
                stream.closeIfFull(part);
            }
        });
    }

    /** What was written, and never synced. */
    private void sync(OpenPart part, SyncThread.Sync sync, List<FrameRange> good) {
        if (!stream.isDurable()) {
            return;
        }
        stream.settings().syncer().submit(sync, failure -> {
            if (failure == null) {
                stream.durable(good);
            } else {
                part.suspect(failure);
                if (stream.isOpen(part)) {
                    stream.takeBack(part, good);
                }
            }
        });
    }

    private RebuildJob job(OpenPart part, @Nullable Long frames, boolean isCheck) {
        List<String> journals = part.journals().stream()
                .filter(Files::exists)
                .map(Path::toString)
                .toList();
        Folders folders = stream.settings().folders();
        return new RebuildJob(
                part.file().toString(),
                journals,
                frames,
                isCheck,
                part.isSuspect(),
                folders.fileMode(),
                folders.group());
    }

    private void submit(RebuildJob job, Consumer<RebuildResult> done) {
        stream.settings().rebuilds().submit(job, done);
    }

    /** A rebuilt part survives a power loss once it is on the disk that it is closed; what it was made of goes then. */
    private void keep(OpenPart part, RebuildJob job, long frames) {
        StreamFiles.Settings settings = stream.settings();
        settings.syncer()
                .submit(
                        () -> {
                            Disk.syncPath(part.file(), settings.dataDir());
                            stream.journal().sync();
                        },
                        closing.during(failure -> {
                            if (failure == null) {
                                stream.durable(stream.stored(part.number, frames));
                                settings.syncer().submit(() -> PartRebuild.clear(job), left -> cleared(job, left));
                            } else {
                                closing.problem("rebuilt part not on the disk for good: file=" + part.file()
                                        + ", problem=" + failure);
                            }
                        }));
    }

    private static void cleared(RebuildJob job, @Nullable IOException failure) {
        if (failure != null) {
            LOG.warn("journal not removed: file={}: {}", job.file(), failure.getMessage());
        }
    }

    /** Frames that were safe are not: told to whoever may still have them, and to the log. */
    private void lose(FrameRange range) {
        LOG.error(
                "acknowledged frames are lost: detector={}, first={}, count={}",
                stream.record().detector(),
                range.first(),
                range.count());
        closing.unreadable(range);
        stream.forget(range);
        stream.safety().takenBack(List.of(range));
    }
}
