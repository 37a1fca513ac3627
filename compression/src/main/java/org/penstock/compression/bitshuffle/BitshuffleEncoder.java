package org.penstock.compression.bitshuffle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Encodes chunks as the HDF5 bitshuffle filter does with LZ4; the layout is drawn at {@link
 * org.penstock.compression.BitshuffleLz4}.
 *
 * <p><b>Threading:</b> confined to one thread at a time.
 */
public final class BitshuffleEncoder {
    /** What {@link #encode} returns for a chunk that does not shrink. */
    private static final long NOT_SMALLER = -1;

    /** Above this the scratch memory, 128 elements at least, would leave the cache, and no detector has such elements. */
    private static final int MAX_ELEMENT_BYTES = 65536;

    private static final int BSHUF_TARGET_BLOCK_SIZE_B = 8192;
    private static final int BSHUF_MIN_RECOMMEND_BLOCK = 128;
    private static final int BSHUF_BLOCKED_MULT = 8;

    private static final int CHUNK_HEADER_BYTES = 12;
    private static final int BLOCK_HEADER_BYTES = 4;

    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final Kernels kernels;
    private final PlaneEncoder encoder;
    private byte[] planes = new byte[0];
    private byte[] rows = new byte[0];
    private byte[] lz4 = new byte[0];
    private boolean closed;

    BitshuffleEncoder(Kernels kernels) {
        this.kernels = kernels;
        encoder = new PlaneEncoder(kernels);
    }

    /** Makes an encoder of the fastest kernels that this machine and the options of its JVM allow. */
    public static BitshuffleEncoder fastest() {
        return new BitshuffleEncoder(
                hasVectorApi() && VectorKernels.isWide() ? new VectorKernels() : new ScalarKernels());
    }

    /** On the class path the module is there only with {@code --add-modules jdk.incubator.vector}. */
    private static boolean hasVectorApi() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    /** Returns {@code bshuf_default_block_size}: elements of a block. */
    static int blockElements(int elementBytes) {
        int elements = BSHUF_TARGET_BLOCK_SIZE_B / elementBytes;
        return Math.max(elements - elements % BSHUF_BLOCKED_MULT, BSHUF_MIN_RECOMMEND_BLOCK);
    }

    /**
     * Encodes a chunk; the contract is that of {@link org.penstock.compression.ChunkEncoder#encode}.
     *
     * @param sourceBytes whole elements, no more than the source has
     */
    public long encode(MemorySegment source, long sourceBytes, int elementBytes, MemorySegment target) {
        checkUsable(elementBytes);
        long limit = Math.min(target.byteSize(), sourceBytes - 1);
        if (limit < CHUNK_HEADER_BYTES) {
            return NOT_SMALLER;
        }
        int blockElements = blockElements(elementBytes);
        int blockBytes = blockElements * elementBytes;
        growScratch(blockBytes);
        target.set(U64, 0, sourceBytes);
        target.set(U32, 8, blockBytes);
        long written = CHUNK_HEADER_BYTES;
        long wholeGroups = sourceBytes / elementBytes / BSHUF_BLOCKED_MULT * BSHUF_BLOCKED_MULT * elementBytes;
        for (long read = 0; read < wholeGroups; read += blockBytes) {
            int bytes = encodeBlock(source, read, (int) Math.min(blockBytes, wholeGroups - read), elementBytes);
            if (bytes > limit - written - BLOCK_HEADER_BYTES) {
                return NOT_SMALLER;
            }
            target.set(U32, written, bytes);
            MemorySegment.copy(lz4, 0, target, ValueLayout.JAVA_BYTE, written + BLOCK_HEADER_BYTES, bytes);
            written += BLOCK_HEADER_BYTES + bytes;
        }
        long leftover = sourceBytes - wholeGroups;
        if (leftover > limit - written) {
            return NOT_SMALLER;
        }
        MemorySegment.copy(source, wholeGroups, target, written, leftover);
        return written + leftover;
    }

    /** Releases the scratch memory. */
    public void close() {
        closed = true;
        planes = new byte[0];
        rows = new byte[0];
        lz4 = new byte[0];
    }

    /** Leaves the block's LZ4 form in {@link #lz4}; returns its bytes. */
    private int encodeBlock(MemorySegment source, long read, int bytes, int elementBytes) {
        int elements = bytes / elementBytes;
        kernels.splitBytes(source, read, elements, elementBytes, planes);
        kernels.splitBits(planes, elements, elementBytes, rows);
        return encoder.encode(rows, bytes, elements / 8, lz4);
    }

    private void checkUsable(int elementBytes) {
        if (closed) {
            throw new IllegalStateException("encoder is closed");
        }
        if (elementBytes > MAX_ELEMENT_BYTES) {
            throw new IllegalArgumentException(
                    "element too large: elementBytes=" + elementBytes + ", expected=at most " + MAX_ELEMENT_BYTES);
        }
    }

    private void growScratch(int blockBytes) {
        if (lz4.length < Lz4Sequence.outputBytes(blockBytes)) {
            planes = new byte[blockBytes];
            rows = new byte[MatchMap.MARGIN + blockBytes + MatchMap.MARGIN];
            lz4 = new byte[Lz4Sequence.outputBytes(blockBytes)];
        }
    }
}
