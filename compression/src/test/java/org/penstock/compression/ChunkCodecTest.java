package org.penstock.compression;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ChunkCodecTest {
    @Test
    void shouldNameWhatExistsWhenAskedForAnotherCodec() {
        assertThatThrownBy(() -> ChunkCodec.of("lzma"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("unknown compression: actual=lzma, expected=one of bslz4 none");
    }
}
