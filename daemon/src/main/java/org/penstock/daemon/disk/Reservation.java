package org.penstock.daemon.disk;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.penstock.daemon.disk.ffi.Posix;

/**
 * Room on the disk that a growing file has before it needs it, so that a full disk is seen before a write and never in one: libhdf5 loses a chunk
 * that is written again after a failure, and a file that cannot be closed for want of room cannot be read.
 *
 * <p>Where the file system reserves ({@code fallocate} with keep-size: ext4, XFS, Btrfs, tmpfs, NFS 4.2) the room is the file's own. Elsewhere the
 * free space is looked at: others may take it in between, and a write may then fail all the same.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
public final class Reservation {
    /**
     * Taken ahead at a time: a part of what the file has, as far as it can grow, and never more than a part of what others could use. Where the room is memory
     * (tmpfs) each page costs half of what writing it does, and what is given back was for nothing.
     */
    private static final long LEAST_STEP_BYTES = 1L << 20;

    private static final long MOST_STEP_BYTES = 8L << 20;
    private static final int STEPS = 4;
    private static final long SHARE = 16;

    private final Path file;
    private final int descriptor;
    private final File place;
    private final long mostBytes;
    private long endBytes;
    private boolean canReserve = true;

    /**
     * Reserves nothing yet.
     *
     * @param descriptor of the open file
     * @param mostBytes the file will not be longer than about this: more is not taken ahead
     */
    public Reservation(Path file, int descriptor, long mostBytes) {
        this.file = file;
        this.descriptor = descriptor;
        this.mostBytes = mostBytes;
        this.place = file.toFile(); // a FileStore reads the table of mounts for each file
    }

    /**
     * Makes sure that the file can grow to this length.
     *
     * @return false when there is no room; the file is as it was and may be asked again
     * @throws IOException when the file system fails
     */
    public boolean ensure(long bytes) throws IOException {
        if (bytes <= endBytes) {
            return true;
        }
        long step = Math.min(
                Math.clamp(endBytes / STEPS, LEAST_STEP_BYTES, MOST_STEP_BYTES), place.getUsableSpace() / SHARE);
        long ahead = Math.max(bytes, Math.min(endBytes + step, mostBytes));
        return take(ahead) || (ahead > bytes && take(bytes));
    }

    private boolean take(long toBytes) throws IOException {
        int error = canReserve ? Posix.reserve(descriptor, endBytes, toBytes - endBytes) : 0;
        if (error == Posix.ENOSPC || error == Posix.EDQUOT) {
            return false;
        }
        // whatever else is said, EOPNOTSUPP as a rule, means that this file system does not reserve
        canReserve &= error == 0;
        if (!canReserve && place.getUsableSpace() < toBytes - endBytes) {
            return false;
        }
        endBytes = toBytes;
        return true;
    }

    /** Returns up to which length of the file room was taken. */
    public long endBytes() {
        return endBytes;
    }

    /** Gives back what a closed file does not need. */
    public void release() throws IOException {
        long bytes = Files.size(file);
        if (canReserve && endBytes > bytes) {
            int error = Posix.truncate(file, bytes);
            if (error != 0) {
                throw new IOException("reserved room not given back: file=" + file + ", bytes=" + (endBytes - bytes)
                        + ", errno=" + error);
            }
        }
    }
}
