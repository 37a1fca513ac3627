package org.penstock.daemon.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.penstock.compression.FilterStage;
import org.penstock.daemon.hdf5.ChunkedLayout;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.protocol.ElementType;

/** Chunks that the C filters encoded. */
class ChunkDecoderTest {
    /** Frames of an odd number of elements: no block of any filter fits. */
    private static final int ELEMENTS = 9001;

    /** Debian has no plugin for it; the filter stores one frame of libzstd. */
    private static final String ZSTD = "zstd";

    @Test
    void shouldDecodeWhatTheCFiltersEncode() throws IOException {
        ForeignReader.assumePython("hdf5plugin");
        for (String filter : List.of(
                "hdf5plugin.Bitshuffle()",
                "hdf5plugin.Bitshuffle(nelems=1024)",
                "hdf5plugin.LZ4()",
                "hdf5plugin.LZ4(nbytes=4096)",
                ZSTD,
                "dict(compression='gzip')",
                "dict(compression='gzip', shuffle=True)",
                "dict(shuffle=True)",
                "{}")) {
            Encoded encoded = encode(filter);

            byte[] decoded = encoded.decoder().decode(encoded.chunk(), 0);

            assertThat(decoded).as(filter).isEqualTo(encoded.raw());
        }
    }

    @Test
    void shouldLeaveOutFiltersThatTheMaskNames() throws IOException {
        ForeignReader.assumePython("hdf5plugin");
        Encoded encoded = encode("dict(compression='gzip', shuffle=True)");

        assertThat(encoded.decoder().decode(encoded.raw(), 3)).isEqualTo(encoded.raw());
    }

    @Test
    void shouldRefuseDamagedChunksWithoutAnyOtherException() throws IOException {
        ForeignReader.assumePython("hdf5plugin");
        Random random = new Random(1);
        for (String filter : List.of("hdf5plugin.Bitshuffle()", "hdf5plugin.LZ4()", ZSTD, "dict(compression='gzip')")) {
            Encoded encoded = encode(filter);
            for (int i = 0; i < 2000; i++) {
                byte[] damaged = Arrays.copyOf(
                        encoded.chunk(), i % 2 == 0 ? encoded.chunk().length : random.nextInt(encoded.chunk().length));
                int at = random.nextInt(Math.max(1, Math.min(damaged.length, i % 4 < 2 ? 20 : Integer.MAX_VALUE)));
                if (damaged.length > 0) {
                    damaged[at] = (byte) random.nextInt();
                }

                decodeOrRefuse(encoded.decoder(), damaged);
            }
            assertThatThrownBy(() -> encoded.decoder().decode(new byte[0], 0)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void shouldSayWhichFiltersItDoesNotKnow() {
        assertThat(ChunkDecoder.of(layout(List.of(new FilterStage(32001, true, List.of(2, 2, 2, 18002, 5, 1, 4))))))
                .isNull();
        assertThat(ChunkDecoder.of(layout(List.of(new FilterStage(32008, true, List.of(0, 3, 2, 0, 3))))))
                .isNull();
        assertThat(ChunkDecoder.of(layout(List.of(new FilterStage(2, true, List.of(0))))))
                .isNull();
    }

    private static void decodeOrRefuse(ChunkDecoder decoder, byte[] damaged) {
        try {
            assertThat(decoder.decode(damaged, 0)).hasSize(2 * ELEMENTS);
        } catch (IOException e) {
            assertThat(e).hasMessageMatching("(?s).+: .+");
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Encoded(ChunkDecoder decoder, byte[] raw, byte[] chunk) {}

    /** Has h5py write one chunk, with numbers that shrink a little. */
    private static Encoded encode(String filter) {
        List<String> said = ForeignReader.python("""
                        import ctypes, h5py, numpy, hdf5plugin, sys
                        a = (numpy.random.default_rng(1).poisson(3, %d) + numpy.arange(%d) // 100).astype('<u2')
                        print(a.tobytes().hex())
                        if sys.argv[1] == 'zstd':
                            zstd = ctypes.CDLL('libzstd.so.1')
                            zstd.ZSTD_compress.restype = ctypes.c_size_t
                            size = ctypes.c_size_t
                            out = ctypes.create_string_buffer(3 * a.nbytes)
                            n = zstd.ZSTD_compress(out, size(len(out)), a.tobytes(), size(a.nbytes), 3)
                            print(out.raw[:n].hex())
                            print(32015, 3)
                            sys.exit()
                        f = h5py.File('x', 'w', driver='core', backing_store=False)
                        d = f.create_dataset('d', data=a, chunks=a.shape, **eval(sys.argv[1]))
                        plist = d.id.get_create_plist()
                        print(d.id.read_direct_chunk((0,))[1].hex())
                        for i in range(plist.get_nfilters()):
                            print(plist.get_filter(i)[0], *plist.get_filter(i)[2])
                        """.formatted(ELEMENTS, ELEMENTS), filter)
                .lines()
                .toList();
        List<FilterStage> stages =
                said.stream().skip(2).map(ChunkDecoderTest::stage).toList();
        ChunkDecoder decoder = ChunkDecoder.of(layout(stages));
        if (decoder == null) {
            throw new AssertionError("no decoder: " + stages);
        }
        HexFormat hex = HexFormat.of();
        return new Encoded(decoder, hex.parseHex(said.get(0)), hex.parseHex(said.get(1)));
    }

    private static FilterStage stage(String line) {
        List<Integer> values = Arrays.stream(line.split(" "))
                .map(text -> (int) Long.parseLong(text))
                .toList();
        return new FilterStage(values.getFirst(), true, values.subList(1, values.size()));
    }

    private static ChunkedLayout layout(List<FilterStage> stages) {
        return new ChunkedLayout(ElementType.U2, List.of(ELEMENTS), 1, stages, 0);
    }
}
