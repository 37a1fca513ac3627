package org.penstock.daemon.verify;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.compression.ChunkCodec;
import org.penstock.compression.ChunkEncoder;
import org.penstock.compression.FilterStage;
import org.penstock.daemon.hdf5.ChunkedLayout;
import org.penstock.protocol.ElementType;

/**
 * Proves a codec on this machine: known bytes, made by the C filter that readers use, must decode to what they were made of; and what our encoder makes of
 * the same must decode to it too. The decoders share nothing with the encoders.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param codec as users name it
 * @param known a chunk as the C filter of Debian 12 stores it, in hexadecimal
 */
public record CodecProof(String codec, String known) {
    private static final int ROWS = 32;
    private static final int COLUMNS = 64;
    private static final int RUN = 256;

    /** One for each codec. */
    public static final List<CodecProof> ALL = List.of(
            new CodecProof(
                    "bslz4",
                    "0000000000001000000020000000005d1f0001000c1fff01000c0f3f000c1f003f000c0f40008e0f02000d0fe0000d0f"
                            + "02000d0f60000d0f02000d0f60000d0f02000d0f60000d0f02004d0fa0000d0f02004d0fe0004d0f0200ffff"
                            + "ffffffffffffffffffff94500000000000"),
            new CodecProof(
                    "lz4",
                    "000000000000100000001000000000361f000100ffed1f010200ffed1f020200ffed1f030200ffed1f040200ffed1f05"
                            + "0200ffed1f060200ffed1f070200ffe8500007000700"),
            new CodecProof(
                    "zstd", "28b52ffd60000ffd00004800000102030405060708042cfc40f8c1f103c60f841f1c3f60fc39b10fb0"),
            new CodecProof(
                    "blosc",
                    "0201210200100000001000005c000000140000002e0000001f000100ec1f010100ec1f020100ec1f030100ec1f040100"
                            + "ec1f050100ec1f060100ec1f070100e7500707070707120000001f000100ffffffffffffffee500000000000"),
            new CodecProof("gzip", "785eedc18101003004c03086f9ff6387b44984c8d2e8cfe865f436fa18fd1b7d8d7e34341c01"));

    /** Returns what is wrong with the codec here, or null. */
    public @Nullable String problem() {
        byte[] raw = raw();
        ChunkCodec named = ChunkCodec.of(codec);
        List<FilterStage> stages = named.filterPipeline(ElementType.U2.bytes(), raw.length);
        ChunkDecoder decoder = ChunkDecoder.of(new ChunkedLayout(ElementType.U2, List.of(ROWS, COLUMNS), 1, stages, 0));
        if (decoder == null) {
            return "no decoder for its filters: codec=" + codec + ", filters=" + stages;
        }
        try {
            if (!Arrays.equals(raw, decoder.decode(HexFormat.of().parseHex(known), 0))) {
                return "known bytes decode to something else: codec=" + codec;
            }
            if (!Arrays.equals(raw, decoder.decode(encoded(named, raw), 0))) {
                return "what it encodes decodes to something else: codec=" + codec;
            }
            return null;
        } catch (IOException e) {
            return "not to be decoded: codec=" + codec + ", problem=" + e.getMessage();
        } catch (LinkageError e) {
            return "its native library cannot be used: codec=" + codec + ", problem=" + e.getMessage();
        }
    }

    private static byte[] encoded(ChunkCodec codec, byte[] raw) throws IOException {
        try (Arena arena = Arena.ofConfined();
                ChunkEncoder encoder = codec.newEncoder()) {
            MemorySegment source = arena.allocate(raw.length, Long.BYTES);
            source.copyFrom(MemorySegment.ofArray(raw));
            MemorySegment target = arena.allocate(raw.length, Long.BYTES);
            long bytes = encoder.encode(source, raw.length, ElementType.U2.bytes(), target);
            if (bytes == ChunkEncoder.NOT_SMALLER) {
                throw new IOException("nothing was made smaller that is mostly runs");
            }
            return target.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /** Elements 0, 1, 2 …, each a run. */
    private static byte[] raw() {
        ByteBuffer raw =
                ByteBuffer.allocate(ROWS * COLUMNS * ElementType.U2.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < ROWS * COLUMNS; i++) {
            raw.putShort((short) (i / RUN));
        }
        return raw.array();
    }
}
