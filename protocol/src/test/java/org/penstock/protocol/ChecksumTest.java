package org.penstock.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChecksumTest {
    private static final byte[] DIGITS = "123456789".getBytes(StandardCharsets.US_ASCII);

    @Test
    void shouldComputeTheCheckValuesOfBothPolynomials() {
        ByteBuffer digits = ByteBuffer.wrap(DIGITS);

        assertThat(new Checksum(Checksum.Kind.CRC32C).of(digits, 0, 9)).isEqualTo(0xE3069283);
        assertThat(new Checksum(Checksum.Kind.CRC32).of(digits, 0, 9)).isEqualTo(0xCBF43926);
        assertThat(new Checksum(Checksum.Kind.NONE).of(digits, 0, 9)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void shouldTakeARangeInPartsAndLeaveTheBufferAsItWas(Checksum.Kind kind) {
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(16).put(3, DIGITS).position(2).limit(5);
        Checksum parts = new Checksum(kind);

        buffer.limit(16);
        parts.update(buffer, 3, 4);
        parts.update(buffer, 7, 5);

        assertThat(parts.value()).isEqualTo(new Checksum(kind).of(ByteBuffer.wrap(DIGITS), 0, 9));
        assertThat(buffer.position()).isEqualTo(2);
        assertThat(buffer.limit()).isEqualTo(16);
    }
}
