package org.penstock.daemon.nexus;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.Hdf5Group;
import org.penstock.protocol.Checksum;

/**
 * The integrity of parts of counters and spectra, which arrive as they are and whose data is copied into one dataset: each part's checksums at the place of its chunks and frames.
 *
 * <p>It is kept only when every part has it, of one kind: a chunk without a checksum would look like a damaged one.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}.
 */
final class JoinedIntegrity implements AutoCloseable {
    private final FrameStorage storage;
    // a counter may have a hundred million frames: not on the heap
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment chunkCrcs;
    private final MemorySegment frameChecksums;
    private Checksum.@Nullable Kind kind;
    private boolean isWhole = true;

    JoinedIntegrity(FrameStorage storage, long frames) {
        this.storage = storage;
        this.chunkCrcs = arena.allocate(ValueLayout.JAVA_INT, storage.chunks(frames));
        this.frameChecksums = arena.allocate(ValueLayout.JAVA_INT, frames);
    }

    /** Opens what one part has; null when it has nothing. */
    static @Nullable StoredIntegrity open(Hdf5Group root, ClosedPart part, FrameStorage storage) {
        String detector = part.dataPath().substring(0, part.dataPath().lastIndexOf('/'));
        return StoredIntegrity.open(root, detector, storage.chunks(part.frames()), part.frames());
    }

    void add(Hdf5Group root, ClosedPart part) {
        if (!isWhole) {
            return;
        }
        try (StoredIntegrity stored = open(root, part, storage)) {
            isWhole = stored != null && (kind == null || kind == stored.kind());
            if (stored != null && isWhole) {
                kind = stored.kind();
                int chunks = Math.toIntExact(storage.chunks(part.frames()));
                put(stored.chunkCrcs(0, chunks), chunkCrcs, part.firstFrame() / storage.chunkFrames());
                put(stored.frameChecksums(0, Math.toIntExact(part.frames())), frameChecksums, part.firstFrame());
            }
        }
    }

    private static void put(int[] values, MemorySegment target, long index) {
        MemorySegment.copy(values, 0, target, ValueLayout.JAVA_INT, index * Integer.BYTES, values.length);
    }

    /** Writes what every part had, or nothing. */
    void write(Hdf5Group detector, String name) {
        if (isWhole && kind != null) {
            Integrity.write(detector, name, chunkCrcs, new Integrity.Sums(Integrity.Scope.FRAME, kind, frameChecksums));
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
