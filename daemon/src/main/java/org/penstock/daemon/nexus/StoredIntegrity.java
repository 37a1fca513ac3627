package org.penstock.daemon.nexus;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.Hdf5Dataset;
import org.penstock.daemon.hdf5.Hdf5Group;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.hdf5.StorageException.Reason;
import org.penstock.protocol.Checksum;

/**
 * The {@link Integrity} that a file keeps, open to be read piece by piece.
 *
 * <p><b>Threading:</b> confined to the thread that owns HDF5, and checked.
 */
public final class StoredIntegrity implements AutoCloseable {
    private final Hdf5Dataset chunkCrcs;
    private final @Nullable Hdf5Dataset frameChecksums;
    private final Integrity.Scope scope;
    private final Checksum.Kind kind;

    private StoredIntegrity(
            Hdf5Dataset chunkCrcs, Integrity.Scope scope, @Nullable Hdf5Dataset frameChecksums, Checksum.Kind kind) {
        this.chunkCrcs = chunkCrcs;
        this.scope = scope;
        this.frameChecksums = frameChecksums;
        this.kind = kind;
    }

    /**
     * Opens what is kept beside the {@code data} of a detector; see {@link #openAt}.
     *
     * @param detector absolute path of the group with {@code data}
     */
    public static @Nullable StoredIntegrity open(Hdf5Group group, String detector, long chunks, long frames) {
        return openAt(group, detector + "/" + Integrity.GROUP, chunks, frames);
    }

    /**
     * Opens what is kept of a dataset.
     *
     * @param group any group of the file
     * @param path absolute path of the group that {@link Integrity} describes
     * @param chunks how many chunks the dataset has room for
     * @param frames how many frames it shows
     * @return null when nothing is kept
     * @throws StorageException {@code CORRUPT} when it is not as {@link Integrity} describes it
     */
    public static @Nullable StoredIntegrity openAt(Hdf5Group group, String path, long chunks, long frames) {
        if (!group.hasLink(path)) {
            return null;
        }
        Hdf5Dataset chunkCrcs = group.openDataset(path + "/" + Integrity.CHUNK_CRCS);
        Hdf5Dataset sums = null;
        boolean opened = false;
        try {
            requireLength(chunkCrcs, chunks);
            Checksum.Kind kind = Checksum.Kind.NONE;
            boolean isOfPayloads = group.hasLink(path + "/" + Integrity.Scope.PAYLOAD.dataset);
            Integrity.Scope scope = isOfPayloads ? Integrity.Scope.PAYLOAD : Integrity.Scope.FRAME;
            if (group.hasLink(path + "/" + scope.dataset)) {
                sums = group.openDataset(path + "/" + scope.dataset);
                requireLength(sums, frames);
                kind = kind(sums);
            }
            opened = true;
            return new StoredIntegrity(chunkCrcs, scope, sums, kind);
        } finally {
            if (!opened) {
                close(sums);
                chunkCrcs.close();
            }
        }
    }

    private static void requireLength(Hdf5Dataset dataset, long length) {
        if (!dataset.extents().equals(List.of(length))) {
            throw new StorageException(
                    Reason.CORRUPT,
                    "checksums of another number: path=" + dataset.path() + ", expected=[" + length + "], actual="
                            + dataset.extents());
        }
    }

    private static Checksum.Kind kind(Hdf5Dataset dataset) {
        String name = dataset.stringAttribute(Integrity.KIND);
        for (Checksum.Kind kind : List.of(Checksum.Kind.CRC32C, Checksum.Kind.CRC32)) {
            if (kind.wireName().equals(name)) {
                return kind;
            }
        }
        throw new StorageException(
                Reason.CORRUPT,
                "checksums of an unknown kind: path=" + dataset.path() + ", attribute=" + Integrity.KIND
                        + ", expected=crc32c or crc32, actual=" + name);
    }

    /** Returns what the sender's checksums are of. */
    public Integrity.Scope scope() {
        return scope;
    }

    /** Returns how the sender computed; {@link Checksum.Kind#NONE} when there are checksums of chunks only. */
    public Checksum.Kind kind() {
        return kind;
    }

    /** Returns the CRC-32C of chunks, by their number in the file. */
    public int[] chunkCrcs(long first, int count) {
        return chunkCrcs.readInts(first, count);
    }

    /** Returns the sender's checksums of frames, by their place in the file; none for kind {@code NONE}. */
    public int[] frameChecksums(long first, int count) {
        return frameChecksums == null ? new int[0] : frameChecksums.readInts(first, count);
    }

    @Override
    public void close() {
        close(frameChecksums);
        chunkCrcs.close();
    }

    private static void close(@Nullable Hdf5Dataset dataset) {
        if (dataset != null) {
            dataset.close();
        }
    }
}
