package org.penstock.daemon.storage;

import java.nio.file.Path;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.EncodedChunk;

/**
 * Notes nothing, to measure what journals cost: what is acknowledged survives only the orderly close of the file.
 *
 * <p><b>Threading:</b> immutable.
 */
enum NoJournal implements PartJournal {
    INSTANCE;

    @Override
    public @Nullable Path file() {
        return null;
    }

    @Override
    public boolean reserve(EncodedChunk chunk) {
        return true;
    }

    @Override
    public void chunk(EncodedChunk chunk, long address, int filterMask) {}

    @Override
    public boolean keep(EncodedChunk chunk, BitSet positions, int frameBytes) {
        return true;
    }

    @Override
    public void force() {}

    @Override
    public void end() {}

    @Override
    public void suspend() {}

    @Override
    public void close() {}

    @Override
    public void remove() {}
}
