package org.penstock.daemon.storage;

import java.io.IOException;
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
 * Reads the bytes of data files and journals, whatever state they are in.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
final class SourceBytes implements AutoCloseable {
    private final Map<Path, FileChannel> channels = new HashMap<>();
    private final CRC32C crc = new CRC32C();

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
