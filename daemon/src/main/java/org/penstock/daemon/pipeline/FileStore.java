package org.penstock.daemon.pipeline;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.ring.ChunkBuffer;
import org.penstock.daemon.ring.ChunkStore;
import org.penstock.daemon.scan.ScanRegistry;

/**
 * Stores the chunks of a stream in its files, or nowhere when it is not saved.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
record FileStore(ScanRegistry.@Nullable OpenedFiles files) implements ChunkStore {
    @Override
    public Outcome store(ChunkBuffer chunk) {
        return files == null ? Outcome.TOO_LATE : outcome(files.write(chunk));
    }

    @Override
    public Outcome keep(ChunkBuffer chunk, BitSet positions) {
        return files == null ? Outcome.TOO_LATE : outcome(files.keep(chunk, positions));
    }

    private static Outcome outcome(org.penstock.daemon.scan.Outcome outcome) {
        return switch (outcome) {
            case STORED -> Outcome.STORED;
            case TOO_LATE -> Outcome.TOO_LATE;
            case NO_ROOM -> Outcome.NO_ROOM;
        };
    }
}
