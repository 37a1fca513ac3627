package org.penstock.daemon.nexus;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.ElementArray;
import org.penstock.daemon.hdf5.Hdf5Dataset;
import org.penstock.daemon.hdf5.Hdf5Group;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.hdf5.StorageException.Reason;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;

/**
 * What proves the frames of a file years later, without the daemon: checksums of the chunks as they are stored, which prove
 * the disk, and the sender's checksums of the frames before they were encoded, which prove the encoder too.
 *
 * <pre>
 *   integrity            NXcollection, beside {@code data}
 *     chunk_crc32c       u4[chunks], 0 where there is no chunk
 *     frame_checksum     u4[frames] &#64;kind=crc32c|crc32, 0 where there is no frame; not there when the sender made none
 * </pre>
 *
 * <p><b>Threading:</b> its owner must not change the arrays while it is written; reading and writing confined to
 * {@code hdf5-writer}.
 *
 * @param chunkCrcs CRC-32C of each chunk, by its number in the file; may be longer than the file
 * @param kind how the sender computes; {@link Checksum.Kind#NONE} when it does not
 * @param frameChecksums the sender's checksum of each frame, by its place in the file; may be longer; not looked at for kind
 *     {@code NONE}
 */
@SuppressWarnings(
        "ArrayRecordComponent") // of a part with a million frames, made anew for each: a list of boxes will not do
public record Integrity(int[] chunkCrcs, Checksum.Kind kind, int[] frameChecksums) {
    /** Name of the group beside {@code data}. */
    public static final String GROUP = "integrity";

    private static final String CHUNK_CRCS = "chunk_crc32c";
    private static final String FRAME_CHECKSUMS = "frame_checksum";
    private static final String KIND = "kind";
    private static final int[] NOTHING = {};

    /** Of a stream whose sender makes no checksums. */
    public static Integrity ofChunks(int[] chunkCrcs) {
        return new Integrity(chunkCrcs, Checksum.Kind.NONE, NOTHING);
    }

    /**
     * Reads what is kept beside a dataset.
     *
     * @param group any group of the file
     * @param detector absolute path of the group with {@code data}
     * @param chunks how many chunks the dataset has room for
     * @param frames how many frames it shows
     * @return null when nothing is kept
     * @throws StorageException {@code CORRUPT} when it is not as described here
     */
    public static @Nullable Integrity read(Hdf5Group group, String detector, long chunks, long frames) {
        String path = detector + "/" + GROUP;
        if (!group.hasLink(path)) {
            return null;
        }
        int[] chunkCrcs = read(group, path + "/" + CHUNK_CRCS, chunks);
        if (!group.hasLink(path + "/" + FRAME_CHECKSUMS)) {
            return ofChunks(chunkCrcs);
        }
        try (Hdf5Dataset dataset = group.openDataset(path + "/" + FRAME_CHECKSUMS)) {
            return new Integrity(chunkCrcs, kind(dataset), dataset.readInts(Math.toIntExact(frames)));
        }
    }

    private static int[] read(Hdf5Group group, String path, long length) {
        try (Hdf5Dataset dataset = group.openDataset(path)) {
            return dataset.readInts(Math.toIntExact(length));
        }
    }

    private static Checksum.Kind kind(Hdf5Dataset dataset) {
        String name = dataset.stringAttribute(KIND);
        for (Checksum.Kind kind : List.of(Checksum.Kind.CRC32C, Checksum.Kind.CRC32)) {
            if (kind.wireName().equals(name)) {
                return kind;
            }
        }
        throw new StorageException(
                Reason.CORRUPT,
                "checksums of an unknown kind: path=" + dataset.path() + ", attribute=" + KIND
                        + ", expected=crc32c or crc32, actual=" + name);
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
            write(detector, copied(arena, chunkCrcs, chunks), kind, sums);
        }
    }

    /** Writes the group from native memory. */
    static void write(Hdf5Group detector, MemorySegment chunkCrcs, Checksum.Kind kind, MemorySegment frameChecksums) {
        try (Hdf5Group group = NexusTree.group(detector, GROUP, "NXcollection")) {
            group.write(CHUNK_CRCS, unsigned(chunkCrcs));
            if (kind != Checksum.Kind.NONE) {
                try (Hdf5Dataset sums = group.dataset(FRAME_CHECKSUMS, unsigned(frameChecksums))) {
                    sums.attribute(KIND, kind.wireName());
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
