package org.penstock.daemon.hdf5;

import hdf.hdf5lib.H5;
import hdf.hdf5lib.HDF5Constants;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.StorageException.Reason;
import org.penstock.daemon.hdf5.ffi.LibHdf5;
import org.penstock.daemon.hdf5.ffi.StringConversions;
import org.penstock.protocol.ElementType;

/**
 * libhdf5, loaded once, owned by one thread, and the ids that are made once and used by every file.
 *
 * <p>The library is not thread-safe. The first thread that uses it owns it until it ends or calls {@link #release()};
 * every other thread that touches a file gets an {@link IllegalStateException}.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}, and checked.
 */
public final class Hdf5Library {
    private static final AtomicReference<@Nullable Thread> OWNER = new AtomicReference<>();

    /** A sweep takes half a millisecond. */
    private static final int FILES_BETWEEN_SWEEPS = 256;

    // of the owner only
    private static int filesClosed;
    private static CallTimer timer = CallTimer.NONE;

    /** Prepared ids; they live as long as the process. */
    static final class Ids {
        static final long STRING;
        static final long SEQUENCE;
        static final long BOOLEAN;
        static final long SCALAR;
        static final long FILE_ACCESS;
        static final long UTF8_LINK;
        static final long COMPACT;
        static final int PREPARED;

        static {
            LibHdf5.load();
            H5.H5error_off();
            // our filters run before HDF5 sees a chunk: foreign code found in a plugin folder has no business here
            H5.H5PLset_loading_state(0);
            STRING = H5.H5Tcopy(HDF5Constants.H5T_C_S1);
            H5.H5Tset_size(STRING, HDF5Constants.H5T_VARIABLE);
            H5.H5Tset_cset(STRING, HDF5Constants.H5T_CSET_UTF8);
            SEQUENCE = H5.H5Tvlen_create(HDF5Constants.H5T_STD_U8LE);
            BOOLEAN = bool();
            SCALAR = H5.H5Screate(HDF5Constants.H5S_SCALAR);
            FILE_ACCESS = fileAccess();
            UTF8_LINK = H5.H5Pcreate(HDF5Constants.H5P_LINK_CREATE);
            H5.H5Pset_char_encoding(UTF8_LINK, HDF5Constants.H5T_CSET_UTF8);
            COMPACT = H5.H5Pcreate(HDF5Constants.H5P_DATASET_CREATE);
            H5.H5Pset_layout(COMPACT, HDF5Constants.H5D_COMPACT);
            PREPARED = H5.getOpenIDCount();
        }

        private Ids() {}

        /** As h5py stores truth values. */
        private static long bool() {
            long type = H5.H5Tenum_create(HDF5Constants.H5T_STD_I8LE);
            H5.H5Tenum_insert(type, "FALSE", new byte[] {0});
            H5.H5Tenum_insert(type, "TRUE", new byte[] {1});
            return type;
        }

        private static long fileAccess() {
            long access = H5.H5Pcreate(HDF5Constants.H5P_FILE_ACCESS);
            // earliest gives superblock 0; a lower high bound than latest cannot create virtual datasets
            H5.H5Pset_libver_bounds(access, HDF5Constants.H5F_LIBVER_EARLIEST, HDF5Constants.H5F_LIBVER_LATEST);
            // a lock makes virtual datasets read as zeros for readers that switch locking off
            H5.H5Pset_file_locking(access, false, true);
            // small chunks go to the end of the file like large ones, where the journal expects them
            H5.H5Pset_small_data_block_size(access, 0);
            H5.H5Pset_fclose_degree(access, HDF5Constants.H5F_CLOSE_STRONG);
            return access;
        }
    }

    private Hdf5Library() {}

    /** Loads the library and makes the calling thread its owner. Optional: the first file does the same. */
    public static void open() {
        enter();
        if (Ids.SCALAR < 0) {
            throw new IllegalStateException("HDF5 library not initialised");
        }
    }

    /** Loads the library, makes the calling thread its owner, and has calls timed until it is released. */
    public static void open(CallTimer callTimer) {
        open();
        timer = callTimer;
    }

    /** Returns the time at which a call begins, for {@link #took}. */
    static long nowNs() {
        return timer.nowNs();
    }

    /** Tells how long a call took that began at {@code startNs} of {@link #nowNs()}. */
    static void took(CallTimer.Call call, long startNs) {
        timer.took(call, timer.nowNs() - startNs);
    }

    /** Gives the library up, so that another thread may own it; all files must be closed. */
    public static void release() {
        enter();
        timer = CallTimer.NONE;
        OWNER.set(null);
    }

    /** Returns how many files, groups, datasets, attributes, types, spaces and property lists are open. */
    public static int openObjects() {
        enter();
        open();
        // the binding counts every id that it gave out, the library only what belongs to files: trust neither alone
        int given = H5.getOpenIDCount() - Ids.PREPARED;
        int kinds = HDF5Constants.H5F_OBJ_FILE
                | HDF5Constants.H5F_OBJ_DATASET
                | HDF5Constants.H5F_OBJ_GROUP
                | HDF5Constants.H5F_OBJ_ATTR;
        long inFiles = H5.H5Fget_obj_count(HDF5Constants.H5F_OBJ_ALL, kinds);
        return Math.max(given, Math.toIntExact(inFiles));
    }

    /** Returns the version of libhdf5, such as {@code 1.14.3}. */
    public static String version() {
        enter();
        int[] version = new int[3];
        open();
        H5.H5get_libversion(version);
        return version[0] + "." + version[1] + "." + version[2];
    }

    /** Refuses every thread but the owner; a library without a living owner becomes the caller's. */
    static void enter() {
        Thread current = Thread.currentThread();
        Thread owner = OWNER.get();
        if (owner == current) {
            return;
        }
        if ((owner != null && owner.isAlive()) || !OWNER.compareAndSet(owner, current)) {
            throw new IllegalStateException(
                    "HDF5 belongs to another thread: owner=" + name(owner) + ", caller=" + current.getName());
        }
    }

    /** Counts a file that was closed, and keeps the library from growing with their number. */
    static void fileClosed() {
        filesClosed++;
        if (filesClosed % FILES_BETWEEN_SWEEPS == 0 && StringConversions.forget(Ids.SEQUENCE) < 0) {
            throw ErrorStack.exception("string conversion not registered again", Reason.IO, null);
        }
    }

    /** Returns HDF5's id of a little-endian element type. */
    static long typeId(ElementType type) {
        return switch (type) {
            case U1 -> HDF5Constants.H5T_STD_U8LE;
            case U2 -> HDF5Constants.H5T_STD_U16LE;
            case U4 -> HDF5Constants.H5T_STD_U32LE;
            case U8 -> HDF5Constants.H5T_STD_U64LE;
            case I1 -> HDF5Constants.H5T_STD_I8LE;
            case I2 -> HDF5Constants.H5T_STD_I16LE;
            case I4 -> HDF5Constants.H5T_STD_I32LE;
            case I8 -> HDF5Constants.H5T_STD_I64LE;
            case F4 -> HDF5Constants.H5T_IEEE_F32LE;
            case F8 -> HDF5Constants.H5T_IEEE_F64LE;
        };
    }

    private static String name(@Nullable Thread thread) {
        return thread == null ? "none" : thread.getName();
    }
}
