package org.penstock.daemon.storage;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one chunk, read from data files and journals, whatever state they are in.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
final class ChunkBytes implements AutoCloseable {
    private final Map<Path, FileChannel> channels = new HashMap<>();
    private final CRC32C crc = new CRC32C();
    private final Arena arena = Arena.ofConfined();
    private final Runnable progress;
    private MemorySegment memory;

    /**
     * Has room for chunks of this many bytes, and grows when one is larger.
     *
     * @param progress called after each read
     */
    ChunkBytes(long bytes, Runnable progress) {
        this.progress = progress;
        memory = arena.allocate(bytes, Long.BYTES);
    }

    /** Returns the memory of the chunk. What it returned before is not valid any more when it has to grow. */
    MemorySegment memory(long bytes) {
        if (bytes > memory.byteSize()) {
            memory = arena.allocate(bytes, Long.BYTES);
        }
        return memory.asSlice(0, bytes);
    }

    /** Reads a chunk into {@link #memory}; returns whether its bytes are those of which the CRC-32C was taken. */
    boolean load(Path file, long address, long bytes, int expectedCrc) throws IOException {
        MemorySegment chunk = memory(bytes);
        return read(file, address, chunk) && crc(chunk) == expectedCrc;
    }

    /** Fills a segment from an offset of a file; returns false when the file is not there or too short. */
    boolean read(Path file, long offset, MemorySegment target) throws IOException {
        FileChannel channel = channels.get(file);
        if (channel == null) {
            if (!Files.exists(file)) {
                return false;
            }
            channel = FileChannel.open(file, StandardOpenOption.READ);
            channels.put(file, channel);
        }
        ByteBuffer buffer = target.asByteBuffer();
        long at = offset;
        while (buffer.hasRemaining()) {
            int bytes = channel.read(buffer, at);
            if (bytes < 0) {
                return false;
            }
            at += bytes;
        }
        progress.run();
        return true;
    }

    /** Returns the CRC-32C of a segment. */
    int crc(MemorySegment bytes) {
        crc.reset();
        crc.update(bytes.asByteBuffer());
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        arena.close();
        @Nullable IOException first = null;
        for (FileChannel channel : channels.values()) {
            try {
                channel.close();
            } catch (IOException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
