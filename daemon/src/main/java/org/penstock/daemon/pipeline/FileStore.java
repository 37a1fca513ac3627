package org.penstock.daemon.pipeline;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.ChunkOutcome;
import org.penstock.daemon.ring.ChunkBuffer;
import org.penstock.daemon.ring.ChunkStore;
import org.penstock.daemon.ring.Loss;
import org.penstock.daemon.scan.ScanRegistry;

/**
 * Stores the chunks of a stream in its files, or nowhere when it is not saved.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
record FileStore(ScanRegistry.@Nullable OpenedFiles files) implements ChunkStore {
    @Override
    public ChunkOutcome store(ChunkBuffer chunk) {
        return files == null ? ChunkOutcome.TOO_LATE : files.write(chunk);
    }

    @Override
    public ChunkOutcome keep(ChunkBuffer chunk, BitSet positions) {
        return files == null ? ChunkOutcome.TOO_LATE : files.keep(chunk, positions);
    }

    @Override
    public void lost(long frame, Loss loss) {
        if (files != null) {
            files.files().lost(frame, loss.name());
        }
    }
}
