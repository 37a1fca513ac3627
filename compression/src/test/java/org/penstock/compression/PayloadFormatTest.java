package org.penstock.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadFormatTest {
    private static final List<String> CODECS = List.of(
            "bslz4",
            "lz4",
            "zstd:3",
            "zstd:19",
            "blosc:lz4:bitshuffle:1",
            "blosc:lz4hc:noshuffle:5",
            "blosc:zstd:shuffle:1",
            "blosc:blosclz:shuffle:5");

    private final Arena arena = Arena.ofAuto();

    /** A chunk that arrived, whose size its encoder knows. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Arrived(PayloadFormat format, String codec, byte[] bytes, Sample sample) {
        static Optional<Arrived> of(String codec, Sample sample) {
            try (Arena arena = Arena.ofConfined();
                    ChunkEncoder encoder = ChunkCodec.of(codec).newEncoder()) {
                MemorySegment target = arena.allocate(sample.bytes().length);
                MemorySegment source = GuardedBuffer.copyOf(sample.bytes(), arena);
                long bytes = encoder.encode(source, sample.bytes().length, sample.elementBytes(), target);
                return bytes == ChunkEncoder.NOT_SMALLER
                        ? Optional.empty()
                        : Optional.of(new Arrived(
                                PayloadFormat.of(codec.split(":", -1)[0]),
                                codec,
                                target.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE),
                                sample));
            }
        }

        int rawBytes() {
            return sample.bytes().length;
        }

        /** Returns whether only decoding shows what the blocks hold, which the flags of Blosc say. */
        boolean isOpaque(byte[] damaged) {
            boolean hasLz4 = format == PayloadFormat.BLOSC ? (damaged[2] & 0xe0) == 0x20 : format != PayloadFormat.ZSTD;
            return !hasLz4;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bslz4",
                "lz4",
                "zstd:1",
                "zstd:19",
                "blosc:lz4:bitshuffle:1",
                "blosc:lz4hc:noshuffle:5",
                "blosc:zstd:shuffle:1",
                "blosc:blosclz:shuffle:9"
            })
    void shouldAcceptEverythingThatEncodersMake(String codec) {
        long accepted = Sample.all()
                .flatMap(sample -> Arrived.of(codec, sample).stream())
                .peek(arrived -> check(arrived, arrived.bytes()))
                .count();

        assertThat(accepted).isGreaterThan(300);
    }

    @ParameterizedTest
    @EnumSource(PayloadFormat.class)
    void shouldNotCrashOnRandomBytes(PayloadFormat format) {
        Random random = new Random(17);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);

            assertThatThrownBy(() -> check(format, bytes, 64, 4)).isInstanceOf(CompressionException.class);
        }
    }

    @Test
    void shouldRefuseEveryTruncation() {
        for (Arrived arrived : arrived(3000, 17)) {
            for (int bytes = 0; bytes < arrived.bytes().length; bytes++) {
                byte[] truncated = Arrays.copyOf(arrived.bytes(), bytes);

                assertThatThrownBy(() -> check(arrived, truncated))
                        .as("%s cut to %d", arrived.codec(), bytes)
                        .isInstanceOf(CompressionException.class);
            }
        }
    }

    @Test
    void shouldRefuseWhatIsFollowedByMore() {
        for (Arrived arrived : arrived(3000, 17)) {
            assertThatThrownBy(() -> check(arrived, Arrays.copyOf(arrived.bytes(), arrived.bytes().length + 1)))
                    .as(arrived.codec())
                    .isInstanceOf(CompressionException.class);
        }
    }

    @Test
    void shouldRefuseAnotherSizeThanTheOneExpected() {
        for (Arrived arrived : arrived(3000, 17)) {
            for (int other : new int[] {4, 2996, 3004, 6000}) {
                assertThatThrownBy(() -> check(arrived.format(), arrived.bytes(), other, 4))
                        .as(arrived.codec())
                        .isInstanceOf(CompressionException.class)
                        .hasMessageContaining("expected=" + other + ", actual=3000")
                        .hasMessageStartingWith(
                                "payload refused: encoding=" + arrived.format().encoding());
            }
        }
    }

    @Test
    void shouldAcceptNoDamageThatChangesTheDecodedSize() {
        assumeTrue(Stream.of(PayloadFormat.values()).allMatch(PayloadFormatTest::hasJudge), CFilter.MISSING);
        Random random = new Random(23);
        for (Arrived arrived : arrived(20_011, 5)) {
            int accepted = 0;
            for (int round = 0; round < 4000; round++) {
                byte[] damaged = damage(arrived.bytes(), random);
                if (isAccepted(arrived, damaged)) {
                    accepted++;
                    Optional<byte[]> decoded = decode(arrived, damaged);
                    assertThat(decoded.isPresent() || arrived.isOpaque(damaged))
                            .as(
                                    "%s: the C decoder refuses what was accepted, first changed at %d",
                                    arrived.codec(), Arrays.mismatch(arrived.bytes(), damaged))
                            .isTrue();
                    decoded.ifPresent(bytes -> assertThat(bytes).hasSize(arrived.rawBytes()));
                }
            }
            assertThat(accepted)
                    .as("%s: damaged literals are not seen", arrived.codec())
                    .isPositive();
        }
    }

    @Test
    void shouldNameTheEncodingsThereAre() {
        assertThatThrownBy(() -> PayloadFormat.of("raw"))
                .hasMessage("unknown encoding: actual=raw, expected=one of bslz4 lz4 zstd blosc");
    }

    /** Chunks of one length, some of them of all codecs. */
    private static List<Arrived> arrived(int rawBytes, int rareness) {
        byte[] bytes = new byte[rawBytes - rawBytes % 4];
        Random random = new Random(rareness);
        for (int i = 0; i < bytes.length; i += 4) {
            bytes[i] = (byte) (random.nextInt(rareness) == 0 ? random.nextInt() : random.nextInt(3));
        }
        Sample sample = new Sample("counts", 4, bytes);
        return CODECS.stream()
                .map(codec -> Arrived.of(codec, sample).orElseThrow())
                .toList();
    }

    /** Changes a few bits, bytes or lengths, most of them near the begin, where headers are. */
    private static byte[] damage(byte[] bytes, Random random) {
        byte[] damaged = bytes.clone();
        for (int times = random.nextInt(3); times >= 0; times--) {
            int at = random.nextBoolean()
                    ? random.nextInt(damaged.length)
                    : random.nextInt(Math.min(64, damaged.length));
            switch (random.nextInt(3)) {
                case 0 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> damaged[at] = (byte) random.nextInt();
                default -> damaged[at] += (byte) (random.nextBoolean() ? 1 : -1);
            }
        }
        return damaged;
    }

    private boolean isAccepted(Arrived arrived, byte[] bytes) {
        try {
            check(arrived, bytes);
            return true;
        } catch (CompressionException _) {
            return false;
        }
    }

    private void check(Arrived arrived, byte[] bytes) {
        check(arrived.format(), bytes, arrived.rawBytes(), arrived.sample().elementBytes());
    }

    private void check(PayloadFormat format, byte[] bytes, long rawBytes, int elementBytes) {
        format.check(GuardedBuffer.copyOf(bytes, arena), bytes.length, rawBytes, elementBytes);
    }

    private static boolean hasJudge(PayloadFormat format) {
        return format == PayloadFormat.ZSTD
                ? CZstd.find().isPresent()
                : filter(format).isPresent();
    }

    private static Optional<CFilter> filter(PayloadFormat format) {
        return CFilter.find(
                switch (format) {
                    case BSLZ4 -> "libh5bshuf.so";
                    case LZ4 -> "libh5lz4.so";
                    case BLOSC -> "libH5Zblosc.so";
                    case ZSTD -> "none";
                });
    }

    private static Optional<byte[]> decode(Arrived arrived, byte[] bytes) {
        if (arrived.format() == PayloadFormat.ZSTD) {
            return CZstd.find().orElseThrow().decode(bytes, arrived.rawBytes());
        }
        FilterStage stage = ChunkCodec.of(arrived.codec())
                .filterPipeline(arrived.sample().elementBytes(), arrived.rawBytes())
                .getFirst();
        return filter(arrived.format()).orElseThrow().decode(bytes, stage);
    }
}
