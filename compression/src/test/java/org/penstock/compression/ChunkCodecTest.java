package org.penstock.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChunkCodecTest {
    @ParameterizedTest
    @CsvSource({
        "zstd, zstd:3",
        "zstd:22, zstd:22",
        "gzip, gzip:4",
        "gzip:1:noshuffle, gzip:1",
        "gzip:1:shuffle, gzip:1:shuffle",
        "blosc, blosc:lz4:shuffle:5",
        "blosc:zstd, blosc:zstd:shuffle:5",
        "blosc:lz4hc:noshuffle, blosc:lz4hc:noshuffle:5",
        "blosc:lz4:bitshuffle:1, blosc:lz4:bitshuffle:1"
    })
    void shouldFillInWhatANameLeavesOut(String name, String full) {
        assertThat(ChunkCodec.of(name).name()).isEqualTo(full);
        assertThat(ChunkCodec.of(full)).isEqualTo(ChunkCodec.of(name));
    }

    @ParameterizedTest
    @CsvSource({
        "lzma, family=lzma, one of bslz4 lz4 zstd[:LEVEL] blosc[:COMPRESSOR[:SHUFFLE[:LEVEL]]] gzip[:LEVEL[:SHUFFLE]] none",
        "'', family=, one of bslz4 lz4",
        "BSLZ4, family=BSLZ4, one of bslz4 lz4",
        "bslz4:1, part=1, end of the name after bslz4",
        "none:, part=, end of the name after none",
        "zstd:23, level=23, 1 to 22",
        "zstd:0, level=0, 1 to 22",
        "zstd:+3, level=+3, 1 to 22",
        "zstd:03, level=03, 1 to 22",
        "zstd:99999999999, level=99999999999, 1 to 22",
        "zstd:3:1, part=1, end of the name after zstd:3",
        "gzip:1:bitshuffle, shuffle=bitshuffle, one of noshuffle shuffle",
        "blosc:snappy:shuffle:1, compressor=snappy, one of lz4 lz4hc zstd blosclz",
        "blosc:lz4:bits, shuffle=bits, one of noshuffle shuffle bitshuffle",
        "blosc:lz4:shuffle:10, level=10, 1 to 9"
    })
    void shouldNameThePartThatIsWrongAndListWhatIsAllowed(String name, String part, String expected) {
        assertThatThrownBy(() -> ChunkCodec.of(name))
                .isInstanceOf(CodecNameException.class)
                .hasMessageStartingWith("unknown codec: codec=" + name + ", " + part + ", expected=" + expected);
    }
}
