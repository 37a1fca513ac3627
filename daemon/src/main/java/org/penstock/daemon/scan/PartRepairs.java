package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.storage.PartRebuild;
import org.penstock.daemon.storage.PartReplay;
import org.penstock.daemon.storage.RebuildJob;
import org.penstock.daemon.storage.RebuildResult;
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
        part.suspend();
        LOG.info(
                "part is made of its sources: detector={}, part={}, sources={}, file={}",
                stream.record().detector(),
                part.number,
                part.journals().size(),
                part.file());
        RebuildJob job = job(part, frames, false);
        closing.begin();
        submit(job, result -> {
            rebuilt(part, frames, job, result);
            closing.done();
        });
    }

    private void rebuilt(OpenPart part, long frames, RebuildJob job, RebuildResult result) {
        closing.recovered();
        if (result.problem() != null) {
            closing.problem(result.problem());
            stream.stored(part.number, frames).forEach(this::lose);
            return;
        }
        result.bad().forEach(this::lose);
        stream.closed(part.number, result.frames());
        stream.safety().durable(stream.stored(part.number, result.frames()));
        clear(job);
    }

    /** Has a closed part looked at that had not been synced when the daemon went. */
    void recheck(OpenPart part, long frames) {
        RebuildJob job = job(part, frames, false);
        closing.begin();
        submit(job, result -> {
            if (result.problem() != null) {
                closing.problem(result.problem());
            } else {
                stream.storedWithout(part.number, frames, result.good()).forEach(this::lose);
                stream.safety().durable(stream.stored(part.number, frames));
                clear(job);
            }
            closing.done();
        });
    }

    /** Has a part that goes on after a crash read and checked. */
    void check(OpenPart part, PartReplay replay) {
        submit(job(part, null, true), result -> {
            if (result.problem() != null) {
                LOG.error("part not checked: file={}: {}", part.file(), result.problem());
            } else if (stream.isOpen(part)) {
                stream.takeBack(part, result.bad());
                sync(part, replay, result.good());
            }
        });
    }

    /** What an earlier life of the daemon has written, and never synced. */
    private void sync(OpenPart part, PartReplay replay, List<FrameRange> good) {
        if (!stream.isDurable()) {
            return;
        }
        StreamFiles.Settings settings = stream.settings();
        settings.syncer().submit(() -> replay.sync(settings.dataDir()), failure -> {
            if (failure == null) {
                stream.safety().durable(good);
            } else {
                LOG.error("crashed part not synced: file={}: {}", part.file(), failure.getMessage());
                stream.takeBack(part, good);
            }
        });
    }

    private RebuildJob job(OpenPart part, @Nullable Long frames, boolean isCheck) {
        List<String> journals = part.journals().stream()
                .filter(Files::exists)
                .map(Path::toString)
                .toList();
        int fileMode = stream.settings().folders().fileMode();
        return new RebuildJob(part.file().toString(), journals, frames, isCheck, fileMode);
    }

    private void submit(RebuildJob job, Consumer<RebuildResult> done) {
        stream.settings().rebuilds().submit(job, done);
    }

    /** Removes what a part was made of, once it is on the disk that the part is closed. */
    private void clear(RebuildJob job) {
        stream.settings().syncer().submit(() -> clearSynced(job), failure -> {
            if (failure != null) {
                LOG.warn("journal not removed: file={}: {}", job.file(), failure.getMessage());
            }
        });
    }

    private void clearSynced(RebuildJob job) throws IOException {
        stream.journal().sync();
        PartRebuild.clear(job);
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
