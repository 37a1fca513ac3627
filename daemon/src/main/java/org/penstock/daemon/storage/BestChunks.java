package org.penstock.daemon.storage;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.journal.ChunkEntry;
import org.penstock.daemon.journal.FrameChecksums;
import org.penstock.daemon.nexus.FillValue;
import org.penstock.daemon.nexus.Integrity;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;

/**
 * The best copy of each chunk of a part: of those whose bytes are what their journal says the one with most frames, the newest of equals, or, where there is
 * none, the frames that a journal keeps as bytes. A frame has the same pixels in every copy. Which frames are whole, and which are not, adds up as chunks are chosen.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
final class BestChunks {
    private final PartReplay replay;
    private final ChunkBytes bytes;
    private final FrameGeometry geometry;
    private final ElementType type;
    private final long firstFrame;
    private final Set<Long> firsts;
    private final Integrity integrity;
    private final FrameSet good = new FrameSet();
    private final FrameSet bad = new FrameSet();

    /**
     * @param bytes that a chosen chunk is read into
     * @param knownFrames how long the part is known to be, or 0
     */
    BestChunks(PartReplay replay, PartRecord record, ChunkBytes bytes, long knownFrames) {
        this.replay = replay;
        this.bytes = bytes;
        this.geometry = record.stream().geometry();
        this.type = record.stream().description().type();
        this.firstFrame = record.firstFrame();
        this.firsts = new TreeSet<>(replay.chunks().keySet());
        firsts.addAll(replay.kept().keySet());
        this.integrity = empty(record.stream(), knownFrames);
    }

    private Integrity empty(StreamRecord stream, long knownFrames) {
        long end = knownFrames;
        for (long first : firsts) {
            end = Math.max(end, first - firstFrame + geometry.chunkFrames());
        }
        int frames = Math.toIntExact(end);
        return new Integrity(
                new int[frames / geometry.chunkFrames() + 1],
                Integrity.Scope.of(stream.form().encoding()),
                Checksum.Kind.agree(List.of(stream.delivery().checksum())),
                new int[frames]);
    }

    /** Returns the first frames of all chunks that a journal names, in order. */
    Set<Long> firsts() {
        return firsts;
    }

    /** Returns what proves the chunks chosen so far. */
    Integrity integrity() {
        return integrity;
    }

    /** Returns the frames found whole so far. */
    FrameSet good() {
        return good;
    }

    /** Returns the frames that journals name, and whose bytes are nowhere what they were. */
    FrameSet bad() {
        return bad;
    }

    /** Returns the number in the file of the chunk that a frame begins. */
    int number(long first) {
        return (int) ((first - firstFrame) / geometry.chunkFrames());
    }

    /** Returns the newest copy's entry, good or not, or null where only frames are kept. */
    @Nullable ChunkEntry newest(long first) {
        List<PartReplay.Chunk> candidates = candidates(first);
        return candidates.isEmpty() ? null : candidates.getFirst().entry();
    }

    /** Returns the highest position of a whole frame in a chunk, or -1. */
    int lastGood(long first) {
        for (int at = geometry.chunkFrames() - 1; at >= 0; at--) {
            if (good.contains(first + at)) {
                return at;
            }
        }
        return -1;
    }

    /**
     * Reads the best of what there is of one chunk into {@link ChunkBytes#memory} and notes its frames.
     *
     * @return the copy's entry, or null when the memory holds kept frames, unfiltered, or nothing
     */
    @Nullable ChunkEntry choose(long first) throws IOException {
        ChunkEntry found = load(first);
        if (found != null) {
            note(first, found.frames());
            integrity.chunkCrcs()[number(first)] = found.chunkCrc();
        } else if (assemble(first)) {
            integrity.chunkCrcs()[number(first)] = bytes.crc(bytes.memory(geometry.chunkBytes()));
        }
        candidates(first).forEach(chunk -> noteLosses(first, chunk.entry().frames()));
        kept(first).forEach(frames -> noteLosses(first, frames.entry().frames()));
        return found;
    }

    private @Nullable ChunkEntry load(long first) throws IOException {
        List<PartReplay.Chunk> fullestFirst = candidates(first).stream()
                .sorted(Comparator.comparingInt((PartReplay.Chunk chunk) ->
                                chunk.entry().frames().frames())
                        .reversed())
                .toList();
        for (PartReplay.Chunk candidate : fullestFirst) {
            ChunkEntry entry = candidate.entry();
            Path data = candidate.source().data();
            if (bytes.load(data, entry.address(), entry.storedBytes(), entry.chunkCrc())) {
                return entry;
            }
        }
        return null;
    }

    /** Puts kept frames where they belong in the chunk; where none is, the fill value. */
    private boolean assemble(long first) throws IOException {
        if (kept(first).isEmpty()) {
            return false;
        }
        MemorySegment chunk = bytes.memory(geometry.chunkBytes());
        FillValue.fill(chunk, type);
        for (PartReplay.Frames frames : kept(first)) {
            FrameChecksums present = frames.entry().frames();
            long frameBytes = frames.entry().frameBytes();
            for (int i = 0; i < present.frames(); i++) {
                MemorySegment place = chunk.asSlice(present.position(i) * frameBytes, frameBytes);
                if (!bytes.read(frames.source().journal(), frames.entry().frameAt(i), place)) {
                    throw new IOException("journal became shorter while it was read: file="
                            + frames.source().journal());
                }
            }
            note(first, present);
        }
        return true;
    }

    private void note(long first, FrameChecksums frames) {
        for (int i = 0; i < frames.frames(); i++) {
            good.add(first + frames.position(i));
            integrity.frameChecksums()[(int) (first - firstFrame) + frames.position(i)] = frames.checksum(i);
        }
    }

    private void noteLosses(long first, FrameChecksums frames) {
        for (int i = 0; i < frames.frames(); i++) {
            if (!good.contains(first + frames.position(i))) {
                bad.add(first + frames.position(i));
            }
        }
    }

    private List<PartReplay.Chunk> candidates(long first) {
        return replay.chunks().getOrDefault(first, List.of());
    }

    private List<PartReplay.Frames> kept(long first) {
        return replay.kept().getOrDefault(first, List.of());
    }
}
