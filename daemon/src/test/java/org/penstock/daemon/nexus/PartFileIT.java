package org.penstock.daemon.nexus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.jhdf.HdfFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.compression.FilterStage;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.hdf5.Hdf5Library;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.FrameRange;

class PartFileIT {
    private static final List<List<Integer>> SHAPES = List.of(List.of(), List.of(5), List.of(3, 4), List.of(2, 3, 4));
    private static final DetectorDescription EIGER =
            ScanFixture.detector("eiger", ElementType.U2, List.of(3, 4), 1, 100);

    @TempDir
    Path folder;

    @Test
    void shouldBeReadByH5pyWithEveryTypeAndRank() {
        ForeignReader.assumePython("h5py");
        List<String> expected = new ArrayList<>();
        for (ElementType type : ElementType.values()) {
            for (List<Integer> shape : SHAPES) {
                DetectorDescription detector = ScanFixture.detector(name(type, shape), type, shape, 2, 8);
                ScanFixture.writeParts(folder, detector, 7, List.of(new FrameRange(2, 2)));
                expected.add(name(type, shape) + " " + "<" + type.wireName() + " 7 " + fill(type));
            }
        }

        String script = """
                import h5py, glob, numpy, sys
                for path in sorted(glob.glob(sys.argv[1] + '/*.h5')):
                    f = h5py.File(path, 'r', locking=False)
                    name = path.split('/')[-1][:-8]
                    d = f['/entry_0000/measurement/data']
                    values = d[()]
                    for frame in (0, 1, 4, 5, 6):
                        assert (values[frame] == frame + 1).all(), (path, frame)
                    hole = values[2:4]
                    assert (hole == d.fillvalue).all() or numpy.isnan(hole).all(), path
                    print(name, '<' + d.dtype.str[1:], len(d), d.fillvalue)
                """;
        assertThat(ForeignReader.python(script, folder.toString()).lines()).hasSameElementsAs(expected);
    }

    @Test
    void shouldBeReadByAnotherJavaLibrary() {
        for (List<Integer> shape : SHAPES) {
            DetectorDescription detector =
                    ScanFixture.detector(name(ElementType.I4, shape), ElementType.I4, shape, 1, 8);
            Path file = ScanFixture.writeParts(folder, detector, 3, List.of())
                    .getFirst()
                    .file();

            try (HdfFile hdf = new HdfFile(file)) {
                assertThat(hdf.getDatasetByPath(detector.groups().dataPath()).getDimensions()[0])
                        .isEqualTo(3);
                Object flat = hdf.getDatasetByPath(detector.groups().dataPath()).getDataFlat();
                assertThat(((int[]) flat)[0]).isEqualTo(1);
                assertThat(((int[]) flat)[((int[]) flat).length - 1]).isEqualTo(3);
                assertThat(hdf.getAttribute("creator").getData()).isEqualTo("penstock");
            }
        }
    }

    @Test
    void shouldLookLikeAFileOfLima() {
        ForeignReader.assumePython("h5py");
        Path file = ScanFixture.writeParts(folder, EIGER, 5, List.of(new FrameRange(1, 3)))
                .getFirst()
                .file();

        JsonNode tree = ForeignReader.dump(file);

        assertThat(tree.get("/").get("attrs").get("default").asText()).isEqualTo("entry_0000");
        assertThat(tree.get("/").get("attrs").get("creator").asText()).isEqualTo("penstock");
        assertThat(tree.get("/entry_0000").get("attrs").toString())
                .isEqualTo("{\"NX_class\":\"NXentry\",\"default\":\"ESRF_ID00/eiger/plot\"}");
        assertThat(tree.get("/entry_0000/ESRF_ID00")
                        .get("attrs")
                        .get("NX_class")
                        .asText())
                .isEqualTo("NXinstrument");
        assertThat(tree.get("/entry_0000/ESRF_ID00/eiger")
                        .get("attrs")
                        .get("NX_class")
                        .asText())
                .isEqualTo("NXdetector");
        assertThat(tree.get("/entry_0000/ESRF_ID00/eiger/plot")
                        .get("attrs")
                        .get("signal")
                        .asText())
                .isEqualTo("data");
        assertThat(tree.get("/entry_0000/measurement/data").get("target").asText())
                .isEqualTo("/entry_0000/ESRF_ID00/eiger/data");
        assertThat(tree.get("/entry_0000/end_time").get("value").asText())
                .isEqualTo("2026-11-22T20:07:29.011639+01:00");
        JsonNode data = tree.get("/entry_0000/ESRF_ID00/eiger/data");
        assertThat(data.get("attrs").get("interpretation").asText()).isEqualTo("image");
        assertThat(data.get("maxshape").toString()).isEqualTo("[null,3,4]");
        assertThat(data.get("chunks").toString()).isEqualTo("[1,3,4]");
        assertThat(tree.get("/entry_0000/ESRF_ID00/eiger/missing").get("value").toString())
                .isEqualTo("[1,2,3]");
        assertThat(tree.get("/entry_0000/ESRF_ID00/eiger/missing").get("dtype").asText())
                .isEqualTo("<i8");
        assertThat(tree.get("/entry_0000/ESRF_ID00/eiger/frame_start_number")
                        .get("value")
                        .asInt())
                .isZero();
        assertThat(tree.get("/entry_0000/ESRF_ID00/eiger/description")
                        .get("value")
                        .asText())
                .isEqualTo("Größe µm");
    }

    @Test
    void shouldBePlottedBySilx() {
        ForeignReader.assumePython("silx");
        Path file =
                ScanFixture.writeParts(folder, EIGER, 5, List.of()).getFirst().file();

        JsonNode plot = ForeignReader.silxDefault(file).get("default");

        assertThat(plot.get("is_image").asBoolean()).isTrue();
        assertThat(plot.get("shape").toString()).isEqualTo("[5,3,4]");
    }

    @Test
    void shouldStoreBitshuffledChunksThatPluginsDecode() {
        ForeignReader.assumePython("hdf5plugin");
        DetectorDescription detector = bitshuffled();
        String encode = """
                import h5py, hdf5plugin, numpy, sys
                f = h5py.File(sys.argv[1], 'w')
                d = f.create_dataset('d', data=numpy.arange(4096, dtype='u2').reshape(1, 64, 64), chunks=(1, 64, 64), **hdf5plugin.Bitshuffle())
                print(d.id.read_direct_chunk((0, 0, 0))[1].hex())
                """;
        byte[] encoded = HexFormat.of()
                .parseHex(ForeignReader.python(
                        encode, folder.resolve("encoded.h5").toString()));
        Path file = folder.resolve("eiger_0000.h5");

        try (PartFile part = PartFile.create(file, detector, 0, ScanFixture.START);
                Arena arena = Arena.ofConfined()) {
            MemorySegment chunk = arena.allocateFrom(ValueLayout.JAVA_BYTE, encoded);
            part.writeChunk(0, 1, 0, chunk, encoded.length);
            MemorySegment raw = ScanFixture.chunk(arena, detector, 6);
            part.writeChunk(1, 1, 1, raw, raw.byteSize());
            part.seal(2, List.of(), ScanFixture.END, null, null);
        }

        assertThat(ForeignReader.dump(file)
                        .get("/entry_0000/ESRF_ID00/eiger/data")
                        .get("filters")
                        .toString())
                .isEqualTo("[[32008,1,[0,3,2,0,2]]]");
        assertThat(ForeignReader.h5py(
                        file,
                        "import numpy; d = f['/entry_0000/measurement/data'][()]; "
                                + "print((d[0].ravel() == numpy.arange(4096)).all(), (d[1] == 7).all())"))
                .isEqualTo("True True");
    }

    @Test
    void shouldSayWhereEveryChunkLies() throws IOException {
        DetectorDescription detector = ScanFixture.detector("eiger", ElementType.U2, List.of(16, 16), 1, 1000);
        Path file = folder.resolve("eiger_0000.h5");
        List<Long> addresses = new ArrayList<>();

        try (PartFile part = PartFile.create(file, detector, 0, ScanFixture.START);
                Arena arena = Arena.ofConfined()) {
            for (int frame = 0; frame < 1000; frame++) {
                MemorySegment chunk = ScanFixture.chunk(arena, detector, frame);
                addresses.add(part.writeChunk(frame, 1, 0, chunk, 1 + frame % 512L));
            }
            part.seal(1000, List.of(), ScanFixture.END, null, null);
        }

        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r");
                Arena arena = Arena.ofConfined()) {
            for (int frame = 0; frame < 1000; frame++) {
                byte[] stored = new byte[1 + frame % 512];
                bytes.seek(addresses.get(frame));
                bytes.readFully(stored);
                byte[] written = ScanFixture.chunk(arena, detector, frame)
                        .asSlice(0, stored.length)
                        .toArray(ValueLayout.JAVA_BYTE);
                assertThat(stored).as("frame " + frame).isEqualTo(written);
            }
        }
    }

    @Test
    void shouldKeepChecksumsThatPythonComputesToo() {
        ForeignReader.assumePython("h5py");
        for (Checksum.Kind kind : List.of(Checksum.Kind.CRC32C, Checksum.Kind.CRC32)) {
            DetectorDescription detector =
                    ScanFixture.detector("mca_" + kind.wireName(), ElementType.U4, List.of(8), 2, 8);
            Path file = ScanFixture.writeParts(folder, detector, 15, List.of(new FrameRange(10, 2)), kind)
                    .getLast()
                    .file();

            assertThat(ForeignReader.integrity(file)
                            .get("/entry_0000/ESRF_ID00/" + detector.groupName())
                            .toString())
                    .isEqualTo("{\"chunks\":3,\"bad_chunks\":[],\"frames\":5,\"bad_frames\":[],\"kind\":\""
                            + kind.wireName() + "\",\"attrs\":{\"NX_class\":\"NXcollection\"},\"lengths\":[4,7]}");
        }
    }

    @Test
    void shouldKeepChecksumsOfChunksWhenTheSenderMakesNone() {
        ForeignReader.assumePython("h5py");
        Path file = ScanFixture.writeParts(folder, EIGER, 5, List.of(), Checksum.Kind.NONE)
                .getFirst()
                .file();

        assertThat(ForeignReader.integrity(file)
                        .get("/entry_0000/ESRF_ID00/eiger")
                        .toString())
                .startsWith("{\"chunks\":5,\"bad_chunks\":[],\"frames\":0,")
                .endsWith("\"lengths\":[5]}");
    }

    @Test
    void shouldRefuseChecksumsThatDoNotReachToTheEnd() {
        Integrity shortOfFrames = new Integrity(new int[3], Checksum.Kind.CRC32C, new int[2]);
        try (PartFile part = PartFile.create(folder.resolve("eiger_0000.h5"), EIGER, 0, ScanFixture.START)) {
            assertThatThrownBy(
                            () -> part.seal(3, List.of(), ScanFixture.END, Integrity.ofChunks(new int[] {1, 2}), null))
                    .hasMessageContaining("do not reach to the end")
                    .hasMessageContaining("chunks=3, chunkCrcs=2");
            assertThatThrownBy(() -> part.seal(3, List.of(), ScanFixture.END, shortOfFrames, null))
                    .hasMessageContaining("frames=3, frameChecksums=2");
            assertThat(part.isPoisoned()).isFalse();
        }
    }

    @Test
    void shouldHoldNoLockWhileItIsWritten() {
        ForeignReader.assumePython("fcntl");
        Path file = folder.resolve("eiger_0000.h5");

        try (PartFile part = PartFile.create(file, EIGER, 0, ScanFixture.START)) {
            String lock =
                    "import fcntl, sys; fcntl.flock(open(sys.argv[1], 'r+'), fcntl.LOCK_EX | fcntl.LOCK_NB); print('free')";
            assertThat(ForeignReader.python(lock, part.path().toString())).isEqualTo("free");
        }
    }

    @Test
    void shouldHaveTheOldestSuperblock() throws IOException {
        Path file =
                ScanFixture.writeParts(folder, EIGER, 5, List.of()).getFirst().file();

        byte[] head = Files.readAllBytes(file);

        assertThat(HexFormat.of().formatHex(head, 0, 9)).isEqualTo("894844460d0a1a0a" + "00");
    }

    @Test
    void shouldNeverReplaceAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("eiger_0000.h5"), "precious");

        assertThatThrownBy(() -> PartFile.create(file, EIGER, 0, ScanFixture.START))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.reason()).isEqualTo(StorageException.Reason.EXISTS))
                .hasMessageContaining(file.toString());

        assertThat(file).hasContent("precious");
    }

    @Test
    void shouldRefuseChunksThatBelongElsewhere() {
        DetectorDescription detector = ScanFixture.detector("mca", ElementType.U4, List.of(8), 4, 8);
        try (PartFile part = PartFile.create(folder.resolve("mca_0000.h5"), detector, 0, ScanFixture.START);
                Arena arena = Arena.ofConfined()) {
            MemorySegment chunk = ScanFixture.chunk(arena, detector, 0);
            part.writeChunk(4, 3, 0, chunk, chunk.byteSize());

            assertThatThrownBy(() -> part.writeChunk(8, 1, 0, chunk, chunk.byteSize()))
                    .hasMessageContaining("beyond its file");
            assertThatThrownBy(() -> part.writeChunk(0, 5, 0, chunk, chunk.byteSize()))
                    .hasMessageContaining("beyond its file");
            assertThatThrownBy(() -> part.writeChunk(2, 1, 0, chunk, chunk.byteSize()))
                    .hasMessageContaining("no chunk begins here");
            assertThatThrownBy(() -> part.writeChunk(4, 4, 0, chunk, chunk.byteSize()))
                    .hasMessageContaining("written before");
            assertThatThrownBy(() -> part.writeChunk(0, 4, 0, chunk, chunk.byteSize() + 1))
                    .hasMessageContaining("longer than its memory");
            assertThat(part.isPoisoned()).isFalse();
            assertThat(part.frames()).isEqualTo(8);
        }
    }

    @Test
    void shouldTakeFieldsOfAnyShape() {
        ForeignReader.assumePython("h5py");
        Map<String, Field> fields = Map.of(
                "module offset", new Field(List.of(List.of(0, 0.5), List.of(1, 2)), "px"),
                "serial-number", Field.of("E-32-0\uD83D\uDE00"),
                "names", Field.of(List.of("a", "µ")),
                "on", Field.of(true),
                "empty", Field.of(List.of()));
        DetectorDescription detector = new DetectorDescription(
                "det", ElementType.U1, List.of(2, 2), EIGER.storage(), GroupNames.of("ID00", "det"), fields);

        Path file = ScanFixture.writeParts(folder, detector, 1, List.of())
                .getFirst()
                .file();

        JsonNode tree = ForeignReader.dump(file);
        assertThat(tree.get("/entry_0000/ID00/det/module_offset").get("value").toString())
                .isEqualTo("[[0.0,0.5],[1.0,2.0]]");
        assertThat(tree.get("/entry_0000/ID00/det/serial_number").get("value").asText())
                .isEqualTo("E-32-0\uD83D\uDE00");
        assertThat(tree.get("/entry_0000/ID00/det/names").get("value").toString())
                .isEqualTo("[\"a\",\"µ\"]");
        assertThat(tree.get("/entry_0000/ID00/det/on").get("value").asInt()).isEqualTo(1);
        assertThat(tree.get("/entry_0000/ID00/det/empty").get("shape").toString())
                .isEqualTo("[0]");
    }

    @Test
    void shouldLeaveNothingWhenAFieldCannotBeWritten() {
        DetectorDescription detector = new DetectorDescription(
                "det",
                ElementType.U1,
                List.of(),
                EIGER.storage(),
                GroupNames.of("ID00", "det"),
                Map.of("odd", Field.of(new Object())));

        assertThatThrownBy(() -> PartFile.create(folder.resolve("det_0000.h5"), detector, 0, ScanFixture.START))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(folder).isEmptyDirectory();
        assertThat(Hdf5Library.openObjects()).isZero();
    }

    private static DetectorDescription bitshuffled() {
        FilterStage bslz4 = new FilterStage(32008, true, List.of(0, 3, 2, 0, 2));
        return new DetectorDescription(
                "eiger",
                ElementType.U2,
                List.of(64, 64),
                new FrameStorage(1, 100, List.of(bslz4)),
                GroupNames.of("ESRF-ID00", "eiger"),
                Map.of());
    }

    private static String name(ElementType type, List<Integer> shape) {
        return "det_" + type.wireName() + "_" + shape.size();
    }

    private static String fill(ElementType type) {
        return switch (type) {
            case U1 -> "255";
            case U2 -> "65535";
            case U4 -> "4294967295";
            case U8 -> "18446744073709551615";
            case I1 -> "-128";
            case I2 -> "-32768";
            case I4 -> "-2147483648";
            case I8 -> "-9223372036854775808";
            case F4, F8 -> "nan";
        };
    }
}
