package org.penstock.compression.bitshuffle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.penstock.compression.CLz4;

/** Blocks made to break an encoder: each is decoded by the C library, and is the same bytes with either kernels. */
class PlaneEncoderTest {
    private static final Optional<CLz4> C_LZ4 = CLz4.find();
    private static final int[] ROWS = {1, 2, 3, 4, 5, 7, 8, 16, 31, 32, 33, 64, 128, 256, 512, 1024};

    private final PlaneEncoder scalar = new PlaneEncoder(new ScalarKernels(), new ReadAhead());
    private final PlaneEncoder vector = new PlaneEncoder(new VectorKernels(), new ReadAhead());
    private final Random random = new Random(11);

    @Test
    void shouldEncodeBlocksTooShortForAMatch() {
        for (int bytes = 1; bytes <= 40; bytes++) {
            check(new byte[bytes], 1);
            check(noise(bytes), 1);
        }
    }

    @Test
    void shouldEncodeRunsThatEndAtEveryOffsetNearTheEnd() {
        for (int bytes : new int[] {64, 200, 1000}) {
            for (int end = bytes - 60; end <= bytes; end++) {
                for (int run : new int[] {3, 4, 5, 12, 13, 19, 40}) {
                    byte[] block = noise(bytes);
                    Arrays.fill(block, Math.max(end - run, 0), end, (byte) 0);
                    check(block, 64);
                }
            }
        }
    }

    @Test
    void shouldEncodeRunsOfEveryLength() {
        for (int run = 1; run <= 600; run++) {
            byte[] block = noise(700);
            Arrays.fill(block, 37, 37 + run, (byte) 0xff);
            check(block, 256);
        }
    }

    @Test
    void shouldEncodeLiteralsOfEveryLength() {
        for (int literals = 1; literals <= 600; literals++) {
            byte[] block = noise(literals + 100);
            Arrays.fill(block, literals, block.length, (byte) 0);
            check(block, 1024);
        }
    }

    @Test
    void shouldEncodeRowsThatRepeatForEveryLength() {
        for (int rowBytes : ROWS) {
            for (int match = 1; match <= 300; match += match < 24 ? 1 : 7) {
                byte[] block = noise(rowBytes + 400);
                for (int i = 0; i < match; i++) {
                    block[rowBytes + 21 + i] = block[21 + i];
                }
                check(block, rowBytes);
            }
        }
    }

    @Test
    void shouldEncodeRowsThatRepeatUpToEveryOffsetNearTheEnd() {
        for (int end = 0; end <= 40; end++) {
            byte[] block = noise(512);
            for (int i = 300; i < block.length - end; i++) {
                block[i] = block[i - 64];
            }
            check(block, 64);
        }
    }

    @Test
    void shouldPreferTheLongerOfRunAndRow() {
        for (int run = 3; run < 80; run++) {
            byte[] block = noise(1024);
            Arrays.fill(block, 100, 100 + run, (byte) 1);
            Arrays.fill(block, 228, 268, (byte) 1);
            check(block, 128);
        }
    }

    @Test
    void shouldEncodeStrayBytesBetweenRunsOfEveryLength() {
        for (int first = 3; first < 140; first++) {
            byte[] block = new byte[400];
            random.nextBytes(block);
            Arrays.fill(block, 10, 10 + first, (byte) 0);
            Arrays.fill(block, 12 + first, 80 + first, (byte) 0);
            Arrays.fill(block, 81 + first, 300, (byte) (first % 3 == 0 ? 0 : 1));
            check(block, 1024);
        }
    }

    @Test
    void shouldNotReachFartherBackThanADistanceCanSay() {
        byte[] block = noise(200_000);
        Arrays.fill(block, 100, 400, (byte) 0);
        for (int at : new int[] {65_000, 65_500, 65_636, 65_700, 66_000, 150_000}) {
            Arrays.fill(block, at, at + 60, (byte) 0);
        }
        check(block, 16);
    }

    @Test
    void shouldEncodeRandomPlanes() {
        for (int round = 0; round < 3000; round++) {
            int rowBytes = ROWS[random.nextInt(ROWS.length)];
            check(planes(1 + random.nextInt(8192), rowBytes), rowBytes);
        }
    }

    @Test
    void shouldEncodeFlatPlanesAmongOthers() {
        for (int round = 0; round < 2000; round++) {
            int planeCount = 1 + random.nextInt(8);
            int rowBytes = 64 << random.nextInt(4);
            int planeBytes = 8 * rowBytes;
            byte[] block = planes(planeCount * planeBytes, rowBytes);
            long flatPlanes = 0;
            for (int plane = 0; plane < planeCount; plane++) {
                if (random.nextBoolean()) {
                    flatPlanes |= 1L << plane;
                    byte[] row = random.nextInt(3) == 0 ? new byte[rowBytes] : planes(rowBytes, 16);
                    for (int i = 0; i < 8; i++) {
                        System.arraycopy(row, 0, block, plane * planeBytes + i * rowBytes, rowBytes);
                    }
                }
            }
            check(block, rowBytes, flatPlanes);
        }
    }

    /** The token has room for 18, one more byte for 273, each further one for 255 more. */
    @Test
    void shouldEncodeMatchesAroundEveryLengthOfTheirLength() {
        for (int match : new int[] {4, 5, 18, 19, 20, 272, 273, 274, 275, 527, 528, 529, 530, 784}) {
            byte[] run = noise(1024);
            Arrays.fill(run, 100, 101 + match, (byte) 3);
            check(run, 512);
            byte[] repeated = noise(2048);
            System.arraycopy(repeated, 40, repeated, 1064, match);
            check(repeated, 1024);
        }
    }

    /** Noise that goes over into runs, repeated rows and sparse bits, at random places. */
    private byte[] planes(int bytes, int rowBytes) {
        byte[] block = noise(bytes);
        int at = 0;
        while (at < bytes) {
            int piece = Math.min(bytes - at, 1 + random.nextInt(random.nextBoolean() ? 12 : 700));
            int kind = random.nextInt(4);
            for (int i = at; i < at + piece; i++) {
                switch (kind) {
                    case 0 -> block[i] = 0;
                    case 1 -> block[i] = i >= rowBytes ? block[i - rowBytes] : -1;
                    case 2 -> block[i] = (byte) (random.nextInt(6) == 0 ? 1 << random.nextInt(8) : 0);
                    default -> {}
                }
            }
            at += piece;
        }
        return block;
    }

    private byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        random.nextBytes(noise);
        return noise;
    }

    private void check(byte[] content, int rowBytes) {
        check(content, rowBytes, 0);
    }

    private void check(byte[] content, int rowBytes, long flatPlanes) {
        byte[] block = new byte[content.length + 2 * MatchMap.MARGIN];
        Arrays.fill(block, content[content.length - 1]);
        System.arraycopy(content, 0, block, MatchMap.MARGIN, content.length);
        byte[] expected = new byte[Lz4Sequence.outputBytes(content.length)];
        byte[] out = new byte[expected.length];

        int expectedBytes = scalar.encode(block, content.length, rowBytes, flatPlanes, expected, 0);
        int bytes = vector.encode(block, content.length, rowBytes, flatPlanes, out, 0);

        if (bytes != expectedBytes || !Arrays.equals(out, 0, bytes, expected, 0, bytes)) {
            throw new AssertionError("vector and scalar kernels differ: rowBytes=" + rowBytes + ", block="
                    + HexFormat.of().formatHex(content));
        }
        assumeTrue(C_LZ4.isPresent(), CLz4.MISSING);
        assertThat(C_LZ4.orElseThrow().decode(out, bytes, content.length)).isEqualTo(content);
    }
}
