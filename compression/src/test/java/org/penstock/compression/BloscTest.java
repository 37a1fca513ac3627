package org.penstock.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.penstock.compression.ffi.BloscLibrary;

class BloscTest {
    private static final Optional<CFilter> C_FILTER = CFilter.find("libH5Zblosc.so");

    @Nested
    class Lz4Bits extends Contract {
        @Override
        ChunkCodec codec() {
            return new Blosc(Blosc.Compressor.LZ4, Blosc.Shuffle.BITSHUFFLE, 1);
        }
    }

    @Nested
    class Lz4hcBytes extends Contract {
        @Override
        ChunkCodec codec() {
            return new Blosc(Blosc.Compressor.LZ4HC, Blosc.Shuffle.SHUFFLE, 3);
        }
    }

    @Nested
    class ZstdUnshuffled extends Contract {
        @Override
        ChunkCodec codec() {
            return new Blosc(Blosc.Compressor.ZSTD, Blosc.Shuffle.NOSHUFFLE, 3);
        }
    }

    @Nested
    class BloscLzBytes extends Contract {
        @Override
        ChunkCodec codec() {
            return new Blosc(Blosc.Compressor.BLOSCLZ, Blosc.Shuffle.SHUFFLE, 9);
        }
    }

    abstract static class Contract extends ChunkCodecContract {
        @Override
        byte[] decode(MemorySegment stored, long storedBytes, int elementBytes) {
            return decoded(stored.asSlice(0, storedBytes).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    @Test
    void shouldStoreClientDataAsTheCFilterDoes() {
        assertThat(new Blosc(Blosc.Compressor.ZSTD, Blosc.Shuffle.BITSHUFFLE, 1).filterPipeline(8, 614400))
                .containsExactly(new FilterStage(32001, true, List.of(2, 2, 8, 614400, 1, 2, 5)));
        assertThat(new Blosc(Blosc.Compressor.LZ4, Blosc.Shuffle.SHUFFLE, 9).filterPipeline(300, 900))
                .as("elements too large for Blosc")
                .containsExactly(new FilterStage(32001, true, List.of(2, 2, 1, 900, 9, 1, 1)));
    }

    /** Each has a Zstandard of its own version, so of that one only what comes out is the same. */
    @ParameterizedTest
    @EnumSource(Blosc.Compressor.class)
    void shouldGiveTheSameBytesWithBothLibraries(Blosc.Compressor compressor) {
        Optional<BloscLibrary> installed = BloscLibrary.installed();
        assumeTrue(installed.isPresent(), "libblosc.so.1 is not installed (Debian: libblosc1)");
        List<Sample> samples = Sample.all().toList();
        for (Blosc.Shuffle shuffle : Blosc.Shuffle.values()) {
            Blosc codec = new Blosc(compressor, shuffle, 4);
            try (Arena arena = Arena.ofConfined();
                    ChunkEncoder direct = codec.newEncoder(installed.orElseThrow());
                    ChunkEncoder copying = codec.newEncoder(BloscLibrary.bundled())) {
                for (Sample sample : samples) {
                    MemorySegment source = GuardedBuffer.copyOf(sample.bytes(), arena);
                    byte[] copied = encoded(copying, source, sample);

                    if (compressor != Blosc.Compressor.ZSTD) {
                        assertThat(copied).as("%s %s", codec.name(), sample).isEqualTo(encoded(direct, source, sample));
                    } else if (copied.length < sample.bytes().length) {
                        assertThat(decoded(copied))
                                .as("%s %s", codec.name(), sample)
                                .isEqualTo(sample.bytes());
                    }
                }
            }
        }
    }

    private static byte[] encoded(ChunkEncoder encoder, MemorySegment source, Sample sample) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(sample.bytes().length);
            long bytes = encoder.encode(source, sample.bytes().length, sample.elementBytes(), target);
            return bytes == ChunkEncoder.NOT_SMALLER
                    ? sample.bytes()
                    : target.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private static byte[] decoded(byte[] stored) {
        assumeTrue(C_FILTER.isPresent(), CFilter.MISSING);
        FilterStage stage = new FilterStage(32001, true, List.of(2, 2, 1, 0, 1, 0, 1));
        return C_FILTER.orElseThrow().decode(stored, stage).orElseThrow();
    }
}
