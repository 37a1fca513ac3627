package org.penstock.daemon.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.sun.management.ThreadMXBean;
import io.jhdf.HdfFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.compression.FilterStage;
import org.penstock.daemon.hdf5.StorageException.Reason;
import org.penstock.protocol.ElementType;

class Hdf5FileTest {
    private static final ChunkedLayout SPECTRA = new ChunkedLayout(ElementType.U2, List.of(8), 4, List.of(), 0xffffL);

    @TempDir
    Path folder;

    @AfterEach
    void shouldLeaveNothingOpen() {
        assertThat(Hdf5Library.openObjects()).isZero();
    }

    @Test
    void shouldRefuseAFileThatExists() throws IOException {
        Path path = Files.createFile(folder.resolve("a.h5"));

        assertReason(Reason.EXISTS, () -> Hdf5File.create(path), path.toString());

        assertThat(path).isEmptyFile();
    }

    @Test
    void shouldSayWhatTheSystemSaid() {
        Path path = folder.resolve("nowhere/a.h5");

        assertReason(Reason.IO, () -> Hdf5File.create(path), "No such file or directory (errno 2)");
        assertReason(Reason.IO, () -> Hdf5File.openReadOnly(path), path.toString());
    }

    @Test
    void shouldCallAFileThatIsCutCorrupt() throws IOException {
        Path path = folder.resolve("a.h5");
        try (Hdf5File file = Hdf5File.create(path)) {
            file.root().write("numbers", new long[4096]);
        }
        Files.write(path, java.util.Arrays.copyOf(Files.readAllBytes(path), 1000));

        assertReason(Reason.CORRUPT, () -> Hdf5File.openReadOnly(path), path.toString());
    }

    @Test
    void shouldCloseEverythingWithTheFile() {
        Hdf5File file = Hdf5File.create(folder.resolve("a.h5"));
        Hdf5Group group = file.root().createGroup("a").createGroup("b");
        ChunkedDataset data = group.chunkedDataset("data", SPECTRA, 0);

        file.close();
        file.close();
        data.close();
        group.close();

        assertThatThrownBy(() -> data.grow(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> group.write("x", 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldBePoisonedByAFailedWrite() {
        Path path = folder.resolve("a.h5");
        try (Hdf5File file = Hdf5File.create(path)) {
            file.root().write("x", 1);

            assertReason(Reason.IO, () -> file.root().write("x", 2), "path=/x");
            assertThat(file.isPoisoned()).isTrue();
            assertReason(Reason.IO, () -> file.root().write("y", 2), "poisoned by an earlier failure");
        }

        try (HdfFile hdf = new HdfFile(path)) {
            assertThat(hdf.getDatasetByPath("/x").getData()).isEqualTo(1);
        }
    }

    @Test
    void shouldKeepValuesAsTheyAre() {
        Path path = folder.resolve("a.h5");
        try (Hdf5File file = Hdf5File.create(path);
                Arena arena = Arena.ofConfined()) {
            Hdf5Group root = file.root();
            root.write("string", "Größe 😀");
            root.write("empty", "");
            root.write("byte", (byte) -1);
            root.write("double", Math.PI);
            root.write("unsigned", BigInteger.TWO.pow(64).subtract(BigInteger.ONE));
            root.write("floats", new float[] {1.5f, 2.5f});
            root.write("mixed", List.of(1, 2L, 3.5));
            root.write("rows", List.of(List.of(1, 2, 3), List.of(4, 5, 6)));
            MemorySegment mask = arena.allocate(6 * 4);
            root.write("mask", new ElementArray(ElementType.U4, List.of(2L, 3L), mask));
            root.attribute("numbers", new int[] {1, 2});
        }

        try (HdfFile hdf = new HdfFile(path)) {
            assertThat(hdf.getDatasetByPath("/string").getData()).isEqualTo("Größe 😀");
            assertThat(hdf.getDatasetByPath("/empty").getData()).isEqualTo("");
            assertThat(hdf.getDatasetByPath("/byte").getData()).isEqualTo((byte) -1);
            assertThat(hdf.getDatasetByPath("/double").getData()).isEqualTo(Math.PI);
            assertThat(hdf.getDatasetByPath("/unsigned").getData())
                    .isEqualTo(BigInteger.TWO.pow(64).subtract(BigInteger.ONE));
            assertThat(hdf.getDatasetByPath("/floats").getData()).isEqualTo(new float[] {1.5f, 2.5f});
            assertThat(hdf.getDatasetByPath("/mixed").getData()).isEqualTo(new double[] {1, 2, 3.5});
            assertThat(hdf.getDatasetByPath("/rows").getData()).isEqualTo(new int[][] {{1, 2, 3}, {4, 5, 6}});
            assertThat(hdf.getDatasetByPath("/mask").getDimensions()).isEqualTo(new int[] {2, 3});
            assertThat(hdf.getAttribute("numbers").getData()).isEqualTo(new int[] {1, 2});
        }
    }

    @Test
    void shouldRefuseValuesItWouldStoreAsSomethingElse() {
        try (Hdf5File file = Hdf5File.create(folder.resolve("a.h5"))) {
            Hdf5Group root = file.root();

            assertThatThrownBy(() -> root.write("x", new Object())).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> root.write("x", List.of(1, "a"))).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> root.write("x", List.of(List.of(1, 2), List.of(3))))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> root.write("😀", 1)).hasMessageContaining("U+1f600");
            assertThatThrownBy(() -> root.write("", 1)).hasMessageContaining("empty name");

            root.write("x", 1);
            assertThat(file.isPoisoned()).isFalse();
        }
    }

    @Test
    void shouldReplaceAnAttribute() {
        Path path = folder.resolve("a.h5");
        try (Hdf5File file = Hdf5File.create(path)) {
            file.root().replaceAttribute("default", "1.1");
        }
        try (Hdf5File file = Hdf5File.openExisting(path)) {
            file.root().replaceAttribute("default", "a longer name than before");
        }

        try (Hdf5File file = Hdf5File.openReadOnly(path)) {
            assertThat(file.root().stringAttribute("default")).isEqualTo("a longer name than before");
            assertThat(file.root().stringAttribute("creator")).isNull();
        }
    }

    @Test
    void shouldCopyChunksAsStored() {
        Path path = folder.resolve("a.h5");
        FilterStage unknown = new FilterStage(32008, true, List.of(0, 3, 2, 0, 2));
        ChunkedLayout layout = new ChunkedLayout(ElementType.U2, List.of(8), 4, List.of(unknown), 0xffffL);
        try (Hdf5File source = Hdf5File.create(path);
                Arena arena = Arena.ofConfined()) {
            ChunkedDataset data = source.root().chunkedDataset("data", layout, 12);
            MemorySegment encoded = arena.allocate(100).fill((byte) 7);
            data.writeChunk(0, 0, encoded, 100);
            data.writeChunk(8, 1, encoded, 64);
        }

        Path copy = folder.resolve("b.h5");
        try (Hdf5File source = Hdf5File.openReadOnly(path);
                Hdf5File target = Hdf5File.create(copy)) {
            ChunkedDataset data = target.root().chunkedDataset("data", layout, 20);
            data.copyChunks(source.root().openChunked("data", layout), 12, 8);

            assertThat(data.storedChunks())
                    .extracting(StoredChunk::firstFrame, StoredChunk::filterMask, StoredChunk::bytes)
                    .containsExactly(tuple(8L, 0, 100L), tuple(16L, 1, 64L));
            assertThat(data.chunkAddress(8))
                    .isEqualTo(data.storedChunks().getFirst().address());
            assertThat(data.chunkAddress(12)).isNegative();
        }
    }

    @Test
    void shouldOpenOnlyTheDatasetThatWasExpected() {
        Path path = folder.resolve("a.h5");
        try (Hdf5File file = Hdf5File.create(path)) {
            file.root().chunkedDataset("data", SPECTRA, 12);
            file.root().write("small", 1);
        }

        try (Hdf5File file = Hdf5File.openReadOnly(path)) {
            Hdf5Group root = file.root();
            assertThat(root.openChunked("data", SPECTRA).frames()).isEqualTo(12);
            ChunkedLayout wider = new ChunkedLayout(ElementType.U2, List.of(9), 4, List.of(), 0);
            ChunkedLayout larger = new ChunkedLayout(ElementType.U4, List.of(8), 4, List.of(), 0);
            ChunkedLayout coarser = new ChunkedLayout(ElementType.U2, List.of(8), 8, List.of(), 0);
            ChunkedLayout deeper = new ChunkedLayout(ElementType.U2, List.of(8, 8), 4, List.of(), 0);
            for (ChunkedLayout other : List.of(wider, larger, coarser, deeper)) {
                assertReason(Reason.CORRUPT, () -> root.openChunked("data", other), "dataset not as expected");
            }
            assertReason(Reason.CORRUPT, () -> root.openChunked("small", SPECTRA), "dataset not as expected");
            assertReason(Reason.CORRUPT, () -> root.openChunked("nothing", SPECTRA), "path=/nothing");
        }
    }

    @Test
    void shouldNotShrink() {
        try (Hdf5File file = Hdf5File.create(folder.resolve("a.h5"))) {
            ChunkedDataset data = file.root().chunkedDataset("data", SPECTRA, 12);

            assertThatThrownBy(() -> data.grow(11)).hasMessageContaining("would shrink");
        }
    }

    @Test
    void shouldNotAllocateForEachChunk() {
        int warmUp = 20_000;
        int measured = 10_000;
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        ChunkedLayout layout = new ChunkedLayout(ElementType.U1, List.of(8), 1, List.of(), 0);
        try (Hdf5File file = Hdf5File.create(folder.resolve("a.h5"));
                ChunkedDataset data = file.root().chunkedDataset("data", layout, 0);
                Arena arena = Arena.ofConfined()) {
            MemorySegment chunk = arena.allocate(8);
            long before = 0;
            for (int frame = 0; frame < warmUp + measured; frame++) {
                if (frame == warmUp) {
                    before = threads.getCurrentThreadAllocatedBytes();
                }
                data.grow(frame + 1);
                data.writeChunk(frame, 0, chunk, 8);
            }

            long bytesPerChunk = (threads.getCurrentThreadAllocatedBytes() - before) / measured;
            assertThat(bytesPerChunk).isLessThan(16);
        }
    }

    private static void assertReason(Reason reason, Runnable action, String part) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(part);
    }
}
