package org.penstock.daemon.hdf5;

import hdf.hdf5lib.H5;
import hdf.hdf5lib.HDF5Constants;
import hdf.hdf5lib.callbacks.H5L_iterate_opdata_t;
import hdf.hdf5lib.exceptions.HDF5Exception;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.ffi.LibHdf5;
import org.penstock.protocol.ElementType;

/**
 * An open group, and everything that can be created in one.
 *
 * <p>Names may be paths below the group, whose groups exist. Every method throws {@link StorageException}, and poisons
 * the file, when HDF5 refuses or the name is taken.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}, and checked.
 */
public final class Hdf5Group extends Hdf5Object {
    /** HDF5 takes up to 64 KiB; a header that large is read by whoever lists the file. */
    private static final long COMPACT_BYTES = 256;

    private static final long DEFAULT = HDF5Constants.H5P_DEFAULT;

    /**
     * Where an external link leads.
     *
     * @param file name as stored, relative to the folder of the file that holds the link
     * @param path path in that file
     */
    public record ExternalTarget(String file, String path) {}

    Hdf5Group(Hdf5File file, String path, long id) {
        super(file, path, id);
    }

    /** Creates a group; the caller closes it. */
    public Hdf5Group createGroup(String name) {
        requireOpen();
        long group = file().call(
                        "group not created",
                        subject(name),
                        () -> H5.H5Gcreate(id(), Names.checked(name), linkCreation(name), DEFAULT, DEFAULT));
        return new Hdf5Group(file(), subject(name), group);
    }

    /**
     * Writes a small dataset.
     *
     * @param value a string, a number, a boolean, a one-dimensional array, an {@link ElementArray}, or a list of strings
     *     or numbers, nested where all rows are of one length. Strings are stored as UTF-8 of variable length
     * @throws IllegalArgumentException for any other value
     */
    public void write(String name, Object value) {
        dataset(name, value).close();
    }

    /** Writes a small dataset as {@link #write} does and leaves it open for attributes; the caller closes it. */
    public Hdf5Dataset dataset(String name, Object value) {
        requireOpen();
        try (Arena arena = Arena.ofConfined()) {
            EncodedValue encoded = EncodedValue.of(value, arena);
            long space = file().space(encoded.dims());
            try {
                // in the header of the object: no room of its own in the file, and no write of its own
                long creation = encoded.data().byteSize() <= COMPACT_BYTES ? Hdf5Library.Ids.COMPACT : DEFAULT;
                long dataset = createDataset(name, encoded.typeId(), space, creation);
                Hdf5Dataset open = new Hdf5Dataset(file(), subject(name), dataset);
                int status = LibHdf5.writeDataset(dataset, encoded.typeId(), encoded.data());
                file().check("dataset not written", subject(name), status);
                return open;
            } finally {
                file().closeSpace(space);
            }
        }
    }

    /** Creates a link to a path in this file, which need not exist. */
    public void softLink(String name, String targetPath) {
        requireOpen();
        file().call("soft link not created", subject(name), () -> {
            H5.H5Lcreate_soft(Names.checked(targetPath), id(), Names.checked(name), linkCreation(name), DEFAULT);
            return 0;
        });
    }

    /** Gives an object of this file, which exists, another name. */
    public void hardLink(String name, String targetPath) {
        requireOpen();
        file().call("hard link not created", subject(name), () -> {
            H5.H5Lcreate_hard(id(), Names.checked(targetPath), id(), Names.checked(name), linkCreation(name), DEFAULT);
            return 0;
        });
    }

    /** Creates a link to an object in another file, which need not exist. */
    public void externalLink(String name, ExternalTarget target) {
        requireOpen();
        file().call("external link not created", subject(name), () -> {
            H5.H5Lcreate_external(
                    Names.checked(target.file()),
                    Names.checked(target.path()),
                    id(),
                    Names.checked(name),
                    linkCreation(name),
                    DEFAULT);
            return 0;
        });
    }

    /** Returns whether there is a link of that name, wherever it leads. */
    public boolean hasLink(String name) {
        requireOpen();
        return file().read("link not found", subject(name), () -> H5.H5Lexists(id(), Names.checked(name), DEFAULT));
    }

    /** Returns where the external link of that name leads; null when the name is no external link. */
    public @Nullable ExternalTarget externalTarget(String name) {
        if (!hasLink(name)) {
            return null;
        }
        return file().read("link not read", subject(name), () -> {
            if (H5.H5Lget_info(id(), name, DEFAULT).type != HDF5Constants.H5L_TYPE_EXTERNAL) {
                return null;
            }
            String[] value = new String[2];
            H5.H5Lget_value(id(), name, value, DEFAULT);
            return new ExternalTarget(value[1], value[0]);
        });
    }

    /** Creates a virtual dataset and leaves it open for attributes; the caller closes it. */
    public Hdf5Dataset virtualDataset(String name, VirtualLayout layout) {
        requireOpen();
        try (DatasetPlan plan = DatasetPlan.virtual(file(), layout)) {
            ElementType type = layout.type();
            long typeId = type == null ? Hdf5Library.Ids.STRING : Hdf5Library.typeId(type);
            long dataset = createDataset(name, typeId, plan.space(), plan.creation());
            return new Hdf5Dataset(file(), subject(name), dataset);
        }
    }

    /** Creates a virtual dataset that shows another one of this file, and leaves it open for attributes; the caller closes it. */
    public Hdf5Dataset reshapedDataset(String name, Reshaped layout) {
        requireOpen();
        try (DatasetPlan plan = DatasetPlan.reshaped(file(), layout)) {
            long dataset = createDataset(name, Hdf5Library.typeId(layout.type()), plan.space(), plan.creation());
            return new Hdf5Dataset(file(), subject(name), dataset);
        }
    }

    /**
     * Creates a chunked dataset that has no space allocated and leaves it open for chunks; the caller closes it.
     *
     * @param frames length at first
     */
    public ChunkedDataset chunkedDataset(String name, ChunkedLayout layout, long frames) {
        requireOpen();
        try (DatasetPlan plan = DatasetPlan.chunked(file(), layout, frames)) {
            long dataset = createDataset(name, Hdf5Library.typeId(layout.type()), plan.space(), plan.creation());
            return new ChunkedDataset(file(), subject(name), dataset, layout, frames);
        }
    }

    /**
     * Opens a chunked dataset.
     *
     * @throws StorageException {@code CORRUPT} when there is none, or its type, frames or chunks are not as expected
     */
    public ChunkedDataset openChunked(String name, ChunkedLayout expected) {
        requireOpen();
        return ChunkedDataset.verified(file(), absolute(name), openDatasetId(name), expected);
    }

    /**
     * Opens a dataset to read it; the caller closes it.
     *
     * @param name path below the group, or absolute
     * @throws StorageException {@code CORRUPT} when there is none
     */
    public Hdf5Dataset openDataset(String name) {
        requireOpen();
        return new Hdf5Dataset(file(), absolute(name), openDatasetId(name));
    }

    /**
     * Opens a chunked dataset as it is; the caller closes it.
     *
     * @throws StorageException {@code CORRUPT} when there is none, or its chunks do not hold whole frames of one of our types
     */
    public ChunkedDataset openChunked(String name) {
        try (Hdf5Dataset dataset = openDataset(name)) {
            return openChunked(name, dataset.chunkedLayout());
        }
    }

    /**
     * Opens a group; the caller closes it.
     *
     * @throws StorageException {@code CORRUPT} when there is none
     */
    public Hdf5Group openGroup(String name) {
        requireOpen();
        long group =
                file().read("group not opened", absolute(name), () -> H5.H5Gopen(id(), Names.checked(name), DEFAULT));
        return new Hdf5Group(file(), absolute(name), group);
    }

    /** Returns the links of the group, by name. */
    public List<Hdf5Link> links() {
        requireOpen();
        return file().read("links not read", path(), () -> {
            List<Hdf5Link> links = new ArrayList<>();
            H5.H5Literate(
                    id(),
                    HDF5Constants.H5_INDEX_NAME,
                    HDF5Constants.H5_ITER_INC,
                    0,
                    (_, name, info, _) -> links.add(new Hdf5Link(name, Hdf5Link.kind(info.type))) ? 0 : -1,
                    new H5L_iterate_opdata_t() {});
            return links;
        });
    }

    /** Returns the path that the soft link of that name leads to. */
    public String softTarget(String name) {
        requireOpen();
        return file().read("link not read", subject(name), () -> {
            String[] value = new String[2];
            H5.H5Lget_value(id(), Names.checked(name), value, DEFAULT);
            return value[0];
        });
    }

    /** Returns whether a name leads to an object, through however many links. */
    public boolean leadsToObject(String name) {
        requireOpen();
        try {
            return H5.H5Oexists_by_name(id(), Names.checked(name), DEFAULT);
        } catch (HDF5Exception _) {
            // a link on the way is broken
            return false;
        }
    }

    /** Returns whether the object of that name is a group. */
    public boolean isGroup(String name) {
        requireOpen();
        return file().read(
                        "object not inspected",
                        absolute(name),
                        () -> H5.H5Oget_info_by_name(id(), Names.checked(name), DEFAULT).type
                                == HDF5Constants.H5O_TYPE_GROUP);
    }

    private String absolute(String name) {
        return name.startsWith("/") ? name : subject(name);
    }

    private long openDatasetId(String name) {
        return file().read("dataset not opened", absolute(name), () -> H5.H5Dopen(id(), Names.checked(name), DEFAULT));
    }

    @Override
    int closeId(long openId) {
        return H5.H5Gclose(openId);
    }

    private long createDataset(String name, long type, long space, long creation) {
        return file().call(
                        "dataset not created",
                        subject(name),
                        () -> H5.H5Dcreate(
                                id(), Names.checked(name), type, space, linkCreation(name), creation, DEFAULT));
    }

    private static long linkCreation(String name) {
        return Names.isAscii(name) ? DEFAULT : Hdf5Library.Ids.UTF8_LINK;
    }
}
