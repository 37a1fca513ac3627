package org.penstock.daemon.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.airlift.compress.v3.MalformedInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penstock.daemon.hdf5.ForeignReader;

/** Chunks that the C library made, and what it makes of damaged ones. */
@Timeout(120)
class BloscDecoderTest {
    private static final String REFUSED = "refused";

    /** Damage in longer chunks is no other, and takes longer. */
    private static final int LARGE_BYTES = 100_000;

    private static final HexFormat HEX = HexFormat.of();

    @TempDir
    private Path folder;

    /**
     * A chunk of the C library.
     *
     * @param name compressor, shuffle, bytes of an element, content
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Sample(String name, byte[] raw, byte[] chunk) {
        byte[] decoded() throws IOException {
            return BloscDecoder.decode(chunk, raw.length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"blosclz", "lz4", "lz4hc", "zstd"})
    void shouldDecodeWhatTheCLibraryEncodes(String compressor) throws IOException {
        List<Sample> samples = samples(compressor, 120);

        for (Sample sample : samples) {
            assertThat(sample.decoded()).as(sample.name()).isEqualTo(sample.raw());
        }

        assertThat(samples).hasSize(120);
    }

    /** What the C library refuses may be refused or not; what both decode is the same. */
    @ParameterizedTest
    @ValueSource(strings = {"blosclz", "lz4"})
    void shouldDecodeOfDamagedChunksNothingElseThanTheCLibrary(String compressor) throws IOException {
        List<Sample> damaged = damaged(compressor);
        List<String> decoded = decodedByTheCLibrary(damaged);

        int compared = 0;
        for (int i = 0; i < damaged.size(); i++) {
            byte[] ours = decodeOrRefuse(damaged.get(i));
            if (ours != null && !decoded.get(i).equals(REFUSED)) {
                assertThat(HEX.formatHex(ours)).as(damaged.get(i).name()).isEqualTo(decoded.get(i));
                compared++;
            }
        }

        assertThat(compared).as("damaged chunks that both decode").isGreaterThan(100);
    }

    /** Versions of Zstandard make different pixels of the same damage: nothing to compare with. */
    @Test
    void shouldSurviveDamagedZstandard() throws IOException {
        int refused = 0;
        for (Sample sample : damaged("zstd")) {
            refused += decodeOrRefuse(sample) == null ? 1 : 0;
        }

        assertThat(refused).isGreaterThan(100);
    }

    private static List<Sample> damaged(String compressor) {
        Random random = new Random(1);
        List<Sample> damaged = new ArrayList<>();
        for (Sample sample : samples(compressor, 40)) {
            for (int i = 0; i < 50 && sample.raw().length < LARGE_BYTES; i++) {
                damaged.add(new Sample(sample.name(), sample.raw(), damage(sample.chunk(), i, random)));
            }
        }
        return damaged;
    }

    @Test
    void shouldTakeNoMemoryThatAHeaderAsksFor() throws IOException {
        Sample sample = samples("lz4", 1).getFirst();
        for (int at : new int[] {4, 8, 12}) {
            byte[] huge = sample.chunk().clone();
            Arrays.fill(huge, at, at + 3, (byte) -1);
            huge[at + 3] = 0x7f;

            assertThatThrownBy(() -> BloscDecoder.decode(huge, sample.raw().length))
                    .as("u32 at %s", at)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("2147483647")
                    .hasMessageContaining("expected=");
        }
    }

    @Test
    void shouldRefuseCompressorsThatNoStreamCanAskFor() {
        assertThat(BloscDecoder.isKnown(List.of(2, 2, 2, 100, 5, 1, 3)))
                .as("snappy")
                .isFalse();
        assertThat(BloscDecoder.isKnown(List.of(2, 2, 2, 100, 5, 1, 4)))
                .as("zlib")
                .isFalse();
        assertThat(BloscDecoder.isKnown(List.of(2, 2, 2, 100)))
                .as("blosclz by default")
                .isTrue();
    }

    private static byte @Nullable [] decodeOrRefuse(Sample sample) {
        try {
            byte[] decoded = sample.decoded();
            assertThat(decoded).hasSameSizeAs(sample.raw());
            return decoded;
        } catch (IOException e) {
            assertThat(e).hasMessageMatching("(?s).+: .+expected=.+");
        } catch (MalformedInputException e) {
            assertThat(e).as("ChunkDecoder turns it into a finding").hasMessageMatching("(?s).+");
        }
        return null;
    }

    /** Anywhere, in the header, at the end: a byte, or cut off with the length made right. */
    private static byte[] damage(byte[] chunk, int kind, Random random) {
        byte[] damaged = chunk.clone();
        int at = random.nextInt(kind % 3 == 0 ? Math.min(chunk.length, 64) : chunk.length);
        damaged[at] = kind % 2 == 0 ? (byte) random.nextInt() : (byte) (damaged[at] ^ (1 << random.nextInt(8)));
        if (kind % 10 == 9) {
            damaged = Arrays.copyOf(damaged, Math.max(16, random.nextInt(chunk.length)));
            for (int i = 0; i < 4; i++) {
                damaged[12 + i] = (byte) (damaged.length >>> (8 * i));
            }
        }
        return damaged;
    }

    /** Shuffles, sizes of elements, lengths that blocks, splits and groups of eight do not divide, contents from empty to noise. */
    private static List<Sample> samples(String compressor, int count) {
        ForeignReader.assumePython("numpy");
        ForeignReader.assumePython("ctypes; ctypes.CDLL('libblosc.so.1')");
        List<Sample> samples = new ArrayList<>();
        List<String> lines = ForeignReader.python("""
                import ctypes, numpy, sys
                blosc, size = ctypes.CDLL('libblosc.so.1'), ctypes.c_size_t
                random, compressor = numpy.random.default_rng(7), sys.argv[1]
                for i in range(int(sys.argv[2])):
                    shuffle, width = i % 3, (2, 1, 4, 8, 16, 3, 20)[i // 3 % 7]
                    elements = (9001, 9000, 300, 17, 65536 + 11)[i % 5]
                    kind = i % 4
                    a = random.poisson((0.05, 3, 100, 1)[kind], elements * width).astype('u1').reshape(-1, width)
                    if kind == 0:
                        a[1:elements // 2] = a[0]
                    elif kind == 1:
                        a[:, 1:] = 0
                    elif kind == 2:
                        a = random.integers(0, 256, a.shape, 'u1')
                    else:
                        a = numpy.concatenate([a[:len(a) // 3], a])[:len(a)]
                    raw = a.tobytes()
                    out = ctypes.create_string_buffer(len(raw) + 16)
                    n = blosc.blosc_compress_ctx(1 + i % 9, shuffle, size(width), size(len(raw)), raw, out, size(len(out)),
                                                 compressor.encode(), size((0, 1024)[i % 2]), 1)
                    assert n > 0
                    print(f'{compressor} shuffle={shuffle} width={width} elements={elements} kind={kind}', raw.hex(),
                          out.raw[:n].hex(), sep=',')
                """, compressor, String.valueOf(count))
                .lines()
                .toList();
        for (String line : lines) {
            String[] parts = line.split(",", 3);
            samples.add(new Sample(parts[0], HEX.parseHex(parts[1]), HEX.parseHex(parts[2])));
        }
        return samples;
    }

    /** Returns what the C library decodes, in hex, or {@link #REFUSED}. */
    private List<String> decodedByTheCLibrary(List<Sample> samples) throws IOException {
        List<String> lines = samples.stream()
                .map(sample -> sample.raw().length + " " + HEX.formatHex(sample.chunk()))
                .toList();
        Path file = Files.write(folder.resolve("chunks.txt"), lines);
        return ForeignReader.python("""
                import ctypes, sys
                blosc, size = ctypes.CDLL('libblosc.so.1'), ctypes.c_size_t
                result = []
                for line in open(sys.argv[1]):
                    raw, chunk = line.split()
                    raw, chunk = int(raw), bytes.fromhex(chunk)
                    nbytes = size()
                    ok = blosc.blosc_cbuffer_validate(chunk, size(len(chunk)), ctypes.byref(nbytes)) == 0
                    out = ctypes.create_string_buffer(raw)
                    ok = ok and nbytes.value == raw and blosc.blosc_decompress_ctx(chunk, out, size(raw), 1) == raw
                    result.append(out.raw.hex() if ok else 'refused')
                print(*result, sep='\\n')
                """, file.toString()).lines().toList();
    }
}
