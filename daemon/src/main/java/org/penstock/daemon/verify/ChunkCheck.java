package org.penstock.daemon.verify;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.hdf5.ChunkedLayout;
import org.penstock.daemon.hdf5.StoredChunk;
import org.penstock.daemon.nexus.Integrity;
import org.penstock.protocol.Checksum;

/**
 * Proves one chunk: reads it from the file, computes, decodes, compares.
 *
 * <p><b>Threading:</b> any thread, several at a time.
 *
 * @param channel the file, to read from it at a position
 * @param decoder null when the filters are not known here
 */
record ChunkCheck(
        FileChannel channel, ChunkedLayout layout, @Nullable ChunkDecoder decoder) {
    /** No filter makes a chunk longer than this many times its raw bytes, and a little. */
    private static final int MAX_GROWTH = 2;

    private static final int MAX_OVERHEAD = 1 << 16;

    /**
     * What is known of a chunk beforehand.
     *
     * @param frames how many frames of the file it holds
     * @param missing frames of the file that never came
     * @param crc its CRC-32C, null when there is none
     * @param scope what the sender's checksums are of
     * @param kind of the sender's checksums
     * @param sums the sender's checksums of a run of frames
     * @param sumsAt where the chunk's first frame is in them
     */
    @SuppressWarnings("ArrayRecordComponent") // a window on the checksums of many chunks, never compared
    record Expected(
            int frames,
            FrameSet missing,
            @Nullable Integer crc,
            Integrity.Scope scope,
            Checksum.Kind kind,
            int[] sums,
            int sumsAt) {}

    /**
     * What a chunk is.
     *
     * @param damage what is wrong with it as it is stored; null for nothing
     * @param badFrames places in the chunk of frames that are wrong, or that nothing proves any more
     */
    record Verdict(StoredChunk chunk, @Nullable String damage, BitSet badFrames) {}

    Verdict check(StoredChunk chunk, Expected expected) {
        String damage = null;
        try {
            byte[] stored = read(chunk);
            damage = expected.crc() == null ? null : compare(stored, expected.crc());
            boolean isPayload = expected.scope() == Integrity.Scope.PAYLOAD;
            if (decoder != null || isPayload) {
                byte[] decoded = decoder == null ? stored : decoder.decode(stored, chunk.filterMask());
                if (expected.kind() != Checksum.Kind.NONE) {
                    BitSet differing =
                            isPayload ? differingPayload(stored, chunk, expected) : differing(decoded, chunk, expected);
                    boolean isAsSent = damage != null && differing.isEmpty();
                    return new Verdict(chunk, isAsSent ? damage + ", its frames=as sent" : damage, differing);
                }
            }
        } catch (IOException e) {
            damage = (damage == null ? "" : damage + ", ") + "problem=" + e.getMessage();
        }
        // nothing but the chunk's own checksum proves its frames
        return new Verdict(chunk, damage, damage == null ? new BitSet() : present(chunk, expected));
    }

    private byte[] read(StoredChunk chunk) throws IOException {
        long most = Math.min(MAX_GROWTH * layout.chunkBytes() + MAX_OVERHEAD, Integer.MAX_VALUE - Long.BYTES);
        if (chunk.address() < 0 || chunk.bytes() < 0 || chunk.bytes() > most) {
            throw new IOException("impossible chunk: address=" + chunk.address() + ", bytes=" + chunk.bytes()
                    + ", expected=at most " + most);
        }
        ByteBuffer stored = ByteBuffer.allocate((int) chunk.bytes());
        while (stored.hasRemaining()) {
            if (channel.read(stored, chunk.address() + stored.position()) < 0) {
                throw new EOFException("chunk beyond the end of the file: address=" + chunk.address() + ", bytes="
                        + chunk.bytes() + ", fileBytes=" + channel.size());
            }
        }
        return stored.array();
    }

    private static @Nullable String compare(byte[] stored, int expected) {
        int actual = new Checksum(Checksum.Kind.CRC32C).of(ByteBuffer.wrap(stored), 0, stored.length);
        return actual == expected
                ? null
                : "crc32c=" + Integer.toHexString(actual) + ", expected=" + Integer.toHexString(expected);
    }

    private BitSet differing(byte[] decoded, StoredChunk chunk, Expected expected) {
        BitSet bad = present(chunk, expected);
        int frameBytes = (int) (layout.chunkBytes() / layout.chunkFrames());
        Checksum checksum = new Checksum(expected.kind());
        ByteBuffer pixels = ByteBuffer.wrap(decoded);
        for (int i = bad.nextSetBit(0); i >= 0; i = bad.nextSetBit(i + 1)) {
            if (checksum.of(pixels, i * frameBytes, frameBytes) == expected.sums()[expected.sumsAt() + i]) {
                bad.clear(i);
            }
        }
        return bad;
    }

    /** A frame that arrived encoded is the chunk: it is as it was sent when the stored bytes are. */
    private static BitSet differingPayload(byte[] stored, StoredChunk chunk, Expected expected) {
        int actual = new Checksum(expected.kind()).of(ByteBuffer.wrap(stored), 0, stored.length);
        return actual == expected.sums()[expected.sumsAt()] ? new BitSet() : present(chunk, expected);
    }

    private static BitSet present(StoredChunk chunk, Expected expected) {
        BitSet present = new BitSet();
        for (int i = 0; i < expected.frames(); i++) {
            present.set(i, !expected.missing().contains(chunk.firstFrame() + i));
        }
        return present;
    }
}
