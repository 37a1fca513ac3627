package org.penstock.daemon.hdf5;

import hdf.hdf5lib.H5;
import hdf.hdf5lib.HDF5Constants;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.ffi.LibHdf5;
import org.penstock.protocol.ElementType;

/**
 * An open group or dataset: what attributes can be put on.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}, and checked.
 */
public abstract sealed class Hdf5Object implements AutoCloseable permits Hdf5Group, Hdf5Dataset, ChunkedDataset {
    private final Hdf5File file;
    private final String path;
    private final long id;
    private boolean open = true;

    Hdf5Object(Hdf5File file, String path, long id) {
        this.file = file;
        this.path = path;
        this.id = id;
        file.opened(this);
    }

    /** Returns the absolute path in the file. */
    public final String path() {
        return path;
    }

    final Hdf5File file() {
        return file;
    }

    final long id() {
        return id;
    }

    /**
     * Creates an attribute.
     *
     * @param value a string, a number, a boolean, an array or list of them; see {@link Hdf5Group#write}
     * @throws StorageException when it cannot be written, or is there already; the file is poisoned
     */
    public final void attribute(String name, Object value) {
        try (Arena arena = Arena.ofConfined()) {
            EncodedValue encoded = EncodedValue.of(value, arena);
            long space = file.space(encoded.dims());
            try {
                long attribute = file.call(
                        "attribute not created",
                        subject(name),
                        () -> H5.H5Acreate(
                                id,
                                Names.checked(name),
                                encoded.typeId(),
                                space,
                                HDF5Constants.H5P_DEFAULT,
                                HDF5Constants.H5P_DEFAULT));
                writeAndClose(attribute, name, encoded);
            } finally {
                file.closeSpace(space);
            }
        }
    }

    /**
     * Gives an existing string attribute another value, or creates it.
     *
     * @throws StorageException when it cannot be written; the file is poisoned
     */
    public final void replaceAttribute(String name, String value) {
        if (!hasAttribute(name)) {
            attribute(name, value);
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            EncodedValue encoded = EncodedValue.of(value, arena);
            writeAndClose(openAttribute(name), name, encoded);
        }
    }

    /** Returns a scalar string attribute of variable length; null when there is none of that name and kind. */
    public final @Nullable String stringAttribute(String name) {
        if (!hasAttribute(name)) {
            return null;
        }
        long attribute = openAttribute(name);
        try {
            return file.read("attribute not read", subject(name), () -> scalarString(attribute));
        } finally {
            file.call("attribute not closed", subject(name), () -> H5.H5Aclose(attribute));
        }
    }

    /** Returns a scalar attribute that is a signed 64-bit integer; null when there is none of that name and kind. */
    public final @Nullable Long longAttribute(String name) {
        if (!hasAttribute(name)) {
            return null;
        }
        long attribute = openAttribute(name);
        try {
            return file.read("attribute not read", subject(name), () -> scalarLong(attribute));
        } finally {
            file.call("attribute not closed", subject(name), () -> H5.H5Aclose(attribute));
        }
    }

    /** Closes the object; the file stays open. Closing twice is allowed. */
    @Override
    public void close() {
        if (!open) {
            return;
        }
        Hdf5Library.enter();
        open = false;
        file.closed(this);
        file.callWhilePoisoned("object not closed", path, () -> closeId(id));
    }

    /** Closes the id with the function for its kind. */
    abstract int closeId(long openId);

    final void requireOpen() {
        if (!open) {
            throw new IllegalStateException("object is closed: path=" + path + ", file=" + file.path());
        }
    }

    final String subject(String name) {
        return path.equals("/") ? "/" + name : path + "/" + name;
    }

    private boolean hasAttribute(String name) {
        requireOpen();
        return file.call("attribute not found", subject(name), () -> H5.H5Aexists(id, Names.checked(name)) ? 1 : 0)
                == 1;
    }

    private long openAttribute(String name) {
        return file.call("attribute not opened", subject(name), () -> H5.H5Aopen(id, name, HDF5Constants.H5P_DEFAULT));
    }

    private void writeAndClose(long attribute, String name, EncodedValue encoded) {
        try {
            file.check(
                    "attribute not written",
                    subject(name),
                    LibHdf5.writeAttribute(attribute, encoded.typeId(), encoded.data()));
        } finally {
            file.callWhilePoisoned("attribute not closed", subject(name), () -> H5.H5Aclose(attribute));
        }
    }

    private static @Nullable Long scalarLong(long attribute) {
        long type = H5.H5Aget_type(attribute);
        long space = H5.H5Aget_space(attribute);
        try {
            if (!H5.H5Tequal(type, Hdf5Library.typeId(ElementType.I8)) || H5.H5Sget_simple_extent_npoints(space) != 1) {
                return null;
            }
            long[] value = new long[1];
            H5.H5Aread_long(attribute, type, value);
            return value[0];
        } finally {
            H5.H5Sclose(space);
            H5.H5Tclose(type);
        }
    }

    private static @Nullable String scalarString(long attribute) {
        long type = H5.H5Aget_type(attribute);
        long space = H5.H5Aget_space(attribute);
        try {
            if (!H5.H5Tis_variable_str(type) || H5.H5Sget_simple_extent_npoints(space) != 1) {
                return null;
            }
            String[] value = new String[1];
            H5.H5Aread_VLStrings(attribute, type, value);
            return value[0];
        } finally {
            H5.H5Sclose(space);
            H5.H5Tclose(type);
        }
    }
}
