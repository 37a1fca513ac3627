package org.penstock.daemon.hdf5;

import hdf.hdf5lib.H5;
import hdf.hdf5lib.HDF5Constants;
import hdf.hdf5lib.exceptions.HDF5Exception;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.StorageException.Reason;
import org.penstock.daemon.hdf5.ffi.LibHdf5;
import org.penstock.daemon.hdf5.ffi.MemoryFile;

/**
 * One open HDF5 file. It holds no lock.
 *
 * <p>After any failed write the file is poisoned: nothing more can be written to it, only {@link #close()} is left,
 * and data goes on in a new file.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}, and checked.
 */
public final class Hdf5File implements AutoCloseable {
    private final Path path;
    private final long id;
    private final boolean writable;
    private final Set<Hdf5Object> objects = new LinkedHashSet<>();
    private final Hdf5Group root;
    private boolean open = true;

    /** The first failure of a write. */
    private @Nullable StorageException poison;

    private Hdf5File(Path path, long id, boolean writable, long rootId) {
        this.path = path;
        this.id = id;
        this.writable = writable;
        this.root = new Hdf5Group(this, "/", rootId);
    }

    /**
     * Creates a file that must not exist yet.
     *
     * @throws StorageException {@code EXISTS} when there is one of that name, which stays as it is
     */
    public static Hdf5File create(Path path) {
        long startNs = Hdf5Library.nowNs();
        try {
            Hdf5File file = open(
                    path,
                    "file not created",
                    Reason.IO,
                    () -> H5.H5Fcreate(
                            Names.checked(path.toString()),
                            HDF5Constants.H5F_ACC_EXCL,
                            HDF5Constants.H5P_DEFAULT,
                            Hdf5Library.Ids.FILE_ACCESS),
                    true);
            Hdf5Library.took(CallTimer.Call.CREATE, startNs);
            return file;
        } catch (StorageException e) {
            if (e.reason() == Reason.NO_SPACE) {
                removeEmpty(path);
            }
            throw e;
        }
    }

    /**
     * Opens a file to add to it.
     *
     * @throws StorageException {@code CORRUPT} when it is no HDF5 file
     */
    public static Hdf5File openExisting(Path path) {
        return openExisting(path, true);
    }

    /**
     * Opens a file to read it.
     *
     * @throws StorageException {@code CORRUPT} when it is no HDF5 file
     */
    public static Hdf5File openReadOnly(Path path) {
        return openExisting(path, false);
    }

    /** Removes what a creation left that failed after the file had got its name: there was no room for its first bytes. */
    private static void removeEmpty(Path path) {
        try {
            if (Files.size(path) == 0) {
                Files.delete(path);
            }
        } catch (IOException _) {
            // the failure to create says more
        }
    }

    private static Hdf5File openExisting(Path path, boolean writable) {
        return open(
                path,
                "file not opened",
                Reason.CORRUPT,
                // no constant of the binding before the library is loaded: it would load one of its own
                () -> H5.H5Fopen(
                        Names.checked(path.toString()),
                        writable ? HDF5Constants.H5F_ACC_RDWR : HDF5Constants.H5F_ACC_RDONLY,
                        Hdf5Library.Ids.FILE_ACCESS),
                writable);
    }

    private static Hdf5File open(Path path, String failure, Reason otherwise, LongSupplier call, boolean writable) {
        Hdf5Library.open();
        try {
            long id = call.getAsLong();
            return new Hdf5File(path, id, writable, openRoot(id));
        } catch (HDF5Exception e) {
            throw ErrorStack.exception(failure + ": file=" + path, otherwise, e);
        }
    }

    /** Returns the path the file was opened with. */
    public Path path() {
        return path;
    }

    /** Returns the root group; it is closed with the file. */
    public Hdf5Group root() {
        return root;
    }

    /** Returns whether a write failed: nothing can be written any more. */
    public boolean isPoisoned() {
        return poison != null;
    }

    /** Returns the bytes up to the end of what is allocated: where the next large chunk goes. */
    public long allocatedBytes() {
        requireOpen();
        try {
            return H5.H5Fget_filesize(id);
        } catch (HDF5Exception e) {
            throw ErrorStack.exception("file length not read: file=" + path, Reason.IO, e);
        }
    }

    /** Returns the descriptor that HDF5 writes through, or -1. */
    public int descriptor() {
        requireOpen();
        return LibHdf5.fileDescriptor(id);
    }

    /**
     * Hands everything to the operating system; the file is then readable.
     *
     * @throws StorageException when it cannot; the file is poisoned
     */
    public void flush() {
        long startNs = Hdf5Library.nowNs();
        call("file not flushed", "/", () -> H5.H5Fflush(id, HDF5Constants.H5F_SCOPE_LOCAL));
        Hdf5Library.took(CallTimer.Call.FLUSH, startNs);
    }

    /**
     * Closes the file and everything open in it. Closing twice is allowed.
     *
     * <p>On a poisoned file, or when the last flush fails, the caller should first have made room (delete a ballast
     * file): the index is then written, and all chunks of before the failure can be read. When there is still no room the
     * index is given up, because libhdf5 would crash the process: the chunks stay in the file, and only who noted their
     * addresses (the journal) can recover them.
     *
     * @throws StorageException when the index could not be written; the file is closed all the same
     */
    @Override
    public void close() {
        if (!open) {
            return;
        }
        Hdf5Library.enter();
        long startNs = Hdf5Library.nowNs();
        StorageException failure = writable ? writeIndex() : null;
        open = false;
        for (Hdf5Object object : List.copyOf(objects).reversed()) {
            object.close();
        }
        try {
            H5.H5Fclose(id);
        } catch (HDF5Exception e) {
            throw ErrorStack.exception("file not closed: file=" + path, Reason.IO, e);
        }
        Hdf5Library.took(CallTimer.Call.CLOSE, startNs);
        Hdf5Library.fileClosed();
        if (failure != null) {
            throw failure;
        }
    }

    private @Nullable StorageException writeIndex() {
        if (poison != null) {
            // the first flush after a failed write fails once more, whatever the disk says
            tryFlush();
        }
        StorageException failure = tryFlush();
        if (failure == null) {
            return null;
        }
        poison = failure;
        // only a flush that succeeded makes H5Fclose safe: let it write into memory instead
        int descriptor = LibHdf5.fileDescriptor(id);
        if (descriptor < 0 || !MemoryFile.replace(descriptor)) {
            throw failure;
        }
        tryFlush();
        StorageException second = tryFlush();
        if (second != null) {
            failure.addSuppressed(second);
            throw failure;
        }
        return failure;
    }

    private @Nullable StorageException tryFlush() {
        try {
            H5.H5Fflush(id, HDF5Constants.H5F_SCOPE_LOCAL);
            return null;
        } catch (HDF5Exception e) {
            return ErrorStack.exception("index not written, chunks stay unindexed: file=" + path, Reason.IO, e);
        }
    }

    void opened(Hdf5Object object) {
        objects.add(object);
    }

    void closed(Hdf5Object object) {
        objects.remove(object);
    }

    /** Runs a call that changes the file or an object in it; its failure poisons the file. */
    long call(String failure, String subject, LongSupplier call) {
        requireUsable();
        return callWhilePoisoned(failure, subject, call);
    }

    /** Runs a call that is made on a poisoned file too, such as closing an object. */
    long callWhilePoisoned(String failure, String subject, LongSupplier call) {
        try {
            return call.getAsLong();
        } catch (HDF5Exception e) {
            throw fail(failure, subject, e);
        }
    }

    /** Runs a call that changes nothing. */
    <T extends @Nullable Object> T read(String failure, String subject, Supplier<T> call) {
        requireUsable();
        try {
            return call.get();
        } catch (HDF5Exception e) {
            throw ErrorStack.exception(failure + ": file=" + path + ", path=" + subject, Reason.CORRUPT, e);
        }
    }

    /** Checks what a C function returned; a failure poisons the file. */
    void check(String failure, String subject, int status) {
        if (status < 0) {
            throw fail(failure, subject, null);
        }
    }

    private StorageException fail(String failure, String subject, @Nullable HDF5Exception cause) {
        StorageException exception =
                ErrorStack.exception(failure + ": file=" + path + ", path=" + subject, Reason.IO, cause);
        if (poison == null) {
            poison = exception;
        }
        return exception;
    }

    /** Returns the id of a dataspace, to be given to {@link #closeSpace}; null means scalar. */
    long space(long @Nullable [] dims) {
        return dims == null
                ? Hdf5Library.Ids.SCALAR
                : call("dataspace not created", "/", () -> H5.H5Screate_simple(dims.length, dims, null));
    }

    void closeSpace(long space) {
        if (space != Hdf5Library.Ids.SCALAR) {
            callWhilePoisoned("dataspace not closed", "/", () -> H5.H5Sclose(space));
        }
    }

    void requireUsable() {
        requireOpen();
        if (poison != null) {
            throw new StorageException(
                    poison.reason(),
                    "file is poisoned by an earlier failure, go on in a new one: file=" + path,
                    poison);
        }
    }

    private void requireOpen() {
        Hdf5Library.enter();
        if (!open) {
            throw new IllegalStateException("file is closed: file=" + path);
        }
    }

    /** Opens the root group, or closes the file again. */
    private static long openRoot(long id) {
        long root = -1;
        try {
            root = H5.H5Gopen(id, "/", HDF5Constants.H5P_DEFAULT);
            return root;
        } finally {
            if (root < 0) {
                H5.H5Fclose(id);
            }
        }
    }
}
