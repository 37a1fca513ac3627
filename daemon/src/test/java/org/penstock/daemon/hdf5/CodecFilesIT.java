package org.penstock.daemon.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import io.jhdf.HdfFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.compression.ChunkCodec;
import org.penstock.compression.ChunkEncoder;
import org.penstock.protocol.ElementType;

/** Chunks of every codec with every option, of every type, odd lengths and hard contents, read by others. */
class CodecFilesIT {
    private static final Path SCRIPT =
            Path.of(System.getProperty("penstock.root", ".."), "src", "it", "check_codecs.py");

    /** One element; around what a block of 8 KiB has of single bytes; primes. */
    private static final List<Integer> ELEMENTS = List.of(1, 997, 8191, 8193, 20_011);

    private static final List<Content> CONTENTS = List.of(
            (_, _) -> {},
            (_, chunk) -> chunk.fill((byte) 0xff),
            (_, chunk) -> noise(chunk, 1),
            (_, chunk) -> noise(chunk, 97),
            CodecFilesIT::values);

    @TempDir
    private static Path folder;

    /** Fills a chunk that is zero. */
    @FunctionalInterface
    private interface Content {
        void fill(ElementType type, MemorySegment chunk);
    }

    @BeforeAll
    static void writeEveryCodec() throws IOException {
        List<String> lines = new ArrayList<>();
        try (var raw = Files.newOutputStream(folder.resolve("expected.raw"));
                Hdf5File file = Hdf5File.create(folder.resolve("codecs.h5"))) {
            long offset = 0;
            for (ChunkCodec codec : codecs().map(ChunkCodec::of).toList()) {
                Hdf5Group group = file.root().createGroup(codec.name());
                for (ElementType type : ElementType.values()) {
                    Hdf5Group ofType = group.createGroup(type.wireName());
                    for (int elements : ELEMENTS) {
                        for (byte[] chunk : write(ofType, codec, type, elements)) {
                            raw.write(chunk);
                        }
                        lines.add(codec.name() + "/" + type.wireName() + "/" + elements + " " + offset);
                        offset += (long) CONTENTS.size() * elements * type.bytes();
                    }
                }
            }
        }
        Files.write(folder.resolve("expected"), lines);
    }

    private static Stream<String> codecs() {
        Stream<String> blosc = Stream.of("lz4", "lz4hc", "zstd", "blosclz")
                .flatMap(compressor -> Stream.of("noshuffle", "shuffle", "bitshuffle")
                        .flatMap(shuffle ->
                                Stream.of(1, 5).map(level -> "blosc:" + compressor + ":" + shuffle + ":" + level)));
        return Stream.concat(
                Stream.of("bslz4", "lz4", "zstd:1", "zstd:3", "gzip:1", "gzip:1:shuffle", "gzip:6:shuffle"), blosc);
    }

    private static List<byte[]> write(Hdf5Group group, ChunkCodec codec, ElementType type, int elements) {
        long chunkBytes = (long) elements * type.bytes();
        ChunkedLayout layout =
                new ChunkedLayout(type, List.of(elements), 1, codec.filterPipeline(type.bytes(), chunkBytes), 0);
        List<byte[]> chunks = new ArrayList<>();
        try (Arena arena = Arena.ofConfined();
                ChunkEncoder encoder = codec.newEncoder();
                ChunkedDataset data = group.chunkedDataset("" + elements, layout, CONTENTS.size())) {
            MemorySegment target = arena.allocate(chunkBytes);
            for (int index = 0; index < CONTENTS.size(); index++) {
                MemorySegment chunk = arena.allocate(chunkBytes, Long.BYTES);
                CONTENTS.get(index).fill(type, chunk);
                long bytes = encoder.encode(chunk, chunkBytes, type.bytes(), target);
                if (bytes == ChunkEncoder.NOT_SMALLER) {
                    data.writeChunk(index, (1 << layout.filters().size()) - 1, chunk, chunkBytes);
                } else {
                    data.writeChunk(index, 0, target, bytes);
                }
                chunks.add(chunk.toArray(ValueLayout.JAVA_BYTE));
            }
        }
        return chunks;
    }

    private static void noise(MemorySegment chunk, int step) {
        Random random = new Random(chunk.byteSize());
        for (long at = 0; at < chunk.byteSize(); at += step) {
            chunk.set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt());
        }
    }

    /** Small counts; floats with NaN among them. */
    private static void values(ElementType type, MemorySegment chunk) {
        Random random = new Random(11);
        for (long at = 0; at < chunk.byteSize(); at += type.bytes()) {
            int count = random.nextInt(7);
            switch (type) {
                case F4 -> chunk.set(ValueLayout.JAVA_FLOAT, at, count == 0 ? Float.NaN : count / 3f);
                case F8 -> chunk.set(ValueLayout.JAVA_DOUBLE, at, count == 0 ? Double.NaN : count / 3.0);
                default -> chunk.set(ValueLayout.JAVA_BYTE, at, (byte) count);
            }
        }
    }

    @Test
    void shouldBeReadByH5pyWithTheFiltersOfItsOwn() {
        ForeignReader.assumePython("hdf5plugin");

        String said = ForeignReader.script(
                SCRIPT,
                folder.resolve("codecs.h5").toString(),
                folder.resolve("expected").toString());

        long chunks = codecs().count() * ElementType.values().length * ELEMENTS.size() * CONTENTS.size();
        assertThat(said).isEqualTo(chunks + " chunks compared, 0 problems");
    }

    /** It knows neither Blosc nor Zstandard. */
    @Test
    void shouldBeReadByAnotherJavaLibrary() {
        try (HdfFile hdf = new HdfFile(folder.resolve("codecs.h5"));
                Arena arena = Arena.ofConfined()) {
            MemorySegment expected = arena.allocate(8193 * 4L, Integer.BYTES);
            values(ElementType.I4, expected);
            for (String codec : List.of("bslz4", "lz4", "gzip:1", "gzip:1:shuffle")) {
                int[][] read = (int[][]) hdf.getDatasetByPath(codec + "/i4/8193")
                        .getData(new long[] {CONTENTS.size() - 1, 0}, new int[] {1, 8193});
                assertThat(read[0]).as(codec).isEqualTo(expected.toArray(ValueLayout.JAVA_INT));
            }
        }
    }
}
