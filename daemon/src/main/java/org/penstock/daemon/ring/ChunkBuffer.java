package org.penstock.daemon.ring;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.EncodedChunk;
import org.penstock.protocol.FrameHeader;
import org.penstock.protocol.FrameRecord;

/**
 * Memory for one chunk on its way: frames as they arrive on one side, the chunk as it will be stored on the other. Of a stream whose frames arrive
 * encoded both are the same.
 *
 * <p><b>Threading:</b> one owner at a time: the event loop fills it, the ring hands it to one compressor, then to hdf5-writer, which gives it back
 * to the {@link BufferPool}. The ring's sequences publish its fields.
 */
public final class ChunkBuffer implements EncodedChunk {
    final int index;
    private final StreamLane lane;
    private final MemorySegment raw;
    private final MemorySegment stored;
    private final ByteBuffer rawBytes;
    private final ByteBuffer values;
    private final IntBuffer checksums;
    private final ByteBuffer rawToChecksum;
    private final ByteBuffer storedToChecksum;

    // written by the event loop
    private final BitSet present;
    private long firstFrame;
    private long receivedNs;
    private long encodedPayloadBytes;

    // written by the compressor
    private long storedBytes;
    private boolean isEncoded;
    private int storedCrc;
    private @Nullable String refusal;
    private long takenNs;
    private long preparedNs;

    ChunkBuffer(int index, StreamLane lane, ChunkRoom room, MemorySegment memory) {
        this.index = index;
        this.lane = lane;
        this.raw = room.arrived(memory);
        this.stored = room.stored(memory);
        this.values = room.values(memory).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        this.checksums = room.checksums(memory)
                .asByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer();
        this.rawBytes = raw.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        this.rawToChecksum = raw.asByteBuffer();
        this.storedToChecksum = stored.asByteBuffer();
        this.present = new BitSet(lane.geometry().chunkFrames());
    }

    /** Returns the buffer's number in its pool. */
    public int index() {
        return index;
    }

    /** Starts a new chunk in this buffer. */
    public void begin(long newFirstFrame) {
        firstFrame = newFirstFrame;
        present.clear();
        storedBytes = 0;
        encodedPayloadBytes = 0;
        refusal = null;
        isEncoded = false;
    }

    /** Notes that the frame at a position of the chunk has arrived whole, with the checksum that its sender took. */
    public void arrived(int position, int checksum, long nowNs) {
        if (present.isEmpty()) {
            receivedNs = nowNs;
        }
        checksums.put(position, checksum);
        present.set(position);
    }

    /** Notes what comes with the frame at a position of the chunk, which has not arrived yet. */
    public void comesWith(int position, FrameHeader header) {
        FrameRecord record = lane.form().values();
        record.assemble(header, values, position * record.bytes());
    }

    /** Notes that nothing is known of what came with the frame at a position. */
    void comesAlone(int position) {
        FrameRecord record = lane.form().values();
        record.putUnknown(values, position * record.bytes());
    }

    /** Returns the memory for what comes with the frame at a position. */
    ByteBuffer valuesAt(int position) {
        int recordBytes = lane.form().values().bytes();
        return values.slice(position * recordBytes, recordBytes);
    }

    /** Notes that the frame that arrives is encoded already, by the length of its payload; before {@link #arrived}. */
    public void arrivesEncoded(long payloadBytes) {
        encodedPayloadBytes = payloadBytes;
    }

    /** Returns the bytes of a payload that arrived encoded, 0 of frames that arrived as they are. */
    public long encodedPayloadBytes() {
        return encodedPayloadBytes;
    }

    /** Notes why no reader could decode what arrived: nothing of it is stored. */
    public void refuse(String message) {
        refusal = message;
    }

    /** Returns why the chunk is not to be stored, or null. */
    public @Nullable String refusal() {
        return refusal;
    }

    /** Notes that the stored side holds the encoded chunk. */
    public void encoded(long bytes) {
        storedBytes = bytes;
        isEncoded = true;
    }

    /** Notes when a compressor took the chunk, and when it was done, by {@link System#nanoTime()}. */
    public void prepared(long fromNs, long toNs) {
        takenNs = fromNs;
        preparedNs = toNs;
    }

    /** Returns when a compressor took the chunk. */
    public long takenNs() {
        return takenNs;
    }

    /** Returns when the compressor was done with it. */
    public long preparedNs() {
        return preparedNs;
    }

    /** Notes the CRC-32C of the bytes that go into the file. */
    public void storedCrc(int crc) {
        storedCrc = crc;
    }

    public StreamLane lane() {
        return lane;
    }

    /** Returns the raw side: a full chunk's bytes, or room for the longest payload. */
    @Override
    public MemorySegment raw() {
        return raw;
    }

    /** Returns the raw side for sockets and checksums; its position and limit belong to the event loop. */
    public ByteBuffer rawBytes() {
        return rawBytes;
    }

    /** Returns the stored side: as long as the raw one, for a chunk that does not shrink is stored raw. Frames that arrive encoded are stored where they are. */
    public MemorySegment stored() {
        return stored;
    }

    /** Returns what goes into the file. */
    @Override
    public MemorySegment toStore() {
        return isEncoded ? stored : raw;
    }

    /** Returns what goes into the file, for checksums; its position and limit belong to the compressor. */
    public ByteBuffer toStoreBuffer() {
        ByteBuffer bytes = isEncoded ? storedToChecksum : rawToChecksum;
        return bytes.clear().limit((int) toStoreBytes());
    }

    /** Returns the CRC-32C of what goes into the file. */
    @Override
    public int storedCrc() {
        return storedCrc;
    }

    /** Returns the senders' checksums, by position in the chunk; meaningless where no frame is present. */
    @Override
    public IntBuffer checksums() {
        return checksums;
    }

    @Override
    public ByteBuffer values() {
        return values;
    }

    /** Returns whether what goes into the file is what arrived, encoded or not. */
    public boolean isStoredAsItArrived() {
        return !isEncoded || encodedPayloadBytes > 0;
    }

    /** Returns how many bytes go into the file. */
    @Override
    public long toStoreBytes() {
        return isEncoded ? storedBytes : lane.geometry().chunkBytes();
    }

    /** Returns whether the filter pipeline was applied, or the filter mask must say that it was not. */
    @Override
    public boolean isEncoded() {
        return isEncoded;
    }

    /** Returns the stored index of the chunk's first frame. */
    @Override
    public long firstFrame() {
        return firstFrame;
    }

    /** Returns the positions of the frames that have arrived. */
    @Override
    public BitSet present() {
        return present;
    }

    /** Returns when the chunk's first frame had arrived, by {@link System#nanoTime()}. */
    public long receivedNs() {
        return receivedNs;
    }
}
