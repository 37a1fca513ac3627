package org.penstock.daemon.nexus;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.ChunkedDataset;
import org.penstock.daemon.hdf5.ChunkedLayout;
import org.penstock.daemon.hdf5.Hdf5Dataset;
import org.penstock.daemon.hdf5.Hdf5File;
import org.penstock.daemon.hdf5.Hdf5Group;
import org.penstock.daemon.hdf5.Hdf5Object;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.hdf5.StorageException.Reason;
import org.penstock.daemon.hdf5.VirtualLayout;
import org.penstock.protocol.FrameRecord;

/** The data of one stream in a scan master: shown from its parts, or copied in. */
final class DetectorData implements AutoCloseable {
    /** Copying more than this would hold up every other stream, and what ends the scan, for longer than some milliseconds. */
    private static final long MOST_EMBEDDED_BYTES = 16L << 20;

    /** Checksums and values are copied in for all frames, also for those that never came and have no byte in any part. */
    private static final long MOST_BESIDE_BYTES = 32L << 20;

    private static final byte[] SIGNATURE = HexFormat.of().parseHex("894844460d0a1a0a");

    private final DetectorState state;
    private final DetectorDescription description;
    private final ChunkedLayout layout;
    private final Path folder;

    /** What the paths of its files begin with. */
    private final String below;

    /** The parts that cannot be read, once they were looked at. */
    private @Nullable List<StorageException> unreadable;

    private @Nullable JoinedIntegrity integrity;

    DetectorData(DetectorState state, Path master) {
        this.state = state;
        this.description = state.description();
        this.layout = description.layout();
        Path parent = master.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException("master outside any folder: file=" + master);
        }
        this.folder = parent;
        this.below = parent + "/";
    }

    /** Looks at every part: a virtual dataset shows one that is not there as frames of the fill value, without a word. */
    List<StorageException> unreadableParts() {
        if (unreadable == null) {
            unreadable = new ArrayList<>();
            for (ClosedPart part : state.parts()) {
                StorageException problem = description.rank() <= 1 ? inspect(part) : checkSignature(part);
                if (problem != null) {
                    unreadable.add(problem);
                }
            }
        }
        return unreadable;
    }

    /** Returns whether the data belongs into the master itself: small, and all there. */
    boolean isEmbeddable() {
        return description.rank() <= 1
                && state.missing().isWhole()
                && besideBytes() <= MOST_BESIDE_BYTES
                && unreadableParts().isEmpty()
                && fileBytes() <= MOST_EMBEDDED_BYTES;
    }

    private long besideBytes() {
        return state.frames() * (Integer.BYTES + description.perFrame().record().bytes());
    }

    private long fileBytes() {
        long bytes = 0;
        for (ClosedPart part : state.parts()) {
            try {
                bytes += Files.size(part.file());
            } catch (IOException e) {
                throw StorageException.of("part not looked at: part=" + part, e);
            }
        }
        return bytes;
    }

    DetectorState state() {
        return state;
    }

    boolean isShapedLike(DetectorData other) {
        return description.frameShape().equals(other.description.frameShape());
    }

    /**
     * Writes the dataset: copied in, or shown from the parts.
     *
     * @param isEmbedded whether to copy the chunks of all parts in, as they are stored
     */
    void write(Hdf5Group group, String name, boolean isEmbedded, Consumer<Hdf5Object> attributes) {
        if (isEmbedded) {
            embed(group, name, attributes);
        } else {
            show(group, name, attributes);
        }
    }

    private void embed(Hdf5Group group, String name, Consumer<Hdf5Object> attributes) {
        JoinedIntegrity joined = new JoinedIntegrity(description.storage(), state.frames());
        integrity = joined;
        try (ChunkedDataset target = group.chunkedDataset(name, layout, state.frames())) {
            interpretation(target);
            attributes.accept(target);
            for (ClosedPart part : state.parts()) {
                try (Hdf5File file = Hdf5File.openReadOnly(part.file());
                        ChunkedDataset source = file.root().openChunked(part.dataPath(), layout)) {
                    target.copyChunks(source, part.frames(), part.firstFrame());
                    joined.add(file.root(), part);
                }
            }
        }
    }

    /**
     * Writes what came with the frames: copied in, or shown from the parts.
     *
     * @param name makes the dataset's name of a value's
     */
    void writePerFrame(Hdf5Group group, UnaryOperator<String> name, boolean isEmbedded) {
        if (state.parts().isEmpty() || description.perFrame().isNone()) {
            return;
        }
        if (isEmbedded) {
            joinedPerFrame().write(group, name, state.frames());
            return;
        }
        for (FrameRecord.Slot slot : description.perFrame().record().slots()) {
            VirtualLayout virtual = new VirtualLayout(
                    slot.type(), List.of(), state.frames(), PerFrame.unknownBits(slot.type()), sources(slot));
            try (Hdf5Dataset shown = group.virtualDataset(name.apply(PerFrame.dataset(slot)), virtual)) {
                description.perFrame().attributes(slot, shown);
            }
        }
    }

    private FrameTable joinedPerFrame() {
        FrameTable joined = new FrameTable(description.perFrame());
        for (ClosedPart part : state.parts()) {
            try (Hdf5File file = Hdf5File.openReadOnly(part.file())) {
                for (FrameRecord.Slot slot : description.perFrame().record().slots()) {
                    try (Hdf5Dataset stored = file.root().openDataset(besideData(part, slot))) {
                        joined.putColumn(slot, (int) part.firstFrame(), stored, Math.toIntExact(part.frames()));
                    }
                }
            }
        }
        return joined;
    }

    private List<VirtualLayout.Source> sources(FrameRecord.Slot slot) {
        return state.parts().stream()
                .map(part -> new VirtualLayout.Source(
                        relative(part.file()), besideData(part, slot), part.firstFrame(), part.frames()))
                .toList();
    }

    private static String besideData(ClosedPart part, FrameRecord.Slot slot) {
        return part.dataPath().substring(0, part.dataPath().lastIndexOf('/') + 1) + PerFrame.dataset(slot);
    }

    /** Writes what proves the data that was copied in, or will be. */
    void writeIntegrity(Hdf5Group group, String name) {
        if (integrity == null) {
            JoinedIntegrity joined = new JoinedIntegrity(description.storage(), state.frames());
            integrity = joined;
            for (ClosedPart part : state.parts()) {
                try (Hdf5File file = Hdf5File.openReadOnly(part.file())) {
                    joined.add(file.root(), part);
                }
            }
        }
        integrity.write(group, name);
    }

    @Override
    public void close() {
        if (integrity != null) {
            integrity.close();
        }
    }

    /** Shows the parts as one virtual dataset, or nothing but the fill value when there are none. */
    private void show(Hdf5Group group, String name, Consumer<Hdf5Object> attributes) {
        if (state.parts().isEmpty()) {
            try (ChunkedDataset empty = group.chunkedDataset(name, layout, state.frames())) {
                interpretation(empty);
                attributes.accept(empty);
            }
            return;
        }
        VirtualLayout virtual = new VirtualLayout(
                description.type(), description.frameShape(), state.frames(), layout.fillBits(), sources());
        try (Hdf5Dataset data = group.virtualDataset(name, virtual)) {
            interpretation(data);
            attributes.accept(data);
        }
    }

    private void interpretation(Hdf5Object data) {
        // BLISS gives counters none, and silx plots them as curves only without it
        if (description.rank() > 0) {
            data.attribute("interpretation", description.interpretation());
        }
    }

    private List<VirtualLayout.Source> sources() {
        return state.parts().stream()
                .map(part -> new VirtualLayout.Source(
                        relative(part.file()), part.dataPath(), part.firstFrame(), part.frames()))
                .toList();
    }

    /** Below the master as a rule; elsewhere only where a control system such as BLISS decides where parts go. */
    private String relative(Path part) {
        String path = part.toAbsolutePath().toString();
        // a master of a thousand parts is written again and again, and relativize makes some objects for each name in
        // both paths
        return path.startsWith(below) && path.indexOf('/', below.length()) < 0
                ? path.substring(below.length())
                : folder.relativize(part.toAbsolutePath()).toString();
    }

    private @Nullable StorageException inspect(ClosedPart part) {
        try (Hdf5File file = Hdf5File.openReadOnly(part.file());
                ChunkedDataset data = file.root().openChunked(part.dataPath(), layout)) {
            if (data.frames() < part.frames()) {
                return new StorageException(
                        Reason.CORRUPT,
                        "part shorter than it was: part=" + part + ", frames=" + data.frames() + ", expected="
                                + part.frames());
            }
            try (StoredIntegrity _ = JoinedIntegrity.open(file.root(), part, description.storage())) {
                return null;
            }
        } catch (StorageException e) {
            return e;
        }
    }

    private static @Nullable StorageException checkSignature(ClosedPart part) {
        try (InputStream stream = Files.newInputStream(part.file())) {
            return Arrays.equals(stream.readNBytes(SIGNATURE.length), SIGNATURE)
                    ? null
                    : new StorageException(Reason.CORRUPT, "part is no HDF5 file: part=" + part);
        } catch (IOException e) {
            return StorageException.of("part not read: part=" + part, e);
        }
    }
}
