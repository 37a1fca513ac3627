package org.penstock.daemon.disk;

import java.io.IOException;
import java.nio.file.Path;
import org.penstock.daemon.disk.ffi.Posix;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what a growing file has in the page cache small: step by step its bytes go to the disk, and then leave memory.
 *
 * <p>Left alone the kernel lets dirty pages grow to a part of all memory, and takes new pages for what is written next until memory is full; from there on it
 * looks for pages to reclaim, at several times the cost of the write itself. Files that are written so use the same few pages again and again.
 *
 * <p>While one step is being written by the disk the next is filled: {@link #advance} starts the newest and waits for the one before. It has a descriptor
 * of its own: an error that it hears of is told to the descriptor that is synced as well.
 *
 * <p><b>Threading:</b> {@link #isDue} confined to who writes the file, {@link #advance}, {@link #forget} and {@link #close} to who waits for the disk.
 */
public final class Writeback implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Writeback.class);
    private static final long PAGE_BYTES = 4096;

    private final Path file;
    private final int descriptor;
    private final long stepBytes;

    // confined to who writes
    private long dueBytes;

    // confined to who waits for the disk
    private long startedBytes;
    private long forgottenBytes;
    private boolean hasFailed;

    private Writeback(Path file, int descriptor, long stepBytes) {
        this.file = file;
        this.descriptor = descriptor;
        this.stepBytes = stepBytes;
        this.dueBytes = stepBytes;
    }

    /**
     * Of a file that is there.
     *
     * @param stepBytes of a step, whole pages; 0 leaves all to the kernel
     * @throws IOException when it cannot be opened
     */
    public static Writeback of(Path file, long stepBytes) throws IOException {
        int descriptor = Posix.open(file);
        if (descriptor < 0) {
            throw new IOException("file not opened for writeback: file=" + file + ", errno=" + -descriptor);
        }
        return new Writeback(file, descriptor, stepBytes == 0 ? Long.MAX_VALUE : stepBytes);
    }

    /** Returns, once for each step, whether the file has grown by one: {@link #advance} to its length follows. */
    public boolean isDue(long fileBytes) {
        if (fileBytes < dueBytes) {
            return false;
        }
        dueBytes = fileBytes + stepBytes;
        return true;
    }

    /** Starts to write back what is new up to this length; what was started before is waited for, and forgotten. */
    public void advance(long fileBytes) {
        long end = fileBytes / PAGE_BYTES * PAGE_BYTES;
        note(Posix.startWriteback(descriptor, startedBytes, end - startedBytes));
        long bytes = startedBytes - forgottenBytes;
        if (bytes > 0) {
            note(Posix.writeBack(descriptor, forgottenBytes, bytes));
            drop(forgottenBytes, bytes);
        }
        forgottenBytes = startedBytes;
        startedBytes = end;
    }

    /** Has all of a file forgotten that was synced. */
    public void forget() {
        if (stepBytes != Long.MAX_VALUE) {
            drop(0, 0);
        }
    }

    /** What did not reach the disk looks clean, and memory may be all that has it: after an error nothing is dropped. */
    private void drop(long from, long bytes) {
        if (!hasFailed) {
            note(Posix.dropCache(descriptor, from, bytes));
        }
    }

    /** The disk's errors are told by the sync that follows. */
    private void note(int error) {
        if (error != 0 && !hasFailed) {
            hasFailed = true;
            LOG.warn(
                    "file not written back, its pages stay in memory: file={}, errno={}; its next sync says more",
                    file,
                    error);
        }
    }

    @Override
    public void close() {
        Posix.close(descriptor);
    }
}
