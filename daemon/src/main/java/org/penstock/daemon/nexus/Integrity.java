package org.penstock.daemon.nexus;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.penstock.daemon.hdf5.ElementArray;
import org.penstock.daemon.hdf5.Hdf5Dataset;
import org.penstock.daemon.hdf5.Hdf5Group;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.PayloadEncoding;

/**
 * What proves the frames of a file years later, without the daemon: checksums of the chunks as they are stored, which prove
 * the disk, and the sender's checksums of the frames before they were encoded, which prove the encoder too. Of frames that
 * arrived encoded the sender's checksums are of the chunks, which prove the way from the sender's encoder to the file.
 *
 * <pre>
 *   integrity            NXcollection, beside {@code data}
 *     chunk_crc32c       u4[chunks], 0 where there is no chunk
 *     frame_checksum     u4[frames] &#64;kind=crc32c|crc32, 0 where there is no frame; not there when the sender made none
 *     payload_checksum   the same of frames that arrived encoded, in place of frame_checksum
 * </pre>
 *
 * <p><b>Threading:</b> its owner must not change the arrays while it is written.
 *
 * @param chunkCrcs CRC-32C of each chunk, by its number in the file; may be longer than the file
 * @param scope what the sender's checksums are of
 * @param kind how the sender computes; {@link Checksum.Kind#NONE} when it does not
 * @param frameChecksums the sender's checksum of each frame, by its place in the file; may be longer; not looked at for kind
 *     {@code NONE}
 */
@SuppressWarnings(
        "ArrayRecordComponent") // of a part with a million frames, made anew for each: a list of boxes will not do
public record Integrity(int[] chunkCrcs, Scope scope, Checksum.Kind kind, int[] frameChecksums) {
    static final String GROUP = "integrity";
    static final String CHUNK_CRCS = "chunk_crc32c";
    static final String KIND = "kind";

    private static final int[] NOTHING = {};

    /** What the sender's checksum of a frame is of. */
    public enum Scope {
        /** Its elements. */
        FRAME("frame_checksum"),
        /** The chunk that it arrived as. */
        PAYLOAD("payload_checksum");

        final String dataset;

        Scope(String dataset) {
            this.dataset = dataset;
        }

        /** Returns what the checksums of payloads so encoded are of. */
        public static Scope of(PayloadEncoding encoding) {
            return encoding == PayloadEncoding.RAW ? FRAME : PAYLOAD;
        }
    }

    /** Of a stream whose frames arrive as they are. */
    public Integrity(int[] chunkCrcs, Checksum.Kind kind, int[] frameChecksums) {
        this(chunkCrcs, Scope.FRAME, kind, frameChecksums);
    }

    /** Of a stream whose sender makes no checksums. */
    public static Integrity ofChunks(int[] chunkCrcs) {
        return new Integrity(chunkCrcs, Checksum.Kind.NONE, NOTHING);
    }

    /**
     * Writes the group.
     *
     * @throws IllegalArgumentException when there are fewer checksums than chunks or frames
     * @throws StorageException when it cannot be written; the file is poisoned
     */
    void write(Hdf5Group detector, long chunks, long frames) {
        boolean hasFrames = kind != Checksum.Kind.NONE;
        if (chunkCrcs.length < chunks || (hasFrames && frameChecksums.length < frames)) {
            throw new IllegalArgumentException("checksums do not reach to the end: path=" + detector.path()
                    + ", chunks=" + chunks + ", chunkCrcs=" + chunkCrcs.length + ", frames=" + frames
                    + ", frameChecksums=" + frameChecksums.length + ", kind=" + kind);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment sums = hasFrames ? copied(arena, frameChecksums, frames) : MemorySegment.NULL;
            write(detector, GROUP, copied(arena, chunkCrcs, chunks), new Sums(scope, kind, sums));
        }
    }

    /** The sender's checksums in native memory. */
    record Sums(Scope scope, Checksum.Kind kind, MemorySegment values) {}

    /** Writes the group from native memory. */
    static void write(Hdf5Group detector, String name, MemorySegment chunkCrcs, Sums sums) {
        try (Hdf5Group group = NexusTree.group(detector, name, "NXcollection")) {
            group.write(CHUNK_CRCS, unsigned(chunkCrcs));
            if (sums.kind() != Checksum.Kind.NONE) {
                try (Hdf5Dataset values = group.dataset(sums.scope().dataset, unsigned(sums.values()))) {
                    values.attribute(KIND, sums.kind().wireName());
                }
            }
        }
    }

    private static MemorySegment copied(Arena arena, int[] values, long count) {
        MemorySegment copy = arena.allocate(ValueLayout.JAVA_INT, count);
        MemorySegment.copy(values, 0, copy, ValueLayout.JAVA_INT, 0, Math.toIntExact(count));
        return copy;
    }

    private static ElementArray unsigned(MemorySegment values) {
        return new ElementArray(ElementType.U4, List.of(values.byteSize() / Integer.BYTES), values);
    }
}
