package org.penstock.daemon.pipeline;

import java.util.BitSet;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.ChunkOutcome;
import org.penstock.daemon.ring.ChunkBuffer;
import org.penstock.daemon.ring.ChunkStore;
import org.penstock.daemon.ring.Loss;
import org.penstock.daemon.scan.ScanRegistry;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.daemon.telemetry.Telemetry;
import org.penstock.daemon.telemetry.Timing;

/**
 * Stores the chunks of a stream in its files, or nowhere when it is not saved, and counts what became of them.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
record FileStore(ScanRegistry.@Nullable OpenedFiles files, Telemetry telemetry) implements ChunkStore {
    @Override
    public ChunkOutcome store(ChunkBuffer chunk) {
        if (files == null) {
            return ChunkOutcome.TOO_LATE;
        }
        long startNs = telemetry.nowNs();
        ChunkOutcome outcome = files.write(chunk);
        if (outcome == ChunkOutcome.STORED) {
            stored(chunk, startNs, telemetry.nowNs());
        }
        return outcome;
    }

    private void stored(ChunkBuffer chunk, long startNs, long endNs) {
        int frames = chunk.present().cardinality();
        telemetry.add(Counter.FRAMES_WRITTEN, frames);
        telemetry.increment(Counter.CHUNKS_WRITTEN);
        telemetry.add(Counter.BYTES_WRITTEN, chunk.toStoreBytes());
        telemetry.add(Counter.WRITE_NS, endNs - startNs);
        telemetry.latency(endNs - chunk.receivedNs(), frames);
        telemetry.took(Timing.QUEUE, chunk.takenNs() - chunk.receivedNs());
        telemetry.took(Timing.COMPRESS, chunk.preparedNs() - chunk.takenNs());
        telemetry.took(Timing.ORDER, startNs - chunk.preparedNs());
        telemetry.took(Timing.STORE, endNs - startNs);
        telemetry.took(Timing.TOTAL, endNs - chunk.receivedNs());
    }

    @Override
    public ChunkOutcome keep(ChunkBuffer chunk, BitSet positions) {
        if (files == null) {
            return ChunkOutcome.TOO_LATE;
        }
        ChunkOutcome outcome = files.keep(chunk, positions);
        if (outcome == ChunkOutcome.STORED) {
            telemetry.add(Counter.FRAMES_KEPT, positions.cardinality());
        }
        return outcome;
    }

    @Override
    public void lost(long frame, Loss loss) {
        telemetry.losses().count(loss.name().toLowerCase(Locale.ROOT));
        if (files != null) {
            files.files().lost(frame, loss.name());
        }
    }
}
